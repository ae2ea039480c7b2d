"""A deploy from its agreement to its run; of what is live already, a sweep."""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import Any, Optional

from holdfast_engine.activation.switch import require_switchable
from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.request import Request, Source
from holdfast_engine.operations.agree import ANEW, Proposal, asking, proposed, refuse_on_refusal
from holdfast_engine.operations.deployable import make_site_directory
from holdfast_engine.operations.look import looking
from holdfast_engine.operations.open import changing
from holdfast_engine.operations.plan_deploy import plan_deploy
from holdfast_engine.operations.planned import Planned, stamp
from holdfast_engine.operations.progress import Progress, answer_of, answering
from holdfast_engine.operations.source_cache import elsewhere as outside
from holdfast_engine.operations.sweep import brings_home, swept
from holdfast_engine.persistence import memory
from holdfast_engine.persistence.report import told_by
from holdfast_engine.site.handle import Site
from holdfast_engine.site.survey import free_release_id
from holdfast_engine.sources import TreeSource, keep_fetched, open_source


def deployed_first(request: Request, source: Source, tell: Listener, ask: Ask) -> dict[str, Any]:
    """The first deploy makes the site when its plan is agreed to, and not before: who is refused leaves nothing."""
    with ExitStack() as held:
        cache, there = held.enter_context(outside(request, source)), held.enter_context(looking(request, tell))
        with answering(there):
            require_switchable(there.root)
            code = held.enter_context(closing(open_source(source, cache)))
            offered = _agreed(there, code, ask)
        make_site_directory(request.site)
        with changing(request, tell, manage=True) as site, answering(site) as progress:
            require_switchable(site.root)
            keep_fetched(code, site.root.absolute(Layout.cache))
            return _run(site, progress, _still_agreed(site, offered, code, ask))


def deployed(request: Request, source: Source, tell: Listener, ask: Ask) -> dict[str, Any]:
    """The next release of a site is live once its plan is agreed to."""
    with changing(request, tell) as site, answering(site) as progress:
        require_switchable(site.root)
        with closing(open_source(source, site.root.absolute(Layout.cache))) as code:
            return _run(site, progress, _agreed(site, code, ask, progress))


def _still_agreed(site: Site, offered: Planned, source: TreeSource, ask: Ask) -> Planned:
    """OFFERED, on the site that was made for it: where somebody else's first deploy was quicker, planned again (G8)."""
    again = plan_deploy(site, source, release=free_release_id(site.root, offered.plan.release))
    if again.plan.token == offered.plan.token:
        refuse_on_refusal(site, again.plan.checks, again.plan.previous)
        return again
    site.notice("plan", ANEW)
    return _agreed(site, source, ask, release=again.plan.release)


def _agreed(
    site: Site, source: TreeSource, ask: Ask, progress: Optional[Progress] = None, *, release: str = ""
) -> Planned:
    """The plan that a person agreed to. Each look is at one release id; PROGRESS knows the rules of the last one."""
    name = release or free_release_id(site.root, stamp(site.request.now))

    def look() -> Proposal[Planned]:
        planned = plan_deploy(site, source, release=name)
        if progress is not None:
            progress.rules = planned.outlook.rules
        return proposed(site, planned)

    return asking(site, ask, "the deploy").agree(look)


def _run(site: Site, progress: Progress, planned: Planned) -> dict[str, Any]:
    if planned.plan.unchanged:
        return _unchanged(site, planned)
    from holdfast_engine.operations.run import begun

    progress.run = begun("deploy", planned, told_by(planned.plan))  # who answered --yes has not seen it
    return progress.run.go("deployed", lambda run: answer_of("deployed", run, planned.plan))


def _unchanged(site: Site, planned: Planned) -> dict[str, Any]:
    """Nothing new to activate; strays are still brought home, and what was written since the last deploy is missed from
    now on (data.md, memory).
    """
    outlook = planned.outlook
    if not brings_home(planned):
        memory.remember(site, outlook.rules, accept=site.request.accept)
    answer = swept(site, planned, told_by(planned.plan), outcome="unchanged")
    memory.remember_environment(site, outlook.rules)
    memory.remember_preset(site, outlook.rules)
    return answer
