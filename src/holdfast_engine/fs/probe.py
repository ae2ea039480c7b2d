"""What this host and file system can do, and who is using what."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Callable, Iterable
from functools import partial
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
    return _can(root, partial(place.exchange, root), made=_PROBES, lacking=place.UNSUPPORTED)


def can_link(root: Root) -> bool:
    """True when the file system of `.holdfast/` gives a file a second name (link(2)); some of FUSE's do not."""
    return _can(root, partial(place.give_second_name, root))


def can_symlink(root: Root) -> bool:
    """True when the file system of `.holdfast/` has symlinks."""
    return _can(root, lambda _one, two: place.make_link(root, two, "probe"))


_PROBES = ("probe-a", "probe-b")
_REFUSING = (*place.UNSUPPORTED, errno.EPERM, errno.EACCES)


def _can(
    root: Root,
    act: Callable[[RelPath, RelPath], object],
    *,
    made: tuple[str, ...] = _PROBES[:1],
    lacking: tuple[int, ...] = _REFUSING,
) -> bool:
    """True where ACT works on two scratch names, of which those MADE are files before; False where it ends in what is
    LACKING.
    """
    for name in _PROBES:
        drop_scratch(root, name)
    for name in made:
        durable.write_scratch(root, name, b"")
    try:
        act(*(Layout.scratch / name for name in _PROBES))
    except OSError as error:
        if error.errno in lacking:
            return False
        raise
    finally:
        for name in _PROBES:
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


_GET_FLAGS, _IMMUTABLE, _APPEND_ONLY = 0x80086601, 0x10, 0x20
"""FS_IOC_GETFLAGS, FS_IMMUTABLE_FL and FS_APPEND_FL (ioctl_iflags(2))."""


def is_immutable(root: Root, path: str) -> bool:
    """True for what has been made immutable or append-only: nobody, root neither, may move or link it (chattr(1)).
    False where the file system keeps no such flags, or the file may not be opened.
    """
    import fcntl

    try:
        opened = root.open_directory(path) if root.kind(path) == "dir" else root.open_file(path)
    except OSError:
        return False
    try:
        flags = fcntl.ioctl(opened, _GET_FLAGS, b"\0" * 8)
    except OSError:
        return False
    finally:
        os.close(opened)
    return bool(int.from_bytes(flags, sys.byteorder) & (_IMMUTABLE | _APPEND_ONLY))


_PROTECTED = "/proc/sys/fs/protected_hardlinks"


def refused_second_names(root: Root, paths: Iterable[RelPath]) -> list[RelPath]:
    """Those of PATHS, regular files, that this user may give no second name: another user's, which it may not both read
    and write (protected_hardlinks, proc(5)). None for root, and where the host protects nothing.
    """
    if os.geteuid() == 0 or not _protects():
        return []
    with root.looking():
        found = ((path, root.lstat(path)) for path in paths)
        others = [path for path, status in found if status is not None and status.st_uid != os.geteuid()]
    return [path for path in others if not root.may_read_and_write(path)]


def _protects() -> bool:
    try:
        with open(_PROTECTED, encoding="ascii") as stream:
            return stream.read().strip() != "0"
    except OSError:
        return False


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
    top = os.path.realpath(root.path).rstrip("/") + "/"
    inside = [RelPath(place[len(top) :]) for place, _ in _mounts() if place.startswith(top)]
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
