"""Finishing what a crash left: called by every command that changes a site, before anything else (G4)."""

from __future__ import annotations

import errno
from shlex import quote
from typing import Any, Optional

from holdfast_engine.data.baseline import baseline_of
from holdfast_engine.data.settle import settle
from holdfast_engine.databases.sqlite import quiet
from holdfast_engine.fs.refusals import words_of
from holdfast_engine.guarding.stopped import bring_up
from holdfast_engine.journal import log
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import MOVE, STOPPED, UNDOING, Record
from holdfast_engine.journal.verdict import BACK, FORWARD, NOTHING, judge
from holdfast_engine.model.event import Event
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.paths import RelPath, outermost
from holdfast_engine.model.problem import Problem
from holdfast_engine.operations.undo import forget_what_was_seen, stopped_at, undo
from holdfast_engine.persistence import left_open, old_document_root, renamed, saved_pages
from holdfast_engine.persistence.adopt import Adopter
from holdfast_engine.persistence.carrier import Carrier
from holdfast_engine.persistence.plain_again import plain_again
from holdfast_engine.persistence.public_html import keep_in_step
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.retired_releases import serve_finished
from holdfast_engine.persistence.shipped import rules_now
from holdfast_engine.persistence.strays import sweep
from holdfast_engine.persistence.take_in import taken_out
from holdfast_engine.persistence.vanished import put_back_lost
from holdfast_engine.site import survey as surveys
from holdfast_engine.site.bases import base_of
from holdfast_engine.site.handle import Site
from holdfast_engine.site.leftovers import tidy
from holdfast_engine.site.live import as_before, leads_to_a_release
from holdfast_engine.steps.step import Again


def finish(site: Site, operation: str, *, own: bool = False) -> str:
    """OPERATION is completed or undone, as its journal and what is observed decide; returns which. Idempotent.

    Moves of data always go forward: each leaves its path resolving to its data. What was not
    switched to is taken away as never having been live; what `current` names never is, whoever
    has switched to it (G11). What an earlier command left is told; of the caller's OWN operation
    the problem that ended it says all.

    While a disk is not mounted, it stays unfinished: what would be moved beneath the mount point
    waits, and nothing is taken away that a move is still to be made from (I29).
    """
    history = _history(site, operation)
    try:
        return _finish(site, operation, history, own=own)
    except (Problem, OSError):
        bring_up(site, None, history)  # what cannot be finished now keeps no application down
        raise


def _finish(site: Site, operation: str, history: tuple[Record, ...], *, own: bool) -> str:
    current = surveys.current_release(site.root)
    begin, undoing = history[0].facts, any(record.facts.get(UNDOING) for record in history)
    verdict = BACK if undoing else judge(history, current=current.name if current else None)
    if not own:
        site.tell(Event("noticed", "finishing", f"`{operation}` was interrupted; {_what_becomes(site, verdict)}"))
    stopped = None if own else stopped_at(site, operation, history)
    resumed = Operation.resume(site.root, operation, at=site.request.now)
    if stopped is not None and verdict == BACK:
        resumed.note(**{STOPPED: stopped})
    moved = settle(site.links, resumed, history, quiet=quiet)
    left_open.remember(site, moved.copied)
    renamed.follow(site, renamed.followed(history))
    if not own:
        _tell_of(site, history, dict(moved.unmoved))
    waits = bool(moved.waiting or (site.away and not own))
    if verdict == BACK:
        bring_up(site, resumed, history)  # its data is at rest, and what is to be undone was never live
    _put_back_lost(site, resumed, own=own or waits or begin["command"] in _WHOLE)
    if verdict == FORWARD:
        _complete(site, resumed, begin, history)
    elif undoing:
        taken_out(site, resumed, begin["release"])
        plain_again(site, resumed, history)
    elif not waits:
        _take_back(site, resumed, history, verdict, stopped)
    _serve(site, resumed, history)
    _end_saving(site, resumed, history)
    for line in keep_in_step(site):
        site.notice("public-html", line)
    if waits:
        resumed.close()
        return UNFINISHED
    resumed.end(_ENDS[verdict], at=site.request.now)
    tidy(site.root)
    return _ENDS[verdict]


def _take_back(
    site: Site, resumed: Operation, history: tuple[Record, ...], verdict: str, stopped: Optional[int]
) -> None:
    """The release that a deploy made is gone, a rollback's target stays retired, and nothing is believed that was seen
    for either.
    """
    if verdict == BACK and history[0].facts["command"] == "deploy":
        undo(site, resumed, history, stopped=stopped)
    forget_what_was_seen(site, resumed, history)


