"""Numbers and names in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote

_NAMED = 5


def count(number: int, what: str, many: str = "") -> str:
    """`1 file`, `2 files`, `1,204 files`; MANY where it is not WHAT with an s."""
    return f"{number:,} {what if number == 1 else many or what + 's'}"


def size(number: int) -> str:
    """Bytes as people read them."""
    amount, units = float(number), ["B", "kB", "MB", "GB", "TB"]
    while amount >= 1000 and len(units) > 1:
        amount, units = amount / 1000, units[1:]
    return f"{amount:.0f} {units[0]}" if units[0] == "B" else f"{amount:.1f} {units[0]}"


def named(paths: Sequence[str]) -> str:
    """The first of PATHS, as in "`a`, `b`, …"."""
    return ", ".join([*(f"`{path}`" for path in paths[:_NAMED]), *(["…"] if len(paths) > _NAMED else [])])


def typed(word: str) -> str:
    """WORD as it is typed in a shell. Names come from uploads: bytes that no terminal shows are spelled out, as
    Bash and other shells of today read them.
    """
    if word.isprintable():
        return quote(word)
    return f"$'{''.join(map(_spelled, word.encode('utf-8', 'surrogateescape')))}'"


def _spelled(byte: int) -> str:
    return chr(byte) if 32 <= byte < 127 and byte not in b"'\\" else f"\\x{byte:02x}"
