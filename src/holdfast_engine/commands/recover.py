"""Emergency recovery: finish what was interrupted, find data that appears lost, and put it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from shlex import quote
from typing import Any, Optional

from holdfast_engine.checks.data_memory import lost
from holdfast_engine.commands import activating, doorstep
from holdfast_engine.commands.agreeing import agreed_question, declined
from holdfast_engine.commands.homing import Homing, Report, baseline_of, sweep
from holdfast_engine.commands.looking import rules_now, unfinished
from holdfast_engine.commands.lookout import entering, shown
from holdfast_engine.commands.missing import missing
from holdfast_engine.commands.remembering import raise_alarm
from holdfast_engine.commands.reviving import revive, wanted
from holdfast_engine.commands.searching import Lost, search
from holdfast_engine.commands.unrecorded import unrecorded
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.data.restore import blocked_by, bring_back
from holdfast_engine.data.sweep import Found
from holdfast_engine.fs.root import Root
from holdfast_engine.journal import log
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.event import Event, Listener
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.memory import DATA_MEMORY, SOME, Missing
from holdfast_engine.model.plan import REFUSE
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request
from holdfast_engine.model.words import count
from holdfast_engine.state import records
from holdfast_engine.state import survey as surveys

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
            found += revive(place, report, partial(_agreed_to_revive, place, ask))
            place.refresh()
            already = len(found)
            found += search(place, rules_now(place))
            rest = found[already:] = _agreed(place, found[already:], ask)
            if any(one.action != "listed" for one in rest) or _lacks_directories(place):
                _put_back(place, rest, report)
        except Problem as problem:
            if problem.code in ("declined", "nothing-live"):
                problem.answer = _answer(interrupted, found, report, ())
            if problem.code == "declined":
                problem.state = _undisturbed(interrupted)
            raise
        gone = missing(place, rules_now(place), site=place.refresh().site)
        answer = _answer(interrupted, found, report, gone)
        refused = [one for one in gone if one.verdict == REFUSE]
        if refused:
            raise_alarm(place, refused)
        if refused or any(one.files_then >= SOME for one in gone):
            raise _data_missing(place, gone, answer)
        return answer


def _lacks_directories(place: Workplace) -> bool:
    """True where a directory that is shared was removed: who uploads needs one. Nothing is made where `shared/` holds
    nothing at all: there a disk belongs, and what is written under its mount point is hidden when it comes back.
    """
    root, layout = place.root, place.bench.layout
    shared = [layout.in_shared(one.path) for one in rules_now(place).shared if one.kind == DIR]
    return bool(root.names(layout.shared)) and not all(map(root.has, shared))


def _data_missing(place: Workplace, gone: tuple[Missing, ...], answer: dict[str, Any]) -> Problem:
    """Everything that could be found is back, and counted files are missing all the same: a person has to know."""
    files = sum(one.files_then - one.files_now for one in gone)
    problem = Problem(
        "data-missing",
        f"{count(files, 'file')} of users' data that were counted are missing, and nothing was found to put back there",
        context=[lost(one) for one in gone],
        state="what could be found is back; the live release serves what there is",
        whereabouts=[place.root.absolute(place.bench.layout.shared)],
        hint=f"mount what is not mounted, or put the files back from a backup, then `holdfast checklist --site "
        f"{quote(place.root.path)}`; where they are meant to be gone, deploy with `--accept {DATA_MEMORY}`",
    )
    problem.answer = answer
    return problem


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
        hint=f"`holdfast adopt {quote(site)}` turns what is live there into a site, `holdfast deploy --site "
        f"{quote(site)}` makes the first release of a new one",
    )


def _register_releases(place: Workplace) -> None:
    """Every directory of `releases/` has a record again; records that are left stay as they are."""
    for record in place.survey.releases:
        activating.count_release(place, record.counter)
    for record in unrecorded(place):
        records.write(place.root, record)
        activating.count_release(place, record.counter)
    place.refresh()


def _planned(place: Workplace, *, lost_state: bool) -> dict[str, Any]:
    """What would be found and put back, by records that are not written."""
    if lost_state:
        every = sorted((*place.survey.releases, *unrecorded(place)), key=lambda record: record.counter)
        place.survey = replace(place.survey, releases=tuple(every))
    rules = rules_now(place)
    return shown(place, _question([*wanted(place), *search(place, rules)], missing(place, rules)))


def _question(found: list[Lost], gone: tuple[Missing, ...]) -> dict[str, Any]:
    notes = [lost(one) for one in gone]
    notes += [] if found or gone else ["nothing that appears lost is found"]
    rows = [one.to_json() for one in found]
    return {"command": "recover", "found": rows, "missing": [one.to_json() for one in gone], "notes": notes}


def _agreed(place: Workplace, found: list[Lost], ask: Ask) -> list[Lost]:
    """What is put back as a person, or `--yes`, said: what was found last (H1); `declined` for a no."""
    rules = rules_now(place)
    question = partial(_question, gone=missing(place, rules))
    place.tell(Event("planned", "recover", data=question(found)))
    if all(one.action == "listed" for one in found):
        return found
    again = partial(search, place, rules)
    return agreed_question(place, found, again, ask, shown=question, what="putting back what was found")


def _agreed_to_revive(place: Workplace, ask: Ask, found: list[Lost]) -> bool:
    """Nothing is looked for in a release that is not there: what else is missing is asked for once one is live."""
    place.tell(Event("planned", "recover", data=_question(found, ())))
    if place.request.yes or ask(_question(found, ())):
        return True
    raise declined("making a release live")


def _put_back(place: Workplace, found: list[Lost], report: Report) -> None:
    """Each finding in its order: the live release first, so that what is seen now wins over what is older. Where that
    lets a directory be shared as a whole, a second round links it so: run again, `recover` finds nothing more to do.
    """
    operation = Operation.begin(
        place.root, "recover", at=place.request.now, facts={"release": None, "who": place.request.who}
    )
    homing = Homing(place, operation, report)
    _bring(place, homing, found)
    _bring(place, homing, [one for one in search(place, rules_now(place)) if one.action in ("adopt", "link")])
    activating.follow(place)
    operation.end("recovered", at=place.request.now)


def _bring(place: Workplace, homing: Homing, found: list[Lost]) -> None:
    _bring_saved(place, homing, found)
    for one in found:
        if one.action in ("adopt", "link") and not one.done:
            renamed = {one.path: one.old} if one.old else {}
            homing.bring(one.release, Found(homeless={one.path: one.what}, renamed=renamed), wins=one.wins)
            _serve(place, homing, one.path)
            one.done = True
        elif one.action == "copy":
            _copy_back(place, homing.operation, one)
            if place.survey.current is not None:
                homing.serve(place.survey.current, one.path)
    activating.link_live(homing)


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


def _answer(
    interrupted: Optional[dict[str, Any]], found: list[Lost], report: Report, gone: tuple[Missing, ...]
) -> dict[str, Any]:
    """What was found and done; GONE is what is missing in spite of it."""
    return {
        "finished": interrupted,
        "found": [one.to_json() for one in found],
        "restored": sum(one.done for one in found),
        "attic": report.attic,
        "missing": [one.to_json() for one in gone],
        "warnings": [*report.warnings, *report.left, *(lost(one) for one in gone)],
    }
