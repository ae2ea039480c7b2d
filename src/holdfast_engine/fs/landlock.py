"""The kernel itself forbids this process to change anything outside one directory (landlock(7))."""

from __future__ import annotations

import ctypes
import os
import struct

_libc = ctypes.CDLL(None, use_errno=True)
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_NO_NEW_PRIVILEGES = 38
_CHANGES = sum(1 << bit for bit in (1, 4, 5, 6, 7, 8, 9, 10, 11, 12))
_REFER, _TRUNCATE = 1 << 13, 1 << 14


def landlock_version() -> int:
    """The kernel's Landlock ABI; 0 or less where there is none."""
    return int(_libc.syscall(_CREATE, None, 0, 1))


def change_only_below(descriptor: int) -> bool:
    """From now on this process can change only what lies below the open directory; False where the kernel lacks it."""
    version = landlock_version()
    if version < 1:
        return False
    handled = _CHANGES | (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    attributes = struct.pack("<Q", handled)
    rules = int(_libc.syscall(_CREATE, attributes, len(attributes), 0))
    if rules < 0:
        return False
    try:
        added = _libc.syscall(_ADD, rules, 1, struct.pack("<Qi", handled, descriptor), 0)
        sealed = added == 0 and _libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
        return bool(sealed and _libc.syscall(_RESTRICT, rules, 0) == 0)
    finally:
        os.close(rules)
