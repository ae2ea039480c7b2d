"""Numbers and names in sentences."""

from __future__ import annotations

from collections.abc import Sequence

_NAMED = 5


def count(number: int, what: str, many: str = "") -> str:
    """`1 file`, `2 files`, `1,204 files`; MANY where it is not WHAT with an s."""
    return f"{number:,} {what if number == 1 else many or what + 's'}"


def named(paths: Sequence[str]) -> str:
    """The first of PATHS, as in "`a`, `b`, …"."""
    return ", ".join([*(f"`{path}`" for path in paths[:_NAMED]), *(["…"] if len(paths) > _NAMED else [])])
