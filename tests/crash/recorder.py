"""One run of a command, written down as what it changed on the disk, call by call, and what each sync promised.

The calls are heard in the process itself: the functions of `os` and the two of libc that the
engine calls by ctypes (`renameat2`, `syncfs`). What a forked child does is heard as well, for
every change is one line in a file that both have open. A test compares this with strace.
"""

from __future__ import annotations

import json
import os
import signal
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crash import victim
from crash.scenarios import run
from holdfast_engine.fs import durable, failpoint, place
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request

ENTRY, DATA, SIZE, MODE, SYNC, SYNC_ALL, OTHER = "entry", "data", "size", "mode", "sync", "sync-all", "other"
_EXCHANGE = 2
_MAKING = os.O_CREAT | os.O_TRUNC | os.O_TMPFILE & ~os.O_DIRECTORY

Entry = tuple[str, str, str | None]
"""A name in a directory, by the directory's node, and the node that it leads to from now on; None for nothing."""


@dataclass(frozen=True)
class Change:
    """What one call did. NODE is whose bytes, size or mode changed, or what was synced; NEW is a node that was born."""

    kind: str
    call: str
    node: str = ""
    entries: tuple[Entry, ...] = ()
    new: tuple[str, str] = ("", "")
    mode: int = 0
    offset: int = 0
    data: bytes = b""

    def to_line(self) -> bytes:
        return json.dumps({**vars(self), "data": self.data.hex()}).encode() + b"\n"

    @classmethod
    def from_line(cls, line: str) -> Change:
        value = json.loads(line)
        entries = tuple((directory, name, node) for directory, name, node in value.pop("entries"))
        data, new = bytes.fromhex(value.pop("data")), tuple(value.pop("new"))
        return cls(**value, entries=entries, data=data, new=new)


def record(request: Request, site: Path, log: Path, *, kill: str = "") -> list[Change]:
    """REQUEST ran in a child of its own; what it changed below SITE, in order, LOG's earlier content before it.

    With KILL it was killed at that failpoint; otherwise it ended well.
    """
    child = os.fork()
    if child == 0:
        code = 1
        try:
            failpoint.listen(victim.fate(kill) if kill else None)
            code = run_recorded(request, site, log)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert status == (signal.SIGKILL if kill else 0), f"{request.command} ended otherwise while it was recorded"
    return read(log)


def read(log: Path) -> list[Change]:
    return [Change.from_line(line) for line in log.read_text().splitlines()]


