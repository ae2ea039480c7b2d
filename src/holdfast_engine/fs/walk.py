"""Ordered walks that follow no link and stay on one file system."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from typing import Optional

from holdfast_engine.fs.dir_cursor import Descent, levels
from holdfast_engine.fs.root import Root, is_shortage, kind_in, kind_of
from holdfast_engine.model.paths import RelPath

Found = tuple[str, str, os.stat_result]
_GONE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
"""How entering what vanished meanwhile ends, or what is no directory any more."""


def _everywhere(_path: str) -> bool:
    return True


def _nowhere(_path: str) -> bool:
    return False


def walk(
    root: Root,
    top: str,
    *,
    descend: Callable[[str], bool] = _everywhere,
    passing: Callable[[str], bool] = _nowhere,
    unreadable: Optional[list[str]] = None,
) -> Iterator[Found]:
    """Every path below TOP (relative to TOP, parents first) with its kind and status.

    Links are named, never followed; another file system's root is named, never entered.
    Directories for which DESCEND says no are named, not entered; what is PASSING costs no look at
    all. What vanishes meanwhile is passed over: the application goes on working while we look. A
    directory that may not or cannot be read raises OSError, or is added to UNREADABLE when that is
    given. However deep the tree is, few descriptors are open.
    """

    def missed(path: str, error: OSError) -> None:
        if error.errno in _GONE:
            return
        if unreadable is None or is_shortage(error):
            raise error
        unreadable.append(path)

    try:
        way = Descent(root, top)
    except (FileNotFoundError, NotADirectoryError):
        return
    with way:
        for prefix, here, below in levels(way, missed):
            with os.scandir(here) as scan:
                entries = [entry for entry in scan if not passing(prefix + entry.name)]
            yield from _level(prefix, sorted(entries, key=_name), way.device, descend, below)


def names(root: Root, top: str, *, descend: Callable[[str], bool] = _everywhere) -> Iterator[tuple[str, str, int]]:
    """Every path below TOP with its kind and the inode that its directory says, in the order of the directories: no
    look at any file. On a file system of layers the inode may be another than its own (overlayfs).
    """
    try:
        way = Descent(root, top)
    except (FileNotFoundError, NotADirectoryError):
        return
    with way:
        for prefix, here, below in levels(way):
            with os.scandir(here) as scan:
                entries = list(scan)
            for entry in entries:
                path, kind = prefix + entry.name, kind_in(entry)
                yield path, kind, entry.inode()
                if kind == "dir" and descend(path):
                    below.append(entry.name)


def _level(
    prefix: str, entries: list[os.DirEntry[str]], device: int, descend: Callable[[str], bool], below: list[str]
) -> Iterator[Found]:
    """The ENTRIES of one directory in order; BELOW receives the names to enter next, last first."""
    for entry in entries:
        try:
            status = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue
        kind = kind_of(status)
        path = prefix + entry.name
        yield path, kind, status
        if kind == "dir" and status.st_dev == device and descend(path):
            below.append(entry.name)
    below.reverse()


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def text_of(here: int, name: str) -> Optional[str]:
    """The text of the link NAME in the open directory; None when it is gone, or another thing by now."""
    try:
        return os.readlink(name, dir_fd=here)
    except OSError as error:
        if error.errno in (*_GONE, errno.EINVAL):
            return None
        raise


def links_below(root: Root, top: str) -> Iterator[tuple[RelPath, str]]:
    """Each symlink at or below TOP, by its path in ROOT, with its text. No file is looked at: what a directory says of
    the kinds of its names is enough.
    """
    text = root.link(top)
    if text is not None:
        yield RelPath(top), text
        return
    try:
        way = Descent(root, top)
    except OSError as error:
        if is_shortage(error):
            raise
        return
    with way:
        for prefix, here, below in levels(way):
            with os.scandir(here) as scan:
                entries = sorted(scan, key=_name)
            below.extend(entry.name for entry in reversed(entries) if entry.is_dir(follow_symlinks=False))
            for entry in entries:
                text = text_of(here, entry.name) if entry.is_symlink() else None
                if text is not None:
                    yield RelPath(top) / (prefix + entry.name), text


def size_of(root: Root, top: str) -> tuple[int, int]:
    """Files at or below TOP and their bytes, as far as they may be read."""
    status = root.lstat(top)
    if status is None or kind_of(status) != "dir":
        return (1, status.st_size) if status else (0, 0)
    files = size = 0
    for _, kind, found in walk(root, top, unreadable=[]):
        if kind != "dir":
            files += 1
            size += found.st_size if kind == "file" else 0
    return files, size
