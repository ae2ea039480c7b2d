"""Writing the tree of an incoming release: fast, below one descriptor, following nothing.

A release is written once, by one process, into a directory that is nobody else's yet. So each
file costs an open, a write and a close; one `syncfs` by the caller then makes all of it durable.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterable
from typing import Optional

from holdfast_engine.fs.failpoint import reach
from holdfast_engine.fs.refusals import code_of, mend_of, words_of
from holdfast_engine.model.manifest import DIR, FILE, LINK, Entry
from holdfast_engine.model.paths import folded
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.readers import Readers, permissions

_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_LONGEST_NAME = 255
_LONGEST_PATH = 3800
"""Bytes of a path below its release: leaves room for the deploy root within the kernel's 4,096."""
DEEPEST = 400
"""Directories in each other."""
_KEPT = 16
"""Descriptors that a writer holds open at most: the deepest ones. A process may have 64, or 1,024."""
_OPEN_FOLDER = 0o755
_SOURCE_FAULTS = {
    errno.EEXIST: "has a name twice, or two names that are the same on this file system",
    errno.ENOTDIR: "has a path below something that is no directory",
    errno.ELOOP: "has a path below a symlink",
    errno.ENAMETOOLONG: "has a name that is too long for this file system",
    errno.EINVAL: "has a name that this file system cannot store",
    errno.EILSEQ: "has a name that this file system cannot store",
}


class TreeWriter:
    """Writes one tree below the open directory TOP_FD, which must be empty and stays the caller's to close.

    `entries` holds what was written, by path, with digests taken while writing. Every name is
    created exclusively, relative to a descriptor of its parent that was opened without following
    a link (G9), so nothing that exists is written to. Files end 0444 or 0555 when SEALED, unless
    KEEP_WRITABLE says yes to their path; otherwise 0644 or 0755, whatever the umask; what is
    private by `readers`, which the source sets, lacks the rights of those who may not read it.
    Directories stay 0755: sealing them comes when nothing is written into them any more.

    Nothing is durable before the caller's `syncfs`. A crash leaves any part of the tree.
    Raises `source-unusable` for names that no release may hold; for what the host refuses what `code_of` says.
    """

    def __init__(
        self, top_fd: int, *, sealed: bool, keep_writable: Callable[[str], bool], refuse_folded: bool = False
    ) -> None:
        self.entries: dict[str, Entry] = {}
        self.readers = Readers()
        self._sealed = sealed
        self._keep_writable = keep_writable
        self._folded: Optional[dict[str, str]] = {} if refuse_folded else None
        self._top = top_fd
        self._open: list[tuple[str, Optional[int]]] = []
        self._here = ""
        self._fd = top_fd
        self._exact: dict[int, bool] = {}

    def directory(self, path: str, mode: int = _OPEN_FOLDER) -> Entry:
        """Make the directory PATH, and its parents. It is there with MODE, always writable for its owner."""
        reach("extract.directory")
        if not path:
            raise _refusal(path, "has no name")
        try:
            self._enter(path)
            wanted = mode & 0o777 | stat.S_IRWXU
            if self.entries[path].mode != wanted:
                os.fchmod(self._fd, wanted | stat.S_IMODE(os.fstat(self._fd).st_mode) & 0o7000)
                self.entries[path] = Entry(path, DIR, wanted)
        except OSError as error:
            raise _fault(path, error) from error
        return self.entries[path]

    def file(self, path: str, executable: bool, chunks: Iterable[bytes], access: int = 0o644) -> Entry:  # noqa: FBT001
        """Write CHUNKS to the new file PATH, and make its parents. ACCESS is its mode in the source. Not synced."""
        reach("extract.file")
        readers, writable = self.readers.of(access), not self._sealed or self._keep_writable(path)
        mode = permissions(readers, executable=executable, writable=writable)
        try:
            name = self._enter_parent(path)
            fd = os.open(name, _NEW_FILE, mode, dir_fd=self._fd)
            try:
                size, digest = _pour(fd, chunks)
                if not self._exact.get(mode, False):
                    self._settle(fd, mode)
            finally:
                os.close(fd)
        except OSError as error:
            raise _fault(path, error) from error
        self.entries[path] = entry = Entry(path, FILE, mode, size, digest)
        return entry

    def symlink(self, path: str, text: str) -> Entry:
        """Make the symlink PATH with TEXT as it is, and its parents. TEXT is never resolved."""
        reach("extract.symlink")
        if not text or "\0" in text:
            raise _refusal(path, "is a symlink without a usable text")
        try:
            os.symlink(text, self._enter_parent(path), dir_fd=self._fd)
        except OSError as error:
            raise _fault(path, error) from error
        self.entries[path] = entry = Entry(path, LINK, 0o777, len(os.fsencode(text)), text)
        return entry

    def close(self) -> None:
        """Close every descriptor but TOP_FD. What was written stays."""
        self._leave(0)

    def _enter_parent(self, path: str) -> str:
        """Make the parent of PATH the current directory and return PATH's last name, checked."""
        parent, _, name = path.rpartition("/")
        if path[:1] == "/":
            raise _refusal(path, "is absolute")
        if parent != self._here:
            self._enter(parent)
        self._check(path, parent, name)
        return name

    def _enter(self, path: str) -> None:
        """Make PATH the current directory; input in path order opens and makes each directory once."""
        names = path.split("/") if path else []
        kept = 0
        while kept < min(len(names), len(self._open)) and names[kept] == self._open[kept][0]:
            kept += 1
        self._leave(kept)
        for name in names[kept:]:
            self._descend(name)

    def _leave(self, depth: int) -> None:
        while len(self._open) > depth:
            self._shut(-1)
            self._open.pop()
        self._here = "/".join(name for name, _ in self._open)
        self._fd = self._deepest()

    def _shut(self, which: int) -> None:
        name, fd = self._open[which]
        if fd is not None:
            os.close(fd)
            self._open[which] = (name, None)

    def _deepest(self) -> int:
        """A descriptor of the current directory; where it is not open any more, by its names from the top."""
        if not self._open:
            return self._top
        name, known = self._open[-1]
        if known is not None:
            return known
        here = os.open(".", _FOLDER, dir_fd=self._top)
        for step, _ in self._open:
            try:
                below = os.open(step, _FOLDER, dir_fd=here)
            finally:
                os.close(here)
            here = below
        self._open[-1] = (name, here)
        return here

    def _descend(self, name: str) -> None:
        path = f"{self._here}/{name}" if self._here else name
        known = self.entries.get(path)
        if known is None:
            self._check(path, self._here, name)
            os.mkdir(name, _OPEN_FOLDER, dir_fd=self._fd)
        fd = os.open(name, _FOLDER, dir_fd=self._fd)
        self._open.append((name, fd))
        if len(self._open) > _KEPT:
            self._shut(-_KEPT - 1)
        self._here, self._fd = path, fd
        if known is None:
            self._settle(fd, _OPEN_FOLDER)
            self.entries[path] = Entry(path, DIR, _OPEN_FOLDER)

    def _settle(self, fd: int, mode: int) -> None:
        """Give FD exactly MODE when the umask or a default ACL took bits from it.

        Both are one for the whole tree, so for files one look per mode answers for all later
        ones; inherited set-group-id bits stay.
        """
        found = stat.S_IMODE(os.fstat(fd).st_mode)
        if found & 0o777 == mode:
            self._exact.setdefault(mode, True)
        else:
            self._exact[mode] = False
            os.fchmod(fd, mode | found & 0o7000)

    def _check(self, path: str, parent: str, name: str) -> None:
        reason = _objection(path, parent, name)
        if reason:
            raise _refusal(path, reason)
        if self._folded is not None:
            other = self._folded.setdefault(f"{parent}/{folded(name)}", name)
            if other != name:
                raise _refusal(path, f"differs from `{other}` in case or spelling only")


