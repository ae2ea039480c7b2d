"""A rollback from its agreement to its run."""

from __future__ import annotations

from typing import Any

from holdfast_engine.model.event import Ask
from holdfast_engine.operations.agree import Proposal, asking, proposed
from holdfast_engine.operations.choose import choose
from holdfast_engine.operations.outcome import Account, answer
from holdfast_engine.operations.plan_rollback import plan_rollback, warnings_of
from holdfast_engine.operations.planned import Planned
from holdfast_engine.operations.progress import answer_of, answering
from holdfast_engine.operations.run import begun
from holdfast_engine.persistence import census
from holdfast_engine.persistence.report import Report, warned
from holdfast_engine.site.handle import Site


def rolled_back(site: Site, ask: Ask) -> dict[str, Any]:
    """The release that was asked for is live once a person agreed; what is missing meanwhile is told."""

    def look() -> Proposal[Planned]:
        return proposed(site, plan_rollback(site, choose(site, site.request.release)))

    with answering(site) as progress:
        planned = asking(site, ask, "the rollback").agree(look)
        progress.rules = planned.outlook.rules
        progress.run = begun("rollback", planned, warned(warnings_of(planned.outlook)))
        return progress.run.go("activated", lambda run: answer_of("activated", run, planned.plan))


def stays(site: Site, release: str) -> dict[str, Any]:
    """RELEASE, which is wanted, is the one that is live: nothing to do."""
    site.notice("rollback", f"release `{release}` is already live")
    account = Account(census.files(site), Report())
    return answer("unchanged", release=release, previous=release, steps=[], site=site, account=account)
