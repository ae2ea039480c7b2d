"""Starting `zstd`, which decompresses what Python's own library cannot before 3.14."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, cast

from holdfast_engine.model.problem import Problem

_COMMAND = ("zstd", "--decompress", "--stdout", "--quiet", "--no-progress", "--memory=256MB")
"""More memory than that is asked for by `--ultra --long=29` and more alone, and by those who wish us ill."""

_PATIENCE = 5


@contextmanager
def zstd(descriptor: int) -> Iterator[int]:
    """The pipe to which the open file DESCRIPTOR is decompressed from its beginning; leaving it well proves that all
    of it was sound. Raises `zstd-missing`, and `source-unusable` for damage.
    """
    process = _started(descriptor)
    try:
        with _better_told(process):
            yield cast("IO[bytes]", process.stdout).fileno()
        said = cast("IO[bytes]", process.stderr).read()
        if process.wait() != 0:
            raise _damaged(said)
    finally:
        process.kill()
        for pipe in (process.stdout, process.stderr):
            cast("IO[bytes]", pipe).close()
        process.wait()


@contextmanager
def _better_told(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """What zstd itself complains of says more than that its output was short; one that was stopped has no complaint."""
    try:
        yield
    except Problem as problem:
        cast("IO[bytes]", process.stdout).close()  # whoever writes on is ended by that, with a signal
        with suppress(subprocess.TimeoutExpired):
            if process.wait(_PATIENCE) > 0:
                raise _damaged(cast("IO[bytes]", process.stderr).read()) from problem
        raise


def _started(descriptor: int) -> subprocess.Popen[bytes]:
    os.lseek(descriptor, 0, os.SEEK_SET)  # its position is shared with the program that read from it before
    try:
        return subprocess.Popen(
            _COMMAND,
            stdin=descriptor,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise Problem(
            "zstd-missing",
            "the archive is packed with zstd, and this host has no `zstd`",
            state="nothing was changed",  # an archive is read once before anything is begun
            hint="`apt install zstd`, or pack it with gzip",
        ) from error


def _damaged(said: bytes) -> Problem:
    lines = said.decode("utf-8", "replace").split("\n")
    return Problem(
        "source-unusable",
        "the archive is damaged: `zstd` cannot read it",
        context=[line.strip() for line in lines if line.strip()][:3],
        hint="pack it again, and check its content",
    )
