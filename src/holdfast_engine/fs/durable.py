"""Bytes that survive a power cut once the call returns."""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from zlib import crc32

from holdfast_engine.fs.failpoint import reach
from holdfast_engine.fs.root import OPEN_DIR, Root, kind_of
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem

_libc = ctypes.CDLL(None, use_errno=True)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class SyncFailed(OSError):
    """What was written may not be on disk, and nothing that this machine says afterwards shows whether it is.

    Final: never retried, never taken for a refusal that could be gone around. So its number is
    EIO unless the disk was full, whatever the kernel said (fsync(2); reliability finding 9).
    """


def _final(code: int, what: str) -> SyncFailed:
    kept = code if code in (errno.ENOSPC, errno.EDQUOT) else errno.EIO
    return SyncFailed(kept, f"not known to be on disk: {os.strerror(code)}", what)


def sync(descriptor: int) -> None:
    """The open file or directory is on disk; SyncFailed where that is not known."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        raise _final(error.errno or errno.EIO, _name_of(descriptor)) from error


def _name_of(descriptor: int) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        return ""


def sync_directory(root: Root, path: str) -> None:
    """The names in the directory at PATH are on disk."""
    reach("durable.sync_directory")
    with root.directory(path) as here:
        sync(here)


def sync_file_system(root: Root, path: str) -> None:
    """Everything written so far to the file system that holds PATH is on disk (syncfs(2), kernel 5.8
    for its errors).
    """
    reach("durable.sync_file_system")
    with root.directory(path) as here:
        if _libc.syncfs(here) != 0:
            raise _final(ctypes.get_errno(), root.absolute(path))


def make_directories(root: Root, path: str, *, mode: int = 0o755) -> list[RelPath]:
    """The directory PATH exists, its missing parents with it; returns those that were made, each on disk.

    What stands there already keeps its mode. A file or link in the way raises OSError.
    """
    made: list[RelPath] = []
    here = os.open(".", OPEN_DIR, dir_fd=root.fd)
    try:
        for step in (*RelPath(path).ancestors(), RelPath(path)) if path else ():
            below, new = _entered(here, step.name, mode)
            os.close(here)
            here = below
            made += [step] if new else []
    finally:
        os.close(here)
    return made


def _entered(parent: int, name: str, mode: int) -> tuple[int, bool]:
    """The directory NAME in PARENT, open, and whether it was made for that; it is on disk then."""
    try:
        return os.open(name, OPEN_DIR, dir_fd=parent), False
    except FileNotFoundError:
        reach("durable.make_directory")
    try:
        os.mkdir(name, mode, dir_fd=parent)
    except FileExistsError:  # somebody was quicker: theirs will do, if it is a directory
        return os.open(name, OPEN_DIR, dir_fd=parent), False
    made = os.open(name, OPEN_DIR, dir_fd=parent)
    os.fchmod(made, mode)
    sync(made)  # its mode first: a name that is on disk has it. Both are one commit of the file system's journal
    sync(parent)
    return made, True


def write_scratch(root: Root, name: str, content: bytes, *, mode: int = 0o600) -> RelPath:
    """A new file of Holdfast's own in its scratch directory, content on disk; the name is ours alone (I30)."""
    scratch = Layout.scratch / name
    reach("durable.write_scratch")
    with root.directory(Layout.scratch) as here:
        descriptor = os.open(name, _NEW, mode, dir_fd=here)
        try:
            _write_all(descriptor, content)
            os.fchmod(descriptor, mode)
            sync(descriptor)
        finally:
            os.close(descriptor)
    return scratch


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def replace_own(root: Root, path: RelPath, content: bytes, *, mode: int = 0o600) -> None:
    """Holdfast's own file PATH holds CONTENT: the old or the new one after a crash, never half of it.

    For files below `.holdfast/` alone; user files are never replaced (G1).
    """
    if not path.is_within(Layout.state):
        raise ValueError(f"{path} is not Holdfast's own")
    name = f"own-{crc32(os.fsencode(path)):08x}"  # never longer than PATH's own name may be
    _forget_scratch(root, name)
    write_scratch(root, name, content, mode=mode)
    reach("durable.replace_own")
    with root.directory(Layout.scratch) as source, root.directory(path.parent) as target:
        os.rename(name, path.name, src_dir_fd=source, dst_dir_fd=target)
        sync(target)


def _forget_scratch(root: Root, name: str) -> None:
    """A half-written scratch file of an earlier run is Holdfast's own and holds nothing of the user's."""
    with root.directory(Layout.scratch) as here:
        try:
            os.unlink(name, dir_fd=here)
        except FileNotFoundError:
            pass


