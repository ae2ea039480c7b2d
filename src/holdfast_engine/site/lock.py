"""One changing command at a time on a site."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from shlex import quote

from holdfast_engine.fs import durable
from holdfast_engine.fs.root import Root
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.values import dataclass
from holdfast_engine.site.format import DAMAGE


@contextmanager
def lock(root: Root, *, who: str, command: str) -> Iterator[Held]:
    """The site is ours inside the block; `locked` (exit 21) when somebody else has it.

    flock(2): the kernel frees it when the holder dies, so nobody ever has to remove it (I96). Somebody does all the
    same, and a lock on a file that has no name any more keeps nobody out: so the directory around it is locked as well.
    The descriptors are closed on exec and so reach no hook. The note in the file is for
    people alone.
    """
    state, descriptor = root.open_directory(Layout.state), durable.open_for_append(root, Layout.lock_file)
    try:
        _take(root, descriptor)
        held = Held(root, os.fstat(descriptor), os.fstat(state), is_kept=_take_directory(root, state))
        note = {"pid": os.getpid(), "who": who, "command": command}
        durable.rewrite_own(descriptor, json.dumps(note).encode() + b"\n")
        yield held
    finally:
        os.close(descriptor)
        os.close(state)


@dataclass(frozen=True)
class Held:
    """A lock that is ours: on FILE, and on the directory STATE as well where that IS_KEPT by the file system."""

    root: Root
    file: os.stat_result
    state: os.stat_result
    is_kept: bool

    def require(self) -> None:
        """Nothing while nobody else can have begun; `lock-lost` where what was locked is not what lies there (G11)."""
        places = [(Layout.state, self.state)] + ([] if self.is_kept else [(Layout.lock_file, self.file)])
        for path, ours in places:
            now = self.root.lstat(path)
            if now is None or not os.path.samestat(now, ours):
                raise self._lost(path)

    def _lost(self, path: str) -> Problem:
        where, status = self.root.absolute(path), f"`holdfast status --site {quote(self.root.path)}`"
        return Problem(
            "lock-lost",
            f"`{where}` was removed while this command was running, so another one may be running as well",
            hint=f"leave it where it is: the kernel frees it; {status}",
        )


def _take(root: Root, descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _locked(root) from None


def _take_directory(root: Root, descriptor: int) -> bool:
    """True where the directory is ours; False where the file system locks none, as NFS (flock(2))."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _locked(root) from None
    except OSError:
        return False
    return True


def _locked(root: Root) -> Problem:
    return Problem(
        "locked",
        "another Holdfast command is working on this site",
        context=[holder(root) or "the other command has not left a note yet"],
        state="nothing was changed by this command",
        hint="wait until it ends, then run the command again",
    )


def holder(root: Root) -> str:
    """The note of whoever held the lock last, in words."""
    try:
        note = json.loads(root.read(Layout.lock_file) or b"{}")
        return f"`{note['command']}` by {note['who'] or 'an unknown user'}, process {note['pid']}"
    except DAMAGE:
        return ""


def is_locked(root: Root) -> bool:
    """True when a command works on the site now; takes nothing that it does not give back at once."""
    return _is_taken(root.open_file, Layout.lock_file) or _is_taken(root.open_directory, Layout.state)


def _is_taken(opened: Callable[[str], int], path: str) -> bool:
    try:
        descriptor = opened(path)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False
