"""An archive as a source: read to its end before anything changes, identified by its SHA-256."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from functools import cached_property
from shlex import quote
from typing import Any, NamedTuple, Optional

from holdfast_engine.fs.extract import TreeWriter
from holdfast_engine.model.listing import FILE, Listing
from holdfast_engine.model.problem import Problem
from holdfast_engine.sources.archives.gate import Limits, Tree
from holdfast_engine.sources.archives.look import Look, Unwrapped
from holdfast_engine.sources.archives.unpack import unpack
from holdfast_engine.sources.empty_submodules import unfilled
from holdfast_engine.sources.lfs import MARK, may_be_pointer, missing
from holdfast_engine.sources.private import kept_private
from holdfast_engine.sources.source import SETTINGS_FILE
from holdfast_engine.sources.zstd import zstd

_OPEN = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
_AT_ONCE = 1 << 20
_LIMITS = Limits()


class _Looked(NamedTuple):
    """What the archive holds without the directory TOP, which alone stands at its top (or is empty)."""

    top: str
    tree: Look


class ArchiveSource:
    """The tree that the archive at PATH unpacks to, without a single directory around it. It is read, never changed.

    The file stays open from `prepare` to `close`. One that changes between its digest and the end
    of an extraction raises `fetch-incomplete`: what is deployed is what was looked at.
    """

    def __init__(self, path: str, sha256: str = "", limits: Limits = _LIMITS) -> None:
        self._path = path
        self._wanted = sha256.lower()
        self._limits = limits
        self._fd = -1
        self._digest = ""
        self._stamp: tuple[int, ...] = ()

    def prepare(self) -> None:
        """Open PATH and see that it has the digest that is wanted.

        Raises `source-missing`, `source-unusable`, `no-permission`, and `checksum-mismatch`.
        """
        self._fd = _opened(self._path)
        self._stamp = _stamp(self._fd)
        self._digest = _digest(self._fd)
        self._see_unchanged()
        if self._wanted not in ("", self._digest):
            self.close()
            raise _mismatch(self._path, self._digest, self._wanted)

    @property
    def tree_id(self) -> str:
        """The SHA-256 of the archive: the same file again is the same version."""
        return self._digest

    @property
    def notices(self) -> tuple[str, ...]:
        top = self._looked.top
        left = (f"the archive is one directory, `{top}/`: its content is deployed",) if top else ()
        return (*left, *unfilled(self.listing()), *kept_private(self._looked.tree.readers))

    def describe(self) -> dict[str, Any]:
        return {"kind": "archive", "location": self._path, "ref": "", "commit": "", "sha256": self._digest}

    def listing(self) -> Listing:
        """Every name in the archive. Raises `source-unusable` for one that is damaged, hostile or beyond limits, and
        `zstd-missing`.
        """
        return Listing(self._looked.tree.entries, self._read, self._looked.tree.links.get)

    def require_content(self) -> None:
        """Nothing when no file is a pointer of git-lfs, as they stand in archives that a forge makes."""
        pointers = [path for path in self._looked.tree.marked if may_be_pointer(self._looked.tree.entries[path].size)]
        if pointers:
            raise missing(pointers, "pack a checkout that has the content (`git lfs pull`), or deploy the repository")

    def settings_file(self) -> Optional[bytes]:
        return self._read(SETTINGS_FILE)

    def extract(self, writer: TreeWriter) -> None:
        """Write the whole tree; raises what `listing` raises, and `fetch-incomplete` where the file has changed."""
        self._see_unchanged()
        top, writer.readers = self._looked.top, self._looked.tree.readers
        self._unpack(Unwrapped(writer, top) if top else writer)
        self._see_unchanged()

    def close(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    @cached_property
    def _looked(self) -> _Looked:
        look = Look(mark=MARK)
        self._unpack(look)
        self._see_unchanged()
        return _Looked(look.wrapping, look.below(look.wrapping))

    def _unpack(self, tree: Tree) -> None:
        unpack(self._fd, tree, self._limits, zstd=zstd)

    def _read(self, path: str) -> Optional[bytes]:
        """The content of the file PATH; one that was not kept is looked for once more, and is nothing
        that could be answered where it is very long.
        """
        top, tree = self._looked
        entry = tree.entries.get(path)
        if entry is None or entry.kind != FILE:
            return None
        if path not in tree.kept:
            name = f"{top}/{path}" if top else path
            again = Look(only=name)
            self._unpack(again)
            if name not in again.kept:
                return None
            tree.kept[path] = again.kept[name]
        return tree.kept[path]

    def _see_unchanged(self) -> None:
        if _stamp(self._fd) != self._stamp:
            raise Problem("fetch-incomplete", f"`{self._path}` changed while it was read", hint="deploy again")


def _opened(path: str) -> int:
    """The archive, open; PATH itself is the person's word and may be or pass a link."""
    try:
        fd = os.open(path, _OPEN)
    except (FileNotFoundError, NotADirectoryError) as error:
        hint = "check the path given with `--source`"
        raise Problem("source-missing", f"`{path}` does not exist", hint=hint) from error
    except PermissionError as error:
        hint = f"`chmod o+r {quote(path)}` as its owner, or run Holdfast as its owner"
        raise Problem("no-permission", f"`{path}` cannot be read", hint=hint) from error
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        hint = "name a directory, a repository or an archive with `--source`"
        raise Problem("source-unusable", f"`{path}` is no regular file", hint=hint)
    return fd


def _digest(fd: int) -> str:
    digest = hashlib.sha256()
    for piece in _pieces(fd):
        digest.update(piece)
    return digest.hexdigest()


def _pieces(fd: int) -> Iterator[bytes]:
    at = 0
    while True:
        piece = os.pread(fd, _AT_ONCE, at)
        if not piece:
            return
        at += len(piece)
        yield piece


def _stamp(fd: int) -> tuple[int, ...]:
    status = os.fstat(fd)
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _mismatch(path: str, found: str, wanted: str) -> Problem:
    return Problem(
        "checksum-mismatch",
        f"`{path}` is not the expected archive: its SHA-256 differs",
        context=[f"wanted: {wanted}", f"found:  {found}"],
        hint="fetch the archive again, and compare its SHA-256 with the published one",
    )
