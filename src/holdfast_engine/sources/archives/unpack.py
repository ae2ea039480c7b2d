"""Unpacking an archive that nobody vouches for: tar (plain, gzip, bzip2, xz, zstd) and zip.

Neither `tarfile` nor `zipfile` has a part in it: which of their safeguards a host's Python has
depends on its point release, and on none tried were they whole.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Optional

from holdfast_engine.sources.archives.gate import Gate, Limits, Tree, refusal
from holdfast_engine.sources.archives.stream import Piped, Stream, read_at
from holdfast_engine.sources.archives.tar import unpack_tar
from holdfast_engine.sources.archives.zip import unpack_zip

Program = Callable[[int], AbstractContextManager[int]]
"""Starts a program that decompresses an open file; gives the pipe that it writes to, and raises when it ends badly."""

_LIMITS = Limits()
_MARKS = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"PK\3\4", "zip"),
    (b"PK\5\6", "zip"),
)


def unpack(descriptor: int, writer: Tree, limits: Limits = _LIMITS, *, zstd: Optional[Program] = None) -> None:
    """All that the archive in the open file DESCRIPTOR holds is given to WRITER; what it is, its first bytes tell.

    Regular files, directories and relative links that stay inside are unpacked, links last.
    Everything else, and whatever two readers could understand in two ways, raises
    `source-unusable` and leaves a part of the tree, as a crash would. ZSTD decompresses what this
    interpreter cannot; without it such an archive is refused. Nothing is durable before the
    caller's `syncfs`.
    """
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise refusal("is no regular file")
    form = _form(descriptor)
    gate = Gate(writer, limits)
    if form == "zip":
        unpack_zip(descriptor, status.st_size, gate)
    elif form == "zstd":
        _unpack_through(zstd, descriptor, status.st_size, gate)
    else:
        unpack_tar(Stream(descriptor, form, limits), gate)
    gate.finish()


def _unpack_through(program: Optional[Program], descriptor: int, size: int, gate: Gate) -> None:
    if program is None:
        raise refusal("is packed with zstd", hint="pack it with gzip")
    with program(descriptor) as pipe:
        unpack_tar(Piped(pipe, size, gate.limits), gate)


def _form(descriptor: int) -> str:
    head = read_at(descriptor, 512, 0)
    for mark, form in _MARKS:
        if head.startswith(mark):
            return form
    if head[257:262] == b"ustar":
        return "tar"
    raise refusal("is neither tar nor zip", hint="pack it with `tar -czf`")
