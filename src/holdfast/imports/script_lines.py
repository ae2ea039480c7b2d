"""The lines of a shell script as commands stand in them."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SHELL = re.compile(r"\s*(?:sudo\s+|su\s+|ssh\b|(?:ba)?sh\b)")
_HEREDOC = re.compile(r"(?<!<)<<[-~]?\s*['\"\\]?(\w+)")


def braced(word: str) -> list[str]:
    """`shared/{a,b}` as the shell makes several words of it."""
    found = re.match(r"^(.*?)\{([^{}]*,[^{}]*)\}(.*)$", word)
    if not found:
        return [word]
    return [one for part in found[2].split(",") for one in braced(f"{found[1]}{part}{found[3]}")]


def logical(text: str) -> list[tuple[str, int]]:
    """The lines of a script: those that go on are one, comments are gone, what is handed to another shell stands for
    itself, and what is handed to another program is left out.
    """
    lines: list[tuple[str, int]] = []
    held, first = "", 0
    for raw, number in _without_documents(text):
        plain = _uncommented(raw.rstrip())
        held, first = (f"{held}\n{plain}" if _is_open(held) else held + plain), first or number
        if held.endswith("\\"):
            held = f"{held[:-1]} "
        elif not _is_open(held):
            lines += [(held.strip(), first)] if held.strip() else []
            held, first = "", 0
    return [*lines, *([(held.strip(), first)] if held.strip() else [])]


def _without_documents(text: str) -> Iterator[tuple[str, int]]:
    """Each line with its number, but for `<<EOF` of programs that are no shell, and for what ends one."""
    ends, is_shell = "", True
    for number, raw in enumerate(text.split("\n"), 1):
        if ends and raw.strip() == ends:
            ends, is_shell = "", True
        elif is_shell:
            yield raw, number
            opened = _HEREDOC.search(raw)
            if opened and not ends:
                ends, is_shell = opened[1], bool(_SHELL.match(raw))


def _uncommented(raw: str) -> str:
    quote = ""
    for at, letter in enumerate(raw):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter == "#" and (at == 0 or raw[at - 1].isspace()):
            return raw[:at].rstrip()
    return raw


def _is_open(text: str) -> bool:
    """True for a list that goes on in the next line: `DIRS=(`."""
    return bool(re.match(r"^\s*(?:\w+\s+)*\w+\+?=\(", text)) and text.count("(") > text.count(")")
