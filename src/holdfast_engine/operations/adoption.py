"""What an adoption would do, and what was shipped to the site: looked at and shown, and nothing changed."""

from __future__ import annotations

import os
from dataclasses import replace
from shlex import quote
from typing import Any, NamedTuple, Optional

from holdfast_engine.checks.links_out import told_out
from holdfast_engine.fs.root import Root
from holdfast_engine.journal import log
from holdfast_engine.model.event import Listener
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
from holdfast_engine.operations.every_pipeline import ADOPT
from holdfast_engine.operations.look import looking
from holdfast_engine.operations.named_versions import Named, refuse_unlike, told_was
from holdfast_engine.operations.takeover import advice
from holdfast_engine.operations.unsuitable import refuse_unsuitable
from holdfast_engine.persistence.note_shipped import rules_of
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.persistence.versions import Version
from holdfast_engine.persistence.was_shipped import WasShipped, compare, live_place
from holdfast_engine.steps.step import due, shown
from holdfast_engine.steps.take_on import Layer


class Adoptable(NamedTuple):
    """What a person reads of an adoption, and what WAS shipped there, where anything tells it."""

    question: dict[str, Any]
    was: Optional[WasShipped]


def adoptable_at(request: Request, site: str, tell: Listener, named: Named) -> Adoptable:
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
    was, told, shipped = _was_shipped(request, site, tell, named.versions)
    notes = [*named.unread, *told, *advice(site, rules, laid_out=laid_out), *kept_out, *out]
    layer = Layer(tuple(names), laid_out, was)
    steps = [one.to_json() for one in shown(due(ADOPT, layer), layer)]
    data = _data(site, shipped or rules) if rules else []
    about = {"command": "adopt", "path": site, "entries": names, "laid_out": laid_out, "shared": data}
    about["was"] = was.to_json() if was else None
    return Adoptable({**about, "steps": steps, "notes": notes}, was)


def _was_shipped(
    request: Request, site: str, tell: Listener, versions: tuple[Version, ...]
) -> tuple[Optional[WasShipped], list[str], Optional[Rules]]:
    """What was shipped there, what is to be said of it, and the rules that follow; a checkout of something else is
    passed over, and told.
    """
    if not versions:
        return None, [], None
    with looking(replace(request, site=site), tell) as there:
        if there.survey.managed:
            return None, ["an adoption that was interrupted goes on as it was begun"], None
        place = live_place(there.root)
        found = compare(there, place, versions)
        warned = refuse_unlike(found, request) if request.was else []
        if found.is_unlike and not request.was:
            return None, ["the `.git` in it is of something else, and says nothing of what was shipped"], None
        rules = rules_of(there, found, request.settings, place=place)
        return found, [*warned, *told_was(found)], rules


def _data(site: str, rules: Rules) -> list[dict[str, str]]:
    """What of it rules call data: that is what moves into `shared/`."""
    with Root(site) as root:
        live = RelPath("") if root.kind(Layout.current) is None else Layout.current
        found = [one for one in rules.shared if os.path.lexists(root.absolute(live / one.path))]
    return [{"path": one.path, "kind": one.kind, "why": one.why, "action": "share"} for one in found]
