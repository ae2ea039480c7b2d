"""A page of the documentation as a terminal shows it: folded at its width, tables as columns, links by their words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from textwrap import wrap

from holdfast.cli.render.words import Line, Lines, rows

_COMMENT = re.compile(r"<!--.*?-->\n*", re.DOTALL)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_BEGINS = re.compile(r"(\s*)(#+|[-*]|\d+\.|>) ")
_WIDEST = 100


def told(text: str, columns: int) -> Lines:
    """TEXT, in lines that fit COLUMNS; what stands in a fence is typed or copied, and stays as it is."""
    width = min(columns or _WIDEST, _WIDEST)
    found: Lines = []
    fenced = False
    for is_fence, group in groupby(_COMMENT.sub("", text).splitlines(), lambda line: line.lstrip().startswith("```")):
        if is_fence:
            fenced = not fenced if len(list(group)) % 2 else fenced
        elif fenced:
            found += [Line(f"    {line}", "strong") for line in group]
        else:
            found += [line for block in _blocks(list(group)) for line in _shown(block, width)]
    return found


def _blocks(lines: list[str]) -> Iterator[list[str]]:
    """Paragraphs, items and headings, each alone; a table as one; an empty line as it is."""
    block: list[str] = []
    for line in lines:
        if block and not _goes_on(block, line):
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _goes_on(block: list[str], line: str) -> bool:
    if block[-1].startswith("|") or line.startswith("|"):
        return block[-1].startswith("|") and line.startswith("|")
    if block[0].startswith("    ") or line.startswith("    "):
        return False
    return bool(line.strip() and block[-1].strip()) and not (_BEGINS.match(line) or block[0].startswith("#"))


def _shown(block: list[str], width: int) -> Lines:
    if block[0].startswith("|"):
        return _table(block)
    if block[0].startswith("    "):
        return [Line(line, "strong") for line in block]
    text = _plain(" ".join(line.strip() for line in block))
    begins = _BEGINS.match(block[0])
    indent = begins[1] if begins else ""
    hang = indent + " " * (len(begins[2]) + 1 if begins and "#" not in begins[2] else 0)
    style = "strong" if block[0].startswith("#") else ""
    return [
        Line(line, style)
        for line in wrap(text, width, initial_indent=indent, subsequent_indent=hang, break_long_words=False,
                         break_on_hyphens=False)
    ] or [Line("")]  # fmt: skip


def _table(block: list[str]) -> Lines:
    """The rows of a table as columns; the line between its head and its body is left out, and an empty head with it."""
    cells = [[_plain(cell.strip()) for cell in line.strip().strip("|").split(" |")] for line in block]
    kept = [row for row in cells if not all(set(cell) <= {"-", ":", " "} for cell in row)]
    width = max((len(row) for row in kept), default=0)
    return rows([[*row, *[""] * (width - len(row))] for row in kept])


def _plain(text: str) -> str:
    return _LINK.sub(r"\1", text).replace("**", "")
