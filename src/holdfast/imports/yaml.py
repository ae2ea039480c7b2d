"""YAML as settings are written in it: blocks, lists, quotes, flow, texts over several lines. What is odd is left out.

Tables that are named by an anchor are merged by `<<`; any other value with an anchor or a tag is no literal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from holdfast_engine.model.values import dataclass

_KEY = re.compile(
    r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|<<|[^\s#"'\[\]{},&*!|>%@`-][^#]*?|-[^\s#:][^#:]*?)\s*:(?=\s|$)"""
)
_DEEPEST = 40


class Line(NamedTuple):
    """A line that says something: how far it is indented, its TEXT without a comment, and its NUMBER."""

    indent: int
    text: str
    number: int


@dataclass(frozen=True)
class Scalar:
    """A text, and the line it stands in; TEXT is None for what is no literal."""

    text: str | None
    line: int


@dataclass(frozen=True)
class Item:
    """One KEY of a table, with its value."""

    key: str
    value: Any
    line: int


Table = list[Item]
"""A block or flow of keys; a list is a tuple, so that the two can be told apart."""


def load(text: str) -> Any:
    """A table (a list of `Item`), a tuple of values, or a `Scalar`; documents after each other are one tuple."""
    documents = re.split(r"^---(?=\s|$).*$", text, flags=re.MULTILINE)
    found, number = [], 1
    for document in documents:
        lines = _lines(document, number)
        number += document.count("\n")
        found += [_Blocks(document.split("\n"), lines, number - document.count("\n")).value(0, -1)[0]] if lines else []
    return found[0] if len(found) == 1 else tuple(found)


def _lines(text: str, first: int) -> list[Line]:
    lines = []
    for number, raw in enumerate(text.split("\n"), first):
        plain = _without_comment(raw.expandtabs(2).rstrip())
        if plain.strip() and not plain.startswith(("%", "...")):
            lines.append(Line(len(plain) - len(plain.lstrip()), plain.strip(), number))
    return lines


def _without_comment(raw: str) -> str:
    quote = ""
    for at, letter in enumerate(raw):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'" and (at == 0 or raw[at - 1] in " \t[{,:"):
            quote = letter
        elif letter == "#" and (at == 0 or raw[at - 1].isspace()):
            return raw[:at].rstrip()
    return raw


class _Blocks:
    """The lines of one document, read from the outermost block inwards."""

    def __init__(self, raw: list[str], lines: list[Line], first: int) -> None:
        self.raw, self.lines, self.first, self.depth = raw, lines, first, 0
        self.anchors: dict[str, Any] = {}

    def value(self, at: int, above: int) -> tuple[Any, int]:
        """The block at line AT, which is indented more than ABOVE, and the line behind it."""
        if at >= len(self.lines) or self.lines[at].indent <= above or self.depth > _DEEPEST:
            return Scalar("", self.lines[min(at, len(self.lines) - 1)].number), at
        self.depth += 1
        line = self.lines[at]
        if line.text == "-" or line.text.startswith("- "):
            found = self._list(at, line.indent)
        elif _KEY.match(line.text):
            found = self._table(at, line.indent)
        else:
            found = self._text(at, above)
        self.depth -= 1
        return found

    def _text(self, at: int, above: int) -> tuple[Any, int]:
        end = at
        while end < len(self.lines) and self.lines[end].indent > above:
            end += 1
        whole = " ".join(line.text for line in self.lines[at:end])
        return flow(whole, self.lines[at].number), end

    def _list(self, at: int, indent: int) -> tuple[Any, int]:
        many = []
        while at < len(self.lines) and self.lines[at].indent == indent and self.lines[at].text.startswith("-"):
            line = self.lines[at]
            rest = line.text[1:].strip()
            if not rest:
                one, at = self.value(at + 1, indent)
            else:
                self.lines[at] = Line(indent + len(line.text) - len(rest), rest, line.number)
                one, at = self._inline(at, rest, indent) if not _is_block(rest) else self.value(at, indent)
            many.append(one)
        return tuple(many), at

    def _table(self, at: int, indent: int) -> tuple[Any, int]:
        table: Table = []
        while at < len(self.lines) and self.lines[at].indent == indent:
            line = self.lines[at]
            found = _KEY.match(line.text)
            if not found:
                at += 1
                continue
            rest = line.text[found.end() :].strip()
            anchor = re.fullmatch(r"&([\w-]+)", rest)
            if rest and not anchor:
                value, at = self._inline(at, rest, indent)
            else:
                low = at + 1 < len(self.lines) and self.lines[at + 1].text.startswith("-")
                value, at = self.value(at + 1, indent - (1 if low else 0))
            if anchor:
                self.anchors[anchor.group(1)] = value
            merged = self.anchors.get(rest.removeprefix("*")) if line.text.startswith("<<") else None
            if isinstance(merged, list):
                table += [one for one in merged if one.key not in {item.key for item in table}]
            else:
                table.append(Item(_unquoted(found.group(1)) or "", value, line.number))
        while at < len(self.lines) and self.lines[at].indent > indent:  # what is indented oddly belongs to nothing
            at += 1
        return table, at

    def _inline(self, at: int, rest: str, indent: int) -> tuple[Any, int]:
        """A value that begins on its key's line, and may go on below it."""
        number, end = self.lines[at].number, at + 1
        while end < len(self.lines) and self.lines[end].indent > indent:
            end += 1
        if re.fullmatch(r"[|>][-+\d]*", rest):
            return Scalar(self._literal(number, end), number), end
        more = [line.text for line in self.lines[at + 1 : end]]
        closed = rest[0] in "[{" and not _is_open(rest)
        return flow(" ".join([rest, *([] if closed else more)]), number), end

    def _literal(self, number: int, end: int) -> str:
        last = self.lines[end].number if end < len(self.lines) else self.first + len(self.raw)
        body = self.raw[number - self.first + 1 : last - self.first]
        return "\n".join(line.strip() for line in body if line.strip())


