"""Removing retired releases, each only when every byte of it is proven to exist elsewhere (G6)."""

from __future__ import annotations

from shlex import quote
from typing import Any, Optional, Union

from holdfast_engine.data.found import Found
from holdfast_engine.data.settle import settle
from holdfast_engine.databases.sqlite import quiet
from holdfast_engine.fs.discard import Proof, to_trash
from holdfast_engine.fs.durable import SyncFailed
from holdfast_engine.fs.place import move
from holdfast_engine.fs.probe import is_immutable
from holdfast_engine.fs.processes import users, users_of
from holdfast_engine.fs.refusals import words_of
from holdfast_engine.journal import log
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.problem import Problem
from holdfast_engine.persistence.adopt import Adopter
from holdfast_engine.persistence.carrier import Carrier
from holdfast_engine.persistence.leading_links import leading_into, mend_leading
from holdfast_engine.persistence.missing import missing
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.persistence.shipped import rules_proven
from holdfast_engine.pruning.attic import Clearing, Leaving, expired
from holdfast_engine.pruning.proof import Proving
from holdfast_engine.pruning.retention import beyond
from holdfast_engine.pruning.trash import Emptying
from holdfast_engine.site import records
from holdfast_engine.site.handle import Site
from holdfast_engine.site.records import ReleaseRecord
from holdfast_engine.site.survey import current_release, named_release

_UNFINISHED = "a command that works on it is not finished yet"
_SOMEBODYS = "its deploy was undone, and what is there now is not Holdfast's"


def pinned(site: Site) -> list[dict[str, str]]:
    """Releases that no number makes go, each with the reason."""
    found = [one for one in site.refresh().releases if one.pinned and one.path != site.survey.current]
    return [{"release": one.id, "why": one.pinned} for one in found if site.root.kind(one.path) == "dir"]


def foreseen(site: Site, victims: list[ReleaseRecord]) -> dict[str, Any]:
    """What would go, what would come home or to the attic before that, and what stays; looking changes nothing."""
    used, rules, led_to = users(site.root), rules_proven(site), leading_into(site)
    looks = {
        one.id: led_to.get(one.id) or _foreseen(Proving(site, one, rules), users_of(used, one.path)) for one in victims
    }
    kept = [*pinned(site), *({"release": name, "why": why} for name, why in looks.items() if isinstance(why, str))]
    found = {name: look for name, look in looks.items() if isinstance(look, Found)}
    aside = {
        (path, why) for each in found.values() for path, why in (*each.displaced.items(), *each.leftover_output.items())
    }
    notes = [f"release `{one['release']}` is kept: {one['why']}" for one in kept]
    return {
        "command": "prune",
        "prune": list(found),
        "adopt": [
            {"path": path, "from": name, "why": why}
            for name, each in found.items()
            for path, why in (*each.to_adopt.items(), *each.to_carry.items())
        ],
        "displaced": [{"path": path, "why": why} for path, why in sorted(aside)],
        "kept": kept,
        "expired": [one.to_json() for one in expiring(site, rules)],
        "notes": notes if found else [*notes, "no release would be removed"],
    }


def expiring(site: Site, rules: Optional[Rules] = None) -> list[Leaving]:
    """What would leave the attic."""
    rules = rules or rules_proven(site)
    return expired(site, missing(site, rules) if rules else ())


def _foreseen(proving: Proving, working: list[int]) -> Union[Found, str]:
    """What a removal would find in the release, or why it is not removed; WORKING are the processes in it."""
    site, record = proving.site, proving.record
    if working:
        return _in_use(working)
    if record.id in log.making(site.root):
        return _UNFINISHED
    if not record.activated or not site.root.has(record.path):
        return _SOMEBODYS if _is_somebodys(site, record) else Found()
    return proving.look()


def _is_somebodys(site: Site, record: ReleaseRecord) -> bool:
    return record.state == records.BAD and not record.activated and site.root.has(record.path)


def keep_of(site: Site) -> int:
    """`--keep`, else the configuration's number."""
    wanted = site.request.keep
    return site.request.settings.keep if wanted is None else wanted


