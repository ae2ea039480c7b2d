"""One changing command at a time on a site."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager

from holdfast_engine.fs import durable
from holdfast_engine.fs.root import Root
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.problem import Problem
from holdfast_engine.state.format import DAMAGE


@contextmanager
def lock(root: Root, *, who: str, command: str) -> Iterator[None]:
    """The site is ours inside the block; `locked` (exit 21) when somebody else has it.

    flock(2): the kernel frees it when the holder dies, so nobody ever has to remove it (I96).
    The descriptor is closed on exec and so reaches no hook. The note in the file is for
    people alone.
    """
    descriptor = durable.open_for_append(root, Layout.lock_file)
    try:
        _take(root, descriptor)
        note = {"pid": os.getpid(), "who": who, "command": command}
        durable.rewrite_own(descriptor, json.dumps(note).encode() + b"\n")
        yield
    finally:
        os.close(descriptor)


def _take(root: Root, descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Problem(
            "locked",
            "another Holdfast command is working on this site",
            context=[holder(root) or "its holder has not written a note yet"],
            state="nothing was changed by this command",
            hint="wait until it ends, then type the command again",
        ) from None


def holder(root: Root) -> str:
    """The note of whoever held the lock last, in words."""
    try:
        note = json.loads(root.read(Layout.lock_file) or b"{}")
        return f"`{note['command']}` by {note['who'] or 'somebody'}, process {note['pid']}"
    except DAMAGE:
        return ""


def is_locked(root: Root) -> bool:
    """True when a command works on the site now; takes nothing that it does not give back at once."""
    try:
        descriptor = root.open_file(Layout.lock_file)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