def run_recorded(request: Request, site: Path, log: Path) -> int:
    """REQUEST ran in this process, which hears itself from now on; 0 when it ended well: where it brought a leaving to
    its end, it says that there is no site any more.
    """
    recorder = _Recorder(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    recorder.meet(os.fspath(site))
    recorder.listen()
    try:
        run(request)
    except Problem as problem:
        return 1 if problem.code != "not-a-site" or (site / ".holdfast").exists() else 0
    return 0


class _Recorder:
    """Knows every node below the site by its inode, and tells each change of one.

    In memory (tmpfs) no inode number is ever given twice, so that several processes call one node the same.
    """

    def __init__(self, out: int) -> None:
        self._out = out
        self._nodes: dict[int, str] = {}
        self._real: dict[str, Callable[..., Any]] = {}

    def meet(self, top: str) -> None:
        for _, status in nodes_below(top):
            self._nodes[status.st_ino] = name_of(status)

    def listen(self) -> None:
        for name in dir(type(self)):
            if name.startswith("on_") and hasattr(os, name[3:]):
                self._real[name[3:]] = getattr(os, name[3:])
                setattr(os, name[3:], getattr(self, name))
        os.replace, os.remove, os.fdatasync = os.rename, os.unlink, os.fsync
        durable._libc = place._libc = _Libc(place._libc, self)

    def tell(self, change: Change) -> None:
        self._real["write"](self._out, change.to_line())

    def node(self, descriptor: int) -> str:
        return self._nodes.get(os.fstat(descriptor).st_ino, "")

    def born(self, status: os.stat_result) -> str:
        again = "+" if status.st_ino in self._nodes else ""
        self._nodes[status.st_ino] = self._nodes.get(status.st_ino, name_of(status)) + again
        return self._nodes[status.st_ino]

    def spot(self, path: str, directory: int | None) -> tuple[str, str]:
        """The node of the directory that PATH lies in, and PATH's name there; no node for what is not the site's."""
        head, name = os.path.split(os.fsdecode(path))
        if not head and directory is not None:
            return self.node(directory), name
        return self._nodes.get(os.stat(head or ".", dir_fd=directory).st_ino, ""), name

    def at(self, path: str, directory: int | None) -> str | None:
        """The node that stands at PATH, or None."""
        try:
            return self._nodes.get(os.stat(path, dir_fd=directory, follow_symlinks=False).st_ino)
        except OSError:
            return None

    def entry(self, call: str, *entries: Entry, new: tuple[str, str] = ("", ""), mode: int = 0) -> None:
        inside = tuple(one for one in entries if one[0])
        if inside:
            self.tell(Change(ENTRY, call, entries=inside, new=new, mode=mode))

    # -- what makes and removes names

    def on_open(self, path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if not flags & _MAKING or isinstance(path, int):
            return self._real["open"](path, flags, mode, dir_fd=dir_fd)
        before = None if flags & os.O_TMPFILE == os.O_TMPFILE else self.at(path, dir_fd)
        descriptor = self._real["open"](path, flags, mode, dir_fd=dir_fd)
        status, unnamed = os.fstat(descriptor), flags & os.O_TMPFILE == os.O_TMPFILE
        if unnamed and self.at(path, dir_fd):
            self.tell(Change(OTHER, "openat", new=(self.born(status), "file"), mode=stat.S_IMODE(status.st_mode)))
        elif not unnamed:
            self._opened(self.spot(path, dir_fd), before, status, flags)
        return descriptor

    def _opened(self, spot: tuple[str, str], before: str | None, status: os.stat_result, flags: int) -> None:
        if spot[0] and before is None:
            new = self.born(status)
            self.entry("openat", (*spot, new), new=(new, "file"), mode=stat.S_IMODE(status.st_mode))
        elif before:
            self.tell(Change(SIZE if flags & os.O_TRUNC else OTHER, "openat", node=before))

    def on_mkdir(self, path: Any, mode: int = 0o777, *, dir_fd: int | None = None) -> None:
        self._real["mkdir"](path, mode, dir_fd=dir_fd)
        self._made("mkdir", path, dir_fd, "dir")

    def on_symlink(self, text: Any, path: Any, target_is_directory: bool = False, *, dir_fd: int | None = None) -> None:
        self._real["symlink"](text, path, dir_fd=dir_fd)
        self._made("symlink", path, dir_fd, f"link:{os.fsdecode(text)}")

    def _made(self, call: str, path: Any, dir_fd: int | None, kind: str) -> None:
        spot = self.spot(path, dir_fd)
        if spot[0]:
            status = os.stat(path, dir_fd=dir_fd, follow_symlinks=False)
            new = self.born(status)
            self.entry(call, (*spot, new), new=(new, kind), mode=stat.S_IMODE(status.st_mode))

    def on_link(self, old: Any, new: Any, *, src_dir_fd: int | None = None, dst_dir_fd: int | None = None,
                follow_symlinks: bool = True) -> None:  # fmt: skip
        self._real["link"](old, new, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd, follow_symlinks=follow_symlinks)
        self.entry("link", (*self.spot(new, dst_dir_fd), self.at(new, dst_dir_fd)))

    def on_unlink(self, path: Any, *, dir_fd: int | None = None) -> None:
        spot = self.spot(path, dir_fd)
        self._real["unlink"](path, dir_fd=dir_fd)
        self.entry("unlink", (*spot, None))

    def on_rmdir(self, path: Any, *, dir_fd: int | None = None) -> None:
        spot = self.spot(path, dir_fd)
        self._real["rmdir"](path, dir_fd=dir_fd)
        self.entry("rmdir", (*spot, None))

    def on_rename(self, old: Any, new: Any, *, src_dir_fd: int | None = None, dst_dir_fd: int | None = None) -> None:
        node, one, two = self.at(old, src_dir_fd), self.spot(old, src_dir_fd), self.spot(new, dst_dir_fd)
        self._real["rename"](old, new, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)
        self.entry("rename", (*two, node), (*one, None))

    def on_renameat2(self, libc: Any, words: tuple[int, bytes, int, bytes, int]) -> int:
        old_fd, old, new_fd, new, flags = words
        one, two = self.spot(os.fsdecode(old), old_fd), self.spot(os.fsdecode(new), new_fd)
        here, there = self.at(os.fsdecode(old), old_fd), self.at(os.fsdecode(new), new_fd)
        result = int(libc.renameat2(*words))
        if result == 0:
            self.entry("renameat2", (*two, here), (*one, there if flags & _EXCHANGE else None))
        return result

    # -- what changes a node

    def on_write(self, descriptor: int, data: Any) -> int:
        append = self.node(descriptor)
        before = os.lseek(descriptor, 0, os.SEEK_CUR) if append else 0
        done = int(self._real["write"](descriptor, data))
        if append:
            at = os.lseek(descriptor, 0, os.SEEK_CUR) - done
            assert at >= before or done == 0
            self.tell(Change(DATA, "write", node=append, offset=at, data=bytes(memoryview(data)[:done])))
        return done

    def on_ftruncate(self, descriptor: int, size: int) -> None:
        self._real["ftruncate"](descriptor, size)
        self._changed(SIZE, "ftruncate", descriptor, offset=size)

    def on_posix_fallocate(self, descriptor: int, offset: int, size: int) -> None:
        self._real["posix_fallocate"](descriptor, offset, size)
        self._changed(SIZE, "fallocate", descriptor, offset=offset + size)

    def on_fchmod(self, descriptor: int, mode: int) -> None:
        self._real["fchmod"](descriptor, mode)
        self._changed(MODE, "fchmod", descriptor, mode=mode)

    def on_chmod(self, path: Any, mode: int, *, dir_fd: int | None = None, follow_symlinks: bool = True) -> None:
        self._real["chmod"](path, mode, dir_fd=dir_fd, follow_symlinks=follow_symlinks)
        node = self.at(path, dir_fd)
        if node:
            self.tell(Change(MODE, "chmod", node=node, mode=mode))

    def on_fsync(self, descriptor: int) -> None:
        self._real["fsync"](descriptor)
        self._changed(SYNC, "fsync", descriptor)

    def on_syncfs(self, libc: Any, descriptor: int) -> int:
        result = int(libc.syncfs(descriptor))
        if result == 0:
            self._changed(SYNC_ALL, "syncfs", descriptor)
        return result

    def _changed(self, kind: str, call: str, descriptor: int, **more: Any) -> None:
        node = self.node(descriptor)
        if node:
            self.tell(Change(kind, call, node=node, **more))

    # -- what no judge looks at, and strace sees all the same

    def on_fchown(self, descriptor: int, user: int, group: int) -> None:
        self._real["fchown"](descriptor, user, group)
        self._changed(OTHER, "fchown", descriptor)

    def on_chown(self, path: Any, user: int, group: int, *, dir_fd: int | None = None,
                 follow_symlinks: bool = True) -> None:  # fmt: skip
        self._real["chown"](path, user, group, dir_fd=dir_fd, follow_symlinks=follow_symlinks)
        node = self.at(path, dir_fd)
        if node:
            self.tell(Change(OTHER, "chown", node=node))

    def on_utime(self, path: Any, times: Any = None, **more: Any) -> None:
        self._real["utime"](path, times, **more) if times is not None else self._real["utime"](path, **more)
        if isinstance(path, int):
            self._changed(OTHER, "utime", path)

    def on_setxattr(self, path: Any, name: Any, value: Any, *more: Any, **options: Any) -> None:
        self._real["setxattr"](path, name, value, *more, **options)
        if isinstance(path, int):
            self._changed(OTHER, "setxattr", path)


class _Libc:
    """The C library with its two calls heard; everything else is passed on."""

    def __init__(self, libc: Any, recorder: _Recorder) -> None:
        self._libc, self._recorder = libc, recorder

    def renameat2(self, *words: Any) -> int:
        return self._recorder.on_renameat2(self._libc, words)

    def syncfs(self, descriptor: int) -> int:
        return self._recorder.on_syncfs(self._libc, descriptor)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._libc, name)


def nodes_below(top: str) -> Iterator[tuple[str, os.stat_result]]:
    """TOP itself and everything below it, parents first, in order of names."""
    yield top, os.lstat(top)
    for name in sorted(os.listdir(top)):
        path = os.path.join(top, name)
        status = os.lstat(path)
        if stat.S_ISDIR(status.st_mode):
            yield from nodes_below(path)
        else:
            yield path, status


def name_of(status: os.stat_result) -> str:
    """What a node is called in a recording."""
    return str(status.st_ino)
