"""One command's changes, written down before each is made."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from holdfast_engine import FORMAT
from holdfast_engine.fs import durable
from holdfast_engine.fs.root import Root
from holdfast_engine.journal import log
from holdfast_engine.journal.record import BEGIN, COMMIT, DONE, END, INTEND, MOVE, NOTE, WAITING, Record
from holdfast_engine.model.layout import Layout


class Operation:
    """An open journal. Each method returns once its record is on disk.

    Nothing is undone when an exception passes through: the journal stays as a crash would
    leave it, and whoever applies the plan calls at once what recovery uses.
    """

    def __init__(self, root: Root, name: str, *, at: float, sequence: int) -> None:
        self.root = root
        self.name = name
        self.at = at
        self._sequence = sequence
        self._let_go = False
        self._descriptor = durable.open_for_append(root, Layout.journals / f"{name}.jsonl")

    @classmethod
    def begin(cls, root: Root, command: str, *, at: float, facts: dict[str, Any]) -> Operation:
        """A new operation, numbered after every journal and attic shelf there is. It names what is unfinished still."""
        taken = [*log.operations(root), *root.names(Layout.attic)]
        number = max((int(name[:6]) for name in taken if name[:6].isdigit()), default=0) + 1
        waiting = log.all_unfinished(root)
        operation = cls(root, f"{number:06d}-{command}", at=at, sequence=0)
        left = {WAITING: list(waiting)} if waiting else {}
        operation._write(BEGIN, {**facts, **left, "command": command, "at": at, "format": FORMAT})
        return operation

    @classmethod
    def resume(cls, root: Root, name: str, *, at: float) -> Operation:
        """An operation that a crash left open, to be finished under its own name."""
        _write_anew(root, name)
        return cls(root, name, at=at, sequence=len(log.read(root, name)))

    def _write(self, kind: str, facts: dict[str, Any]) -> None:
        """A record that failed is the last: none may follow half a line, or one that may not be on disk."""
        if self._let_go:
            return
        try:
            durable.append_own(self._descriptor, Record(self._sequence, kind, facts).to_line())
        except OSError:
            self.close()
            raise
        self._sequence += 1

    @contextmanager
    def step(self, name: str, **facts: Any) -> Iterator[None]:
        """The block is the step NAME: intended before it, done after it, neither repeated nor undone here."""
        self._write(INTEND, {"step": name, **facts})
        yield
        self._write(DONE, {"step": name})

    def move(self, **facts: Any) -> None:
        """A move of user data is about to happen (G1)."""
        self._write(MOVE, facts)

    def note(self, **facts: Any) -> None:
        self._write(NOTE, facts)

    def commit(self, **facts: Any) -> None:
        """From here on the operation is only ever completed, once `current` shows it was."""
        self._write(COMMIT, facts)

    def end(self, outcome: str, **facts: Any) -> None:
        """The operation is over; recovery will not look at it again."""
        self._write(END, {"outcome": outcome, **facts})
        self.close()

    def let_go(self) -> None:
        """The journal goes with the site that it tells of: nothing is written to it any more."""
        self._let_go = True
        self.close()

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _write_anew(root: Root, name: str) -> None:
    """Every record that was read is on disk, in a file of its own; one that a crash tore is taken off.

    Had a sync of the old file failed, a later one of it would prove nothing: the kernel may
    have dropped what it could not write. Without room for another file the old one is gone on
    with: it was read whole, and undoing must not need what the disk has not got.
    """
    path = Layout.journals / f"{name}.jsonl"
    lines = (root.read(path) or b"").splitlines(keepends=True)
    whole = lines[:-1] if lines and Record.from_line(lines[-1]) is None else lines
    try:
        durable.replace_own(root, path, b"".join(whole))
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT) and not isinstance(error, durable.SyncFailed)
        if not full or len(whole) < len(lines):
            raise
