"""The entries of a tree with what proves their content, and the difference of two trees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Optional

FILE, DIR, LINK, OTHER = "file", "dir", "link", "other"
_LETTERS = {FILE: "f", DIR: "d", LINK: "l", OTHER: "o"}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}


class Entry(NamedTuple):
    """One path as it stood: DIGEST is the SHA-256 of a file's content or the text of a link.

    SIZE in bytes, MTIME and CTIME in nanoseconds, INODE as the file system numbered it: while
    all four are unchanged and the times lie before the baseline was taken, the content is.
    """

    path: str
    kind: str
    mode: int = 0
    size: int = 0
    digest: str = ""
    mtime: int = 0
    ctime: int = 0
    inode: int = 0

    def to_row(self) -> list[Any]:
        return [self.path, _LETTERS[self.kind], *self[2:]]

    @classmethod
    def from_row(cls, row: list[Any]) -> Entry:
        return cls(row[0], _KINDS[row[1]], *row[2:])

    def stamp(self) -> tuple[int, int, int, int]:
        return (self.size, self.mtime, self.ctime, self.inode)


Manifest = Mapping[str, Entry]


@dataclass(frozen=True)
class Drift:
    """Differences between a tree now and its baseline, as paths in order."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    odd: tuple[str, ...] = ()
    """FIFOs, sockets and devices: named and left."""

    def __bool__(self) -> bool:
        return bool(self.added or self.changed)


def same_content(old: Optional[Entry], new: Optional[Entry]) -> bool:
    """True when both entries have one kind and one content; directories are equal by kind."""
    if old is None or new is None or old.kind != new.kind:
        return False
    return old.kind == DIR or (old.size == new.size and old.digest == new.digest)
