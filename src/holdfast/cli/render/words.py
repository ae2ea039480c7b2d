"""Lines, columns, sizes and times: the small words that all pages are made of."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from typing import Any, NamedTuple

from holdfast.cli.own_name import all_as_typed
from holdfast_engine.model.event import Event
from holdfast_engine.model.words import count

Result = dict[str, Any]


VERDICTS = {"pass": "good", "warn": "warn", "refuse": "bad"}


EVENTS = 1
"""The version of what an event's line holds (docs/guides/json.md)."""
NAMED = 8
"""So many of one kind are named, and the rest counted."""


def checks(found: Any) -> Lines:
    """One line for each check, and below it the way to mend what does not pass."""
    lines: Lines = []
    for each in found:
        told = f"  {each['verdict']:<7} {each['name']}: {each.get('why', '')}"
        lines.append(Line(told, VERDICTS.get(each["verdict"], ""), 10))
        if each.get("mend") and each["verdict"] != "pass":
            lines.append(Line(f"          do: {each['mend']}", hang=14))
    return lines


def event_line(event: Event) -> str:
    """EVENT on one line, with its time."""
    import json

    at = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    told = event.to_json() if event.kind == "output" else all_as_typed(event.to_json())
    return json.dumps({"version": EVENTS, "at": at, **told})


class Line(NamedTuple):
    """One line of text; STYLE is `good`, `warn`, `bad`, `dim`, `strong` (to be typed, and never folded) or nothing. On
    a terminal that is narrower, what follows is indented by HANG.
    """

    text: str
    style: str = ""
    hang: int = 0


Lines = list[Line]

_WHY = {
    "configuration": "your settings say so",
    "preset": "data of this framework",
    "known": "shared before",
    "declared": "the code names it",
    "shape": "the source keeps it empty, to be written to",
    "name": "by its name",
    "stray": "appeared on the server",
    "found": "is in shared/",
    "default": "",
}


def why(word: object) -> str:
    """Why something is data, in words that need no other."""
    return _WHY.get(str(word), str(word or ""))


def title(text: str) -> Line:
    return Line(text, "strong")


def rows(cells: Iterable[Sequence[object]], *, styles: Sequence[str] = ()) -> Lines:
    """CELLS as aligned columns, indented by two; the last column is not padded."""
    table = [[str(cell) for cell in row] for row in cells]
    widths = [max(map(len, column)) for column in zip(*table)]
    texts = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in table)
    hang = 2 + sum(width + 2 for width in widths[:-1])
    return [Line(f"  {text}", styles[at] if at < len(styles) else "", hang) for at, text in enumerate(texts)]


def facts(pairs: Iterable[tuple[str, object]]) -> Lines:
    """Name and value in two columns, without those that have no value."""
    kept = [(name, value) for name, value in pairs if value not in (None, "", [], {})]
    width = max((len(name) for name, _ in kept), default=0)
    return [Line(f"{name.ljust(width)}  {value}", hang=width + 2) for name, value in kept]


def section(name: str, body: Lines) -> Lines:
    """BODY under a title; nothing where the body is empty."""
    return [title(name), *body] if body else []


def warnings(texts: Iterable[str], word: str = "warning") -> Lines:
    return [Line(f"{word}: {text}", "warn", 2) for text in texts]


def named(texts: Sequence[str], *, every: bool = False) -> list[str]:
    """TEXTS; of many the first, and how many more, unless EVERY one is asked for."""
    if every or len(texts) <= NAMED + 1:
        return list(texts)
    return [*texts[:NAMED], f"and {len(texts) - NAMED:,} more"]


def when(value: object) -> str:
    """A time since 1970, or one that is text already: as the clock on this host shows it, and how long ago that is."""
    if not isinstance(value, (int, float)):
        return str(value or "")
    return f"{datetime.fromtimestamp(value).astimezone():%Y-%m-%d %H:%M} ({_ago(time.time() - value)})"


def day(value: object) -> str:
    """The day of a time since 1970, or of one that is text already."""
    if not isinstance(value, (int, float)):
        return str(value or "")[:10]
    return f"{datetime.fromtimestamp(value).astimezone():%Y-%m-%d}"


_UNITS = (
    ("year", 31_557_600, 63_115_200),
    ("month", 2_629_800, 10_519_200),
    ("day", 86_400, 86_400),
    ("hour", 3_600, 3_600),
    ("minute", 60, 60),
)
"""Each unit, its length in seconds, and from how many on it tells enough: 90 days are no 2 months."""


def _ago(seconds: float) -> str:
    """How long ago, or in how long, by the largest unit that tells enough."""
    unit, length = next(((unit, length) for unit, length, least in _UNITS if abs(seconds) >= least), ("second", 1))
    if unit == "second":
        return "just now"
    told = count(int(abs(seconds) // length), unit)
    return f"{told} ago" if seconds > 0 else f"in {told}"


def origin(source: Any) -> str:
    """A source in a few words: where from, which ref, which commit or SHA-256."""
    if not isinstance(source, dict):
        return str(source or "")
    commit = str(source.get("commit") or source.get("sha256") or "")[:12]
    return " ".join(str(part) for part in (source.get("location"), source.get("ref"), commit) if part)


def version(source: object) -> str:
    """The commit and its subject, or what the version is told by otherwise."""
    if not isinstance(source, dict):
        return ""
    commit = str(source.get("commit") or source.get("sha256") or "")[:12]
    subject = f'"{source["subject"]}"' if source.get("subject") else str(source.get("ref") or "")
    return " ".join(part for part in (commit, subject) if part)


def shown(value: Any) -> str:
    """An entry of a list, which may be a path or a table with one."""
    if isinstance(value, dict):
        path = value.get("path") or value.get("name") or ""
        rest = "; ".join(str(each) for key, each in value.items() if key not in ("path", "name") and each)
        return f"{path}: {rest}" if rest else str(path)
    return str(value)
