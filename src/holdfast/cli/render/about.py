"""Pages about Holdfast itself: settings with their origins, documentation, completion scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from holdfast.cli.render.words import Line, Lines, rows, section

Result = dict[str, Any]


def config(result: Result) -> Lines:
    cells = [(each["key"], _shown(each["value"]), _origin(each)) for each in result["settings"]]
    files = [Line(f"  {path}") for path in result["files"]]
    return [
        *rows(cells),
        *section("files that were read; the later one wins", files),
        *(Line(f"note: {text}", "warn") for text in result["notes"]),
    ]


def _shown(value: Any) -> str:
    """As it would stand in `holdfast.toml`; a dash for what nobody said."""
    if value in (None, "", []):
        return "-"
    if isinstance(value, list):
        return f"[{', '.join(_shown(one) for one in value)}]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _origin(row: Result) -> str:
    return " ".join(part for part in (row["origin"], row["from"]) if part)


def docs(result: Result) -> Lines:
    if "text" in result:
        return [Line(line) for line in result["text"].splitlines()]
    topics = [(each["topic"], each["about"]) for each in result["topics"]]
    return [*rows(topics), Line("read one with: holdfast docs TOPIC")]


def completion(result: Result) -> Lines:
    return [Line(line) for line in result["script"].splitlines()]


ABOUT: dict[str, Callable[[Result], Lines]] = {"config": config, "docs": docs, "completion": completion}
