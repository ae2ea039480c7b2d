"""The review: its list, a decision as a person reads it, and the decision made."""

from __future__ import annotations

from collections.abc import Iterable
from shlex import quote
from typing import Any

from holdfast_engine.data.programs import holds_program
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.reviewed import DROP, EDITED, FORGET, KEEP, SHARE
from holdfast_engine.model.words import count
from holdfast_engine.operations.every_pipeline import REVIEW
from holdfast_engine.operations.stepping import all_taken, end_of
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.review import counted, reviewable
from holdfast_engine.persistence.shipped import rules_now
from holdfast_engine.site.handle import Site
from holdfast_engine.steps.review import Deciding, Decision
from holdfast_engine.steps.step import due, shown

_OUTCOMES = {KEEP: "kept", DROP: "dropped", SHARE: "shared", FORGET: "forgotten"}


def table(site: Site) -> dict[str, Any]:
    """What can be decided on, and what was."""
    rows = reviewable(site)
    words = site.survey.site.reviewed.words
    decided = [{"path": path, **one.to_json(), "list": one.list_name} for path, one in sorted(words.items())]
    return {
        "site": site.root.path,
        "current": site.survey.current.name if site.survey.current is not None else None,
        "entries": [row.to_json() for row in rows],
        "counts": counted(rows),
        "decided": decided,
    }


def question_of(site: Site, decision: Decision) -> dict[str, Any]:
    """The decision as a person reads it before it is made. LIST is the list of `[shared]` in holdfast.toml that says
    the same (of a word that is taken back: that said it), CONFIGURED what its lists hold without `review`.
    """
    said = decision.said or site.survey.site.reviewed.words.get(decision.path)
    active = site.survey.active
    return {
        "command": "review",
        "verb": decision.verb,
        "path": str(decision.path),
        "list": said.list_name if said is not None else "",
        "is_dir": said.is_dir if said is not None else False,
        "configured": _configured(site),
        "source": active.source if active is not None else {},
        "steps": [one.to_json() for one in shown(due(REVIEW, decision), decision)],
        "notes": list(_notes(site, decision)),
    }


def _configured(site: Site) -> dict[str, list[str]]:
    """The lists of `[shared]` as a file says them, by their names there."""
    settings = rules_now(site).settings
    lists = {"paths": settings.shared, "carried": settings.carried}
    return {name: [one for one in found if one.rstrip("/") not in settings.reviewed] for name, found in lists.items()}


def _notes(site: Site, decision: Decision) -> Iterable[str]:
    live, where = site.survey.current, quote(site.request.site)
    if decision.what == EDITED and decision.verb == KEEP and not _is_live(site, decision):
        yield f"`holdfast restore {quote(decision.path)} --site {where}` makes your version live"
    if decision.what == EDITED and decision.verb == DROP:
        yield "the release's version stays live; yours is kept in the attic until it expires"
    if decision.verb == SHARE and live is not None and _is_program(site, live / decision.path):
        yield "it has programs: they run from `shared/` then, and find the files there beside themselves"
    if decision.goes and site.root.kind(decision.place) == DIR:
        inner = site.root.names(decision.place)
        yield f"the whole directory goes: {count(len(inner), 'name')} at its top"


def _is_program(site: Site, place: RelPath) -> bool:
    return site.root.kind(place) == DIR and holds_program(site.root, place)


def _is_live(site: Site, decision: Decision) -> bool:
    live = site.survey.current
    return live is not None and decision.place == live / decision.path


def decided(site: Site, decision: Decision) -> dict[str, Any]:
    """The decision holds: what is said is in the site file, what is moved is moved."""
    asked = question_of(site, decision)
    facts = {"release": None, "who": site.request.who, **decision.to_json()}
    operation, report = Operation.begin(site.root, "review", at=site.request.now, facts=facts), Report()
    try:
        work = Deciding(site, operation, report, decision)
        work, timings = all_taken(due(REVIEW, decision), work, operation, site.tell)
    except Problem:
        operation.end("undone", at=site.request.now)  # it may not be moved, and stands where it stood
        raise
    outcome = _OUTCOMES[decision.verb]
    operation.end(outcome, at=end_of(site.request.now, timings))
    site.refresh()
    told = {"adopted": report.adopted, "attic": report.attic, "warnings": report.warnings}
    return {"outcome": outcome, **asked, **told, "steps": timings}
