"""Lines, columns, sizes and times: the small words that all pages are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from holdfast_engine.model.event import Event

Result = dict[str, Any]


VERDICTS = {"pass": "good", "warn": "warn", "refuse": "bad"}


def checks(found: Any) -> Lines:
    """One line for each check, and below it the way to mend what does not pass."""
    lines: Lines = []
    for each in found:
        lines.append(
            Line(f"  {each['verdict']:<7} {each['name']}: {each.get('why', '')}", VERDICTS.get(each["verdict"], ""))
        )
        if each.get("mend") and each["verdict"] != "pass":
            lines.append(Line(f"          mend: {each['mend']}"))
    return lines


def event_line(event: Event) -> str:
    """EVENT on one line."""
    import json

    return json.dumps(event.to_json())


class Line(NamedTuple):
    """One line of text; STYLE is `good`, `warn`, `bad`, `dim`, `strong` or nothing."""

    text: str
    style: str = ""


Lines = list[Line]


def title(text: str) -> Line:
    return Line(text, "strong")


def rows(cells: Iterable[Sequence[object]], *, styles: Sequence[str] = ()) -> Lines:
    """CELLS as aligned columns, indented by two; the last column is not padded."""
    table = [[str(cell) for cell in row] for row in cells]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    texts = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table)
    return [Line(f"  {text}", styles[at] if at < len(styles) else "") for at, text in enumerate(texts)]


def facts(pairs: Iterable[tuple[str, object]]) -> Lines:
    """Name and value in two columns, without those that have no value."""
    kept = [(name, value) for name, value in pairs if value not in (None, "", [], {})]
    width = max((len(name) for name, _ in kept), default=0)
    return [Line(f"{name.ljust(width)}  {value}") for name, value in kept]


def section(name: str, body: Lines) -> Lines:
    """BODY under a title; nothing where the body is empty."""
    return [title(name), *body] if body else []


def warnings(texts: Iterable[str], word: str = "warning") -> Lines:
    return [Line(f"{word}: {text}", "warn") for text in texts]


def when(value: object) -> str:
    """A time since 1970, or one that is text already, to the second in UTC."""
    if isinstance(value, (int, float)):
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return str(value or "")


def origin(source: Any) -> str:
    """A source in a few words: where from, which ref, which commit or SHA-256."""
    if not isinstance(source, dict):
        return str(source or "")
    commit = str(source.get("commit") or source.get("sha256") or "")[:12]
    return " ".join(str(part) for part in (source.get("location"), source.get("ref"), commit) if part)


def shown(value: Any) -> str:
    """An entry of a list, which may be a path or a table with one."""
    if isinstance(value, dict):
        path = value.get("path") or value.get("name") or ""
        rest = "; ".join(str(each) for key, each in value.items() if key not in ("path", "name") and each)
        return f"{path}: {rest}" if rest else str(path)
    return str(value)
