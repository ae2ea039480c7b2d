"""What processes have open, and which of them write, as far as we may see it (proc(5))."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Optional

from holdfast_engine.fs.root import Root, is_shortage
from holdfast_engine.model.paths import RelPath


def numbers() -> list[int]:
    """Every process of this host that we may see."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def users(root: Root, among: Optional[Iterable[int]] = None) -> dict[int, frozenset[str]]:
    """What each process, or each AMONG some, has below the deploy root as directory, program, open file or mapping, as
    far as /proc tells.

    Paths are relative to the root and real: what a process opened through `current` shows its
    release, and what was renamed since shows its new name (proc(5)). Other users' processes
    may not be looked into; whoever may not see them does not see them here.
    """
    top = os.path.realpath(root.path) + "/"
    found: dict[int, frozenset[str]] = {}
    for number in numbers() if among is None else among:
        if number != os.getpid():
            used = frozenset(path[len(top) :] for path in _used(f"/proc/{number}", top) if path.startswith(top))
            if used:
                found[number] = used
    return found


def users_of(used: dict[int, frozenset[str]], path: str) -> list[int]:
    """The processes of USED that have PATH or something below it."""
    return sorted(process for process, paths in used.items() if any(RelPath(one).is_within(path) for one in paths))


def lockers(root: Root, path: str) -> list[int]:
    """The processes that hold a lock on the file at PATH, whoever they belong to (proc(5), locks): a connection to a
    SQLite database that keeps a `-wal` holds one for as long as it is open.

    A file system whose files have another device number for the kernel (btrfs) shows none.
    """
    status = root.lstat(path)
    if status is None:
        return []
    device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}"
    try:
        with open("/proc/locks", encoding="ascii", errors="replace") as lines:
            rows = [line.split() for line in lines if "->" not in line]
    except OSError:
        return []
    return sorted({int(row[4]) for row in rows if row[5] == f"{device}:{status.st_ino}" and row[4].isdigit()})


def written(root: Root) -> frozenset[str]:
    """Files below the deploy root that some process holds open for writing, as far as /proc tells (proc(5), fdinfo)."""
    top = os.path.realpath(root.path) + "/"
    found: set[str] = set()
    for process in numbers():
        try:
            opened = os.listdir(f"/proc/{process}/fd")
        except OSError as error:
            if is_shortage(error):
                raise  # what a process has open would be taken for free (G6)
            continue
        for number in opened:
            path = next(_target(f"/proc/{process}/fd/{number}"), "")
            if path.startswith(top) and _writes(f"/proc/{process}/fdinfo/{number}"):
                found.add(path[len(top) :])
    return frozenset(found)


def _writes(information: str) -> bool:
    """True when the open file that INFORMATION (fdinfo) tells of may be written through; `flags` is octal."""
    try:
        with open(information, encoding="ascii", errors="replace") as lines:
            flags = next((line.split()[1] for line in lines if line.startswith("flags:")), "0")
    except OSError:
        return False
    return int(flags, 8) & os.O_ACCMODE != os.O_RDONLY


def _used(process: str, top: str) -> Iterator[str]:
    for link in ("cwd", "exe", "root"):
        yield from _target(f"{process}/{link}")
    try:
        descriptors = os.listdir(f"{process}/fd")
    except OSError as error:
        if is_shortage(error):
            raise  # what a process has open would be taken for free (G6)
        return
    for name in descriptors:
        yield from _target(f"{process}/fd/{name}")
    yield from _mapped(process, top)


def _target(link: str) -> Iterator[str]:
    try:
        yield os.readlink(link)
    except OSError:
        return


def _mapped(process: str, top: str) -> Iterator[str]:
    """What is mapped below TOP; hardly any process has that, and so the lines of hardly any are looked at."""
    wanted = os.fsencode(top)
    try:
        with open(f"{process}/maps", "rb", buffering=0) as maps:
            content = maps.readall()
    except OSError:
        return
    if wanted in content:
        yield from (os.fsdecode(line[line.find(wanted) :]) for line in content.split(b"\n") if wanted in line)
