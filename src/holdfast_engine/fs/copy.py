"""Faithful copies that are verified before anybody relies on them."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from contextlib import suppress
from typing import Optional

from holdfast_engine.fs import acl_text, durable
from holdfast_engine.fs.failpoint import reach
from holdfast_engine.fs.place import make_link, name_hidden
from holdfast_engine.fs.root import Root, kind_of
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.paths import RelPath

_BLOCK = 1 << 20


def digest_of(root: Root, path: str) -> str:
    """SHA-256 of the regular file at PATH; OSError when there is none."""
    descriptor = root.open_file(path)
    try:
        return _digest(descriptor)
    finally:
        os.close(descriptor)


def beginning(root: Root, path: str, size: int) -> Optional[bytes]:
    """The first SIZE bytes of the regular file at PATH; None where there is none that may be read."""
    try:
        descriptor = root.open_file(path)
    except OSError:
        return None
    try:
        return os.read(descriptor, size)
    finally:
        os.close(descriptor)


def beginning_and_digest(root: Root, path: str, size: int) -> tuple[bytes, str]:
    """The first SIZE bytes of the regular file at PATH and its SHA-256, read once; OSError when there is none."""
    descriptor = root.open_file(path)
    try:
        first = os.read(descriptor, _BLOCK)
        return first[:size], _digest(descriptor, first=first)
    finally:
        os.close(descriptor)


def _digest(descriptor: int, size: Optional[int] = None, *, first: bytes = b"") -> str:
    """Of the rest of the open file, or of SIZE bytes of it at most; FIRST was read of it already."""
    proof, left = hashlib.sha256(first), size
    while left is None or left > 0:
        block = os.read(descriptor, _BLOCK if left is None else min(_BLOCK, left))
        if not block:
            break
        proof.update(block)
        left = None if left is None else left - len(block)
    return proof.hexdigest()


def same_file(root: Root, one: str, two: str) -> bool:
    """True when ONE and TWO are regular files with one content; sizes are compared first."""
    first, second = root.lstat(one), root.lstat(two)
    if first is None or second is None or not (stat.S_ISREG(first.st_mode) and stat.S_ISREG(second.st_mode)):
        return False
    if (first.st_dev, first.st_ino) == (second.st_dev, second.st_ino):
        return True
    return first.st_size == second.st_size and digest_of(root, one) == digest_of(root, two)


def copy_file(root: Root, source: str, target: str, *, mode: Optional[int] = None, keep_owner: bool = True) -> str:
    """A verified copy of the file SOURCE stands at TARGET, where nothing stood; returns its digest.

    Mode (or MODE), times, extended attributes with ACLs, holes and, where permitted, the
    owner are kept. Until it is complete it has no name: an unnamed file in the target's
    directory (O_TMPFILE, open(2)) that a crash leaves no trace of; where the file system
    lacks that, a name nobody else uses. FileExistsError when something stands at TARGET.
    """
    reach("copy.file")
    reading = root.open_file(source)
    try:
        with root.directory(RelPath(target).parent) as parent:
            return _copy_into(reading, parent, RelPath(target).name, mode=mode, keep_owner=keep_owner)
    finally:
        os.close(reading)


def _copy_into(reading: int, parent: int, name: str, *, mode: Optional[int], keep_owner: bool) -> str:
    writing, hidden = _unnamed(parent)
    try:
        status = os.fstat(reading)
        _copy_bytes(reading, writing, status.st_size)
        _copy_attributes(reading, writing, status, mode=mode, keep_owner=keep_owner)
        durable.sync(writing)
        digest = _verified(reading, writing)
        reach("copy.name")
        if hidden:
            name_hidden(parent, hidden, name)
            hidden = ""
        else:
            os.link(f"/proc/self/fd/{writing}", name, dst_dir_fd=parent, follow_symlinks=True)
        durable.sync(parent)
    finally:
        os.close(writing)
        if hidden:
            os.unlink(hidden, dir_fd=parent)
    return digest


def _unnamed(parent: int) -> tuple[int, str]:
    """A new file for writing and its temporary name, which is empty where the file needs none."""
    try:
        return os.open(".", os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600, dir_fd=parent), ""
    except OSError as error:
        if error.errno not in (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT):
            raise
    hidden = f".holdfast-{os.urandom(8).hex()}"
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(hidden, flags, 0o600, dir_fd=parent), hidden


def _copy_bytes(reading: int, writing: int, size: int) -> None:
    """Copy data and keep holes (lseek(2), SEEK_DATA); where holes cannot be asked for, copy all."""
    position = 0
    while position < size:
        try:
            start = os.lseek(reading, position, os.SEEK_DATA)
            end = os.lseek(reading, start, os.SEEK_HOLE)
        except OSError as error:
            if error.errno == errno.ENXIO:
                break
            start, end = position, size
        _copy_range(reading, writing, start, end)
        position = end
    os.ftruncate(writing, max(size, os.fstat(writing).st_size))


def _copy_range(reading: int, writing: int, start: int, end: int) -> None:
    os.lseek(reading, start, os.SEEK_SET)
    os.lseek(writing, start, os.SEEK_SET)
    while start < end:
        block = os.read(reading, min(_BLOCK, end - start))
        if not block:
            return
        view = memoryview(block)
        while view:
            view = view[os.write(writing, view) :]
        start += len(block)


def _copy_attributes(
    reading: int, writing: int, status: os.stat_result, *, mode: Optional[int], keep_owner: bool
) -> None:
    kept_out = keep_owner and mode is None and status.st_uid != os.geteuid()
    if keep_owner and (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
        with suppress(PermissionError):  # only root may give files away
            os.fchown(writing, status.st_uid, status.st_gid)
            kept_out = False
    if mode is None:  # before the mode, which may take away our own right to write them
        for name in _attributes(reading):
            try:
                os.setxattr(writing, name, os.getxattr(reading, name))
            except OSError:
                continue
    os.fchmod(writing, stat.S_IMODE(status.st_mode) if mode is None else mode)
    if kept_out:
        _let_owner_in(writing, status)
    os.utime(writing, ns=(status.st_atime_ns, status.st_mtime_ns))


def _let_owner_in(writing: int, status: os.stat_result) -> None:
    """Whose the original is may do with the copy, which is ours, what they could do with that (G10); after the mode,
    whose bits for the group are the mask of an ACL.
    """
    with suppress(OSError):  # a file system without ACLs: the `permissions` check has judged whether that matters
        acl_text.admit(writing, acl_text.ACCESS, status.st_mode, {status.st_uid: status.st_mode >> 6 & 7})


def _attributes(descriptor: int) -> list[str]:
    try:
        return os.listxattr(descriptor)
    except OSError:
        return []


def _verified(reading: int, writing: int) -> str:
    """The digest of both files when it is one; OSError when the source changed while it was read.

    A source that only grew, as a log does, has what was there when it was opened: that is what is compared. Whoever
    takes away the original compares the whole of it once more (`drop_copied`).
    """
    os.lseek(reading, 0, os.SEEK_SET)
    os.lseek(writing, 0, os.SEEK_SET)
    source, copy = _digest(reading, os.fstat(writing).st_size), _digest(writing)
    if source != copy:
        raise OSError(errno.EAGAIN, "the file changed while it was copied")
    return copy


def copy_tree(root: Root, source: str, target: str) -> int:
    """A verified copy of the tree SOURCE stands at TARGET, where nothing stood; returns the number of files.

    Links are copied as links. FIFOs, sockets and devices are left out. A crash leaves a
    partial TARGET, which only ever lies in the attic or in the scratch directory.
    """
    status = root.lstat(source)
    if status is None:
        raise FileNotFoundError(errno.ENOENT, "nothing to copy", source)
    if kind_of(status) == "dir":
        durable.make_directories(root, RelPath(target).parent, mode=0o700)
        durable.make_directories(root, target, mode=stat.S_IMODE(status.st_mode) | 0o700)
        found = [(RelPath(path), kind) for path, kind, _ in walk(root, source)]
    else:
        found = []
        _copy_one(root, RelPath(source), RelPath(target), kind_of(status))
    for path, kind in found:
        _copy_one(root, RelPath(source) / path, RelPath(target) / path, kind)
    for path in [path for path, kind in reversed(found) if kind == "dir"] + ([RelPath("")] if found else []):
        make_alike(root, RelPath(source) / path, RelPath(target) / path)
    return sum(kind != "dir" for _, kind in found) or 1


def make_alike(root: Root, source: RelPath, target: RelPath) -> None:
    """The directory TARGET has owner, mode, ACLs and times of SOURCE: whoever wrote there can go on writing."""
    with root.directory(source) as reading, root.directory(target) as writing:
        _copy_attributes(reading, writing, os.fstat(reading), mode=None, keep_owner=True)
        durable.sync(writing)


def _copy_one(root: Root, source: RelPath, target: RelPath, kind: str) -> None:
    if kind == "dir":
        status = root.lstat(source)
        durable.make_directories(root, target, mode=stat.S_IMODE(status.st_mode) | 0o700 if status else 0o700)
    elif kind == "file":
        copy_file(root, source, target)
    elif kind == "link":
        make_link(root, target, root.link(source) or "")
