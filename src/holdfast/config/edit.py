"""One entry put into, or taken out of, a list of `[shared]` in a person's holdfast.toml; all else stays as it is."""

from __future__ import annotations

import json
import re
from typing import Any

from holdfast import toml
from holdfast_engine.model.values import dataclass

LISTS = ("paths", "code", "artifacts", "carried")
_TABLE = re.compile(r"^[ \t]*\[[ \t]*shared[ \t]*\][ \t]*(?:#.*)?\r?$", re.MULTILINE)
_ANY_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)
_TOKEN = re.compile(r'#[^\n]*|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|[\[\],]|\n|[^#"\'\[\],\n]+')


def with_entry(text: str, key: str, path: str) -> str | None:
    """TEXT with PATH at the end of the list KEY, and in no other list; None where that cannot be written for certain,
    as into a table in one line. What is not changed keeps its place, its comments and its layout, byte for byte.
    """
    for other in LISTS:
        if other != key and path.rstrip("/") in _plain(text, other):
            shorter = without_entry(text, other, path)
            if shorter is None:
                return None
            text = shorter
    if path.rstrip("/") in _plain(text, key):
        return text
    wanted = [*_entries(text, key), path]
    return _proven(text, _added(text, key, json.dumps(path, ensure_ascii=False)), key, wanted)


def without_entry(text: str, key: str, path: str) -> str | None:
    """TEXT with no PATH in the list KEY; None where that cannot be written for certain."""
    wanted = [one for one in _entries(text, key) if one.rstrip("/") != path.rstrip("/")]
    changed = text
    while path.rstrip("/") in _plain(changed, key):
        shorter = _taken_out(changed, key, path)
        if shorter is None or shorter == changed:
            return None
        changed = shorter
    return _proven(text, changed, key, wanted)


def names(text: str, key: str) -> bool:
    """True where TEXT has the list KEY in `[shared]`, whatever is in it."""
    return key in _shared(text)


def _shared(text: str) -> dict[str, Any]:
    found = _loaded(text).get("shared", {})
    return found if isinstance(found, dict) else {}


def _loaded(text: str) -> dict[str, Any]:
    try:
        return toml.loads(text)
    except ValueError:
        return {}


def _entries(text: str, key: str) -> list[str]:
    return [one for one in _shared(text).get(key, ()) if isinstance(one, str)]


def _plain(text: str, key: str) -> list[str]:
    return [one.rstrip("/") for one in _entries(text, key)]


def _proven(before: str, after: str | None, key: str, wanted: list[str]) -> str | None:
    """AFTER, if it says what BEFORE says, with WANTED as the list KEY, and nothing else."""
    if after is None:
        return None
    told, meant = _loaded(after), _loaded(before)
    shared = {**_shared(before), key: wanted}
    same = {**meant, "shared": shared} == told or (not wanted and meant == told)
    return after if same else None


@dataclass(frozen=True)
class _Array:
    """Where a list stands in its text: from its opening bracket to its closing one, and its ENTRIES, each from its
    first letter to behind its last.
    """

    start: int
    end: int
    entries: tuple[tuple[int, int], ...]


def _section(text: str) -> tuple[int, int] | None:
    """Where the lines of `[shared]` begin and end."""
    header = _TABLE.search(text)
    if header is None:
        return None
    begin = header.end()
    after = _ANY_TABLE.search(text, begin)
    while after is not None and _is_inside_a_list(text[begin : after.start()]):
        after = _ANY_TABLE.search(text, after.end())
    return begin, after.start() if after is not None else len(text)


def _is_inside_a_list(text: str) -> bool:
    depth = 0
    for token in _TOKEN.findall(text):
        depth += {"[": 1, "]": -1}.get(token, 0)
    return depth > 0


def _array(text: str, key: str) -> _Array | None:
    section = _section(text)
    found = re.compile(rf"^[ \t]*{key}[ \t]*=[ \t]*(\[)", re.MULTILINE).search(text, *(section or (0, 0)))
    if section is None or found is None:
        return None
    entries: list[tuple[int, int]] = []
    for token in _TOKEN.finditer(text, found.end(), section[1]):
        if token[0] == "]":
            return _Array(found.start(1), token.start(), tuple(entries))
        if token[0][0] in "\"'":
            entries.append(token.span())
        elif token[0] == "[":
            return None
    return None


def _added(text: str, key: str, entry: str) -> str | None:
    newline = "\r\n" if "\r\n" in text else "\n"
    array = _array(text, key)
    if array is not None:
        return _appended(text, array, entry, newline)
    section = _section(text)
    line = f"{key} = [{entry}]"
    if section is None:
        return f"{text}{'' if not text or text.endswith(newline) else newline}{newline}[shared]{newline}{line}{newline}"
    at = section[0] + len(text[slice(*section)].rstrip())
    return f"{text[:at]}{newline}{line}{text[at:] or newline}"


def _appended(text: str, array: _Array, entry: str, newline: str) -> str:
    """ENTRY behind the last one: on a line of its own where the last one has one, else behind it."""
    if not array.entries:
        return f"{text[: array.start + 1]}{entry}{text[array.start + 1 :]}"
    start, end = array.entries[-1]
    own_line = text[text.rfind("\n", 0, start) + 1 : start]
    if own_line.strip() or text.find("\n", end, array.end) < 0:
        return f"{text[:end]}, {entry}{text[end:]}"
    comma = text.find(",", end, array.end)
    in_comment = text[end : comma if comma > 0 else end].find("#") >= 0
    text = text if comma > 0 and not in_comment else f"{text[:end]},{text[end:]}"
    line_end = text.find("\n", end)
    return f"{text[: line_end + 1]}{own_line}{entry},{newline}{text[line_end + 1 :]}"


def _taken_out(text: str, key: str, path: str) -> str | None:
    """TEXT without the first entry of the list KEY that says PATH: with its line, where it has one."""
    array = _array(text, key)
    for number, (start, end) in enumerate(array.entries if array is not None else ()):
        assert array is not None
        if toml.loads(f"one = {text[start:end]}")["one"].rstrip("/") != path.rstrip("/"):
            continue
        behind = re.compile(r"[ \t]*,[ \t]*").match(text, end)
        stop = behind.end() if behind is not None else end
        begin = text.rfind("\n", 0, start) + 1
        rest = re.compile(r"[ \t\r]*(?:#[^\n]*)?\n").match(text, stop)
        if not text[begin:start].strip() and rest is not None:
            return text[:begin] + text[rest.end() :]
        first = text.rfind(",", array.entries[number - 1][1], start) if behind is None and number else start
        return text[:first] + text[stop:]
    return None
