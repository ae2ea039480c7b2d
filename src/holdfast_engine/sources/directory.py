"""A directory as a source: what stands there now, copied without following a link."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from shlex import quote
from typing import Any, NamedTuple, Optional, TypeVar

from holdfast_engine.fs.extract import DEEPEST, TreeWriter
from holdfast_engine.model.listing import DIR, FILE, LINK, OTHER, Listed, Listing
from holdfast_engine.model.manifest import Entry
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.readers import EVERYBODY, Readers, permissions
from holdfast_engine.model.words import named
from holdfast_engine.sources.lfs import missing, pointers_of, without_pointers
from holdfast_engine.sources.private import kept_private
from holdfast_engine.sources.tree import SETTINGS_FILE
from holdfast_engine.sources.unfilled import unfilled

T = TypeVar("T")
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_AT_ONCE = 1 << 20
_NOT_CODE = frozenset({".git"})
"""Names at the top that are the repository's own and no part of the application."""


class _Found(NamedTuple):
    """One name of the tree, with its parent's open descriptor for as long as the walk stands there."""

    path: str
    name: str
    parent: int
    status: os.stat_result

    @property
    def listed(self) -> Listed:
        mode = self.status.st_mode
        if stat.S_ISREG(mode):
            return Listed(FILE, self.status.st_size)
        return Listed(DIR if stat.S_ISDIR(mode) else LINK if stat.S_ISLNK(mode) else OTHER)


class DirectorySource:
    """The tree at PATH without a `.git` at its top. It is read and never changed.

    FIFOs, sockets and devices are named in `skipped` and not deployed. A name that changes or
    vanishes while it is read raises `fetch-incomplete`: no release holds half of a file.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._tree_id = ""
        self._tally = Readers()

    def prepare(self) -> None:
        """See that PATH can be read. Raises `source-missing`, `source-unusable`, `no-permission`."""
        with self._top():
            pass

    @property
    def tree_id(self) -> str:
        """A digest of all names, kinds, executable bits, private modes, link texts and contents, as extracted."""
        if not self._tree_id:
            self._tree_id = self.fingerprint()
        return self._tree_id

    @property
    def skipped(self) -> tuple[str, ...]:
        """FIFOs, sockets and devices, in order."""
        return tuple(path for path, entry in self._listed.items() if entry.kind == OTHER)

    @property
    def notices(self) -> tuple[str, ...]:
        found = list(unfilled(self.listing()))
        if self.skipped:
            found.append(f"FIFOs, sockets and devices are not deployed ({len(self.skipped)}): {named(self.skipped)}")
        return (*found, *kept_private(self._readers))

    def describe(self) -> dict[str, Any]:
        return {"kind": "directory", "location": self._path, "ref": "", "commit": ""}

    def listing(self) -> Listing:
        """Every name of the tree as it stood at the first question."""
        return Listing(self._listed, self._read, self._link)

    def require_content(self) -> None:
        """Nothing when no file is a pointer of git-lfs, as they stand in a checkout that was made without it."""
        pointers = pointers_of(self.listing())
        if pointers:
            raise missing(pointers, f"`git -C {quote(self._path)} lfs pull`, then deploy again")

    def settings_file(self) -> Optional[bytes]:
        return self._read(SETTINGS_FILE)

    def extract(self, writer: TreeWriter) -> None:
        """Write the whole tree; a file's executable bit is its owner's. `tree_id` then tells what was written."""
        digest, writer.readers = hashlib.sha256(), self._readers
        with closing(self._walk()) as walk:
            for entry in filter(None, (_write(found, writer) for found in walk)):
                digest.update(_line(entry))
        self._tree_id = digest.hexdigest()

    def fingerprint(self) -> str:
        """What `tree_id` would be if the tree were extracted now; reads every file."""
        digest, readers = hashlib.sha256(), self._readers
        with closing(self._walk()) as walk:
            for entry in filter(None, (_observed(found, readers) for found in walk)):
                digest.update(_line(entry))
        return digest.hexdigest()

    def close(self) -> None:
        """Nothing: no descriptor outlives a call."""

    @cached_property
    def _listed(self) -> dict[str, Listed]:
        return {found.path: found.listed for found in map(self._counted, self._walk())}

    def _counted(self, found: _Found) -> _Found:
        if found.listed.kind == FILE:
            self._tally.count(found.path, found.status.st_mode)
        return found

    @property
    def _readers(self) -> Readers:
        """Who may read the files, counted when they are listed."""
        self.listing()
        return self._tally

    @contextmanager
    def _top(self) -> Iterator[int]:
        """The top, open; PATH itself is the person's word and may be or pass a link."""
        try:
            fd = os.open(self._path, _FOLDER)
        except FileNotFoundError as error:
            hint = "check the path given with `--source`"
            raise Problem("source-missing", f"there is nothing at `{self._path}`", hint=hint) from error
        except NotADirectoryError as error:
            hint = "name a directory or a repository with `--source`"
            raise Problem("source-unusable", f"`{self._path}` is not a directory", hint=hint) from error
        except PermissionError as error:
            hint = f"`chmod o+rX {quote(self._path)}` as its owner, or run Holdfast as its owner"
            raise Problem("no-permission", f"`{self._path}` cannot be read", hint=hint) from error
        try:
            yield fd
        finally:
            os.close(fd)

    def _walk(self) -> Generator[_Found, None, None]:
        with self._top() as top:
            yield from _below(top, "")

    def _read(self, path: str) -> Optional[bytes]:
        """The content of the file PATH; None when there is none."""
        return self._at(path, lambda found: b"".join(_content(found)) if found.listed.kind == FILE else None)

    def _link(self, path: str) -> Optional[str]:
        return self._at(path, lambda found: _text(found) if found.listed.kind == LINK else None)

    def _at(self, path: str, act: Callable[[_Found], Optional[T]]) -> Optional[T]:
        """What ACT makes of PATH; None when there is none. Each directory on the way is opened without a link."""
        *parents, name = path.split("/")
        with self._top() as top:
            opened = [top]
            try:
                for parent in parents:
                    opened.append(os.open(parent, _FOLDER | os.O_NOFOLLOW, dir_fd=opened[-1]))
                status = os.stat(name, dir_fd=opened[-1], follow_symlinks=False)
                return act(_Found(path, name, opened[-1], status))
            except (FileNotFoundError, NotADirectoryError):
                return None
            except PermissionError as error:
                raise Problem("no-permission", f"`{path}` in the source cannot be read") from error
            finally:
                for fd in opened[1:]:
                    os.close(fd)


