"""Turn what is live in a plain directory, or in another tool's layout, into a Holdfast site, in place."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from holdfast_engine.checks.checklist import require_acceptable
from holdfast_engine.fs.root import Root
from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.request import Request
from holdfast_engine.operations.adoptable import is_managed
from holdfast_engine.operations.adoption import Adoptable, adoptable_at
from holdfast_engine.operations.agree import Asking, Proposal, as_shown
from holdfast_engine.operations.baseline import noted, telling_of
from holdfast_engine.operations.named_versions import WAS, checkout_in, named_versions
from holdfast_engine.operations.open import changing, end_leaving
from holdfast_engine.operations.takeover import adopted, take_over
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.versions import Version
from holdfast_engine.site.handle import Site
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
    if not request.only_plan:
        with Root(where) as root:
            end_leaving(root, replace(request, site=where), tell)  # what is given back is looked at as it is then
    with named_versions(replace(request, site=where), checkout=_checkout(where)) as named:

        def look() -> Proposal[Adoptable]:
            found = adoptable_at(request, where, tell, named)
            return as_shown(found, found.question)

        if request.only_plan:
            return look().thing.question
        found = Asking(tell, ask, request.yes, "the adoption").agree(look)
        layer = Layer(tuple(found.question["entries"]), found.question["laid_out"], found.was)
        with changing(replace(request, site=where), tell, manage=True) as site:
            # what a crash left was finished on the way here: a second adoption of its links would be one too many
            go = is_managed(site.root)
            answer = _gone_on(site, layer, named.versions) if go else take_over(site, layer)
        return {**answer, "warnings": [*named.unread, *answer["warnings"]]}


def _gone_on(site: Site, layer: Layer, versions: tuple[Version, ...]) -> dict[str, Any]:
    """An adoption that a crash interrupted is complete, and what was shipped is noted where the crash came before."""
    active = site.refresh().active
    if active is not None and versions and not active.told:
        telling = telling_of(site, active, versions)
        if not (telling.was.is_unlike and WAS not in site.request.accept):
            noted(site, telling)
    return adopted(site, layer, Report(), [])


def _checkout(where: str) -> str:
    if not os.path.isdir(where):
        return ""
    with Root(where) as root:
        return checkout_in(root)
