"""So much of the page is for each of its parts: rows are shown while there is room, and the others are counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from holdfast.report.markup import Html


def fitting(rows: Sequence[Any], made: Callable[[Any], Html], room: int) -> tuple[list[Html], int]:
    """What is MADE of the first of ROWS, as many as ROOM bytes hold, and how many are left out."""
    found: list[Html] = []
    for row in rows:
        one = made(row)
        room -= width(one)
        if room < 0:
            break
        found.append(one)
    return found, len(rows) - len(found)


def width(made: Html) -> int:
    return len(made.encode("utf-8", "replace"))
