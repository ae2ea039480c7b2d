"""A disk that writes down what reaches it: each write with its place, each flush, each mark, in the order of arrival.

One FUSE file system (fuse(4), the raw protocol) shows two files: `disk`, on which a loop device
carries a real file system, and `mark`, into which the test writes. The loop driver turns a
flush into fsync. Needs root, /dev/fuse and loop devices.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

_libc = ctypes.CDLL(None, use_errno=True)
_NEW_MOUNTS, _PRIVATE, _AT_ONCE = 0x00020000, 1 << 18 | 1 << 14, 2
_IN, _OUT, _RECORD = struct.Struct("<IIQQIIII"), struct.Struct("<IiQ"), struct.Struct("<cQI")
_TOP, _DISK, _MARK = 1, 2, 3
_LOOKUP, _FORGET, _GETATTR, _SETATTR, _OPEN, _READ, _WRITE, _STATFS, _RELEASE, _FSYNC = (
    1,
    2,
    3,
    4,
    14,
    15,
    16,
    17,
    18,
    20,
)
_FLUSH, _INIT, _OPENDIR, _RELEASEDIR, _ACCESS, _INTERRUPT, _DESTROY, _BATCH_FORGET = 25, 26, 27, 29, 34, 36, 38, 42
_SILENT = (_FORGET, _BATCH_FORGET, _INTERRUPT)
_DIRECT = 1
WRITE, FLUSH, MARK = b"W", b"F", b"M"


class Logged(NamedTuple):
    """KIND is WRITE, FLUSH or MARK."""

    kind: bytes
    offset: int
    data: bytes


def call(name: str, *words: object) -> None:
    """A call of libc that must go well."""
    if getattr(_libc, name)(*words) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


def private_mounts() -> None:
    """What this process mounts from now on nobody else sees, and it is gone when the process is."""
    call("unshare", _NEW_MOUNTS)
    call("mount", b"none", b"/", None, _PRIVATE, None)


@contextmanager
def block_log(directory: Path, image: Path, log: Path) -> Iterator[Path]:
    """The file to put a loop device on; what it writes goes to IMAGE and, in order, to LOG."""
    directory.mkdir()
    descriptor = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={descriptor},rootmode=40000,user_id=0,group_id=0,allow_other"
    call("mount", b"blocklog", os.fsencode(directory), b"fuse", 6, options.encode())
    server = os.fork()
    if server == 0:
        _serve_and_exit(descriptor, image, log)
    os.close(descriptor)
    try:
        yield directory / "disk"
    finally:
        _unmount(directory, server)


def mark(disk: Path, text: str) -> None:
    """TEXT stands in the log, after everything that has arrived."""
    descriptor = os.open(disk.parent / "mark", os.O_WRONLY)
    os.write(descriptor, text.encode())
    os.close(descriptor)


def read_log(path: Path) -> list[Logged]:
    content, at, found = path.read_bytes(), 0, []
    while at < len(content):
        kind, offset, size = _RECORD.unpack_from(content, at)
        at += _RECORD.size
        found.append(Logged(kind, offset, content[at : at + size]))
        at += size
    return found


def _unmount(directory: Path, server: int) -> None:
    for _ in range(100):
        if _libc.umount2(os.fsencode(directory), 0) == 0:
            break
        time.sleep(0.05)
    else:
        _libc.umount2(os.fsencode(directory), _AT_ONCE)
        os.kill(server, signal.SIGKILL)
    os.waitpid(server, 0)


def _serve_and_exit(descriptor: int, image: Path, log: Path) -> None:
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _Server(descriptor, os.open(image, os.O_RDWR), log).serve()
    finally:
        os._exit(0)


class _Server:
    """Answers the kernel's requests one after the other."""

    def __init__(self, fuse: int, disk: int, log: Path) -> None:
        self._fuse, self._disk = fuse, disk
        self._log = open(log, "wb", buffering=1 << 20)  # noqa: SIM115 - closed when the last request is answered
        self._answers: dict[int, Callable[[int, memoryview], bytes]] = {
            _INIT: self._init, _LOOKUP: self._lookup, _GETATTR: self._attributes, _SETATTR: self._attributes,
            _OPEN: self._open, _OPENDIR: self._open, _READ: self._read, _WRITE: self._write, _FSYNC: self._fsync,
            _STATFS: self._statfs, **dict.fromkeys((_FLUSH, _RELEASE, _RELEASEDIR, _ACCESS, _DESTROY), self._nothing),
        }  # fmt: skip

    def serve(self) -> None:
        operation = 0
        while operation != _DESTROY:
            try:
                request = os.read(self._fuse, 1 << 21)
            except OSError as error:
                if error.errno in (errno.EINTR, errno.ENOENT, errno.EAGAIN):  # the request went away
                    continue
                break
            operation = self._answer(request)
        self._log.close()

    def _answer(self, request: bytes) -> int:
        size, operation, unique, node, *_ = _IN.unpack_from(request)
        if operation in _SILENT:
            return operation
        code, told = 0, b""
        try:
            told = self._answers.get(operation, self._unknown)(node, memoryview(request)[_IN.size : size])
        except OSError as error:
            code = -(error.errno or errno.EIO)
        try:
            os.write(self._fuse, _OUT.pack(_OUT.size + len(told), code, unique) + told)
        except OSError:
            pass  # whoever asked has gone
        return operation

    def _unknown(self, _node: int, _body: memoryview) -> bytes:
        raise OSError(errno.ENOSYS, "")

    def _nothing(self, _node: int, _body: memoryview) -> bytes:
        return b""

    def _init(self, _node: int, body: memoryview) -> bytes:
        flags = struct.unpack_from("<IIII", body)[3] & (1 << 5 | 1 << 22)  # big writes, and how big
        return struct.pack("<IIIIHHIIHHI7I", 7, 31, 1 << 17, flags, 16, 12, 1 << 20, 1, 256, 0, 0, *[0] * 7)

    def _lookup(self, _node: int, body: memoryview) -> bytes:
        node = {b"disk": _DISK, b"mark": _MARK}.get(bytes(body).rstrip(b"\0"))
        if node is None:
            raise OSError(errno.ENOENT, "")
        return struct.pack("<QQQQII", node, 0, 3600, 3600, 0, 0) + self._inode(node)

    def _attributes(self, node: int, _body: memoryview) -> bytes:
        return struct.pack("<QII", 3600, 0, 0) + self._inode(node)

    def _inode(self, node: int) -> bytes:
        size = os.fstat(self._disk).st_size if node == _DISK else 0
        mode = 0o40755 if node == _TOP else 0o100600
        return struct.pack("<QQQQQQIIIIIIIIII", node, size, size // 512, *[0] * 6, mode, 1, 0, 0, 0, 4096, 0)

    def _open(self, _node: int, _body: memoryview) -> bytes:
        return struct.pack("<QII", 0, _DIRECT, 0)

    def _read(self, _node: int, body: memoryview) -> bytes:
        _, offset, size = struct.unpack_from("<QQI", body)
        return os.pread(self._disk, size, offset)

    def _write(self, node: int, body: memoryview) -> bytes:
        _, offset, size = struct.unpack_from("<QQI", body)
        data = body[40 : 40 + size]
        if node == _DISK:
            os.pwrite(self._disk, data, offset)
        self._log.write(_RECORD.pack(WRITE if node == _DISK else MARK, offset if node == _DISK else 0, size))
        self._log.write(data)
        return struct.pack("<II", size, 0)

    def _fsync(self, _node: int, _body: memoryview) -> bytes:
        self._log.write(_RECORD.pack(FLUSH, 0, 0))
        return b""

    def _statfs(self, _node: int, _body: memoryview) -> bytes:
        return struct.pack("<QQQQQIIII6I", 0, 0, 0, 0, 0, 4096, 255, 4096, *[0] * 7)
