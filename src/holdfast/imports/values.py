"""Values as far as they are literal, and what becomes of them when they are put together."""

from __future__ import annotations

from typing import Any

from holdfast.imports.findings import HOLE, SHARED

_SAME = frozenset((
    "freeze", "dup", "clone", "uniq", "strip", "chomp", "trim", "to_s", "to_a", "to_sym", "sort", "flatten",
    "compact", "reverse", "dup!", "uniq!",
))  # fmt: skip
MORE = frozenset(["push", "append", "concat", "union", "add", "unshift", "prepend"])


class _Unknown:
    """A value that is computed."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown()


class Either(list[Any]):
    """One of several values: what decides is computed."""


def joined(left: Any, right: Any) -> Any:
    """Two lists, or two texts, as one; what is not known is a hole in it."""
    if isinstance(left, list):
        return [*left, *(right if isinstance(right, list) else [right])]
    if isinstance(right, list):
        return [*([] if left is None else [left]), *right]
    if isinstance(left, str) or isinstance(right, str):
        return text_of(left) + text_of(right)
    return UNKNOWN


def text_of(value: Any) -> str:
    """VALUE inside a text."""
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return str(value)
    return "" if value is None else HOLE


def indexed(value: Any, index: Any) -> Any:
    keys = index if isinstance(index, list) else []
    if len(keys) != 1:
        return UNKNOWN
    if isinstance(value, dict):
        return value.get(str(keys[0]), UNKNOWN)
    inside = isinstance(value, list) and isinstance(keys[0], int) and keys[0] < len(value)
    return value[keys[0]] if inside else UNKNOWN


def sent(value: Any, name: str, given: list[Any]) -> Any:
    """What a method called NAME makes of VALUE."""
    if name in _SAME or (name == "call" and not given):
        return value
    if name in MORE and isinstance(value, list):
        return [*value, *(one for each in given for one in (each if isinstance(each, list) else [each]))]
    if name in ("join", "resolve") and isinstance(value, str):
        return "/".join([value.rstrip("/"), *(text_of(one).strip("/") for one in given)])
    if name == "join" and isinstance(value, list):
        return (given[0] if given and isinstance(given[0], str) else "").join(map(text_of, value))
    if name == "split" and isinstance(value, str):
        return value.split(given[0] if given and isinstance(given[0], str) else None)
    if name == "fetch" and value is UNKNOWN and len(given) == 2:  # ENV.fetch("NAME", default)
        return given[1]
    if isinstance(value, dict) and not given:
        return value.get(name, UNKNOWN)
    if isinstance(value, dict) and name == "fetch":
        return value.get(text_of(given[0]), given[1] if len(given) > 1 else UNKNOWN)
    return f"{SHARED}" if name == "shared_path" else UNKNOWN