def _is_block(text: str) -> bool:
    return text.startswith("- ") or bool(_KEY.match(text))


def _is_open(text: str) -> bool:
    return text.count("[") + text.count("{") > text.count("]") + text.count("}")


def flow(text: str, line: int) -> Any:
    """A value on one line: a list, a table, or a text."""
    if text[:1] not in ("[", "{"):
        return Scalar(_unquoted(text), line)
    close = text.rfind("]" if text[0] == "[" else "}")
    parts = list(_parted(text[1 : close if close > 0 else len(text)]))
    if text.startswith("{{"):
        return Scalar(text, line)
    if text[0] == "[":
        return tuple(flow(part, line) for part in parts)
    pairs = [part.partition(":") for part in parts]
    return [Item(_unquoted(key.strip()) or "", flow(one.strip(), line), line) for key, _, one in pairs]


def _parted(text: str) -> Iterator[str]:
    """The parts of TEXT between its outermost commas."""
    depth, quote, part = 0, "", ""
    for letter in text:
        quote = ("" if letter == quote else quote) if quote else letter if letter in "\"'" else ""
        depth += 0 if quote else (letter in "[{") - (letter in "]}")
        if letter == "," and not depth and not quote:
            yield part.strip()
            part = ""
        else:
            part += letter
    if part.strip():
        yield part.strip()


def _unquoted(text: str) -> str | None:
    if text[:1] in ("!", "&", "*", "|", ">"):
        return None
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    if len(text) > 1 and text[0] == text[-1] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return "" if text in ("~", "null") else text


def items(node: Any) -> list[Item]:
    """The keys of a table; of anything else none."""
    return node if isinstance(node, list) else []


def texts(node: Any) -> list[str]:
    """The literal texts of a list, or of one text."""
    many = node if isinstance(node, tuple) else (node,)
    return [one.text for one in many if isinstance(one, Scalar) and one.text]


def plain(node: Any) -> Any:
    """NODE without its lines: tables, lists and texts; what is no literal is None."""
    if isinstance(node, list):
        return {one.key: plain(one.value) for one in node}
    if isinstance(node, tuple):
        return [plain(one) for one in node]
    return node.text if isinstance(node, Scalar) else None


def tables(node: Any) -> Iterator[Table]:
    """Every table in NODE, the outermost first."""
    if isinstance(node, list):
        yield node
        for one in node:
            yield from tables(one.value)
    elif isinstance(node, tuple):
        for each in node:
            yield from tables(each)
