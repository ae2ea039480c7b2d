"""A prune, from its agreement to its answer."""

from __future__ import annotations

from functools import partial
from typing import Any

from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.event import Ask
from holdfast_engine.operations.agree import Proposal, as_shown, asking
from holdfast_engine.operations.every_pipeline import PRUNE
from holdfast_engine.operations.stepping import all_taken, end_of
from holdfast_engine.persistence.report import Report
from holdfast_engine.pruning.prune import expiring, foreseen, keep_of, pinned
from holdfast_engine.pruning.retention import beyond
from holdfast_engine.site.handle import Site
from holdfast_engine.site.records import ReleaseRecord
from holdfast_engine.steps.prune import Pruning
from holdfast_engine.steps.step import shown


def question_of(site: Site, victims: list[ReleaseRecord]) -> dict[str, Any]:
    """What would go, what would come home or to the attic before that, and what stays."""
    steps = [one.to_json() for one in shown(PRUNE, [one.id for one in victims])]
    return {**foreseen(site, victims), "steps": steps}


def pruned(site: Site, ask: Ask) -> dict[str, Any]:
    """What is beyond retention and proven is gone, once a person agreed; what is kept is named, with the reason."""
    victims, report = victims_of(site), Report()
    if victims or expiring(site):
        victims = asking(site, ask, "pruning").agree(partial(_proposed, site))
    facts = {"release": None, "victims": [one.id for one in victims], "who": site.request.who}
    operation = Operation.begin(site.root, "prune", at=site.request.now, facts=facts)
    work, timings = all_taken(PRUNE, Pruning(site, operation, report), operation, site.tell)
    gone = [row["path"] for row in report.expired]
    operation.end("pruned", at=end_of(site.request.now, timings), removed=work.removed, expired=gone)
    return {
        "removed": list(work.removed),
        "expired": report.expired,
        "kept": [*pinned(site), *work.kept],
        "steps": timings,
        "warnings": [*report.warnings, *report.unmoved],
    }


def _proposed(site: Site) -> Proposal[list[ReleaseRecord]]:
    victims = victims_of(site)
    return as_shown(victims, question_of(site, victims))


def victims_of(site: Site) -> list[ReleaseRecord]:
    return beyond(site.survey, keep=keep_of(site))
