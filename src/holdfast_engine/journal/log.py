"""Reading journals back."""

from __future__ import annotations

from typing import Optional

from holdfast_engine import FORMAT
from holdfast_engine.fs.root import Root
from holdfast_engine.journal.record import BEGIN, END, Record
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


def operations(root: Root) -> list[str]:
    """Every journalled operation, oldest first: names begin with their number, so order needs no clock."""
    return [name[: -len(".jsonl")] for name in root.names(Layout.journals) if name.endswith(".jsonl")]


def unfinished(root: Root) -> Optional[str]:
    """The newest operation when it has begun and not ended, else None.

    Only the newest can be open: whatever begins first finishes what it finds open (G4).
    """
    names = operations(root)
    if not names:
        return None
    records = read(root, names[-1])
    if not records or records[0].kind != BEGIN:
        return None
    return names[-1] if records[-1].kind != END else None
