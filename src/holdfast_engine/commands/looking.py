"""Commands that only look: status, releases, history, checklist."""

from __future__ import annotations

from collections.abc import Callable
from shlex import quote
from typing import Any, Optional

from holdfast_engine.checks.checklist import checklist as all_checks
from holdfast_engine.checks.data_memory import words
from holdfast_engine.checks.live_release import live_release, nothing_live
from holdfast_engine.checks.subject import Subject
from holdfast_engine.commands import lingering
from holdfast_engine.commands.building import listing_of
from holdfast_engine.commands.homing import baseline_of, rules_proven, sweep
from holdfast_engine.commands.missing import missing
from holdfast_engine.commands.planning import subject_for
from holdfast_engine.commands.rules import Rules, rules_for, settings_of
from holdfast_engine.commands.wholeness import look_at
from holdfast_engine.commands.workplace import Workplace, reading
from holdfast_engine.fs.walk import size_of
from holdfast_engine.journal import log
from holdfast_engine.model.event import Listener
from holdfast_engine.model.listing import DIR, Listing
from holdfast_engine.model.plan import REFUSE, WARN, Check, verdict_of
from holdfast_engine.model.request import Request
from holdfast_engine.model.rules import SharedPath
from holdfast_engine.state.history import history as all_operations
from holdfast_engine.state.lock import holder, is_locked
from holdfast_engine.state.records import ACTIVE, RETIRED, ReleaseRecord

Ask = Callable[[dict[str, Any]], bool]


def status(request: Request, tell: Listener, _ask: Ask) -> dict[str, Any]:
    """Where the site stands: releases with their strays, shared paths with their sizes, and what is unfinished."""
    with reading(request, tell) as place:
        rules = rules_now(place)
        current = place.survey.current
        return {
            "site": place.root.path,
            "current": current.name if current else None,
            "framework": rules.detection.framework,
            "releases": [_row(place, record, rules) for record in reversed(place.survey.releases)],
            "shared": [_shared(place, one.path, one.kind) for one in rules.shared if _lies(place, one)],
            "unfinished": unfinished(place),
            "warnings": [
                *(check.why for check in standing_checks(place) if check.verdict == REFUSE),
                *([f"other hands switched `current`: `{_made_live(place)}` was live"] if _made_live(place) else []),
                *(words(one) for one in missing(place, rules)),
            ],
        }


def _row(place: Workplace, record: ReleaseRecord, rules: Rules) -> dict[str, Any]:
    return {
        "id": record.id,
        "state": _state(place, record),
        "created": record.created,
        "source": record.source,
        "strays": _strays(place, record, rules),
        "pinned": record.pinned,
    }


def _state(place: Workplace, record: ReleaseRecord) -> str:
    """What is so, where that is not what its record says: the link is the truth, and a directory may be gone."""
    if record.path == place.survey.current:
        return ACTIVE
    if record.state not in (ACTIVE, RETIRED):
        return record.state
    return RETIRED if place.root.kind(record.path) == DIR else "gone"


def _strays(place: Workplace, record: ReleaseRecord, rules: Rules) -> int:
    """How much a sweep would bring home; 0 for what has no baseline or was never live."""
    baseline = baseline_of(place, record) if record.activated else None
    if baseline is None or place.root.kind(record.path) != "dir":
        return 0
    found = sweep(place, record.path, rules, baseline=baseline)
    return len(found.homeless) if record.path != place.survey.current else found.count()


def _lies(place: Workplace, one: SharedPath) -> bool:
    """A directory is made by the next deploy; a file that is shared where it exists may never be there."""
    return one.kind == DIR or place.root.has(place.bench.layout.in_shared(one.path))


def _shared(place: Workplace, path: str, kind: str) -> dict[str, Any]:
    files, size = size_of(place.root, place.bench.layout.in_shared(path))
    return {"path": path, "kind": kind, "files": files, "bytes": size}


def unfinished(place: Workplace) -> Optional[dict[str, Any]]:
    """The operation that a crash left, or that a running command is at; None when there is none."""
    operation = place.survey.unfinished
    if operation is None:
        return None
    begin = log.read(place.root, operation)[0].facts
    running = is_locked(place.root)
    return {
        "operation": operation,
        "command": begin["command"],
        "release": begin.get("release"),
        "running": running,
        "holder": holder(place.root) if running else "",
    }


def rules_now(place: Workplace) -> Rules:
    """The rules of what is live, from its baseline, else from what lies there."""
    proven, current = rules_proven(place), place.survey.current
    if proven is not None:
        return proven
    settings = settings_of(place.survey.active, place.request.settings)
    return rules_for(place, listing_of(place, current) if current else Listing({}), settings)


def rules_shipped(place: Workplace) -> Rules:
    """The rules of what is live, with what has ever been shipped inside shared paths, which no baseline names."""
    rules, active = rules_now(place), place.survey.active
    seeds = {path: 0 for path in (active.seeds if active else ()) if not rules.listing.has(path)}
    entries = {**Listing.of_files(seeds).entries, **rules.listing.entries}
    return rules_for(place, Listing(entries, rules.listing.read, rules.listing.link), rules.settings)


def releases(request: Request, tell: Listener, _ask: Ask) -> dict[str, Any]:
    """Every release with its state, newest first."""
    with reading(request, tell) as place:
        rules = rules_now(place)
        current = place.survey.current
        rows = [_row(place, record, rules) for record in reversed(place.survey.releases)]
        return {"current": current.name if current else None, "releases": rows}


def history(request: Request, tell: Listener, _ask: Ask) -> dict[str, Any]:
    """What was done to the site, newest first."""
    with reading(request, tell) as place:
        return {"operations": all_operations(place.root)}


def checklist(request: Request, tell: Listener, _ask: Ask) -> dict[str, Any]:
    """Every check on the live release; nothing is changed."""
    with reading(request, tell) as place:
        checks = _on_what_is_live(place)
        return {"verdict": verdict_of(checks), "checks": [check.to_json() for check in checks]}


def _on_what_is_live(place: Workplace) -> tuple[Check, ...]:
    current = place.survey.current
    if current is None:
        return tuple(standing_checks(place))
    look, left = look_at(place, place.survey.active, current), _left_unfinished(place)
    first = live_release(place.root, current, look.objection, look.missing, made_live=_made_live(place))
    return first, *left, *all_checks(_live(place))


def _left_unfinished(place: Workplace) -> list[Check]:
    """What a crash left, for a monitor; what another command is at work at is none of it."""
    found = unfinished(place)
    if found is None or found["running"]:
        return []
    why = f"`{found['operation']}` was interrupted"
    return [Check("unfinished", WARN, why, f"`holdfast recover --site {quote(place.root.path)}`, or any next command")]


def _made_live(place: Workplace) -> str:
    """The release that was made live here last, where `current` leads to another one; empty where it does not."""
    current, every = place.survey.current, place.survey.releases
    return next((one.path for one in every if current and one.state == ACTIVE and one.path != current), "")


def _live(place: Workplace) -> Subject:
    """The live release, and what somebody wrote into others since they were left."""
    rules = rules_now(place)
    looks = lingering.look(place, rules)
    strays = {one.record.id: tuple(one.found.homeless) for one in looks if one.found.homeless}
    return subject_for(place, rules, release=place.survey.current, strays=strays, missing=missing(place, rules))


def standing_checks(place: Workplace) -> list[Check]:
    """What there is to say of a site on which no release is live; nothing where one is."""
    if place.survey.current is not None:
        return []
    return nothing_live(place.root, [one.id for one in place.survey.releases if one.good])
