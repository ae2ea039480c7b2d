"""Reading journals back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from holdfast_engine import FORMAT
from holdfast_engine.fs.root import Root
from holdfast_engine.journal.record import BEGIN, END, MOVE, WAITING, Record
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.problem import Problem, unknown_format


def read(root: Root, operation: str) -> tuple[Record, ...]:
    """The records of OPERATION in order.

    A torn last line counts as not written: its act did not begin. Anything unreadable before
    the last line raises `journal-unreadable`, for then we cannot tell what was done (G7). A
    journal of a newer format raises `format-unknown`.
    """
    path = Layout.journals / f"{operation}.jsonl"
    lines = (root.read(path) or b"").splitlines(keepends=True)
    records = [Record.from_line(line) for line in lines]
    if records and records[-1] is None:
        records.pop()
    whole = [record for record in records if record is not None]
    if len(whole) != len(records) or [record.sequence for record in whole] != list(range(len(whole))):
        raise Problem(
            "journal-unreadable",
            f"the journal of `{operation}` is damaged",
            state="nothing was changed; every copy is where it was",
            whereabouts=[root.absolute(path)],
            hint=f"read it, then move it away: `mv {root.absolute(path)} {root.path}/`",
        )
    written = whole[0].facts.get("format", FORMAT) if whole and whole[0].kind == BEGIN else FORMAT
    if not (isinstance(written, int) and written <= FORMAT):
        raise unknown_format(path, f"it has format {written}")
    return tuple(whole)


def is_mended(root: Root, operation: str, at: str, text: str) -> bool:
    """True where OPERATION itself gave the link at AT its TEXT."""
    moves = (record.facts for record in read(root, operation) if record.kind == MOVE)
    return any(facts["what"] == "mend-link" and (facts["source"], facts["text"]) == (at, text) for facts in moves)


def operations(root: Root) -> list[str]:
    """Every journalled operation, oldest first: names begin with their number, so order needs no clock."""
    return [name[: -len(".jsonl")] for name in root.names(Layout.journals) if name.endswith(".jsonl")]


def unfinished(root: Root) -> Optional[str]:
    """The oldest operation that has begun and not ended, if there is one."""
    return next(iter(all_unfinished(root)), None)


def command_of(root: Root, operation: str) -> str:
    """The command that OPERATION is one of; empty where its journal is gone."""
    records = read(root, operation)
    return str(records[0].facts.get("command", "")) if records else ""


def all_unfinished(root: Root) -> tuple[str, ...]:
    """Every operation that has begun and not ended, oldest first.

    Whatever begins first finishes what it finds open (G4), so only the newest can be open, and what could not be
    finished before it, for a disk was away: it names those.
    """
    for name in reversed(operations(root)):
        records = read(root, name)
        if records:
            before = map(str, records[0].facts.get(WAITING, ()))
            return (*(one for one in before if _is_open(read(root, one))), *([name] if _is_open(records) else ()))
    return ()


def _is_open(records: Sequence[Record]) -> bool:
    return bool(records) and records[0].kind == BEGIN and records[-1].kind != END


def making(root: Root) -> frozenset[str]:
    """The releases that unfinished operations are making, or going back to."""
    begun = (read(root, name)[0].facts.get("release") for name in all_unfinished(root))
    return frozenset(release for release in begun if release)
