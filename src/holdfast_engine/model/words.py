"""Numbers in sentences."""

from __future__ import annotations


def count(number: int, what: str) -> str:
    """`1 file`, `2 files`, `1,204 files`."""
    return f"{number:,} {what if number == 1 else what + 's'}"
