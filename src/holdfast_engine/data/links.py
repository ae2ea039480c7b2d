"""The links that lead from a release into `shared/`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from holdfast_engine.fs import durable
from holdfast_engine.fs.place import make_link
from holdfast_engine.fs.root import Root
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath, link_text
from holdfast_engine.model.rules import SharedPath


@dataclass(frozen=True)
class Bench:
    """What every step on data needs: the open deploy root and the names below it."""

    root: Root
    layout: Layout

    def text(self, release: RelPath, path: str) -> str:
        """The text of the link at PATH in RELEASE that leads to PATH in `shared/`: relative, so that a site can be
        moved.
        """
        return link_text(release / path, self.layout.in_shared(path))

    def is_linked(self, release: RelPath, path: str) -> bool:
        """True when PATH in RELEASE is exactly our link; a link to anywhere else is none (I23)."""
        return self.root.link(release / path) == self.text(release, path)

    def is_served(self, release: RelPath, path: str) -> bool:
        """True when PATH in RELEASE leads to PATH in `shared/`: by our link there, or by one above it.

        A directory that one release links as a whole may be linked child by child in another.
        """
        return any(self.is_linked(release, here) for here in (path, *RelPath(path).ancestors()))

    def resolves(self, release: RelPath, path: str) -> bool:
        """True when PATH in RELEASE is our link and something stands behind it in `shared/`."""
        return self.is_served(release, path) and self.root.has(self.layout.in_shared(path))


def wanted_text(bench: Bench, release: RelPath, shared: SharedPath) -> str:
    """The text of the link for SHARED in RELEASE: to `shared/`, or a carried link's own."""
    return shared.text if shared.kind == "link" else bench.text(release, shared.path)


def place_link(bench: Bench, release: RelPath, path: str, text: str) -> bool:
    """A link with TEXT stands at PATH in RELEASE, where nothing stood before; False when it stood there already.

    Missing parents are made; a sealed parent is opened for the moment. FileExistsError when
    something else stands there.
    """
    at = release / path
    if bench.root.link(at) == text:
        return False
    durable.make_directories(bench.root, at.parent)
    with opened(bench.root, [at.parent]):
        make_link(bench.root, at, text)
    return True


class opened:  # noqa: N801 - reads as a sentence: with opened(...)
    """The directories are writable for their owner inside the block and get their modes back after it.

    One that was moved away inside the block keeps the write bit: it is data now, or in the attic,
    and a link of ours stands where it stood. A crash leaves them writable, which loses nothing:
    the next seal takes the bits away again.
    """

    def __init__(self, root: Root, directories: Iterable[str]) -> None:
        self._root = root
        self._directories = list(directories)
        self._modes: list[tuple[str, int, int]] = []

    def __enter__(self) -> None:
        for path in self._directories:
            status = self._root.lstat(path)
            if status and not status.st_mode & 0o200 and status.st_uid == os.geteuid() != 0:
                self._modes.append((path, status.st_mode & 0o7777, status.st_ino))
                durable.set_mode(self._root, path, status.st_mode & 0o7777 | 0o200)

    def __exit__(self, *_: object) -> None:
        for path, mode, inode in self._modes:
            status = self._root.lstat(path)
            if status and status.st_ino == inode:
                durable.set_mode(self._root, path, mode)
