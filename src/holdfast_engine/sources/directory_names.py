"""The names of a directory that is a source, met one by one and read without following a link."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from holdfast_engine.fs.dir_cursor import Descent
from holdfast_engine.fs.extract import DEEPEST
from holdfast_engine.fs.refusals import code_of, mend_of, words_of
from holdfast_engine.model.listing import DIR, FILE, LINK, OTHER, Listed
from holdfast_engine.model.problem import Problem

_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_AT_ONCE = 1 << 20
_CHANGED = (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.EINVAL, errno.ENXIO, errno.ESTALE)
"""How reading what was there a moment ago ends where it is gone, or is something else."""
_NOT_CODE = frozenset({".git"})
"""Names at the top that are the repository's own and no part of the application."""


class Met(NamedTuple):
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


def everything_below(way: Descent) -> Iterator[Met]:
    """Everything below the top of WAY in path order, a directory before what it holds."""
    frames = [("", _names(way.here, ""))]
    while frames:
        prefix, names = frames[-1]
        if not names:
            frames.pop()
            way.leave()
            continue
        name = names.pop()
        path = prefix + name
        with _told(path):
            found = Met(path, name, way.here, os.stat(name, dir_fd=way.here, follow_symlinks=False))
        yield found
        if stat.S_ISDIR(found.status.st_mode):
            _see_depth(len(frames), path)
            with _told(path):
                frames.append((f"{path}/", _names(way.enter(name), f"{path}/")))


def _see_depth(depth: int, path: str) -> None:
    if depth > DEEPEST:
        hint = "remove it from the source"
        raise Problem("source-unusable", f"`{path}` in the source is more than {DEEPEST} directories deep", hint=hint)


def _names(fd: int, prefix: str) -> list[str]:
    """The names in a directory, last first."""
    return sorted((name for name in os.listdir(fd) if prefix or name not in _NOT_CODE), reverse=True)


@contextmanager
def _told(path: str) -> Iterator[None]:
    """Errors of reading PATH as problems: what was there a moment ago and is not now has changed."""
    try:
        yield
    except OSError as error:
        raise (_changed(path) if error.errno in _CHANGED else unreadable(path, error)) from error


def unreadable(path: str, error: OSError) -> Problem:
    hint = f"{mend_of(error)}, then run the command again"
    return Problem(code_of(error), f"`{path}` in the source cannot be read: {words_of(error)}", hint=hint)


def content_of(found: Met) -> Iterator[bytes]:
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


def text_of(found: Met) -> str:
    with _told(found.path):
        return os.readlink(found.name, dir_fd=found.parent)


def is_program(found: Met) -> bool:
    return bool(found.status.st_mode & stat.S_IXUSR)
