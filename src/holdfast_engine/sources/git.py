"""One commit of a git repository as a source: exact bytes, nothing dropped, nothing followed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Any, NamedTuple, Optional

from holdfast_engine.fs.extract import TreeWriter
from holdfast_engine.model.listing import DIR, FILE, LINK, Listed, Listing
from holdfast_engine.model.problem import Problem
from holdfast_engine.sources.mirror import Mirror
from holdfast_engine.sources.objects import Object, Stream, incomplete, streaming
from holdfast_engine.sources.origin import origin_of
from holdfast_engine.sources.program import git, raise_for, redacted
from holdfast_engine.sources.tree import SETTINGS_FILE

_TREE, _SYMLINK, _SUBMODULE, _PROGRAM = "040000", "120000", "160000", "100755"
_POINTER = b"version https://git-lfs"
_LONGEST_POINTER = 1024
_NAMED = 5


class Commit(NamedTuple):
    """A commit: its ID, the id of its TREE, and the first line of its message."""

    id: str
    tree: str
    subject: str


_AGAIN = "deploy again: a damaged mirror is fetched anew"


class _Row(NamedTuple):
    """One line of `ls-tree`."""

    path: str
    mode: str
    id: str
    size: int

    @property
    def listed(self) -> Listed:
        if self.mode == _TREE:
            return Listed(DIR)
        return Listed(LINK if self.mode == _SYMLINK else FILE, self.size)


class GitSource:
    """The commit that REF (HEAD when empty) leads to at LOCATION, read through a mirror in CACHE_DIR.

    The repository at LOCATION is read and never changed, not even its index. CACHE_DIR must exist.
    What LENT, another cache, holds is read there and not fetched; nothing is written to it.
    """

    def __init__(self, location: str, ref: str, cache_dir: str, *, lent: str = "") -> None:
        self._origin = origin_of(location)
        self._ref = ref
        self._mirror = Mirror(self._origin, cache_dir, lent=lent)
        self._commit: Optional[Commit] = None

    def prepare(self) -> Commit:
        """Find the commit and have all of it in the mirror; without a fetch when it is there already.

        Raises `git-missing`, `source-missing`, `source-unusable`, `no-permission`, `ref-missing`
        with the nearest refs, `fetch-failed` with the last words of git, `fetch-incomplete`.
        """
        wanted = self._origin.resolve(self._ref)
        found = (self._mirror.kept(wanted.id) if wanted.id else None) or self._mirror.fetch(wanted)
        self._commit = _parsed(found)
        return self._commit

    @property
    def commit(self) -> Commit:
        """The commit; prepared when it was not yet."""
        return self._commit or self.prepare()

    @property
    def tree_id(self) -> str:
        """The id of the commit's tree."""
        return self.commit.tree

    @property
    def superseded(self) -> tuple[str, ...]:
        """Damaged mirrors of earlier runs, for the caller to discard."""
        return self._mirror.superseded

    @cached_property
    def dirty(self) -> tuple[str, ...]:
        """Paths in the work tree at LOCATION that differ from its HEAD, untracked ones included."""
        return self._origin.uncommitted()

    @property
    def notices(self) -> tuple[str, ...]:
        if not self.dirty:
            return ()
        names = ", ".join(f"`{path}`" for path in self.dirty[:_NAMED]) + (", …" if len(self.dirty) > _NAMED else "")
        return (f"uncommitted changes are not deployed ({len(self.dirty)}): {names}",)

    def describe(self) -> dict[str, Any]:
        commit = self.commit
        location = redacted(self._origin.location)
        return {"kind": "git", "location": location, "ref": self._ref, "commit": commit.id, "subject": commit.subject}

    def listing(self) -> Listing:
        """Every name of the commit. Raises `submodules-unsupported`, naming them."""
        return Listing({row.path: row.listed for row in self._rows}, self._read, self._link)

    def require_content(self) -> None:
        """Nothing yet: pointers of git-lfs are met when they are extracted."""

    def settings_file(self) -> Optional[bytes]:
        return self._read(SETTINGS_FILE)

    def extract(self, writer: TreeWriter) -> None:
        """Write every file and link of the commit; each object's kind and length, their number and git's end agree.

        Raises `fetch-incomplete` when anything falls short (I24); the next `prepare` then fetches
        into a new mirror. Raises `source-unusable` for pointers of git-lfs, whose content git lacks.
        """
        rows = [row for row in self._rows if row.mode != _TREE]
        with self._mending(), streaming(self._mirror.path, [row.id for row in rows]) as stream:
            written = sum(_write(row, stream, writer) for row in rows)
            if written != len(rows):
                raise incomplete(self._mirror.path, f"{written} of {len(rows)} files were written")

    def contains_blob(self, path: str, data: bytes) -> bool:
        """True when a file with exactly DATA stands at PATH in any commit of the mirror."""
        blob = _blob_id(data, wide=_is_wide(self.commit.id))
        row = self._by_path.get(path)
        if row is not None and row.id == blob:
            return True
        return self._mirror.objects.read(blob) is not None and blob in self._history(path)

    def keep_in(self, cache_dir: str) -> None:
        """The mirror in CACHE_DIR holds what was fetched for this source, so that it is not fetched again."""
        with suppress(Problem, OSError):  # a cache that could not be filled costs the next deploy a fetch, and no more
            Mirror(self._origin, cache_dir).take_from(self._mirror, wide=_is_wide(self.commit.id))

    def close(self) -> None:
        self._mirror.close()

    @contextmanager
    def _mending(self) -> Iterator[None]:
        """Where the mirror proves damaged, the next `prepare` fetches into a new one: no manual repair (G4)."""
        commit = self.commit
        try:
            yield
        except Problem as problem:
            if problem.code == "fetch-incomplete":
                self._mirror.supersede(wide=_is_wide(commit.id))
            raise

    @cached_property
    def _rows(self) -> tuple[_Row, ...]:
        with self._mending():
            rows = _listed(self._mirror.path, self.commit.id)
        submodules = [row.path for row in rows if row.mode == _SUBMODULE]
        if submodules:
            raise Problem(
                "submodules-unsupported",
                f"the source has submodules, which are not deployed: {', '.join(f'`{path}`' for path in submodules)}",
                hint="put their content into the repository, or deploy a directory that holds it",
            )
        return rows

    @cached_property
    def _by_path(self) -> dict[str, _Row]:
        return {row.path: row for row in self._rows}

    def _read(self, path: str) -> Optional[bytes]:
        row = self._by_path.get(path)
        return None if row is None or row.mode in (_TREE, _SYMLINK) else self._content(row)

    def _link(self, path: str) -> Optional[str]:
        row = self._by_path.get(path)
        return os.fsdecode(self._content(row)) if row is not None and row.mode == _SYMLINK else None

    def _content(self, row: _Row) -> bytes:
        with self._mending():
            found = self._mirror.objects.read(row.id)
            if found is None:
                raise incomplete(self._mirror.path, f"the mirror does not hold the content of `{row.path}`")
        return found.data

    def _history(self, path: str) -> frozenset[str]:
        """Ids of every blob that any commit has or had at PATH; each side of each merge is looked at."""
        words = ("log", "--all", "--full-history", "-m", "--format=", "--raw", "--no-abbrev", "--no-renames", "-z")
        answer = git(*words, "--end-of-options", "--", path, git_dir=self._mirror.path)
        raise_for(answer, "fetch-incomplete", f"git cannot read the history of `{path}`", hint=_AGAIN)
        return frozenset(_blobs_at(path, answer.out))