def _put_back_lost(site: Site, operation: Operation, *, own: bool) -> None:
    """What was carried and went by an accident since the crash is back before links are made again: that they were
    missing tells the accident from a deletion (G2). Nobody had the time for one where the operation is our OWN.
    """
    live = None if own else site.refresh().current
    active, baseline = site.survey.active, baseline_of(site, site.survey.active)
    if live is None or site.root.kind(live) != DIR or active is None or baseline is None:
        return
    if not base_of(site, active.id):
        return
    rules = rules_now(site)
    found = sweep(site, live, rules, baseline=baseline)
    back = put_back_lost(Carrier(site, operation, Report()), live, rules, baseline, found)
    if back:
        site.notice("carry", back)


_WHOLE = ("adopt", "leave")
"""What makes a site, or ends one: half of it is no site that somebody works in."""
UNFINISHED = "unfinished still"
_ENDS = {FORWARD: "completed", BACK: "undone", NOTHING: "undone"}


def _what_becomes(site: Site, verdict: str) -> str:
    if not site.away:
        return f"it is being {_WORDS[verdict]} now"
    names = ", ".join(f"`{site.links.layout.in_shared(path)}`" for path in site.away)
    return f"it stays unfinished until {names} is mounted again: its files belong there"


def _history(site: Site, operation: str) -> tuple[Record, ...]:
    """What OPERATION did; `journal-gone` where a hook or a clean-up job took its journal away under it."""
    history = log.read(site.root, operation)
    if history:
        return history
    raise Problem(
        "journal-gone",
        f"the journal of `{operation}` was removed while it ran, so it can be neither completed nor undone",
        state=f"{as_before(site.refresh())}; what it made so far is where it was",
        whereabouts=[site.root.absolute(Layout.releases)],
        hint=f"remove from the hooks what deletes `{Layout.state}`, then `holdfast recover --site "
        f"{quote(site.root.path)}`, which registers what is there",
    )


def _serve(site: Site, operation: Operation, history: tuple[Record, ...]) -> None:
    """What came home from a release that is not live is to be seen in the one that is."""
    if any(record.kind == MOVE and record.facts["what"] in ("adopt", "carry") for record in history):
        try:
            serve_finished(site, operation, history)
        except Problem as problem:  # it must not keep every later command from working (G4)
            site.notice(problem.code, problem.message, hint=problem.hint)
        except OSError as error:
            if error.errno not in _SHAPES:
                raise
            site.notice("finishing", f"data was moved into `shared/`, and could not be linked: {words_of(error)}")


def _end_saving(site: Site, operation: Operation, history: tuple[Record, ...]) -> None:
    """What was saved in the document root, and was on its way when the crash came, is home."""
    live, adopter = site.refresh().current, Adopter(site, operation, Report())
    if live is not None:
        baseline = baseline_of(site, site.survey.active)
        saved_pages.finish(adopter, history, old_document_root.shipped(site, live, baseline))
    for line in adopter.report.unmoved:
        site.notice("adopt", line)


def _tell_of(site: Site, history: tuple[Record, ...], left: dict[str, str]) -> None:
    """What an interrupted operation brought home, and what of it was LEFT: it could tell nobody any more."""
    moves = (record.facts for record in history if record.kind == MOVE)
    paths = outermost(facts["path"] for facts in moves if facts["what"] in ("adopt", "carry", "late"))
    home = [path for path in paths if not any(RelPath(one).is_within(path) for one in left)]
    if home:
        site.notice("adopt", f"kept, and served from now on: {', '.join(home)}")
    for path, why in left.items():
        site.notice("adopt", f"`{path}` {why}")


_SHAPES = (errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.EACCES, errno.EPERM)
"""How it ends when a path was given to something else meanwhile, or to somebody else: every next try would end so."""


def _complete(site: Site, operation: Operation, begin: dict[str, Any], history: tuple[Record, ...]) -> None:
    """Its steps are done again, from the switch on where there is one. What cannot be done any more is told of and left
    where it lies: it must not keep every later command from working (G4, G7).

    Not so an adoption before its switch, nor a leaving: half of it at its place is neither a site nor what it was, and
    each next try continues it.
    """
    from holdfast_engine.operations.every_pipeline import redone  # loaded where something is unfinished

    try:
        for step in redone(begin["command"]):
            step.redo(Again(site, operation, history))
    except Problem as problem:
        if begin["command"] == "leave":
            raise
        site.notice(problem.code, problem.message, hint=problem.hint)
    except OSError as error:
        if error.errno not in _SHAPES or _goes_on(site, begin):
            raise
        site.notice("finishing", f"not everything could be moved, and the rest is where it was: {words_of(error)}")


def _goes_on(site: Site, begin: dict[str, Any]) -> bool:
    return begin["command"] == "leave" or (begin["command"] == "adopt" and not leads_to_a_release(site.root))


_WORDS = {FORWARD: "completed", BACK: "undone", NOTHING: "closed"}
