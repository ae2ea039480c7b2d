"""How large what is: sizes of a tree, added up by directory while it is walked, in little memory.

What is large enough, by its bytes or by its number of files, has an extent of its own; all else is counted in the
directory around it.
"""

from __future__ import annotations

from heapq import heappop, heappush, nlargest
from itertools import count
from typing import Any

_SHARE = 10_000
"""What is less than so small a part of the whole has no extent of its own."""
_MOST = 60
"""So many of one directory have one: the largest by bytes, and as many by files."""
_DEEPEST = 24
"""What lies deeper is counted."""
_EACH = len('{"name": "", "files": , "bytes": , "parts": []}, ')
"""Characters that an extent takes in an answer, beside its name and its numbers."""


class Extent:
    """NAME holds so many FILES and BYTES; PARTS are what of it has an extent of its own. A directory's name ends with
    `/`.
    """

    __slots__ = ("bytes", "files", "name", "parts")

    def __init__(self, name: str, files: int = 0, size: int = 0) -> None:
        self.name = name
        self.files = files
        self.bytes = size
        self.parts: list[Extent] = []

    def to_json(self) -> dict[str, Any]:
        parts = {"parts": [one.to_json() for one in self.parts]} if self.parts else {}
        return {"name": self.name, "files": self.files, "bytes": self.bytes, **parts}


class Extents:
    """The extents of one tree, as far as it was walked. What is added comes directory by directory, each directory
    before those below it, and none twice: what has been left is summed up, and let go of where it is small.

    What is let go of on the way is too small for the whole as well, for that only grows: in which order names come
    makes no difference.
    """

    def __init__(self) -> None:
        self._top = Extent("")
        self._open = [self._top]
        self._at = ""
        self.files = 0
        self.bytes = 0

    def add(self, directory: str, name: str, size: int) -> None:
        """The file NAME of so many bytes (SIZE) stands in DIRECTORY."""
        if directory != self._at:
            self._go_to(directory)
        here = self._open[-1]
        here.files += 1
        here.bytes += size
        self.files += 1
        self.bytes += size
        if size * _SHARE >= self.bytes and size:
            self._keep(here, Extent(name, 1, size))

    def whole(self, room: int) -> Extent:
        """All of it as one extent; of what is in it the largest, as many as an answer of ROOM characters holds."""
        self._go_to("")
        waiting = [self._top]
        while waiting:
            here = waiting.pop()
            self._let_go(here)
            waiting += here.parts
        self._fit(room)
        return _joined(self._top)

    def _go_to(self, directory: str) -> None:
        names = [f"{name}/" for name in directory.split("/")] if directory else []
        kept = 0
        while kept < min(len(names), len(self._open) - 1) and names[kept] == self._open[kept + 1].name:
            kept += 1
        while len(self._open) - 1 > kept:
            self._leave()
        self._open += map(Extent, names[kept:])
        self._at = directory

    def _leave(self) -> None:
        """The deepest directory is walked: it counts for the one around it."""
        left, around = self._open.pop(), self._open[-1]
        around.files += left.files
        around.bytes += left.bytes
        self._let_go(left)
        if len(self._open) >= _DEEPEST:
            left.parts = []
        if self._is_large(left):
            self._keep(around, left)

    def _keep(self, around: Extent, one: Extent) -> None:
        around.parts.append(one)
        if len(around.parts) > 8 * _MOST:
            self._let_go(around)

    def _let_go(self, here: Extent) -> None:
        """Of what is in HERE only what is large is kept, and of that the largest."""
        large = [one for one in here.parts if self._is_large(one)]
        kept = [*nlargest(_MOST, large, key=_by_bytes), *nlargest(_MOST, large, key=_by_files)]
        here.parts = list({id(one): one for one in kept}.values())

    def _is_large(self, one: Extent) -> bool:
        """By its bytes; a directory by its files as well."""
        return one.bytes * _SHARE >= max(self.bytes, 1) or (one.files * _SHARE >= self.files and one.name.endswith("/"))

    def _fit(self, room: int) -> None:
        """Of all parts the largest are kept, until ROOM is used up; with each that it lies in."""
        number, waiting = count(), list[tuple[float, int, Extent, Extent]]()

        def take_out(around: Extent) -> None:
            inner, around.parts = around.parts, []
            for one in sorted(inner, key=_by_bytes, reverse=True):
                heappush(waiting, (-self._part(one), next(number), around, one))

        take_out(self._top)
        while waiting:
            _, _, around, one = heappop(waiting)
            room -= _EACH + _width(one.name) + len(f"{one.files}{one.bytes}")
            if room >= 0:
                around.parts.append(one)
            take_out(one)

    def _part(self, one: Extent) -> float:
        return max(one.bytes / max(self.bytes, 1), one.files / max(self.files, 1))


def _by_bytes(one: Extent) -> tuple[int, int, str]:
    return (one.bytes, one.files, one.name)


def _by_files(one: Extent) -> tuple[int, int, str]:
    return (one.files, one.bytes, one.name)


def _width(name: str) -> int:
    """How many characters NAME takes at most, however it is written down."""
    return sum(1 if letter.isalnum() and letter.isascii() else 6 for letter in name)


def _joined(one: Extent) -> Extent:
    """ONE, in which a directory that holds nothing but another one is one extent with it."""
    one.parts = [_joined(inner) for inner in sorted(one.parts, key=_by_bytes, reverse=True)]
    if one.name and len(one.parts) == 1 and one.parts[0].files == one.files and one.parts[0].name.endswith("/"):
        one.name, one.parts = one.name + one.parts[0].name, one.parts[0].parts
    return one
