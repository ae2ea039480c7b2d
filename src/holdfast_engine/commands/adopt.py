"""Turn what is live in a plain directory, or in another tool's layout, into a Holdfast site, in place."""

from __future__ import annotations

import os
from dataclasses import replace
from shlex import quote
from typing import Any

from holdfast_engine.checks.links_out import told_out
from holdfast_engine.fs.root import Root
from holdfast_engine.journal import log
from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.layout import OURS, Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request
from holdfast_engine.operations.adoptable import (
    is_laid_out,
    is_managed,
    refuse_early,
    refuse_foreign_releases,
    refuse_inside_a_site,
)
from holdfast_engine.operations.agree import Asking, Proposal, as_shown
from holdfast_engine.operations.every_pipeline import ADOPT
from holdfast_engine.operations.open import changing, end_leaving
from holdfast_engine.operations.takeover import adopted, advice, take_over
from holdfast_engine.operations.unsuitable import refuse_unsuitable
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.steps.step import due, shown
from holdfast_engine.steps.take_on import Layer


def adopt(request: Request, tell: Listener, ask: Ask) -> dict[str, Any]:
    """What was live goes on being served at the same paths, now as the first release of a site; nothing is copied.

    A plain directory: each entry is exchanged with a link to it in `releases/`, so there is
    no moment without it, and the links stay, so that the web server's document root need not
    change at once. Another tool's layout: its releases are registered as they are. Adopted
    releases are never pruned: nothing proves what they shipped.
    """
    where = request.path or request.site
    if request.only_plan:
        return _question(request, where, tell)
    with Root(where) as root:
        end_leaving(root, replace(request, site=where), tell)  # what is given back is looked at as it is then

    def look() -> Proposal[dict[str, Any]]:
        question = _question(request, where, tell)
        return as_shown(question, question)

    question = Asking(tell, ask, request.yes, "the adoption").agree(look)
    layer = Layer(tuple(question["entries"]), question["laid_out"])
    with changing(replace(request, site=where), tell, manage=True) as site:
        # what a crash left was finished on the way here: a second adoption of the links it made would be one too many
        return adopted(site, layer, Report(), []) if is_managed(site.root) else take_over(site, layer)


def _question(request: Request, site: str, tell: Listener) -> dict[str, Any]:
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
        laid_out = is_laid_out(root)
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
    notes = [*advice(site, rules, laid_out=laid_out), *kept_out, *out]
    layer = Layer(tuple(names), laid_out)
    steps = [one.to_json() for one in shown(due(ADOPT, layer), layer)]
    data = _data(site, rules) if rules else []
    about = {"command": "adopt", "path": site, "entries": names, "laid_out": laid_out, "shared": data}
    return {**about, "steps": steps, "notes": notes}


def _data(site: str, rules: Rules) -> list[dict[str, str]]:
    """What of it rules call data: that is what moves into `shared/`."""
    with Root(site) as root:
        live = RelPath("") if root.kind(Layout.current) is None else Layout.current
        found = [one for one in rules.shared if os.path.lexists(root.absolute(live / one.path))]
    return [{"path": one.path, "kind": one.kind, "why": one.why, "action": "share"} for one in found]
