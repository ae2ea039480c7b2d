"""A directory as a source: what stands there now, copied without following a link."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from shlex import quote
from typing import Any, Optional, TypeVar

from holdfast_engine.fs.dir_cursor import Descent
from holdfast_engine.fs.extract import TreeWriter
from holdfast_engine.fs.root import Root
from holdfast_engine.model.listing import DIR, FILE, LINK, OTHER, Listed, Listing
from holdfast_engine.model.manifest import Entry
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.readers import EVERYBODY, Readers, permissions
from holdfast_engine.model.words import named
from holdfast_engine.sources.directory_names import Met, content_of, everything_below, is_program, text_of, unreadable
from holdfast_engine.sources.empty_submodules import unfilled
from holdfast_engine.sources.lfs import missing, pointers_of, without_pointers
from holdfast_engine.sources.private import kept_private
from holdfast_engine.sources.source import SETTINGS_FILE

T = TypeVar("T")
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


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

    def _counted(self, found: Met) -> Met:
        if found.listed.kind == FILE:
            self._tally.count(found.path, found.status.st_mode)
        return found

    @property
    def _readers(self) -> Readers:
        """Who may read the files, counted when they are listed."""
        self.listing()
        return self._tally

    @contextmanager
    def _top(self) -> Iterator[Root]:
        """The top, open; PATH itself is the person's word and may be or pass a link."""
        try:
            os.close(os.open(self._path, _FOLDER))
        except FileNotFoundError as error:
            hint = "check the path given with `--source`"
            raise Problem("source-missing", f"`{self._path}` does not exist", hint=hint) from error
        except NotADirectoryError as error:
            hint = "name a directory or a repository with `--source`"
            raise Problem("source-unusable", f"`{self._path}` is not a directory", hint=hint) from error
        except PermissionError as error:
            hint = f"`chmod o+rX {quote(self._path)}` as its owner, or run Holdfast as its owner"
            raise Problem("no-permission", f"`{self._path}` cannot be read", hint=hint) from error
        with Root(self._path) as top:
            yield top

    def _walk(self) -> Generator[Met, None, None]:
        with self._top() as top, Descent(top, "") as way:
            yield from everything_below(way)

    def _read(self, path: str) -> Optional[bytes]:
        """The content of the file PATH; None when there is none."""
        return self._at(path, lambda found: b"".join(content_of(found)) if found.listed.kind == FILE else None)

    def _link(self, path: str) -> Optional[str]:
        return self._at(path, lambda found: text_of(found) if found.listed.kind == LINK else None)

    def _at(self, path: str, act: Callable[[Met], Optional[T]]) -> Optional[T]:
        """What ACT makes of PATH; None when there is none. Each directory on the way is opened without a link."""
        *parents, name = path.split("/")
        with self._top() as top:
            here = top.fd
            try:
                for parent in parents:
                    below = os.open(parent, _FOLDER | os.O_NOFOLLOW, dir_fd=here)
                    _close(here, but=top.fd)
                    here = below
                status = os.stat(name, dir_fd=here, follow_symlinks=False)
                return act(Met(path, name, here, status))
            except (FileNotFoundError, NotADirectoryError):
                return None
            except OSError as error:
                raise unreadable(path, error) from error
            finally:
                _close(here, but=top.fd)


def _close(fd: int, *, but: int) -> None:
    if fd != but:
        os.close(fd)


def _write(found: Met, writer: TreeWriter) -> Optional[Entry]:
    kind = found.listed.kind
    if kind == DIR:
        return writer.directory(found.path)
    if kind == LINK:
        return writer.symlink(found.path, text_of(found))
    if kind == FILE:
        chunks = without_pointers(found.path, found.status.st_size, content_of(found))
        return writer.file(found.path, is_program(found), chunks, found.status.st_mode)
    return None


def _observed(found: Met, readers: Readers) -> Optional[Entry]:
    """What `_write` would note of FOUND."""
    kind = found.listed.kind
    if kind == FILE:
        digest = hashlib.sha256()
        for piece in content_of(found):
            digest.update(piece)
        mode = permissions(readers.of(found.status.st_mode), executable=is_program(found), writable=True)
        return Entry(found.path, FILE, mode, found.status.st_size, digest.hexdigest())
    if kind == OTHER:
        return None
    return Entry(found.path, kind, digest=text_of(found) if kind == LINK else "")


def _line(entry: Entry) -> bytes:
    """One entry for the digest; NUL stands in no name and no link text, so no two trees give the same bytes.

    Who may read a file is part of the version only where it is private: trees without such a file keep their digest.
    """
    program = "x" if entry.kind == FILE and entry.mode & stat.S_IXUSR else "-"
    readers = entry.mode & EVERYBODY if entry.kind == FILE else EVERYBODY
    private = f"{readers:03o}" if readers != EVERYBODY else ""
    return os.fsencode(f"{entry.kind}\0{program}{private}\0{entry.path}\0{entry.digest}\0")
