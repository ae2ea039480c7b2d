"""The end of a site: `.holdfast/` goes, after everything else has its place."""

from __future__ import annotations

import errno
import os

from holdfast_engine.fs import durable
from holdfast_engine.fs.discard import Proof, drop_empty, empty_trash, to_trash
from holdfast_engine.fs.failpoint import reach
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.paths import RelPath

_LAST = (Layout.site_file, Layout.journals, Layout.lock_file, Layout.trash)
"""What goes after all the rest: as long as the site file and the journal are there, the next command goes on."""
SPENT = "spent-"
"""How what goes last is called in the trash, where a crash may leave it: a person may want none of it."""


def drop_state(root: Root, journal: RelPath) -> None:
    """`.holdfast/` is gone; JOURNAL, which tells of the leaving, was the last file but the lock to go.

    Whoever calls has moved away what a person may want of it. A crash leaves a site with that journal open, with which
    the next command goes on; or no site any more, and `is_spent`.
    """
    durable.make_directories(root, Layout.trash, mode=0o700)
    for name in root.names(Layout.state):
        if Layout.state / name not in _LAST:
            to_trash(root, Layout.state / name, f"{SPENT}{name}", Proof(name, "the site is none any more"))
    _unlink_but(root, Layout.journals, journal.name)
    for name in root.names(Layout.trash):
        if not empty_trash(root, name):
            raise OSError(errno.EBUSY, "something in it could not be deleted", root.absolute(Layout.trash / name))
    drop_rest(root)


def drop_rest(root: Root) -> None:
    """Nothing of `.holdfast/` is left, where only its last files are. Idempotent."""
    for path in (Layout.site_file, *(Layout.journals / name for name in root.names(Layout.journals)), Layout.lock_file):
        _unlink(root, path)
    for name in root.names(Layout.state):
        drop_empty(root, Layout.state / name)
    drop_empty(root, Layout.state)


def is_spent(root: Root, leaving: str) -> bool:
    """True where a crash left the last of `.holdfast/`: no site file, and of files at most the lock and the journal of
    a LEAVING.
    """
    names = root.names(Layout.state)
    if root.kind(Layout.state) != DIR or any(Layout.state / name not in _LAST[1:] for name in names):
        return False
    files = [path for path, kind, _ in walk(root, Layout.state) if kind != DIR]
    last = [path for path in files if path != Layout.lock_file.below(Layout.state)]
    return all(_is_journal(RelPath(path), leaving) for path in last)


def _is_journal(path: RelPath, leaving: str) -> bool:
    return path.parent == Layout.journals.below(Layout.state) and path.endswith(f"-{leaving}.jsonl")


def _unlink_but(root: Root, directory: RelPath, kept: str) -> None:
    """No file but KEPT is left in DIRECTORY, one of Holdfast's own."""
    names = [name for name in root.names(directory) if name != kept]
    with root.directory(directory) as here:
        for name in names:
            reach("last_traces.unlink_journal")
            os.unlink(name, dir_fd=here)
        durable.sync(here)


def _unlink(root: Root, path: RelPath) -> None:
    reach("last_traces.unlink")
    try:
        with root.directory(path.parent) as parent:
            os.unlink(path.name, dir_fd=parent)
            durable.sync(parent)
    except FileNotFoundError:
        return
