"""An open directory, and reading below it."""

from __future__ import annotations

import ctypes
import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import islice
from types import TracebackType
from typing import Generic, Optional, TypeVar

from holdfast_engine.model.listing import DIR, FILE, LINK, OTHER
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem

T = TypeVar("T")
OPEN_DIR = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NR_OPENAT2 = 437
"""The same number on every architecture that Python is built for: it came after the tables were made one."""
_NO_SYMLINKS, _BENEATH = 0x04, 0x08
_LONGEST = 4000
"""In bytes: the kernel takes no longer path in one call (PATH_MAX), and trees may be deeper than that."""


class _How(ctypes.Structure):
    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


_HOW = _How(OPEN_DIR, 0, _NO_SYMLINKS | _BENEATH)
_syscall = ctypes.CDLL(None, use_errno=True).syscall
_syscall.argtypes = (ctypes.c_long, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_size_t)
_syscall.restype = ctypes.c_long
_ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
_NOTHING = (*_ABSENT, errno.ENAMETOOLONG)
"""A name that is longer than names can be is nobody's."""


def is_shortage(error: OSError) -> bool:
    """True where this process or the host is short of something: ERROR says nothing of what was looked at."""
    return error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM)


_NEARBY = 8
"""Directories that a series of looks holds open at most: data in `shared/` and links in a release take turns."""


_MANY = 16
"""So many questions about the names of one directory are worth a look at all of them."""
_TOO_MANY = 20_000
"""So many names are worth no look, whatever is asked."""


class _Nearby:
    """A directory that is held open for a series of looks."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._asked = 0
        self._kinds: Optional[dict[str, str]] = None

    def kinds(self) -> Optional[dict[str, str]]:
        """What it holds, by name, once that is cheaper than a look at each."""
        self._asked += 1
        if self._kinds is None and self._asked > _MANY:
            with os.scandir(self.descriptor) as scan:
                found = {entry.name: kind_in(entry) for entry in islice(scan, _TOO_MANY)}
            self._kinds, self._asked = (found, 0) if len(found) < _TOO_MANY else (None, -_TOO_MANY)
        return self._kinds


class Opened(Generic[T]):
    """What a block is given, and the descriptor that is closed at its end; by a class, for there are thousands."""

    __slots__ = ("_close", "_given")

    def __init__(self, given: T, *, close: Optional[int] = None) -> None:
        self._given, self._close = given, close

    def __enter__(self) -> T:
        return self._given

    def __exit__(self, *_: object) -> None:
        if self._close is not None:
            os.close(self._close)


class Root:
    """A directory held open: all paths are relative to its descriptor.

    No component is followed when it is a link, so that one which the application or an attacker planted is
    never walked through (G9; `open_beneath`). What lies behind a link counts as absent.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._nearby: Optional[dict[str, _Nearby]] = None
        try:
            self.fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            raise Problem(
                "site-missing", f"`{path}` is not a directory", hint="check the path given with `--site`"
            ) from None
        except PermissionError:
            raise Problem("no-permission", f"`{path}` cannot be opened", state="nothing was changed") from None

    def __enter__(self) -> Root:
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        os.close(self.fd)

    def directory(self, path: str) -> Opened[int]:
        """A descriptor of the directory at PATH, open inside the block; OSError when it is none or
        lies behind a link.
        """
        descriptor = self.open_directory(path)
        return Opened(descriptor, close=descriptor)

    def open_directory(self, path: str) -> int:
        """A descriptor of the directory at PATH, which the caller closes."""
        return open_beneath(self.fd, path)

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Inside the block, a directory in which several things are looked at is opened once, and not again for each.

        For a series of looks between which nothing is changed by us. Whoever else moves a directory away
        meanwhile is seen after the block, as if the look had been a moment earlier.
        """
        if self._nearby is not None:
            yield
            return
        self._nearby = {}
        try:
            yield
        finally:
            opened, self._nearby = self._nearby, None
            for directory in opened.values():
                os.close(directory.descriptor)

    def _parent(self, path: str) -> Opened[tuple[int, str]]:
        """The directory that holds PATH, open inside the block, and the name in it; for looks alone."""
        above, _, name = path.rpartition("/")
        if not above:
            return Opened((self.fd, name or "."))
        if self._nearby is not None:
            return Opened((self._opened_nearby(self._nearby, above).descriptor, name))
        descriptor = self.open_directory(above)
        return Opened((descriptor, name), close=descriptor)

    def _opened_nearby(self, nearby: dict[str, _Nearby], path: str) -> _Nearby:
        if path not in nearby:
            opened = self.open_directory(path)
            if len(nearby) == _NEARBY:
                os.close(nearby.pop(next(iter(nearby))).descriptor)
            nearby[path] = _Nearby(opened)
        return nearby[path]

    def lstat(self, path: str) -> Optional[os.stat_result]:
        """What stands at PATH itself, or None when nothing does."""
        try:
            with self._parent(path) as (parent, name):
                return os.stat(name, dir_fd=parent, follow_symlinks=False)
        except OSError as error:
            if error.errno in _NOTHING:
                return None
            raise

    def kind(self, path: str) -> Optional[str]:
        """`file`, `dir`, `link` or `other`, or None when nothing stands at PATH."""
        above, _, name = path.rpartition("/")
        known = self._kinds_nearby(above)
        if known is not None:
            return known.get(name)
        status = self.lstat(path)
        return kind_of(status) if status else None

    def _kinds_nearby(self, path: str) -> Optional[dict[str, str]]:
        if self._nearby is None or not path:
            return None
        try:
            return self._opened_nearby(self._nearby, path).kinds()
        except OSError as error:
            if error.errno in _NOTHING:
                return {}
            raise

    def has(self, path: str) -> bool:
        return self.kind(path) is not None

    def names(self, path: str) -> list[str]:
        """The names in the directory at PATH, in order; none when it is no directory."""
        try:
            with self.directory(path) as here:
                return sorted(os.listdir(here))
        except OSError as error:
            if error.errno in _ABSENT:
                return []
            raise

    def kinds(self, path: str) -> dict[str, str]:
        """The names in the directory at PATH, in order, each with its kind as the directory says it; none when it is no
        directory.
        """
        try:
            with self.directory(path) as here, os.scandir(here) as scan:
                return {entry.name: kind_in(entry) for entry in sorted(scan, key=lambda entry: entry.name)}
        except OSError as error:
            if error.errno in _ABSENT:
                return {}
            raise

    def obstacle(self, path: str) -> Optional[RelPath]:
        """The first thing at or above PATH that is no directory; None when PATH is one, or could be made one."""
        names = RelPath(path).parts
        here = self.open_directory("")
        for depth, name in enumerate(names, start=1):
            try:
                below = os.open(name, OPEN_DIR, dir_fd=here)
            except FileNotFoundError:
                return None
            except OSError as error:
                if error.errno in _ABSENT:
                    return RelPath("/".join(names[:depth]))
                raise
            finally:
                os.close(here)
            here = below
        os.close(here)
        return None

    def link(self, path: str) -> Optional[str]:
        """The text of the symlink at PATH, or None when none stands there."""
        try:
            with self._parent(path) as (parent, name):
                return os.readlink(name, dir_fd=parent)
        except OSError as error:
            if error.errno in (*_NOTHING, errno.EINVAL):
                return None
            raise

    def leads_somewhere(self, path: str) -> bool:
        """True when the link at PATH resolves to anything. Asks the kernel for its existence alone; opens nothing."""
        try:
            with self._parent(path) as (parent, name):
                os.stat(name, dir_fd=parent)
        except OSError:
            return False
        return True

    def leads_to(self, link: str, path: str) -> bool:
        """True when LINK resolves to what stands at PATH, by whatever names. Asks the kernel for identities alone."""
        status = self.lstat(path)
        try:
            with self._parent(link) as (parent, name):
                end = os.stat(name, dir_fd=parent)
        except OSError:
            return False
        return status is not None and (end.st_dev, end.st_ino) == (status.st_dev, status.st_ino)

    def may_read_and_write(self, path: str) -> bool:
        """True when the file at PATH may be read and written by this user, by its rights alone."""
        try:
            with self._parent(path) as (parent, name):
                return os.access(name, os.R_OK | os.W_OK, dir_fd=parent, effective_ids=True, follow_symlinks=False)
        except OSError:
            return False

    def open_file(self, path: str) -> int:
        """A descriptor for reading the regular file at PATH, which the caller closes; links are not followed."""
        with self._parent(path) as (parent, name):
            descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, dir_fd=parent)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.EINVAL, "not a regular file", path)
        return descriptor

    def read(self, path: str) -> Optional[bytes]:
        """The content of the file at PATH, or None when there is no such file."""
        try:
            descriptor = self.open_file(path)
        except OSError as error:
            if error.errno in (*_ABSENT, errno.EINVAL, errno.ENXIO):
                return None
            raise
        with os.fdopen(descriptor, "rb") as stream:
            return stream.read()

    def absolute(self, path: str) -> str:
        """PATH as a person would type it."""
        return os.path.join(self.path, path) if path else self.path


def kind_in(entry: os.DirEntry[str]) -> str:
    """The kind of what a directory holds, as the directory says it; a link's own."""
    if entry.is_symlink():
        return LINK
    if entry.is_dir(follow_symlinks=False):
        return DIR
    return FILE if entry.is_file(follow_symlinks=False) else OTHER


