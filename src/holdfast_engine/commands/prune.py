"""Removing retired releases, each only when every byte of it is proven to exist elsewhere (G6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Optional

from holdfast_engine.commands.homing import Homing, Report, baseline_of, rules_proven, sweep
from holdfast_engine.commands.retention import beyond
from holdfast_engine.commands.rules import Rules
from holdfast_engine.commands.trash import Emptying
from holdfast_engine.commands.workplace import Workplace, changing
from holdfast_engine.data.baseline import Baseline
from holdfast_engine.data.settle import settle
from holdfast_engine.data.sweep import Found
from holdfast_engine.fs import attic
from holdfast_engine.fs.discard import Proof, to_trash
from holdfast_engine.fs.durable import SyncFailed
from holdfast_engine.fs.probe import users, users_of
from holdfast_engine.fs.root import kind_of
from holdfast_engine.journal import log
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.event import Listener
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request
from holdfast_engine.state import records
from holdfast_engine.state.records import ReleaseRecord

Ask = Callable[[dict[str, Any]], bool]


def prune(request: Request, tell: Listener, ask: Ask) -> dict[str, Any]:
    """Retired releases beyond the newest good ones are gone if proven reproducible; what is kept is named, with the
    reason.
    """
    with changing(request, tell, frugal=True) as place:
        victims = beyond(place.survey, keep=keep_of(place))
        if victims and not request.yes and not ask(_question(victims)):
            raise Problem("declined", "pruning was declined", state="nothing was changed", hint="`--yes` answers yes")
        report = Report()
        facts = {"release": None, "victims": [one.id for one in victims], "who": request.who}
        operation = Operation.begin(place.root, "prune", at=request.now, facts=facts)
        removed, kept = prune_beyond(place, operation, report, keep=keep_of(place))
        operation.end("pruned", at=request.now, removed=removed)
        kept = [*_pinned(place), *kept]
        return {"removed": removed, "kept": kept, "warnings": [*report.warnings, *report.left]}


def _pinned(place: Workplace) -> list[dict[str, str]]:
    """Releases that no number makes go, each with the reason."""
    found = [one for one in place.refresh().releases if one.pinned and one.path != place.survey.current]
    return [{"release": one.id, "why": one.pinned} for one in found if place.root.kind(one.path) == "dir"]


def _question(victims: list[ReleaseRecord]) -> dict[str, Any]:
    return {"command": "prune", "prune": [one.id for one in victims]}


def keep_of(place: Workplace) -> int:
    """`--keep`, else the configuration's number."""
    wanted = place.request.keep
    return place.request.settings.keep if wanted is None else wanted


def prune_beyond(
    place: Workplace, operation: Operation, report: Report, *, keep: int
) -> tuple[list[str], list[dict[str, str]]]:
    """Ids removed, and releases kept beyond KEEP with the reason.

    What goes is moved to the trash by one rename; the trash of earlier operations is emptied
    first, after one more look into it, so that nothing is deleted by the command that
    decided on it. Never raises for a release that cannot go: pruning is no part of the safety
    of what came before (I47).
    """
    place.refresh()
    used, rules = users(place.root), rules_proven(place)
    Emptying(place, operation, report, used).run()
    removed: list[str] = []
    kept: list[dict[str, str]] = []
    for record in beyond(place.survey, keep=keep):
        working = users_of(used, record.path)
        why = _in_use(working) if working else _remove(place, operation, report, record, rules)
        if why is None:
            removed.append(record.id)
        else:
            kept.append({"release": record.id, "why": why})
            report.warnings.append(f"release {record.id} is kept: {why}")
    return removed, kept


def _in_use(working: list[int]) -> str:
    return f"processes work in it: {', '.join(str(process) for process in working[:5])}"


def _remove(
    place: Workplace, operation: Operation, report: Report, record: ReleaseRecord, rules: Optional[Rules]
) -> Optional[str]:
    """None when the release went to the trash, else why it did not."""
    if not place.root.has(record.path):
        _forget(place, record)
        return None
    if record.state == records.BAD and not record.activated:
        return "it was undone and taken away, and what stands there now is somebody else's"
    try:
        why = _clear(place, operation, report, record, rules) if record.activated else None
        if why is not None:
            return why
        proof = Proof(record.id, "swept twice; every file is in its baseline, in shared/ or in the attic")
        operation.move(what="trash", path=record.id, source=record.path)
        to_trash(place.root, record.path, f"{operation.name}-{record.id}", proof)
    except Problem as problem:
        return problem.message
    except SyncFailed:
        raise  # final: nothing that ends well may follow it (G1)
    except OSError as error:
        _settle(place, operation)
        return f"{error.strerror} at `{error.filename or record.path}`"
    _forget(place, record)
    return None


def _settle(place: Workplace, operation: Operation) -> None:
    """No link waits where a move broke off, as far as the host lets us: this operation ends, and nobody settles it."""
    try:
        settle(place.bench, operation, log.read(place.root, operation.name))
    except SyncFailed:
        raise
    except OSError:
        return  # what was moved is served, what was not stands where it was


def _clear(
    place: Workplace, operation: Operation, report: Report, record: ReleaseRecord, rules: Optional[Rules]
) -> Optional[str]:
    """What the release holds beyond its baseline comes home or to the attic; None when a second look finds nothing."""
    baseline = baseline_of(place, record)
    if baseline is None or rules is None:
        return "there is no baseline to prove it by"
    if not _is_itself(place, record, baseline):
        return "less than half of what it shipped is in it: it was altered, or another directory has its name"
    homing = Homing(place, operation, report)
    found = _unproven(place, record, rules, baseline)
    if found.unreadable:
        return f"`{found.unreadable[0]}` in it may not be read"
    if found.odd:
        return f"`{found.odd[0]}` in it is neither file, directory nor link"
    if found:
        homing.bring(record.path, found, wins="shared", clear=True)
        active = place.survey.active
        if active is not None:
            homing.link_home(active.path, found.homeless)
    again = _unproven(place, record, rules, baseline)
    return f"it still holds `{next(iter({**again.homeless, **again.displaced, **again.spared}))}`" if again else None


def _is_itself(place: Workplace, record: ReleaseRecord, baseline: Baseline) -> bool:
    """True when at least half of the files that the release shipped stand in it: an inode would not survive a copy of
    the site, and what somebody put under its name is neither data nor ours to remove (I43, I44).
    """
    shipped = {path: entry.size for path, entry in baseline.entries.items() if entry.kind == FILE}
    stands = sum(_has_file(place, record.path / path, size) for path, size in shipped.items())
    return stands * 2 >= len(shipped)


def _has_file(place: Workplace, path: RelPath, size: int) -> bool:
    status = place.root.lstat(path)
    return status is not None and kind_of(status) == FILE and status.st_size == size


def _unproven(place: Workplace, record: ReleaseRecord, rules: Rules, baseline: Baseline) -> Found:
    """What a sweep finds, without what the attic holds already with the same content."""
    found = sweep(place, record.path, rules, baseline=baseline)
    for group in (found.displaced, found.spared):
        for path in list(group):
            if attic.holds(place.root, record.path / path, path):
                del group[path]
    return found


def _forget(place: Workplace, record: ReleaseRecord) -> None:
    """The release is no candidate any more. Its baseline stays until the trash is emptied: the last look needs it."""
    to = f"{record.id}.json"
    if place.root.has(Layout.records / to):
        to_trash(place.root, Layout.records / to, to, Proof(record.id, "its release is in the trash"))