def _below(top: int, prefix: str) -> Iterator[_Found]:
    """Everything below TOP in path order, a directory before what it holds."""
    frames = [(prefix, top, _names(top, prefix))]
    try:
        while frames:
            prefix, parent, names = frames[-1]
            if not names:
                frames.pop()
                _close(parent, but=top)
                continue
            name = names.pop()
            path = prefix + name
            with _told(path):
                found = _Found(path, name, parent, os.stat(name, dir_fd=parent, follow_symlinks=False))
            yield found
            if stat.S_ISDIR(found.status.st_mode):
                _see_depth(len(frames), path)
                with _told(path):
                    fd = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=parent)
                frames.append((f"{path}/", fd, []))
                with _told(path):
                    frames[-1][2].extend(_names(fd, f"{path}/"))
    finally:
        for _, fd, _ in frames:
            _close(fd, but=top)


def _see_depth(depth: int, path: str) -> None:
    if depth > DEEPEST:
        hint = "remove it from the source"
        raise Problem("source-unusable", f"`{path}` in the source lies more than {DEEPEST} directories deep", hint=hint)


def _names(fd: int, prefix: str) -> list[str]:
    """The names in a directory, last first."""
    return sorted((name for name in os.listdir(fd) if prefix or name not in _NOT_CODE), reverse=True)


def _close(fd: int, *, but: int) -> None:
    if fd != but:
        os.close(fd)


@contextmanager
def _told(path: str) -> Iterator[None]:
    """Errors of reading PATH as problems: what was there a moment ago and is not now has changed."""
    try:
        yield
    except PermissionError as error:
        raise Problem("no-permission", f"`{path}` in the source cannot be read") from error
    except OSError as error:
        raise _changed(path) from error


def _content(found: _Found) -> Iterator[bytes]:
    """The bytes of a file in pieces; ends well only if the file is the one that was listed, unchanged."""
    with _told(found.path):
        fd = os.open(found.name, _FILE, dir_fd=found.parent)
    try:
        size = 0
        while True:
            with _told(found.path):
                piece = os.read(fd, _AT_ONCE)
            if not piece:
                break
            size += len(piece)
            yield piece
        if size != found.status.st_size or _stamp(os.fstat(fd)) != _stamp(found.status):
            raise _changed(found.path)
    finally:
        os.close(fd)


def _stamp(status: os.stat_result) -> tuple[int, ...]:
    return (status.st_dev, status.st_ino, status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _changed(path: str) -> Problem:
    return Problem("fetch-incomplete", f"`{path}` in the source changed while it was read", hint="deploy again")


def _write(found: _Found, writer: TreeWriter) -> Optional[Entry]:
    kind = found.listed.kind
    if kind == DIR:
        return writer.directory(found.path)
    if kind == LINK:
        return writer.symlink(found.path, _text(found))
    if kind == FILE:
        chunks = without_pointers(found.path, found.status.st_size, _content(found))
        return writer.file(found.path, _is_program(found), chunks, found.status.st_mode)
    return None


def _observed(found: _Found, readers: Readers) -> Optional[Entry]:
    """What `_write` would note of FOUND."""
    kind = found.listed.kind
    if kind == FILE:
        digest = hashlib.sha256()
        for piece in _content(found):
            digest.update(piece)
        mode = permissions(readers.of(found.status.st_mode), executable=_is_program(found), writable=True)
        return Entry(found.path, FILE, mode, found.status.st_size, digest.hexdigest())
    if kind == OTHER:
        return None
    return Entry(found.path, kind, digest=_text(found) if kind == LINK else "")


def _text(found: _Found) -> str:
    with _told(found.path):
        return os.readlink(found.name, dir_fd=found.parent)


def _is_program(found: _Found) -> bool:
    return bool(found.status.st_mode & stat.S_IXUSR)


def _line(entry: Entry) -> bytes:
    """One entry for the digest; NUL stands in no name and no link text, so no two trees give the same bytes.

    Who may read a file is part of the version only where it is private: trees without such a file keep their digest.
    """
    program = "x" if entry.kind == FILE and entry.mode & stat.S_IXUSR else "-"
    readers = entry.mode & EVERYBODY if entry.kind == FILE else EVERYBODY
    private = f"{readers:03o}" if readers != EVERYBODY else ""
    return os.fsencode(f"{entry.kind}\0{program}{private}\0{entry.path}\0{entry.digest}\0")
