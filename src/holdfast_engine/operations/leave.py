"""One leaving of a site, from its agreement to its answer."""

from __future__ import annotations

from functools import partial
from shlex import quote
from typing import Any

from holdfast_engine.fs.refusals import words_of
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.event import Ask
from holdfast_engine.model.exposure import is_flat
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.words import named
from holdfast_engine.operations.agree import Proposal, as_shown, asking, require_mounted
from holdfast_engine.operations.every_pipeline import LEAVE
from holdfast_engine.operations.leavable import how_to_leave, needing_current
from holdfast_engine.operations.stepping import all_taken, end_of
from holdfast_engine.operations.sweep import plan_sweep, swept
from holdfast_engine.persistence.moving_sets import refuse_busy
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.shipped import rules_now
from holdfast_engine.site import public_html as roots
from holdfast_engine.site.handle import Site
from holdfast_engine.steps.leaving import BEFORE, LAYOUT, PLAIN, Leave, Leaving
from holdfast_engine.steps.step import due, shown


def question_of(site: Site, leave: Leave) -> dict[str, Any]:
    """What would be done, where what is not served would lie, and what a person has to know."""
    steps = [one.to_json() for one in shown(due(LEAVE, leave), leave)]
    left = {"left": list(leave.left), "place": leave.where.path(site.root.path) if leave.left else None}
    notes = [_what_it_becomes(site, leave), *_notes(site, leave)]
    return {"command": "leave", "path": site.root.path, "how": leave.how, **left, "steps": steps, "notes": notes}


def leaving(site: Site, ask: Ask) -> dict[str, Any]:
    """The site is given back, once a person agreed: what was written meanwhile is brought home first. What fails on the
    way leaves every path resolving, and is gone on with by the next command (60).
    """
    require_mounted(site)
    asking(site, ask, "leaving").agree(partial(_proposed, site))
    if site.survey.current is not None:
        swept(site, plan_sweep(site, rules_now(site)), (), outcome="swept")
        site.refresh()
    leave = how_to_leave(site)
    if leave.is_plain:
        refuse_busy(site, [leave.release / name for name in site.root.names(leave.live)])
    facts = {"release": None, "who": site.request.who, **leave.to_json()}
    operation = Operation.begin(site.root, "leave", at=site.request.now, facts=facts)
    return _left(Leaving(site, operation, Report(), leave))


def _proposed(site: Site) -> Proposal[Leave]:
    leave = how_to_leave(site)
    return as_shown(leave, question_of(site, leave))


def _left(work: Leaving) -> dict[str, Any]:
    site, operation, leave = work.site, work.operation, work.leave
    try:
        work, timings = all_taken(due(LEAVE, leave), work, operation, site.tell)
        operation.end("left", at=end_of(site.request.now, timings))
    except (Problem, OSError, KeyboardInterrupt) as error:
        operation.close()
        raise _unfinished(site, error) from error
    return {
        "outcome": "left",
        "path": leave.home or site.root.path,
        "how": leave.how,
        "current": Layout.current if site.root.has(Layout.current) else None,
        "left": work.left,
        "steps": timings,
        "data": {"lost": None, "attic": work.report.attic},
        "warnings": [*work.report.warnings, *work.report.unmoved],
    }


def _unfinished(site: Site, error: BaseException) -> Problem:
    why = (
        error.message
        if isinstance(error, Problem)
        else words_of(error)
        if isinstance(error, OSError)
        else "interrupted"
    )
    code = "interrupted" if isinstance(error, KeyboardInterrupt) else "unfinished"
    again = f"`holdfast leave --site {quote(site.root.path)}`, or any next command that changes the site, continues it"
    return Problem(
        code,
        f"leaving the site is not finished: {why}" if code == "unfinished" else why,
        context=error.context if isinstance(error, Problem) else (),
        state="what was moved is in its place, the rest is served as before, and nothing is lost",
        whereabouts=[site.root.path],
        hint=again,
    )


def _what_it_becomes(site: Site, leave: Leave) -> str:
    path = site.root.path
    if leave.home:
        return (
            f"`{leave.home}` becomes a plain directory of real files again; `--layout` would leave it filled with links"
        )
    if leave.how == PLAIN:
        return f"`{path}` becomes a plain directory; `--layout` would leave `releases/`, `shared/` and `current`"
    if leave.how == BEFORE:
        return f"`{path}` becomes the layout that it was before its adoption"
    return (
        f"`{path}` goes on with `releases/`, `shared/` and `current`, without Holdfast; `--plain` would make a plain "
        "directory of it"
    )


def _notes(site: Site, leave: Leave) -> list[str]:
    filled = _of_the_filled(site, leave)
    if leave.how == LAYOUT:
        return ["from now on your own script has to link the entries of `shared/` into each new release", *filled]
    if leave.how == BEFORE:
        return filled
    shared = site.root.absolute(site.links.layout.shared)
    told = [f"what other programs find at `{shared}/…` is from then on below {_top(site, leave)}"]
    told += filled
    if leave.home and not leave.keeps_current:
        told.append(f"`{site.root.absolute(Layout.current)}` is removed at the end; `--keep-current` leaves a link")
    elif leave.keeps_current and (through := needing_current(site)):
        told.append(f"`current` stays as a link, for {named(through)} leads through it")
    elif not leave.keeps:
        web_root = rules_now(site).web_root
        root = site.root.absolute("" if is_flat(web_root) else RelPath(web_root))
        told.append(
            f"`current` is removed at the end: before, point the web server at `{root}`; `--keep-current` leaves a link"
        )
    return told


def _of_the_filled(site: Site, leave: Leave) -> list[str]:
    """What becomes of a document root that is filled with links, where nothing goes back into it."""
    with roots.opened(site) as place:
        if place is None or leave.home:
            return []
        return [f"`{place.path}` still shows it through its links; link new files of later versions yourself"]


def _top(site: Site, leave: Leave) -> str:
    if leave.home:
        return f"`{leave.home}`"
    return f"`{site.root.absolute(Layout.current)}`" if leave.was_current else f"`{site.root.path}`"
