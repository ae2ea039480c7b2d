"""Emergency recovery: finish what was interrupted, find data that appears lost, and put it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from shlex import quote
from typing import Any, Optional

from holdfast_engine.commands import activating, doorstep
from holdfast_engine.commands.homing import Homing, Report, baseline_of, sweep
from holdfast_engine.commands.looking import rules_now, unfinished
from holdfast_engine.commands.lookout import entering, shown
from holdfast_engine.commands.reviving import revive, wanted
from holdfast_engine.commands.searching import Lost, search
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.data.restore import blocked_by, bring_back
from holdfast_engine.data.sweep import Found
from holdfast_engine.fs.root import Root
from holdfast_engine.journal import log
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.event import Event, Listener
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request
from holdfast_engine.state import records
from holdfast_engine.state import survey as surveys
from holdfast_engine.state.records import ReleaseRecord

Ask = Callable[[dict[str, Any]], bool]


def recover(request: Request, tell: Listener, ask: Ask) -> dict[str, Any]:
    """Nothing is unfinished; what was found is told and, once agreed to, back in place without anything overwritten.

    Works on a site whose `.holdfast/` is gone: releases and `current` are looked at as they
    lie, and only what rules name as data is moved. Run again it finds nothing more to do.
    """
    interrupted = _interrupted(request, tell)
    lost_state = _state_is_gone(request.site)
    with entering(request, tell, manage=lost_state) as place:
        if request.only_plan:
            return _planned(place, lost_state=lost_state)
        if lost_state:
            _register_releases(place)
        if interrupted is not None:
            interrupted["verdict"] = log.read(place.root, interrupted["operation"])[-1].facts["outcome"]
        found: list[Lost] = []
        report = Report()
        try:
            found += revive(place, report, partial(_agreed, request, tell, ask))
            place.refresh()
            rest = search(place, rules_now(place))
            found += rest
            if _agreed(request, tell, ask, rest):
                _put_back(place, rest, report)
        except Problem as problem:
            if problem.code in ("declined", "nothing-live"):
                problem.answer = _answer(interrupted, found, report)
            if problem.code == "declined":
                problem.state = _undisturbed(interrupted)
            raise
        return _answer(interrupted, found, report)


def _undisturbed(interrupted: Optional[dict[str, Any]]) -> str:
    if interrupted is None:
        return "nothing was changed"
    return f"`{interrupted['operation']}`, which was interrupted, is {interrupted['verdict']}; nothing else was changed"


def _interrupted(request: Request, tell: Listener) -> Optional[dict[str, Any]]:
    """What a crash left, looked at before opening the site finishes it: the verdict on it comes then."""
    with Root(request.site) as root:
        found = unfinished(Workplace(root, request, tell, surveys.survey(root)))
    if found is None or found["running"]:
        return None
    return {"operation": found["operation"], "command": found["command"], "verdict": "unfinished"}


def _state_is_gone(site: str) -> bool:
    """True for a site with releases and `current` but without `.holdfast/`; `not-a-site` for what is none at all."""
    with Root(site) as root:
        if root.has(Layout.site_file):
            return False
        if root.kind(Layout.releases) == "dir":
            return True
    raise Problem(
        "not-a-site",
        f"`{site}` has no `releases/`, so there is nothing to recover",
        state="nothing was changed",
        hint=f"`holdfast adopt {quote(site)}` turns what is live there into a site",
    )


def _register_releases(place: Workplace) -> None:
    """Every directory of `releases/` has a record again; records that are left stay as they are."""
    for record in place.survey.releases:
        activating.count_release(place, record.counter)
    for record in _unregistered(place):
        records.write(place.root, record)
        activating.count_release(place, record.counter)
    place.refresh()


def _unregistered(place: Workplace) -> list[ReleaseRecord]:
    """A record for each release that has none: one that is made now is never pruned, for nothing proves what it
    shipped.
    """
    known = {record.path for record in place.survey.releases}
    first = max((record.counter for record in place.survey.releases), default=0) + 1
    names = [name for name in place.root.names(Layout.releases) if Layout.releases / name not in known]
    return [_record(place, name, counter) for counter, name in enumerate(filter(partial(_is_one, place), names), first)]


def _is_one(place: Workplace, name: str) -> bool:
    """False for what is no directory, was never completed, or has a name too long for a record."""
    status = place.root.lstat(Layout.releases / name)
    half_made = status is not None and status.st_mode & 0o777 == 0o700
    is_dir = place.root.kind(Layout.releases / name) == "dir"
    return is_dir and not half_made and not records.is_too_long(place.root, name)


def _record(place: Workplace, name: str, counter: int) -> ReleaseRecord:
    path = Layout.releases / name
    active = path == place.survey.current
    return ReleaseRecord(
        id=name,
        path=path,
        counter=counter,
        state=records.ACTIVE if active else records.RETIRED,
        created=place.request.now,
        activated=active,
        pinned="registered by recover, which cannot know what it shipped",
    )


def _planned(place: Workplace, *, lost_state: bool) -> dict[str, Any]:
    """What would be found and put back, by records that are not written."""
    if lost_state:
        every = sorted((*place.survey.releases, *_unregistered(place)), key=lambda record: record.counter)
        place.survey = replace(place.survey, releases=tuple(every))
    return shown(place, _question([*wanted(place), *search(place, rules_now(place))]))


def _question(found: list[Lost]) -> dict[str, Any]:
    notes = [] if found else ["nothing that appears lost is found"]
    return {"command": "recover", "found": [one.to_json() for one in found], "notes": notes}


def _agreed(request: Request, tell: Listener, ask: Ask, found: list[Lost]) -> bool:
    """True when a person, or `--yes`, said that what can be put back shall be; `declined` for a no."""
    question = _question(found)
    tell(Event("planned", "recover", data=question))
    if all(one.action == "listed" for one in found):
        return False
    if request.yes or ask(question):
        return True
    raise Problem("declined", "putting back what was found was declined", hint="`--yes` answers yes")


def _put_back(place: Workplace, found: list[Lost], report: Report) -> None:
    """Each finding in its order: the live release first, so that what is seen now wins over what is older."""
    operation = Operation.begin(
        place.root, "recover", at=place.request.now, facts={"release": None, "who": place.request.who}
    )
    homing = Homing(place, operation, report)
    _bring_saved(place, homing, found)
    for one in found:
        if one.action in ("adopt", "link") and not one.done:
            renamed = {one.path: one.old} if one.old else {}
            homing.bring(one.release, Found(homeless={one.path: one.what}, renamed=renamed), wins=one.wins)
            _serve(place, homing, one.path)
            one.done = True
        elif one.action == "copy":
            _copy_back(place, operation, one)
            if place.survey.current is not None:
                homing.serve(place.survey.current, one.path)
    activating.link_live(homing)
    activating.follow(place)
    operation.end("recovered", at=place.request.now)


def _bring_saved(place: Workplace, homing: Homing, found: list[Lost]) -> None:
    """What was saved in the old document root, before the live release is looked through: some of it lies there now."""
    current, baseline = place.survey.current, baseline_of(place, place.survey.active)
    saved = {one.path: one.what for one in found if one.action == "adopt" and not one.release}
    if current is None or not saved:
        return
    doorstep.bring(homing, current, saved, doorstep.shipped(place, current, baseline))
    if baseline is not None:
        homing.bring(current, Found(sweep(place, current, rules_now(place), baseline=baseline).homeless), wins="live")
    for one in found:
        one.done = one.done or (one.path in saved and not one.release)


def _serve(place: Workplace, homing: Homing, path: str) -> None:
    if place.survey.current is not None:
        homing.link_home(place.survey.current, [path])


def _copy_back(place: Workplace, operation: Operation, one: Lost) -> None:
    """A copy from the attic stands in `shared/`, where nothing stood; the attic keeps its own."""
    there = place.bench.layout.in_shared(one.path)
    if place.root.has(there) or blocked_by(place.bench, one.path) is not None:
        return
    bring_back(place.bench, operation, source=one.place, path=one.path, stands={one.path: None})
    one.done = True


def _answer(interrupted: Optional[dict[str, Any]], found: list[Lost], report: Report) -> dict[str, Any]:
    return {
        "finished": interrupted,
        "found": [one.to_json() for one in found],
        "restored": sum(one.done for one in found),
        "attic": report.attic,
        "warnings": [*report.warnings, *report.left],
    }
