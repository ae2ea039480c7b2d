"""What is carried: real files of the live release that no release shipped, under a second name in the next one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Optional

from holdfast_engine.model.listing import DIR
from holdfast_engine.model.manifest import Stamp


class Carried(NamedTuple):
    """One name as it was carried: its KIND, its INODE where it is now, and the one it had in the release that it came
    from (LEFT), which is another only where no second name could be given, and a copy was. SIZE (of files) and MTIME
    (nanoseconds) are those of the moment.
    """

    kind: str
    inode: int
    size: int
    mtime: int
    left: int

    @classmethod
    def as_it_stands(cls, kind: str, stamp: Stamp) -> Carried:
        """What is carried, as STAMP says that it stands in the release that it is carried from."""
        size, mtime, _, inode = stamp
        return cls(kind, inode, size, mtime, inode)

    def is_still(self, now: Carried) -> bool:
        """True while NOW is the same file, directory or link at the place where this one is; whatever was written into
        a directory, its own entries tell.
        """
        return self.kind == now.kind and (self.kind == DIR or self.inode == now.inode)

    def is_unwritten(self, now: Carried) -> bool:
        """True while NOW is this one and was not written to since."""
        return self.is_still(now) and (self.kind == DIR or (self.size, self.mtime) == (now.size, now.mtime))

    def is_known_as(self, known: Optional[Carried]) -> bool:
        """True where KNOWN says the same of this one; of a directory, that it is one."""
        return known == self or (known is not None and self.kind == known.kind == DIR)

    def was_left_as(self, now: Carried) -> bool:
        """True while NOW is what this one was carried from. Of one file under two names nothing can be newer."""
        if self.kind != now.kind or self.kind == DIR:
            return self.kind == now.kind
        return self.left == now.inode and (self.left == self.inode or (self.size, self.mtime) == (now.size, now.mtime))

    def to_row(self, path: str) -> list[Any]:
        return [path, self.kind, self.inode, self.size, self.mtime, self.left]

    @classmethod
    def from_row(cls, row: list[Any]) -> tuple[str, Carried]:
        path, kind, inode, size, mtime, left = row
        return str(path), cls(str(kind), int(inode), int(size), int(mtime), int(left))


Base = Mapping[str, Carried]
"""Names and inodes at the time of carrying, by path relative to the release; what differs from it came since."""
EMPTY: Base = {}
