"""What a quota leaves to this user of a file system: less than the disk has free, or nothing (quotactl(2))."""

from __future__ import annotations

import ctypes
import os
import struct
from typing import NamedTuple, Optional

from holdfast_engine.fs.root import Root

_QUOTACTL_FD, _GET, _USERS, _GROUPS = 443, 0x800007 << 8, 0, 1
"""One number on every architecture that has it (kernel 5.14), and Q_GETQUOTA shifted as QCMD does."""
_QUOTA = struct.Struct("=8QI4x")
_BLOCK = 1024


class Left(NamedTuple):
    """What may still be taken: BYTES and INODES, each None where it is not limited."""

    bytes: Optional[int] = None
    inodes: Optional[int] = None


def left(root: Root, path: str) -> Left:
    """What the quotas of this user and its group leave at PATH; nothing is limited for root, and where no quota is
    kept or the kernel does not say.
    """
    if os.geteuid() == 0:
        return Left()
    with root.directory(path) as here:
        found = [_asked(here, _USERS, os.geteuid()), _asked(here, _GROUPS, os.getegid())]
    sizes = [one.bytes for one in found if one.bytes is not None]
    names = [one.inodes for one in found if one.inodes is not None]
    return Left(min(sizes, default=None), min(names, default=None))


def _asked(descriptor: int, whose: int, number: int) -> Left:
    answer = ctypes.create_string_buffer(_QUOTA.size)
    if ctypes.CDLL(None).syscall(_QUOTACTL_FD, descriptor, _GET | whose, number, answer) != 0:
        return Left()
    return read(answer.raw)


def read(answer: bytes) -> Left:
    """What an answer of the kernel (`struct if_dqblk`) leaves; a limit of nothing is none."""
    hard, soft, taken, hard_names, soft_names, names, *_ = _QUOTA.unpack(answer)
    size, count = hard or soft, hard_names or soft_names
    return Left(
        max(size * _BLOCK - taken, 0) if size else None,
        max(count - names, 0) if count else None,
    )
