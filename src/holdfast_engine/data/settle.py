"""Putting half-made moves of an interrupted operation right, from its journal and what is observed."""

from __future__ import annotations

from collections.abc import Sequence

from holdfast_engine.data.adopt import Adoption, Moved
from holdfast_engine.data.links import Bench
from holdfast_engine.fs import attic
from holdfast_engine.fs.place import drop_own_link
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import MOVE, Record
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath


def settle(bench: Bench, operation: Operation, records: Sequence[Record]) -> Moved:
    """No link waits for an exchange any more and every move that RECORDS began is complete.

    Idempotent. Moves of data always go forward: each leaves the path resolving to its data
    whether the operation around it goes forward or back.
    """
    moved = Moved()
    for record in [record for record in records if record.kind == MOVE]:
        facts = record.facts
        if facts["what"] in ("displace", "seed-update"):
            _drop_waiting(bench, RelPath(facts["source"]), RelPath(facts["target"]), facts.get("text", ""))
        elif facts["what"] in ("adopt", "carry") and bench.root.has(facts["release"]):
            Adoption(bench, operation, RelPath(facts["release"]), facts["wins"], moved).adopt(facts["path"])
    _rescue_scratch(bench, operation)
    return moved


def _drop_waiting(bench: Bench, source: RelPath, target: RelPath, text: str) -> None:
    """The link that waits in the attic was not exchanged: what it was to displace still stands where it was."""
    if text and bench.root.link(target) == text and bench.root.link(source) != text:
        drop_own_link(bench.root, target)


def _rescue_scratch(bench: Bench, operation: Operation) -> None:
    """Content that an exchange brought into the scratch directory may be a user's: it goes to the attic."""
    for name in bench.root.names(Layout.scratch):
        if name.startswith("seed-"):
            attic.set_aside(
                bench.root,
                Layout.scratch / name,
                path=name,
                operation=operation.name,
                reason="found in the scratch directory",
                at=operation.at,
            )
