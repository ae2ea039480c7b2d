"""The links that lead from a release into `shared/`."""

from __future__ import annotations

import os
from collections.abc import Iterable

from holdfast_engine.fs import durable
from holdfast_engine.fs.place import make_link, make_links
from holdfast_engine.fs.root import Root
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath, link_text
from holdfast_engine.model.values import dataclass


@dataclass(frozen=True)
class Links:
    """What every step on data needs: the open deploy root and the names below it; AWAY are the paths in `shared/` at
    which something was mounted that is not.
    """

    root: Root
    layout: Layout
    away: tuple[RelPath, ...] = ()

    def is_away(self, path: str) -> bool:
        """True when PATH lies in, or around, what is not mounted: what is moved or made there is hidden by the disk
        once it is back (I29). A link to there may be made: it leads to its data then.
        """
        return any(RelPath(path).is_within(one) or one.is_within(path) for one in self.away)

    def why_away(self, path: str) -> str:
        """Why PATH stays where it is, in words."""
        near = next(one for one in self.away if RelPath(path).is_within(one) or one.is_within(path))
        return f"stays where it is: `{self.layout.in_shared(near)}` is not mounted"

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


def place_link(links: Links, release: RelPath, path: str, text: str) -> bool:
    """A link with TEXT stands at PATH in RELEASE, where nothing stood before; False when it stood there already.

    Missing parents are made; a sealed parent is opened for the moment. FileExistsError when
    something else stands there.
    """
    at = release / path
    if links.root.link(at) == text:
        return False
    durable.make_directories(links.root, at.parent)
    with opened(links.root, [at.parent]):
        make_link(links.root, at, text)
    return True


def not_served(links: Links, release: RelPath, paths: Iterable[str]) -> list[str]:
    """Those of PATHS at which something lies in `shared/` that RELEASE does not show."""
    with links.root.looking():
        lying = (path for path in paths if links.root.has(links.layout.in_shared(path)))
        return [path for path in lying if not links.is_served(release, path)]


def place_links(links: Links, release: RelPath, paths: Iterable[str]) -> list[str]:
    """Each of PATHS is our link in RELEASE; returns those at which something stands already, or above which something
    else than directories does: there nothing was changed. Missing parents are made.
    """
    left, below = list[str](), dict[RelPath, dict[str, str]]()
    for path in map(RelPath, paths):
        below.setdefault(path.parent, {})[path.name] = links.text(release, path)
    for parent, texts in below.items():
        at = release / parent
        if links.root.obstacle(at) is not None:
            left += [parent / name for name in texts]
            continue
        durable.make_directories(links.root, at)
        with opened(links.root, [at]):
            left += [parent / name for name in make_links(links.root, at, texts)]
    return left


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