def _pour(fd: int, chunks: Iterable[bytes]) -> tuple[int, str]:
    """Write all of CHUNKS to FD; the number of bytes and their SHA-256."""
    seen, size = hashlib.sha256(), 0
    for chunk in chunks:
        seen.update(chunk)
        size += len(chunk)
        done = os.write(fd, chunk) if chunk else 0
        while done < len(chunk):
            done += os.write(fd, memoryview(chunk)[done:])
    return size, seen.hexdigest()


def require_writable(path: str) -> None:
    """Nothing when a `TreeWriter` would take PATH as a name in a release, else `source-unusable`."""
    parent, _, name = path.rpartition("/")
    reason = _objection(path, parent, name)
    if reason:
        raise _refusal(path, reason)


def _objection(path: str, parent: str, name: str) -> str:
    if name in ("", ".", ".."):
        return "holds an empty name, `.` or `..`"
    if name[0] == "." and name.lower() == ".git":
        return "holds `.git`"
    if not parent and name.lower() == ".holdfast":
        return "is Holdfast's own"
    if "\0" in name:
        return "holds a NUL"
    # A character has at most four bytes: short paths need no encoding to be known as short.
    if len(path) * 4 > _LONGEST_NAME and (
        len(os.fsencode(name)) > _LONGEST_NAME or len(os.fsencode(path)) > _LONGEST_PATH
    ):
        return "is too long"
    return f"is more than {DEEPEST} directories deep" if path.count("/") > DEEPEST else ""


def _refusal(path: str, reason: str) -> Problem:
    return Problem("source-unusable", f"`{path}` in the source {reason}", hint="remove or rename it in the source")


def _fault(path: str, error: OSError) -> Problem:
    number = error.errno or 0
    if number in _SOURCE_FAULTS:
        return Problem("source-unusable", f"the source {_SOURCE_FAULTS[number]}: `{path}`")
    code, hint = code_of(error), f"{mend_of(error)}, then run the command again"
    return Problem(code, f"`{path}` cannot be written: {words_of(error)}", hint=hint)
