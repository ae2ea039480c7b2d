"""A census of everything below a directory, whatever its names, kinds and depth: by descriptors, without recursion."""

from __future__ import annotations

import hashlib
import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

Thing = tuple[str, str]
"""A kind, and what makes one of that kind itself: a file's digest, a link's text, a device's number."""


def things(top: Path, *, without: Iterable[bytes] = ()) -> Counter[Thing]:
    """How often each thing that is no directory stands below TOP; names WITHOUT at its top are left out."""
    return Counter(thing for _, thing in _everything(top, frozenset(without)))


def _everything(top: Path, without: frozenset[bytes]) -> Iterator[tuple[bytes, Thing]]:
    here = os.open(top, os.O_RDONLY | os.O_DIRECTORY)
    waiting = [(here, name) for name in os.listdir(os.fsencode(f"/proc/self/fd/{here}")) if name not in without]
    opened = {here: len(waiting)}
    while waiting:
        parent, name = waiting.pop()
        status = os.stat(name, dir_fd=parent, follow_symlinks=False)
        if stat.S_ISDIR(status.st_mode):
            below = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=parent)
            names = os.listdir(os.fsencode(f"/proc/self/fd/{below}"))
            waiting += [(below, one) for one in names]
            opened[below] = len(names)
            _close_if_empty(opened, below)
        else:
            yield name, _thing(parent, name, status)
        opened[parent] -= 1
        _close_if_empty(opened, parent)


def _close_if_empty(opened: dict[int, int], descriptor: int) -> None:
    if opened[descriptor] <= 0:
        os.close(descriptor)
        opened[descriptor] = 1 << 60


def _thing(parent: int, name: bytes, status: os.stat_result) -> Thing:
    mode = status.st_mode
    if stat.S_ISLNK(mode):
        return "link", os.fsdecode(os.readlink(name, dir_fd=parent))
    if stat.S_ISREG(mode):
        return "file", f"{status.st_size}:{_digest(parent, name, status)}"
    return stat.filemode(mode)[0], str(status.st_rdev)


def _digest(parent: int, name: bytes, status: os.stat_result) -> str:
    """Of the data alone where a file is mostly holes: a gigabyte of nothing is not read."""
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=parent)
    seen, at = hashlib.sha256(), 0
    with os.fdopen(descriptor, "rb") as stream:
        sparse = status.st_size > 1 << 26
        while sparse and at < status.st_size:
            try:
                start = os.lseek(descriptor, at, os.SEEK_DATA)
            except OSError:
                break
            at = os.lseek(descriptor, start, os.SEEK_HOLE)
            seen.update(b"%d:" % start + os.pread(descriptor, at - start, start))
        if not sparse:
            seen.update(stream.read())
    return seen.hexdigest()


def kept(site: Path) -> Counter[tuple[str, str]]:
    """What stands in the site and is nobody's to delete."""
    return things(site / "shared") + things(site / "releases") + things(site / ".holdfast/attic")


def users(found: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    return Counter(dict.fromkeys(found, 1))