def _listed(git_dir: str, commit: str) -> tuple[_Row, ...]:
    answer = git("ls-tree", "-r", "-t", "-z", "-l", "--full-tree", commit, git_dir=git_dir)
    raise_for(answer, "fetch-incomplete", f"git cannot list {commit}", hint=_AGAIN)
    return tuple(_row(line, git_dir) for line in os.fsdecode(answer.out).split("\0") if line)


def _row(line: str, git_dir: str) -> _Row:
    facts, _, path = line.partition("\t")
    mode, _kind, blob, size = facts.split()
    if size == "-":
        return _Row(path, mode, blob, 0)
    if not size.isdecimal():  # git writes `BAD` for an object that it lacks
        raise incomplete(git_dir, f"the mirror does not hold the content of `{path}`")
    return _Row(path, mode, blob, int(size))


def _parsed(found: Object) -> Commit:
    head, _, message = found.data.partition(b"\n\n")
    tree = head.split(b"\n", 1)[0].split()[1].decode()
    return Commit(found.id, tree, message.lstrip().split(b"\n", 1)[0].decode("utf-8", "replace").strip())


def _write(row: _Row, stream: Stream, writer: TreeWriter) -> int:
    chunks = stream.next(row.id, row.size)
    if row.mode == _SYMLINK:
        writer.symlink(row.path, os.fsdecode(b"".join(chunks)))
        return 1
    if row.size < _LONGEST_POINTER:
        chunks = (b"".join(chunks),)
        if chunks[0].startswith(_POINTER):
            raise _pointer(row.path)
    return int(writer.file(row.path, row.mode == _PROGRAM, chunks).size == row.size)


def _pointer(path: str) -> Problem:
    return Problem(
        "source-unusable",
        f"`{path}` is a pointer of git-lfs: its content is not in the repository",
        hint="deploy a directory with the content checked out",
    )


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


def _is_wide(commit: str) -> bool:
    return len(commit) > 40
