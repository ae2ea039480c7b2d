"""What this host and file system can do, and who is using what."""

from __future__ import annotations

import os
import pwd
import re
from collections.abc import Iterator
from typing import NamedTuple, Optional

from holdfast_engine.fs import durable, place
from holdfast_engine.fs.discard import drop_scratch
from holdfast_engine.fs.root import Root
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath


def random_salt() -> str:
    """128 bits that nobody can guess, from the kernel."""
    return os.urandom(16).hex()


class Space(NamedTuple):
    """Free space for us on one file system: BYTES, and INODES or None where they are not counted (btrfs)."""

    bytes: int
    inodes: Optional[int]


def space(root: Root, path: str) -> Space:
    """What may still be written at PATH, root's reserve not counted (statvfs(3))."""
    with root.directory(path) as here:
        status = os.fstatvfs(here)
    return Space(status.f_bavail * status.f_frsize, status.f_favail if status.f_files else None)


def can_exchange(root: Root) -> bool:
    """True when the file system of `.holdfast/` exchanges two names in one step (renameat2(2))."""
    for name in ("probe-a", "probe-b"):
        drop_scratch(root, name)
        durable.write_scratch(root, name, b"")
    try:
        place.exchange(root, Layout.scratch / "probe-a", Layout.scratch / "probe-b")
    except OSError as error:
        if error.errno in place.UNSUPPORTED:
            return False
        raise
    finally:
        for name in ("probe-a", "probe-b"):
            drop_scratch(root, name)
    return True


def longest_name(root: Root) -> int:
    """How many bytes a name may have on the file system of the deploy root (pathconf(3))."""
    return os.fpathconf(root.fd, "PC_NAME_MAX")


def device_of(root: Root, path: str) -> Optional[int]:
    """The number of the file system that holds PATH, or None when nothing stands there."""
    status = root.lstat(path)
    return status.st_dev if status else None


def may_change_places(root: Root, one: str, two: str) -> bool:
    """True when a name can be moved from the directory ONE to TWO: one file system, seen through one mount.

    A directory that is mounted twice (`mount --bind`) has one number, and rename(2) refuses all the same.
    """
    with root.directory(one) as here, root.directory(two) as there:
        return os.fstat(here).st_dev == os.fstat(there).st_dev and _mount_of(here) == _mount_of(there)


def _mount_of(descriptor: int) -> str:
    try:
        with open(f"/proc/self/fdinfo/{descriptor}", encoding="ascii", errors="replace") as lines:
            return next((line for line in lines if line.startswith("mnt_id:")), "")
    except OSError:
        return ""


def waiting_place(root: Root, name: str, there: RelPath) -> RelPath:
    """Where content can wait to change places with THERE: in the scratch directory, or, where names cannot be moved
    from it, hidden beside THERE.

    Nothing stands there, and beside people's own files nobody can have guessed the name: the journal alone knows it.
    """
    name = f"{name}-{os.urandom(8).hex()}"
    if may_change_places(root, Layout.scratch, there.parent):
        return Layout.scratch / name
    return there.parent / f".holdfast-{name}"


def mounts_below(root: Root, path: str) -> list[RelPath]:
    """Directories at or below PATH at which something is mounted, as far as /proc tells (proc(5), mountinfo)."""
    site = os.path.realpath(root.path)
    inside = [RelPath(place[len(site) + 1 :]) for place, _ in _mounts() if place.startswith(site + "/")]
    return sorted({place for place in inside if place.is_within(path)})


def file_system(root: Root) -> str:
    """The name of the file system that the deploy root lies on, as the kernel calls it; empty where /proc is silent."""
    site = os.path.realpath(root.path) + "/"
    around = [(place, kind) for place, kind in _mounts() if site.startswith(place.rstrip("/") + "/")]
    return max(reversed(around), key=_length)[1] if around else ""  # what was mounted last lies on top


def _length(mount: tuple[str, str]) -> int:
    return len(mount[0])


def _mounts() -> list[tuple[str, str]]:
    """Where something is mounted and of what kind, oldest first (proc(5), mountinfo)."""
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as lines:
            rows = [line.partition(" - ") for line in lines]
    except OSError:
        return []
    return [(_plain(left.split()[4]), right.split()[0]) for left, _, right in rows]


def _plain(place: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), place)


def users(root: Root) -> dict[int, frozenset[str]]:
    """What each process has below the deploy root as directory, program, open file or mapping, as far as /proc tells.

    Paths are relative to the root and real: what a process opened through `current` shows its
    release, and what was renamed since shows its new name (proc(5)). Other users' processes
    may not be looked into; whoever may not see them does not see them here.
    """
    top = os.path.realpath(root.path) + "/"
    found: dict[int, frozenset[str]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid():
            used = frozenset(path[len(top) :] for path in _used(f"/proc/{name}") if path.startswith(top))
            if used:
                found[int(name)] = used
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
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            numbers = os.listdir(f"/proc/{name}/fd")
        except OSError:
            continue
        for number in numbers:
            path = next(_target(f"/proc/{name}/fd/{number}"), "")
            if path.startswith(top) and _writes(f"/proc/{name}/fdinfo/{number}"):
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


def _used(process: str) -> Iterator[str]:
    for link in ("cwd", "exe", "root"):
        yield from _target(f"{process}/{link}")
    try:
        descriptors = os.listdir(f"{process}/fd")
    except OSError:
        return
    for name in descriptors:
        yield from _target(f"{process}/fd/{name}")
    yield from _mapped(process)


def _target(link: str) -> Iterator[str]:
    try:
        yield os.readlink(link)
    except OSError:
        return


def _mapped(process: str) -> Iterator[str]:
    try:
        with open(f"{process}/maps", encoding="utf-8", errors="surrogateescape") as maps:
            for line in maps:
                path = line[line.find("/") :].rstrip("\n") if "/" in line else ""
                if path:
                    yield path
    except OSError:
        return


def groups_of(user: int) -> frozenset[int]:
    """The groups that USER is in; none where no account has this number."""
    try:
        account = pwd.getpwuid(user)
    except KeyError:
        return frozenset()
    return frozenset(os.getgrouplist(account.pw_name, account.pw_gid))


def name_of(user: int) -> str:
    """The name of USER, or its number where no account has it."""
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def may_write(status: os.stat_result, user: int, groups: frozenset[int]) -> bool:
    """True when mode and owner let USER with GROUPS make names in a directory (or write a file) of
    STATUS; ACLs aside.
    """
    if user == 0:
        return True
    if status.st_uid == user:
        return bool(status.st_mode & 0o200)
    if status.st_gid in groups:
        return bool(status.st_mode & 0o020)
    return bool(status.st_mode & 0o002)


def may_read(status: os.stat_result, user: int, groups: frozenset[int]) -> bool:
    """True when mode and owner let USER with GROUPS read a file of STATUS; ACLs aside."""
    if user == 0:
        return True
    if status.st_uid == user:
        return bool(status.st_mode & 0o400)
    if status.st_gid in groups:
        return bool(status.st_mode & 0o040)
    return bool(status.st_mode & 0o004)
