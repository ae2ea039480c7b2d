"""The tree of one commit in a mirror: its names, its small files, and all of its bytes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import NamedTuple, Optional

from holdfast_engine.fs.extract import TreeWriter
from holdfast_engine.model.listing import DIR, FILE, LINK, Listed
from holdfast_engine.model.problem import Problem
from holdfast_engine.sources.cat_file import BlobStream, Object, incomplete, streaming
from holdfast_engine.sources.git_process import git, raise_for
from holdfast_engine.sources.lfs import Pointer, may_be_pointer, pointer_in
from holdfast_engine.sources.lfs_content import Contents
from holdfast_engine.sources.mirror import Mirror
from holdfast_engine.sources.origin import Origin

_TREE, _SYMLINK, _SUBMODULE, _PROGRAM = "040000", "120000", "160000", "100755"
_AGAIN = "deploy again: a damaged mirror is fetched again"


class Commit(NamedTuple):
    """A commit: its ID, the id of its TREE, and the first line of its message."""

    id: str
    tree: str
    subject: str

    @classmethod
    def of(cls, found: Object) -> Commit:
        """The commit that the object FOUND is."""
        head, _, message = found.data.partition(b"\n\n")
        tree = head.split(b"\n", 1)[0].split()[1].decode()
        return cls(found.id, tree, message.lstrip().split(b"\n", 1)[0].decode("utf-8", "replace").strip())

    @property
    def wide(self) -> bool:
        """The repository names its objects by SHA-256."""
        return len(self.id) > 40


class Row(NamedTuple):
    """One line of `ls-tree`."""

    path: str
    mode: str
    id: str
    size: int

    @property
    def kind(self) -> str:
        """A submodule is a directory: what is in it is another commit's to say."""
        if self.mode in (_TREE, _SUBMODULE):
            return DIR
        return LINK if self.mode == _SYMLINK else FILE


