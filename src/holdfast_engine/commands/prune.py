"""Removing retired releases, each only when every byte of it is proven to exist elsewhere (G6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Optional, Union

from holdfast_engine.commands.agreeing import agreed_question
from holdfast_engine.commands.homing import Homing, Report, rules_proven
from holdfast_engine.commands.lookout import entering, shown
from holdfast_engine.commands.proving import Proving
from holdfast_engine.commands.retention import beyond
from holdfast_engine.commands.rules import Rules
from holdfast_engine.commands.trash import Emptying
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.data.settle import settle
from holdfast_engine.data.sweep import Found
from holdfast_engine.databases.sqlite import quiet
from holdfast_engine.fs.discard import Proof, to_trash
from holdfast_engine.fs.durable import SyncFailed
from holdfast_engine.fs.place import move
from holdfast_engine.fs.probe import users, users_of
from holdfast_engine.journal import log
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.event import Listener
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request
from holdfast_engine.state import records
from holdfast_engine.state.records import ReleaseRecord
from holdfast_engine.state.survey import current_release, named_release

Ask = Callable[[dict[str, Any]], bool]
_SOMEBODYS = "its deploy was undone, and what stands there now is somebody else's"


def prune(request: Request, tell: Listener, ask: Ask) -> dict[str, Any]:
    """Retired releases beyond the newest good ones are gone if proven reproducible; what is kept is named, with the
    reason.
    """
    with entering(request, tell, frugal=True) as place:
        victims = beyond(place.survey, keep=keep_of(place))
        if request.only_plan:
            return shown(place, _plan(place, victims))
        if victims:
            victims = agreed_question(
                place,
                victims,
                lambda: beyond(place.survey, keep=keep_of(place)),
                ask,
                shown=lambda found: _plan(place, found),
                what="pruning",
            )
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


def _plan(place: Workplace, victims: list[ReleaseRecord]) -> dict[str, Any]:
    """What would go, what would come home or to the attic before that, and what stays; looking changes nothing."""
    used, rules = users(place.root), rules_proven(place)
    looks = {one.id: _foreseen(Proving(place, one, rules), users_of(used, one.path)) for one in victims}
    kept = [*_pinned(place), *({"release": name, "why": why} for name, why in looks.items() if isinstance(why, str))]
    found = {name: look for name, look in looks.items() if isinstance(look, Found)}
    aside = {(path, why) for each in found.values() for path, why in (*each.displaced.items(), *each.spared.items())}
    notes = [f"release `{one['release']}` is kept: {one['why']}" for one in kept]
    return {
        "command": "prune",
        "prune": list(found),
        "adopt": [
            {"path": path, "from": name, "why": why}
            for name, each in found.items()
            for path, why in each.homeless.items()
        ],
        "displaced": [{"path": path, "why": why} for path, why in sorted(aside)],
        "kept": kept,
        "notes": notes if found else [*notes, "no release would be removed"],
    }


def _foreseen(proving: Proving, working: list[int]) -> Union[Found, str]:
    """What a removal would find in the release, or why it is not removed; WORKING are the processes in it."""
    place, record = proving.place, proving.record
    if working:
        return _in_use(working)
    if not record.activated or not place.root.has(record.path):
        return _SOMEBODYS if _is_somebodys(place, record) else Found()
    return proving.look()


def _is_somebodys(place: Workplace, record: ReleaseRecord) -> bool:
    return record.state == records.BAD and not record.activated and place.root.has(record.path)


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
    if _is_somebodys(place, record):
        return _SOMEBODYS
    try:
        why = _clear(place, operation, report, record, rules) if record.activated else None
        if why is not None:
            return why
        if not _goes(place, operation, record):
            return "it is what `current` names now"
    except Problem as problem:
        return problem.message
    except SyncFailed:
        raise  # final: nothing that ends well may follow it (G1)
    except OSError as error:
        _settle(place, operation)
        return f"{error.strerror} at `{error.filename or record.path}`"
    _forget(place, record)
    return None


def _goes(place: Workplace, operation: Operation, record: ReleaseRecord) -> bool:
    """The release is in the trash; False, and it stands where it stood, when it is what `current` names (G11).

    Looked at before the move and after it: somebody may switch by hand at that very moment.
    """
    if current_release(place.root) == record.path:
        return False
    proof = Proof(record.id, "swept twice; every file is in its baseline, in shared/ or in the attic")
    operation.move(what="trash", path=record.id, source=record.path)
    spot = to_trash(place.root, record.path, f"{operation.name}-{record.id}", proof)
    if named_release(place.root) == record.path:
        move(place.root, spot, record.path)
        return False
    return True


def _settle(place: Workplace, operation: Operation) -> None:
    """No link waits where a move broke off, as far as the host lets us: this operation ends, and nobody settles it."""
    try:
        settle(place.bench, operation, log.read(place.root, operation.name), quiet=quiet)
    except SyncFailed:
        raise
    except OSError:
        return  # what was moved is served, what was not stands where it was


def _clear(
    place: Workplace, operation: Operation, report: Report, record: ReleaseRecord, rules: Optional[Rules]
) -> Optional[str]:
    """What the release holds beyond its baseline comes home or to the attic; None when a second look finds nothing."""
    proving = Proving(place, record, rules)
    found = proving.look()
    if isinstance(found, str):
        return found
    if found:
        homing = Homing(place, operation, report)
        homing.bring(record.path, found, wins="shared", clear=True)
        active = place.survey.active
        if active is not None:
            homing.link_home(active.path, found.homeless)
    again = proving.look()
    if isinstance(again, str):
        return again
    return f"it still holds `{next(iter({**again.homeless, **again.displaced, **again.spared}))}`" if again else None


def _forget(place: Workplace, record: ReleaseRecord) -> None:
    """The release is no candidate any more. Its baseline stays until the trash is emptied: the last look needs it."""
    to = f"{record.id}.json"
    if place.root.has(Layout.records / to):
        to_trash(place.root, Layout.records / to, to, Proof(record.id, "its release is in the trash"))
