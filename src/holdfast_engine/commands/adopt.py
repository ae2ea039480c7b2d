"""Turn what is live in a plain directory, or in another tool's layout, into a Holdfast site, in place."""

from __future__ import annotations

import os
from dataclasses import replace
from shlex import quote
from typing import Any, NamedTuple, Optional

from holdfast_engine.checks.checklist import require_acceptable
from holdfast_engine.checks.links_out import told_out
from holdfast_engine.fs.root import Root
from holdfast_engine.journal import log
from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.layout import OURS, Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request
from holdfast_engine.operations.adoptable import is_managed, refuse_early, refuse_foreign_releases, refuse_inside_a_site
from holdfast_engine.operations.agree import Asking, Proposal, as_shown
from holdfast_engine.operations.baseline import noted, telling_of
from holdfast_engine.operations.every_pipeline import ADOPT
from holdfast_engine.operations.look import looking
from holdfast_engine.operations.named_versions import (
    WAS,
    checkout_in,
    named_versions,
    refuse_unlike,
    told_was,
)
from holdfast_engine.operations.open import changing
from holdfast_engine.operations.takeover import adopted, advice, take_over
from holdfast_engine.operations.unsuitable import refuse_unsuitable
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.persistence.was_shipped import WasShipped, compare, live_place
from holdfast_engine.site.handle import Site
from holdfast_engine.sources import Version
from holdfast_engine.steps.step import due, shown
from holdfast_engine.steps.take_on import Layer


def adopt(request: Request, tell: Listener, ask: Ask) -> dict[str, Any]:
    """What was live goes on being served at the same paths, now as the first release of a site; nothing is copied.

    A plain directory: each entry is exchanged with a link to it in `releases/`, so there is
    no moment without it, and the links stay, so that the web server's document root need not
    change at once. Another tool's layout: its releases are registered as they are. What was
    shipped is known from the versions that the request names, and from the history of a
    checkout; an adopted release of which nothing tells that is never pruned.
    """
    require_acceptable(request.accept, (WAS,))
    where = request.path or request.site
    with named_versions(replace(request, site=where), tell, checkout=_checkout(where)) as versions:

        def look() -> Proposal[_Adoptable]:
            found = _question(request, where, tell, versions)
            return as_shown(found, found.question)

        if request.only_plan:
            return look().thing.question
        found = Asking(tell, ask, request.yes, "the adoption").agree(look)
        layer = Layer(tuple(found.question["entries"]), found.question["laid_out"], found.was)
        with changing(replace(request, site=where), tell, manage=True) as site:
            # what a crash left was finished on the way here: a second adoption of its links would be one too many
            return _gone_on(site, layer, versions) if is_managed(site.root) else take_over(site, layer)


def _gone_on(site: Site, layer: Layer, versions: tuple[Version, ...]) -> dict[str, Any]:
    """An adoption that a crash interrupted is complete, and what was shipped is noted where the crash came before."""
    active = site.refresh().active
    if active is not None and versions and not active.told:
        telling = telling_of(site, active, versions)
        if not (telling.was.is_unlike and WAS not in site.request.accept):
            noted(site, telling)
    return adopted(site, layer, Report(), [])


class _Adoptable(NamedTuple):
    """What a person reads of an adoption, and what WAS shipped there, where anything tells it."""

    question: dict[str, Any]
    was: Optional[WasShipped]


def _checkout(where: str) -> str:
    if not os.path.isdir(where):
        return ""
    with Root(where) as root:
        return checkout_in(root)


def _question(request: Request, site: str, tell: Listener, versions: tuple[Version, ...]) -> _Adoptable:
    """What would be adopted; raises what speaks against it, and changes nothing."""
    refuse_inside_a_site(site)
    with Root(site) as root:
        if is_managed(root) and log.unfinished(root) is None:
            raise Problem(
                "already-managed",
                f"`{site}` is a Holdfast site already",
                state="nothing was changed",
                hint=f"`holdfast status --site {quote(site)}`",
            )
        laid_out = root.kind(Layout.current) == "link" and root.kind(Layout.releases) == "dir"
        if not root.has(Layout.site_file):  # an adoption that a crash cut short was looked at before it began
            refuse_unsuitable(root, laid_out=laid_out)
        names = [name for name in root.names("") if name not in OURS]
        refuse_foreign_releases(root)
        if not laid_out and not names and root.kind(Layout.current) is None:
            raise Problem(
                "path-missing",
                f"`{site}` holds nothing to adopt",
                state="nothing was changed",
                hint=f"deploy into it: `holdfast deploy --site {quote(site)}`",
            )
    rules, kept_out = refuse_early(replace(request, site=site), tell, laid_out=laid_out)
    with Root(site) as root:
        out = told_out(root, map(RelPath, names))
    was, told = _was_shipped(request, site, tell, versions)
    notes = [*told, *advice(site, rules, laid_out=laid_out), *kept_out, *out]
    layer = Layer(tuple(names), laid_out, was)
    steps = [one.to_json() for one in shown(due(ADOPT, layer), layer)]
    data = _data(site, rules) if rules else []
    about = {"command": "adopt", "path": site, "entries": names, "laid_out": laid_out, "shared": data}
    about["was"] = was.to_json() if was else None
    return _Adoptable({**about, "steps": steps, "notes": notes}, was)


def _was_shipped(
    request: Request, site: str, tell: Listener, versions: tuple[Version, ...]
) -> tuple[Optional[WasShipped], list[str]]:
    """What was shipped there, with what is to be said of it; a checkout of something else is passed over, and told."""
    if not versions:
        return None, []
    with looking(replace(request, site=site), tell) as there:
        if there.survey.managed:
            return None, ["an adoption that was interrupted goes on as it was begun"]
        found = compare(there, live_place(there.root), versions)
    if request.was:
        return found, [*refuse_unlike(found, request), *told_was(found)]
    return (None, ["the `.git` in it is of something else, and says nothing"]) if found.is_unlike else (found, told_was(found))


def _data(site: str, rules: Rules) -> list[dict[str, str]]:
    """What of it rules call data: that is what moves into `shared/`."""
    with Root(site) as root:
        live = RelPath("") if root.kind(Layout.current) is None else Layout.current
        found = [one for one in rules.shared if os.path.lexists(root.absolute(live / one.path))]
    return [{"path": one.path, "kind": one.kind, "why": one.why, "action": "share"} for one in found]
