"""Names and sizes of a tree as it is walked, one after the other: nothing is read, and nothing is kept."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from typing import NamedTuple

from holdfast_engine.fs.dir_cursor import Descent, levels
from holdfast_engine.fs.root import Root, is_shortage, kind_of
from holdfast_engine.model.listing import DIR, FILE

_GONE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


class Sized(NamedTuple):
    """One file, link or other thing that is no directory: NAME in DIRECTORY, which is relative to the top of the walk;
    its KIND, its SIZE in bytes (of files), and under how many NAMES its content stands.
    """

    directory: str
    name: str
    kind: str
    size: int
    names: int

    @property
    def path(self) -> str:
        return f"{self.directory}/{self.name}" if self.directory else self.name


def sizes(root: Root, top: str, unreadable: list[str]) -> Iterator[Sized]:
    """Everything below TOP that is no directory: first what stands in a directory, then what is in those below it, by
    name. However many names one directory has, no list of them is made.

    Links are named, never followed; what vanishes meanwhile is passed over. A directory that may not be entered is
    added to UNREADABLE. Disks that are mounted below TOP are looked into: what lies there is the site's.
    """

    def missed(path: str, error: OSError) -> None:
        if is_shortage(error):
            raise error
        if error.errno not in _GONE:
            unreadable.append(path)

    try:
        way = Descent(root, top)
    except OSError as error:
        missed("", error)
        return
    with way:
        for prefix, here, below in levels(way, missed):
            yield from _level(prefix.rstrip("/"), here, below)
            below.sort(reverse=True)


def _level(directory: str, here: int, below: list[str]) -> Iterator[Sized]:
    """What stands in the open directory HERE; BELOW receives the names of the directories in it."""
    with os.scandir(here) as scan:
        for entry in scan:
            if entry.is_dir(follow_symlinks=False):
                below.append(entry.name)
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            kind = kind_of(status)
            if kind != DIR:  # a directory took its place this moment
                yield Sized(directory, entry.name, kind, status.st_size if kind == FILE else 0, status.st_nlink)
