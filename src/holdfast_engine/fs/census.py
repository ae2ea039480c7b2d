"""Counting and comparing the protected data: `quick` by directories, `full` by every file's size and times."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from holdfast_engine.fs.clock import settled
from holdfast_engine.fs.dir_cursor import Descent, levels
from holdfast_engine.fs.root import Root, is_shortage
from holdfast_engine.fs.walk import text_of
from holdfast_engine.model.manifest import Stamp
from holdfast_engine.model.memory import is_data, is_database_name


class Counted(NamedTuple):
    """One directory of the quick census: its times and inode, how many entries of it are no directories, how many of
    these are users' files by their names, the names of DATABASES among them, and of links that are ABSOLUTE or name
    a release.
    """

    mtime: int
    ctime: int
    inode: int
    files: int
    data: int
    databases: tuple[str, ...] = ()
    absolute: tuple[str, ...] = ()


def full(root: Root, top: str) -> dict[str, Stamp]:
    """Size, times and inode of everything below TOP that is no directory; links are counted, never followed.

    What may not be read is left out. However deep the tree is, few descriptors are open.
    """
    found: dict[str, Stamp] = {}
    try:
        way = Descent(root, top)
    except OSError as error:
        if is_shortage(error):
            raise
        status = root.lstat(top)
        return {"": (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)} if status else {}
    with way:
        for prefix, here, below in levels(way):
            below.extend(_full_level(prefix, here, found))
    return found


def _full_level(prefix: str, here: int, found: dict[str, Stamp]) -> list[str]:
    below: list[str] = []
    with os.scandir(here) as scan:
        for entry in scan:
            if entry.is_dir(follow_symlinks=False):
                below.append(entry.name)
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            found[prefix + entry.name] = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return below


def quick(root: Root, top: str, known: Mapping[str, Counted], *, now: int) -> dict[str, Counted]:
    """How many files each directory below TOP holds; only directories that changed since KNOWN are listed anew.

    A name cannot vanish without its directory's times changing. A directory whose times are not settled NOW
    (nanoseconds) may have changed again within one clock tick and is listed every time.
    """
    counted: dict[str, Counted] = {}
    children = _children(known)

    try:
        way = Descent(root, top)
    except OSError as error:
        if is_shortage(error):
            raise
        return counted
    with way:
        for prefix, here, below in levels(way):
            path = prefix.rstrip("/")
            counted[path], names = _count(here, known.get(path), children.get(path, []), now)
            below.extend(names)
    return counted


def proof_of(root: Root, top: str, directories: Iterable[str]) -> tuple[str, int]:
    """One digest over names, times and inodes of DIRECTORIES below TOP, and the newest of the times; OSError where one
    is gone. One call for each: what a link planted on the way would show has other numbers.
    """
    proof, newest = hashlib.sha256(), 0
    with root.directory(top) as here:
        for path in directories:
            status = os.stat(path or ".", dir_fd=here, follow_symlinks=False)
            newest = max(newest, status.st_mtime_ns, status.st_ctime_ns)
            proof.update(row_of(path, (status.st_mtime_ns, status.st_ctime_ns, status.st_ino)))
    return proof.hexdigest(), newest


def row_of(path: str, stamp: tuple[int, int, int]) -> bytes:
    """What one directory adds to a proof."""
    return b"%b\0%d %d %d\0" % (os.fsencode(path), *stamp)


def proven(counted: Mapping[str, Counted], *, at: int) -> dict[str, Counted]:
    """COUNTED as it may be kept: a directory that may have changed once more in the tick in which it was counted, AT,
    has no times that could be met again, and is listed anew.
    """
    return {path: row if settled(row.ctime, at=at) else row._replace(ctime=0) for path, row in counted.items()}


def _children(known: Mapping[str, Counted]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in known:
        if path:
            parent, _, name = path.rpartition("/")
            found.setdefault(parent, []).append(name)
    return found


def _count(here: int, before: Counted | None, children: list[str], now: int) -> tuple[Counted, list[str]]:
    """What the open directory holds, and the names of the directories in it, as a list of the caller's own."""
    status = os.fstat(here)
    same = before and before[:3] == (status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    if before and same and settled(before.ctime, at=now):
        return before, [*children]
    names, below, links = _list(here)
    bases = tuple(sorted(filter(is_database_name, names)))
    absolute = tuple(sorted(name for name in links if _is_absolute(here, name)))
    stamp = (status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return Counted(*stamp, len(names), sum(map(is_data, names)), bases, absolute), below


def _list(here: int) -> tuple[list[str], list[str], list[str]]:
    """The names of what is no directory, those of directories, and those of links among the first."""
    names, below, links = list[str](), list[str](), list[str]()
    with os.scandir(here) as scan:
        for entry in scan:
            if entry.is_dir(follow_symlinks=False):
                below.append(entry.name)
            else:
                names.append(entry.name)
                links.extend([entry.name] if entry.is_symlink() else [])
    return names, below, links


def _is_absolute(here: int, name: str) -> bool:
    text = text_of(here, name)
    return text is not None and (text.startswith("/") or "releases/" in text)
