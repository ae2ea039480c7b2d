"""Undoing a deploy that never switched: its release is taken away, and what somebody wrote into it is not (G11)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Optional

from holdfast_engine.commands.building import take_back_what_was_lent
from holdfast_engine.commands.homing import Homing, Report, as_shipped, baseline_of, rules_proven, sweep
from holdfast_engine.commands.rules import Rules, rules_for, settings_of
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.data.baseline import Baseline, now_ns
from holdfast_engine.fs.clock import TICK_NS
from holdfast_engine.fs.discard import Proof, to_trash
from holdfast_engine.fs.walk import walk
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import DONE, NOTE, Record
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.state import records
from holdfast_engine.state.records import ReleaseRecord

AWAY, STOPPED = "away", "stopped"
"""Facts of a note: when a release went to the trash, and when the command that made it last wrote its journal (ns)."""


def stopped_at(place: Workplace, operation: str, history: Sequence[Record]) -> int:
    """When OPERATION last wrote its journal, as the file system stamps it, in nanoseconds.

    An earlier recovery has noted it: it writes the journal anew, and the file's own time says nothing from then on.
    """
    noted = [record.facts[STOPPED] for record in history if record.kind == NOTE and STOPPED in record.facts]
    status = place.root.lstat(Layout().journal(operation))
    return int(noted[0]) if noted else status.st_mtime_ns if status else 0


def undo(place: Workplace, operation: Operation, history: Sequence[Record], *, stopped: Optional[int] = None) -> None:
    """The release of HISTORY is in the trash and its record says that it is bad; nothing that is live was touched.

    STOPPED says when a command that a crash ended last wrote its journal (None: it is the caller's own, and nobody
    else had the release). What came to the release since comes home first. Where nothing tells that from what was
    shipped, the release stays where it is (G7). One that was live once stays a release to go back to, whatever this
    journal says. A crash in between is undone again.
    """
    release = str(history[0].facts["release"])
    path, record = Layout.releases / release, records.read(place.root, release)
    if record is not None and record.activated:
        return
    if place.root.has(path):
        take_back_what_was_lent(place, operation, path, history)
        written = "" if stopped is None else _written_since(place, path, history, stopped)
        if _is_cleared(place, operation, path, record, written):
            _take_away(place, operation, path)
        else:
            place.notice("undo", f"`{path}` stays: it was written to after its deploy had stopped")
    if record is not None:
        records.write(place.root, record.but(state=records.BAD))


def _take_away(place: Workplace, operation: Operation, path: RelPath) -> None:
    """Everything in it is older than the note by a tick of the clock: what is newer, somebody wrote there since."""
    time.sleep(TICK_NS / 1e9)
    operation.note(**{AWAY: str(path), "at_ns": now_ns()})
    to_trash(place.root, path, f"{operation.name}-{path.name}", Proof(path, "it was never activated"))


def _is_cleared(
    place: Workplace, operation: Operation, path: RelPath, record: Optional[ReleaseRecord], written: str
) -> bool:
    """True when nothing of anybody's is left in the release: WRITTEN since its deploy stopped was nothing, or all of
    that is home or in the attic.
    """
    baseline = baseline_of(place, record)
    if not written or baseline is None or record is None:
        return not written
    rules = rules_proven(place) or _own_rules(place, path, record, baseline)
    homing = Homing(place, operation, Report())
    found = sweep(place, path, rules, baseline=baseline)
    homing.bring(path, found, wins="shared", clear=True)
    current = place.refresh().current
    if current is not None:
        homing.link_home(current, found.homeless)
    if found.homeless:
        place.notice("adopt", f"written into `{path}` meanwhile, and brought home: {', '.join(found.homeless)}")
    return not sweep(place, path, rules, baseline=baseline)


def _own_rules(place: Workplace, path: RelPath, record: ReleaseRecord, baseline: Baseline) -> Rules:
    return rules_for(place, as_shipped(place, path, baseline), settings_of(record, place.request.settings))


def _written_since(place: Workplace, path: RelPath, history: Sequence[Record], stopped: int) -> str:
    """The first name in the release that was made or written after STOPPED; nothing where it was not yet linked, for
    nobody can have worked in it.
    """
    linked = any(record.kind == DONE and record.facts.get("step") == "link" for record in history)
    found: Any = walk(place.root, path, unreadable=[]) if linked else ()
    return next((inner for inner, _, status in found if status.st_mtime_ns > stopped), "")
