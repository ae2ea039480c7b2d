"""Ordered walks that follow no link and stay on one file system."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Optional

from holdfast_engine.fs.descent import Descent, levels
from holdfast_engine.fs.root import Root, kind_of

Found = tuple[str, str, os.stat_result]


def _everywhere(_path: str) -> bool:
    return True


def walk(
    root: Root, top: str, *, descend: Callable[[str], bool] = _everywhere, unreadable: Optional[list[str]] = None
) -> Iterator[Found]:
    """Every path below TOP (relative to TOP, parents first) with its kind and status.

    Links are named, never followed; another file system's root is named, never entered.
    Directories for which DESCEND says no are named, not entered. What vanishes meanwhile is
    passed over: the application goes on working while we look. A directory that may not be
    read raises PermissionError, or is added to UNREADABLE when that is given. However deep the
    tree is, few descriptors are open.
    """

    def missed(path: str, error: OSError) -> None:
        if isinstance(error, PermissionError):
            if unreadable is None:
                raise error
            unreadable.append(path)

    try:
        way = Descent(root, top)
    except (FileNotFoundError, NotADirectoryError):
        return
    with way:
        for prefix, here, below in levels(way, missed):
            yield from _level(prefix, here, way.device, descend, below)


def _level(prefix: str, here: int, device: int, descend: Callable[[str], bool], below: list[str]) -> Iterator[Found]:
    """The entries of one directory in order; BELOW receives the names to enter next, last first."""
    with os.scandir(here) as scan:
        entries = sorted(scan, key=_name)
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