def append_own(descriptor: int, line: bytes) -> None:
    """LINE stands at the end of one of Holdfast's own open files and is on disk."""
    reach("durable.append_own")
    try:
        _write_all(descriptor, line)
    except OSError as error:
        raise _final(error.errno or errno.EIO, _name_of(descriptor)) from error
    sync(descriptor)


def rewrite_own(descriptor: int, content: bytes) -> None:
    """One of Holdfast's own open files holds CONTENT, for people to read; nothing relies on it, so it is not synced."""
    os.ftruncate(descriptor, 0)
    _write_all(descriptor, content)


def jot(root: Root, path: RelPath, content: bytes, *, mode: int = 0o600) -> None:
    """A note in the cache, or the one for people, holds CONTENT. Nothing relies on it, so it is not synced: whoever
    reads it knows a torn one.
    """
    if not path.is_within(Layout.cache) and path != Layout.readme:
        raise ValueError(f"{path} is no note in the cache")
    make_directories(root, path.parent, mode=0o700)
    hidden = f".{path.name}"
    reach("durable.jot")
    with root.directory(path.parent) as here:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(hidden, flags, mode, dir_fd=here)
        try:
            _write_all(descriptor, content)
        finally:
            os.close(descriptor)
        os.rename(hidden, path.name, src_dir_fd=here, dst_dir_fd=here)


def forget(root: Root, path: RelPath) -> None:
    """No note of our own stands at PATH: in the cache, a base of what was carried, or what an adoption said of itself
    that was undone.
    """
    ours = (Layout.cache, Layout.bases, Layout.records, Layout.baselines, Layout.readme, Layout.site_file)
    if not any(path.is_within(place) for place in ours):
        raise ValueError(f"{path} is no note of ours")
    reach("durable.forget")
    with root.directory(path.parent) as here:
        try:
            os.unlink(path.name, dir_fd=here)
        except FileNotFoundError:
            return
        if path.is_within(Layout.records) or path == Layout.site_file:
            sync(here)  # what says that this is a site must not outlive what it was


def open_for_append(root: Root, path: RelPath) -> int:
    """A descriptor that only appends to Holdfast's own file PATH, made when it is missing; the caller closes it."""
    reach("durable.open_for_append")
    with root.directory(path.parent) as parent:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(path.name, flags, 0o600, dir_fd=parent)
        sync(parent)
    return descriptor


def set_mode(root: Root, path: str, mode: int) -> None:
    """The file or directory at PATH has MODE; a link is never followed and never changed."""
    reach("durable.set_mode")
    with root.directory(RelPath(path).parent) as parent:
        descriptor = os.open(
            RelPath(path).name or ".", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, dir_fd=parent
        )
        try:
            os.fchmod(descriptor, mode)
        finally:
            os.close(descriptor)


def give_like_parent(root: Root, path: RelPath) -> None:
    """What stands at PATH belongs to the owner of the directory it lies in (chown(2), for root)."""
    give_like(root, path, path.parent)


def give_like(root: Root, path: RelPath, example: RelPath) -> None:
    """What stands at PATH belongs to the owner of EXAMPLE, where we may give it away; a link is not followed. On disk
    when it returns.
    """
    status, now = root.lstat(example), root.lstat(path)
    if status is None or os.geteuid() != 0 or (now and (now.st_uid, now.st_gid) == (status.st_uid, status.st_gid)):
        return
    with root.directory(path.parent) as parent:
        os.chown(path.name, status.st_uid, status.st_gid, dir_fd=parent, follow_symlinks=False)
    if now and kind_of(now) in ("dir", "file"):
        here = root.open_directory(path) if kind_of(now) == "dir" else root.open_file(path)
        try:
            sync(here)
        finally:
            os.close(here)


@contextmanager
def temporary_directory() -> Iterator[str]:
    """A directory of our own outside every site, gone after the block: for looking at sources before a site exists.

    Raises `host-error` where no place for one can be written to.
    """
    import tempfile

    try:
        made = tempfile.TemporaryDirectory(prefix="holdfast-")
    except OSError as error:
        raise Problem(
            "host-error",
            f"a temporary directory cannot be made: {error.strerror}",
            state="nothing was changed",
            hint="`export TMPDIR=DIR` with a directory that you may write to, then run the command again",
        ) from error
    with made as path:
        yield path


def write_temporary(directory: str, path: str, content: bytes) -> None:
    """A new file at PATH below a temporary directory of our own holds CONTENT; it is gone with it, so not synced."""
    with Root(directory) as root, root.directory(RelPath(path).parent) as parent:
        descriptor = os.open(RelPath(path).name, _NEW, 0o600, dir_fd=parent)
    try:
        _write_all(descriptor, content)
    finally:
        os.close(descriptor)
