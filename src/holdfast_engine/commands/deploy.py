"""Deploy one release: look ahead, agree, and run the plan that was agreed to."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import replace
from shlex import quote
from typing import Any

from holdfast_engine.activation.switch import require_switchable
from holdfast_engine.checks.checklist import require_acceptable
from holdfast_engine.commands import activating, counting, doorstep, elsewhere, lingering
from holdfast_engine.commands.agreeing import ANEW, agreed, refuse_on_refusal
from holdfast_engine.commands.answering import Account, Standing, answer, answering, told_by
from holdfast_engine.commands.deployment import Deployment
from holdfast_engine.commands.homing import Homing, Report
from holdfast_engine.commands.lookout import elsewhere as outside
from holdfast_engine.commands.lookout import looking
from holdfast_engine.commands.planning import Prospect, look_ahead
from holdfast_engine.commands.rules import rules_for
from holdfast_engine.commands.workplace import Workplace, changing, make_site_directory, require_apart
from holdfast_engine.data.classify_settings import Configured
from holdfast_engine.data.sweep import Found
from holdfast_engine.fs.root import Root
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.event import Listener
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request, Source
from holdfast_engine.sources import keep_fetched, open_source
from holdfast_engine.state import records
from holdfast_engine.state.records import ReleaseRecord
from holdfast_engine.state.survey import enclosing_site, free_release_id, refuse_links

Ask = Callable[[dict[str, Any]], bool]


def deploy(request: Request, tell: Listener, ask: Ask) -> dict[str, Any]:
    """One release is live, or everything is as it was and a Problem says why; no byte of data is lost either way.

    A state of the host that changed while a person read the plan is planned again (G8).
    """
    if request.source is None:
        raise Problem(
            "source-unset",
            "no source is given",
            hint="`holdfast deploy --source PATH-OR-URL`, or `[source]` in holdfast.toml",
        )
    require_acceptable(request.accept)
    Configured(request.settings)  # a path that cannot be meant is told before even an empty site is made (I14, I27)
    require_apart(request.source, request.site)
    if require_deployable(request.site):
        return _first(request, request.source, tell, ask)
    with changing(request, tell) as place, answering(place) as standing:
        require_switchable(place.root)
        with closing(open_source(request.source, place.root.absolute(Layout.cache))) as source:
            prospect = look_ahead(place, source)
            standing.rules = prospect.rules
            return _run(place, standing, _agreed(place, prospect, ask))


def _first(request: Request, source: Source, tell: Listener, ask: Ask) -> dict[str, Any]:
    """The first deploy makes the site when its plan is agreed to, and not before: who is refused leaves nothing."""
    with ExitStack() as held:
        cache, there = held.enter_context(outside(request)), held.enter_context(looking(request, tell))
        with answering(there):
            require_switchable(there.root)
            code = held.enter_context(closing(open_source(source, cache)))
            offered = _agreed(there, look_ahead(there, code), ask)
        make_site_directory(request.site)
        with changing(request, tell, manage=True) as place, answering(place) as standing:
            require_switchable(place.root)
            keep_fetched(code, place.root.absolute(Layout.cache))
            return _run(place, standing, _still_agreed(place, offered, ask))


def _still_agreed(place: Workplace, offered: Prospect, ask: Ask) -> Prospect:
    """OFFERED, on the site that was made for it: where somebody else's first deploy was quicker, planned again (G8)."""
    again = look_ahead(place, offered.source, release=free_release_id(place.root, offered.plan.release))
    if again.plan.token == offered.plan.token:
        refuse_on_refusal(place, again.plan)
        return again
    place.notice("plan", ANEW)
    return _agreed(place, again, ask)


def _run(place: Workplace, standing: Standing, prospect: Prospect) -> dict[str, Any]:
    if prospect.plan.unchanged:
        return _unchanged(place, prospect)
    standing.journey = Deployment(place, prospect)
    return standing.journey.run()


def require_deployable(site: str) -> bool:
    """True for a place where a first deploy makes a site: missing, empty, or holding only `shared/`; `not-a-site` for
    others.
    """
    if not os.path.lexists(site):
        with Root(os.path.dirname(site.rstrip("/"))):  # only its last name can be made
            return True
    with Root(site) as root:
        if root.has(Layout.site_file):
            return False
        names = [name for name in root.names("") if name not in ("shared", Layout.state)]
        around = enclosing_site(site)
        if around:
            raise Problem(
                "not-a-site",
                f"`{site}` lies in the site `{around}`",
                state="nothing was changed",
                hint=f"`--site {quote(around)}`",
            )
        if names:
            refuse_links(root, Layout.state, Layout.releases)
            laid_out = root.kind(Layout.current) == "link" and root.kind(Layout.releases) == "dir"
            lost = laid_out and root.kind("shared") == "dir"
            back = f"; `holdfast recover --site {quote(site)}` if it was one and lost its `.holdfast/`" if lost else ""
            raise Problem(
                "not-a-site",
                f"`{site}` is not a Holdfast site and not empty",
                context=[f"it holds {', '.join(names[:6])}"],
                state="nothing was changed",
                hint=f"`holdfast adopt {quote(site)}` turns what is live there into a site, in place{back}",
            )
    return True


def _agreed(place: Workplace, prospect: Prospect, ask: Ask) -> Prospect:
    def again() -> Prospect:
        return look_ahead(place, prospect.source, release=prospect.plan.release)

    return agreed(place, prospect, again, ask, what="the deploy")


def _unchanged(place: Workplace, prospect: Prospect) -> dict[str, Any]:
    """Nothing new to activate; strays are still brought home."""
    active = place.survey.active
    found = replace(prospect.found, spared={})  # what builds and tools left stays where it is: nobody leaves
    report = Report(warnings=told_by(prospect.plan))
    coming = counting.coming(place, place.survey.current, prospect.found.homeless)
    before = counting.total(prospect.counted) + coming + prospect.elsewhere.coming(place)
    if active is not None and (found or prospect.elsewhere):
        operation = Operation.begin(
            place.root, "sweep", at=place.request.now, facts={"release": active.id, "who": place.request.who}
        )
        _bring_home(Homing(place, operation, report), prospect, found, active)
        rules = rules_for(place, prospect.listing, place.request.settings)
        activating.remember(place, rules, accept=place.request.accept)
        records.write(place.root, active.but(shared=rules.shared))  # so that the next deploy finds nothing new
        operation.end("swept", at=place.request.now)
    else:
        lingering.note(place, prospect.elsewhere.releases)
        if active is not None:  # what was written since the last deploy is missed from now on (DESIGN 5, memory)
            activating.remember(place, prospect.rules, accept=place.request.accept)
    activating.remember_environment(place, prospect.rules)
    activating.remember_preset(place, prospect.rules)
    release = active.id if active else None
    account = Account(before, report, prospect.rules)
    return answer("unchanged", release=release, previous=release, steps=[], place=place, account=account)


def _bring_home(homing: Homing, prospect: Prospect, found: Found, active: ReleaseRecord) -> None:
    """From the live release, and from where it is still written to besides, to be seen in the live one."""
    place, there = homing.place, prospect.elsewhere
    homing.bring(active.path, found, wins="live")
    homing.link_home(active.path, found.homeless)
    doorstep.bring_home(homing, active.path, prospect.rules, prospect.baseline, there.saved)
    elsewhere.bring_left(homing, there)
    rules = rules_for(place, prospect.listing, place.request.settings)
    lingering.serve(homing, active.path, rules, homing.report.adopted)
