"""Turn what is live in a plain directory, or in another tool's layout, into a Holdfast site."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any, Optional

from holdfast_engine.checks.checklist import require_acceptable
from holdfast_engine.fs.root import Root
from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.request import Request
from holdfast_engine.operations.adopt_again import told_again
from holdfast_engine.operations.adopt_apart import apart_from
from holdfast_engine.operations.adopt_plan import token_of
from holdfast_engine.operations.adopt_question import Adoptable, adoptable
from holdfast_engine.operations.adopt_was import checkout_of
from holdfast_engine.operations.adoptable import is_managed
from holdfast_engine.operations.agree import Asking, Proposal
from holdfast_engine.operations.baseline import noted, telling_of
from holdfast_engine.operations.deployable import make_site_directory
from holdfast_engine.operations.named_versions import WAS, Named, named_versions
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
    change at once. One that is to stay a document root, and have its site elsewhere: the same, and
    the links are kept in step from then on. Another tool's layout: its releases are registered as
    they are. What was shipped is known from the versions that the request names, and from the
    history of a checkout; an adopted release of which nothing tells that is never pruned.
    """
    require_acceptable(request.accept, (WAS,))
    request = replace(request, site=request.site or request.path)
    apart = apart_from(request)
    if not request.only_plan:
        _end_leaving(request, tell)
    with told_again(request), named_versions(request, checkout=checkout_of(request, apart)) as named:

        def look() -> Proposal[Adoptable]:
            found = adoptable(request, tell, named)
            return Proposal(found, found.question, token_of(found.question))

        if request.only_plan:
            return look().thing.question
        found = Asking(tell, ask, request.yes, "the adoption").agree(look)
        answer = _adopted(request, tell, found, named)
    # what was cut short may have been undone on the way here: it is planned anew (G8)
    return adopt(request, tell, ask) if answer is None else answer


def _adopted(request: Request, tell: Listener, found: Adoptable, named: Named) -> Optional[dict[str, Any]]:
    made = bool(found.layer.public_html) and make_site_directory(request.site)
    with changing(request, tell, manage=True) as site:
        # what a crash left was finished on the way here: a second adoption of the links it made would be one too many
        if is_managed(site.root):
            answer = _gone_on(site, found.layer, named.versions)
        elif found.question["steps"]:
            answer = take_over(site, found.layer, made=made)
        else:
            return None
    return {**answer, "warnings": [*named.unread, *answer["warnings"]]}


def _gone_on(site: Site, layer: Layer, versions: tuple[Version, ...]) -> dict[str, Any]:
    """An adoption that a crash interrupted is complete, and what was shipped is noted where the crash came before."""
    active = site.refresh().active
    if active is not None and versions and not active.told:
        telling = telling_of(site, active, versions)
        if not (telling.was.is_unlike and WAS not in site.request.accept):
            noted(site, telling)
    return adopted(site, layer, Report(), [])


def _end_leaving(request: Request, tell: Listener) -> None:
    """What is being given back is looked at as it is then."""
    if os.path.isdir(request.site):
        with Root(request.site) as root:
            end_leaving(root, request, tell)
