"""The entries of a tree with what proves their content."""

from __future__ import annotations

from typing import Any, NamedTuple

FILE, DIR, LINK, OTHER = "file", "dir", "link", "other"
_LETTERS = {FILE: "f", DIR: "d", LINK: "l", OTHER: "o"}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}

Stamp = tuple[int, int, int, int]
"""Size, times of content and of name, inode."""


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

    def stamp(self) -> Stamp:
        return (self.size, self.mtime, self.ctime, self.inode)