class CommitTree:
    """COMMIT as it lies in MIRROR, which was fetched from ORIGIN; nothing here fetches but content that git-lfs keeps.

    Where the mirror proves damaged, `fetch-incomplete` is raised and another is begun.
    """

    def __init__(self, origin: Origin, mirror: Mirror, commit: Commit) -> None:
        self.origin = origin
        self.mirror = mirror
        self.commit = commit

    @property
    def submodules(self) -> tuple[Row, ...]:
        """The rows that stand for commits of other repositories."""
        return tuple(row for row in self.rows if row.mode == _SUBMODULE)

    def listed(self) -> dict[str, Listed]:
        """Every name; a pointer of git-lfs has the size of what it stands for."""
        sizes = {path: pointer.size for path, pointer in self.pointers.items()}
        return {row.path: Listed(row.kind, sizes.get(row.path, row.size)) for row in self.rows}

    def read(self, path: str) -> Optional[bytes]:
        """The content of the file PATH; None when there is none."""
        row = self._by_path.get(path)
        return self._content(row) if row is not None and row.kind == FILE else None

    def link(self, path: str) -> Optional[str]:
        """The text of the link PATH; None when there is none."""
        row = self._by_path.get(path)
        return os.fsdecode(self._content(row)) if row is not None and row.kind == LINK else None

    def blob(self, path: str) -> str:
        """The id of the blob that is the file or link PATH; empty when there is none."""
        row = self._by_path.get(path)
        return row.id if row is not None and row.kind != DIR else ""

    def lacking(self) -> list[str]:
        """Pointers of git-lfs whose content can be had neither from the repository itself nor by `git lfs`."""
        return self._contents.lacking(self.pointers) if self.pointers else []

    def extract(self, writer: TreeWriter, top: str) -> None:
        """Write every file and link below TOP; each object's kind and length, their number and git's end agree.

        Raises `fetch-incomplete` when anything falls short (I24); the next `prepare` then fetches
        into a new mirror. What git-lfs keeps is written last, and is what its pointer says.
        """
        rows = [row for row in self.rows if row.kind != DIR and row.path not in self.pointers]
        with self._mending(), streaming(self.mirror.path, [row.id for row in rows]) as stream:
            written = sum(_write(row, stream, writer, top) for row in rows)
            if written != len(rows):
                raise incomplete(self.mirror.path, f"{written} of {len(rows)} files were written")
        for path, pointer in self.pointers.items():
            executable = self._by_path[path].mode == _PROGRAM
            self._contents.write(pointer, writer, f"{top}{path}", executable=executable)

    def contains_blob(self, path: str, data: bytes) -> bool:
        """True when a file with exactly DATA stands at PATH in any commit of the mirror."""
        blob = _blob_id(data, wide=self.commit.wide)
        row = self._by_path.get(path)
        if row is not None and row.id == blob:
            return True
        return self.mirror.objects.read(blob) is not None and blob in self._history(path)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Every name of the commit, directories before what they hold."""
        with self._mending():
            return _listed(self.mirror.path, self.commit.id)

    @cached_property
    def pointers(self) -> dict[str, Pointer]:
        """The pointers of git-lfs by path. Every file of their size is looked at: an attribute that is missing makes a
        pointer no less of one.
        """
        small = [row for row in self.rows if row.kind == FILE and may_be_pointer(row.size)]
        if not small:
            return {}
        with self._mending(), streaming(self.mirror.path, [row.id for row in small]) as stream:
            found = {row.path: pointer_in(b"".join(stream.next(row.id, row.size))) for row in small}
        return {path: pointer for path, pointer in found.items() if pointer is not None}

    @cached_property
    def _contents(self) -> Contents:
        return Contents(self.origin, self.mirror.path)

    @cached_property
    def _by_path(self) -> dict[str, Row]:
        return {row.path: row for row in self.rows}

    @contextmanager
    def _mending(self) -> Iterator[None]:
        """Where the mirror proves damaged, the next `prepare` fetches into a new one: no manual repair (G4)."""
        try:
            yield
        except Problem as problem:
            if problem.code == "fetch-incomplete":
                self.mirror.supersede(wide=self.commit.wide)
            raise

    def _content(self, row: Row) -> bytes:
        with self._mending():
            found = self.mirror.objects.read(row.id)
            if found is None:
                raise incomplete(self.mirror.path, f"the git mirror does not have the content of `{row.path}`")
        return found.data

    def _history(self, path: str) -> frozenset[str]:
        """Ids of every blob that any commit has or had at PATH; each side of each merge is looked at."""
        words = ("log", "--all", "--full-history", "-m", "--format=", "--raw", "--no-abbrev", "--no-renames", "-z")
        answer = git(*words, "--end-of-options", "--", path, git_dir=self.mirror.path)
        raise_for(answer, "fetch-incomplete", f"git cannot read the history of `{path}`", hint=_AGAIN)
        return frozenset(_blobs_at(path, answer.out))


def _listed(git_dir: str, commit: str) -> tuple[Row, ...]:
    answer = git("ls-tree", "-r", "-t", "-z", "-l", "--full-tree", commit, git_dir=git_dir)
    raise_for(answer, "fetch-incomplete", f"git cannot list {commit}", hint=_AGAIN)
    return tuple(_row(line, git_dir) for line in os.fsdecode(answer.out).split("\0") if line)


def _row(line: str, git_dir: str) -> Row:
    facts, _, path = line.partition("\t")
    mode, _kind, blob, size = facts.split()
    if size == "-":
        return Row(path, mode, blob, 0)
    if not size.isdecimal():  # git writes `BAD` for an object that it lacks
        raise incomplete(git_dir, f"the git mirror does not have the content of `{path}`")
    return Row(path, mode, blob, int(size))


def _write(row: Row, stream: BlobStream, writer: TreeWriter, top: str) -> int:
    chunks = stream.next(row.id, row.size)
    if row.kind == LINK:
        writer.symlink(f"{top}{row.path}", os.fsdecode(b"".join(chunks)))
        return 1
    return int(writer.file(f"{top}{row.path}", row.mode == _PROGRAM, chunks).size == row.size)


def _blobs_at(path: str, raw: bytes) -> Iterator[str]:
    # `:MODE MODE OLD NEW LETTER NUL PATH NUL …`, for PATH and, where it once was a directory, below it.
    fields = iter(raw.split(b"\0"))
    for facts in fields:
        if facts.lstrip(b"\n").startswith(b":") and os.fsdecode(next(fields, b"")) == path:
            yield from facts.decode().split()[2:4]


def _blob_id(data: bytes, *, wide: bool) -> str:
    digest = hashlib.sha256() if wide else hashlib.sha1(usedforsecurity=False)
    digest.update(b"blob %d\0" % len(data))
    digest.update(data)
    return digest.hexdigest()