def prune_beyond(
    site: Site, operation: Operation, report: Report, *, keep: int, rules: Optional[Rules] = None
) -> tuple[list[str], list[dict[str, str]]]:
    """Ids removed, and releases kept beyond KEEP with the reason. RULES are those of what is live, where the caller has
    them.

    What goes is moved to the trash by one rename; the trash of earlier operations is emptied
    first, after one more check, so that nothing is deleted by the command that
    decided on it. Never raises for a release that cannot go: pruning is no part of the safety
    of what came before (I47).
    """
    site.refresh()
    used, rules = users(site.root), rules or rules_proven(site)
    Emptying(site, operation, report, used).run()
    led_to, lost = mend_leading(site, operation, report), missing(site, rules) if rules else ()
    Clearing(site, operation, report, used).run(lost, all_doubles=operation.name.endswith("-prune"))
    removed: list[str] = []
    kept: list[dict[str, str]] = []
    for record in beyond(site.survey, keep=keep):
        working = users_of(used, record.path)
        why = _in_use(working) if working else led_to.get(record.id)
        why = why or _remove(site, operation, report, record, rules)
        if why is None:
            removed.append(record.id)
        else:
            kept.append({"release": record.id, "why": why})
            report.warnings.append(f"release {record.id} is kept: {why}")
    return removed, kept


def _in_use(working: list[int]) -> str:
    return f"processes work in it: {', '.join(str(process) for process in working[:5])}"


def _remove(
    site: Site, operation: Operation, report: Report, record: ReleaseRecord, rules: Optional[Rules]
) -> Optional[str]:
    """None when the release went to the trash, else why it did not."""
    if not site.root.has(record.path):
        _forget(site, record)
        return None
    if _is_somebodys(site, record):
        return _SOMEBODYS
    if record.id in log.making(site.root):
        return _UNFINISHED
    try:
        why = _clear(site, operation, report, record, rules) if record.activated else None
        if why is not None:
            return why
        if not _goes(site, operation, record):
            return "it is what `current` names now"
    except Problem as problem:
        return problem.message
    except SyncFailed:
        raise  # final: nothing that ends well may follow it (G1)
    except OSError as error:
        _settle(site, operation)
        if is_immutable(site.root, record.path):
            thaw = f"chattr -ia {quote(site.root.absolute(record.path))}"
            return f"it is immutable; `{thaw}`, and the next clean-up removes it"
        error.filename = error.filename or record.path
        return words_of(error)
    _forget(site, record)
    return None


def _goes(site: Site, operation: Operation, record: ReleaseRecord) -> bool:
    """The release is in the trash; False, and it stands where it stood, when it is what `current` names (G11).

    Looked at before the move and after it: somebody may switch by hand at that very moment.
    """
    if current_release(site.root) == record.path:
        return False
    proof = Proof(record.id, "searched twice; every file was shipped, or is in shared/ or in the attic")
    operation.move(what="trash", path=record.id, source=record.path)
    spot = to_trash(site.root, record.path, f"{operation.name}-{record.id}", proof)
    if named_release(site.root) == record.path:
        move(site.root, spot, record.path)
        return False
    return True


def _settle(site: Site, operation: Operation) -> None:
    """No link waits where a move broke off, as far as the host lets us: this operation ends, and nobody settles it."""
    try:
        settle(site.links, operation, log.read(site.root, operation.name), quiet=quiet)
    except SyncFailed:
        raise
    except OSError:
        return  # what was moved is served, what was not stands where it was


def _clear(
    site: Site, operation: Operation, report: Report, record: ReleaseRecord, rules: Optional[Rules]
) -> Optional[str]:
    """What the release holds beyond its baseline comes home or to the attic; None when a second look finds nothing."""
    proving = Proving(site, record, rules)
    found = proving.look()
    if isinstance(found, str):
        return found
    if found:
        adopter = Adopter(site, operation, report)
        active = site.survey.active
        if active is not None:
            Carrier(site, operation, report).home(record, active.path, found)
        adopter.bring(record.path, found, wins="shared", clear=True)
        if active is not None:
            adopter.link_into(active.path, found.to_adopt)
    again = proving.look()
    if isinstance(again, str):
        return again
    return f"it still has `{next(iter(again.every()))}`" if again else None


def _forget(site: Site, record: ReleaseRecord) -> None:
    """The release is no candidate any more. Its baseline stays until the trash is emptied: the last look needs it."""
    to = f"{record.id}.json"
    if site.root.has(Layout.records / to):
        to_trash(site.root, Layout.records / to, to, Proof(record.id, "its release is in the trash"))
