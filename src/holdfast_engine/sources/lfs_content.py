"""The content that pointers of git-lfs stand for: from the repository's own store, or by `git lfs`, and proven."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from typing import IO, Optional, cast

from holdfast_engine.fs.extract import TreeWriter
from holdfast_engine.model.problem import Problem
from holdfast_engine.sources.cat_file import end
from holdfast_engine.sources.credentials import parted
from holdfast_engine.sources.git_process import complaint, git, start
from holdfast_engine.sources.lfs import Pointer
from holdfast_engine.sources.origin import Origin

_AT_ONCE = 1 << 20
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FETCHING = {"GIT_LFS_SKIP_SMUDGE": "0"}
_TEXT = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize {}\n"


class Contents:
    """Where content is had from that the repository at ORIGIN keeps with git-lfs; what is fetched lies beside MIRROR.

    A repository on this host is read first, so that a checkout that has its content needs no
    server. Whoever gives it, its SHA-256 and size are those of the pointer, or it is not deployed.
    """

    def __init__(self, origin: Origin, mirror: str) -> None:
        self._origin = origin
        self._mirror = mirror

    def lacking(self, pointers: Mapping[str, Pointer]) -> list[str]:
        """Paths of POINTERS whose content is not here and cannot be asked for."""
        unknown = [path for path, pointer in pointers.items() if not pointer.oid]
        absent = [path for path, pointer in pointers.items() if pointer.oid and not self._is_stored(pointer)]
        return unknown if not absent or self._is_installed else [*unknown, *absent]

    def write(self, pointer: Pointer, writer: TreeWriter, path: str, *, executable: bool) -> None:
        """The file PATH is written with the content of POINTER, and with nothing else; else `fetch-failed`."""
        stored = self._stored(pointer)
        said: list[str] = []
        chunks = _pieces(stored) if stored is not None else self._fetched(pointer, path, said)
        entry = writer.file(path, executable, chunks)
        if (entry.digest, entry.size) != (pointer.oid, pointer.size):
            hint = "`git lfs fetch` in a clone, as this user, asks the same"
            message = f"git-lfs has no content for `{path}`"
            raise Problem("fetch-failed", message, context=[f"wanted: sha256 {pointer.oid}", *said], hint=hint)

    @cached_property
    def _is_installed(self) -> bool:
        return git("lfs", "version").status == 0

    @cached_property
    def _stores(self) -> tuple[str, ...]:
        found = (self._origin.common_dir, self._mirror)
        return tuple(os.path.join(one, "lfs", "objects") for one in found if one)

    def _is_stored(self, pointer: Pointer) -> bool:
        fd = self._stored(pointer)
        if fd is not None:
            os.close(fd)
        return fd is not None

    def _stored(self, pointer: Pointer) -> Optional[int]:
        """The file with that name and size in a store, open; its bytes are proven when they are written."""
        for store in self._stores:
            try:
                fd = os.open(os.path.join(store, pointer.oid[:2], pointer.oid[2:4], pointer.oid), _FILE)
            except OSError:
                continue
            status = os.fstat(fd)
            if stat.S_ISREG(status.st_mode) and status.st_size == pointer.size:
                return fd
            os.close(fd)
        return None

    def _fetched(self, pointer: Pointer, path: str, said: list[str]) -> Iterator[bytes]:
        """What `git lfs` makes of POINTER; what it complains of stands in SAID afterwards."""
        server, login = parted(self._origin.remote)
        process = start(
            *("-c", f"remote.origin.url={server}", "lfs", "smudge", "--", path),
            git_dir=self._mirror,
            stdin=subprocess.PIPE,
            login={**self._origin.login, **login, **_FETCHING},
        )
        try:
            with suppress(BrokenPipeError):  # a program that reads nothing gives nothing either
                asked = cast("IO[bytes]", process.stdin)
                asked.write(_TEXT.format(pointer.oid, pointer.size).encode())
                asked.close()
            yield from iter(lambda: cast("IO[bytes]", process.stdout).read(_AT_ONCE), b"")
            said.extend(complaint(cast("IO[bytes]", process.stderr).read()))
        finally:
            end(process)


def _pieces(fd: int) -> Iterable[bytes]:
    try:
        yield from iter(lambda: os.read(fd, _AT_ONCE), b"")
    finally:
        os.close(fd)
