"""The answer of a deploy or a rollback under way: of a run that ended well, and beside the problem that ended it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Optional

from holdfast_engine.model.plan import Plan
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.values import dataclass
from holdfast_engine.operations.outcome import Account, answer
from holdfast_engine.persistence import census
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.site.handle import Site

if TYPE_CHECKING:
    from holdfast_engine.operations.run import Run


@dataclass
class Progress:
    """How far a command has come: the RUN, once there is one; RULES are those of the plan before."""

    run: Optional[Run] = None
    rules: Optional[Rules] = None


def answer_of(outcome: str, run: Run, plan: Plan) -> dict[str, Any]:
    """The answer of a RUN that made the release of PLAN live."""
    work = run.work
    told = answer(
        outcome,
        release=plan.release,
        previous=plan.previous,
        steps=run.timings,
        site=run.site,
        account=Account(work.before, work.report, work.rules),
    )
    return {**told, "source": plan.source}


@contextmanager
def answering(site: Site) -> Iterator[Progress]:
    """A Problem that leaves the block carries the same answer as a success: what was taken, and what is live now.

    Where the site cannot even be looked at any more, it carries none.
    """
    progress, previous = Progress(), site.survey.active
    try:
        yield progress
    except Problem as problem:
        with suppress(OSError, Problem):
            problem.answer = _as_it_stands(site, progress, previous.id if previous else None, problem.kind)
        raise


def _as_it_stands(site: Site, progress: Progress, previous: Optional[str], kind: str) -> dict[str, Any]:
    """Nothing was done to data, as long as the release that was to come is not the one that is live."""
    run, current = progress.run, site.refresh().current
    if run is None:
        account, steps, live = Account(census.files(site), Report(), progress.rules), [], False
    else:
        live, steps, work = current == run.path, run.timings, run.work
        report = work.report if live else Report(unfound=work.report.unfound)
        account = Account(work.before, report, work.rules)
    release = current.name if live and current else None
    return answer(kind, release=release, previous=previous, steps=steps, site=site, account=account)