def kind_of(status: os.stat_result) -> str:
    mode = status.st_mode
    if stat.S_ISREG(mode):
        return FILE
    if stat.S_ISDIR(mode):
        return DIR
    return LINK if stat.S_ISLNK(mode) else OTHER


def open_beneath(top: int, path: str) -> int:
    """A descriptor of the directory at PATH below the open directory TOP, which the caller closes.

    No component of PATH is followed when it is a link (G9): OSError with ELOOP or ENOTDIR, as for what is no
    directory, and with ENOENT for what is not there.
    """
    if "/" not in path:
        return os.open(path or ".", OPEN_DIR, dir_fd=top)
    packed = os.fsencode(path)
    if len(packed) < _LONGEST and _is_known():
        return _in_one_call(top, packed)
    return _step_by_step(top, path)


def _in_one_call(top: int, packed: bytes) -> int:
    while True:
        opened = int(_syscall(_NR_OPENAT2, top, packed, ctypes.byref(_HOW), ctypes.sizeof(_HOW)))
        if opened >= 0:
            return opened
        code = ctypes.get_errno()
        if code != errno.EINTR:
            raise OSError(code, os.strerror(code), os.fsdecode(packed))


def _step_by_step(top: int, path: str) -> int:
    names = path.split("/")
    here = os.open(names[0], OPEN_DIR, dir_fd=top)
    for name in names[1:]:
        try:
            below = os.open(name, OPEN_DIR, dir_fd=here)
        finally:
            os.close(here)
        here = below
    return here


@cache
def _is_known() -> bool:
    """True where the kernel knows the call and nobody forbids it (older kernels, filters of containers)."""
    try:
        here = os.open("/", OPEN_DIR)
        try:
            os.close(_in_one_call(here, b"./."))
        finally:
            os.close(here)
    except OSError:
        return False
    return True
