"""Opening a directory below another through no link, in one call where the kernel can (Linux 5.6; openat2(2))."""

from __future__ import annotations

import ctypes
import errno
import os
from functools import cache

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
