"""A way down through directories that may be deeper than a process may have files open."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Optional

from holdfast_engine.fs.root import OPEN_DIR, Root, is_shortage

_KEPT = 16
"""Descriptors that one way holds open at most: the deepest ones."""


class _Step:
    """One directory on the way: NAME in its parent, its descriptor while that is kept, and which one it is."""

    def __init__(self, name: str, descriptor: int) -> None:
        status = os.fstat(descriptor)
        self.name = name
        self.descriptor: Optional[int] = descriptor
        self.identity = (status.st_dev, status.st_ino)


class Descent:
    """From TOP in ROOT downwards, each directory opened from its parent without following a link (G9).

    On the way back a directory that is no longer open is found by `..`, and must be the one that
    it was: whoever moved the tree meanwhile leads nobody out. Otherwise it is opened by its names
    from the top again, as a first look would. Raises OSError where a directory is none any more.
    """

    def __init__(self, root: Root, top: str) -> None:
        self._root, self._top = root, top
        self._steps = [_Step("", root.open_directory(top))]
        self.device = self._steps[0].identity[0]

    def __enter__(self) -> Descent:
        return self

    def __exit__(self, *_: object) -> None:
        while self._steps:
            self._close(self._steps.pop())

    @property
    def here(self) -> int:
        """A descriptor of the deepest directory, open until the next step."""
        step = self._steps[-1]
        if step.descriptor is None:
            path = "/".join((self._top, *(one.name for one in self._steps[1:])))
            step.descriptor = self._root.open_directory(path.lstrip("/"))
        return step.descriptor

    def enter(self, name: str, descriptor: Optional[int] = None) -> int:
        """Go down into the directory NAME, which DESCRIPTOR may be open on already."""
        opened = os.open(name, OPEN_DIR, dir_fd=self.here) if descriptor is None else descriptor
        self._steps.append(_Step(name, opened))
        if len(self._steps) > _KEPT:
            self._close(self._steps[-_KEPT - 1])
        return opened

    def leave(self) -> str:
        """Go up again; returns the name of the directory that was left."""
        left = self._steps.pop()
        if self._steps and self._steps[-1].descriptor is None and left.descriptor is not None:
            self._steps[-1].descriptor = _parent(left.descriptor, self._steps[-1].identity)
        self._close(left)
        return left.name

    @staticmethod
    def _close(step: _Step) -> None:
        if step.descriptor is not None:
            os.close(step.descriptor)
            step.descriptor = None


def _parent(descriptor: int, identity: tuple[int, int]) -> Optional[int]:
    """The parent of the open directory, if it is the one with IDENTITY."""
    try:
        parent = os.open("..", OPEN_DIR, dir_fd=descriptor)
    except OSError:
        return None
    status = os.fstat(parent)
    if (status.st_dev, status.st_ino) == identity:
        return parent
    os.close(parent)
    return None


def _passed_over(_path: str, error: OSError) -> None:
    """What cannot be entered is left out; not so where the process, and not the tree, is short of something."""
    if is_shortage(error):
        raise error


Missed = Callable[[str, OSError], None]


def levels(way: Descent, missed: Missed = _passed_over) -> Iterator[tuple[str, int, list[str]]]:
    """Each directory at and below the top of WAY, parents first: the prefix of its paths, a descriptor, an empty list.

    Into the list the caller puts the names of the directories to enter, the last one first. The
    descriptor is open until the next step. A directory that cannot be entered is told to MISSED,
    with its path. However deep the tree is, few descriptors are open.
    """
    frames: list[tuple[str, list[str]]] = [("", [])]
    yield "", way.here, frames[0][1]
    while frames:
        prefix, below = frames[-1]
        if not below:
            frames.pop()
            way.leave()
            continue
        name = below.pop()
        try:
            here = way.enter(name)
        except OSError as error:
            missed(prefix + name, error)
            continue
        frames.append((f"{prefix}{name}/", []))
        yield f"{prefix}{name}/", here, frames[-1][1]
