"""What would be adopted, as a person reads it before anything is made; and what speaks against it."""

from __future__ import annotations

from shlex import quote
from typing import Any, NamedTuple

from holdfast_engine.checks.links_out import told_out
from holdfast_engine.fs.root import Root
from holdfast_engine.journal import log
from holdfast_engine.model.event import Listener
from holdfast_engine.model.layout import OURS, Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request
from holdfast_engine.operations.adopt_apart import apart_from, refuse_apart
from holdfast_engine.operations.adopt_plan import advice, described
from holdfast_engine.operations.adopt_was import shipped_there
from holdfast_engine.operations.adoptable import (
    is_laid_out,
    is_managed,
    looked_at_early,
    refuse_foreign_releases,
    refuse_inside_a_site,
)
from holdfast_engine.operations.every_pipeline import ADOPT
from holdfast_engine.operations.named_versions import Named
from holdfast_engine.operations.unsuitable import refuse_unsuitable
from holdfast_engine.persistence.take_in import moving
from holdfast_engine.site.public_html import APART, standing
from holdfast_engine.steps.step import due, shown
from holdfast_engine.steps.take_on import Layer


class Adoptable(NamedTuple):
    """What a person reads of an adoption, and the LAYER that is run once he agreed."""

    question: dict[str, Any]
    layer: Layer


def adoptable(request: Request, tell: Listener, named: Named) -> Adoptable:
    """What would be adopted, NAMED being what is known of what was shipped; raises what speaks against it, and changes
    nothing.
    """
    apart = apart_from(request)
    if _goes_on(request.site):
        return _going_on(request.site, apart, named)
    where = apart or request.site
    refuse_inside_a_site(where)
    with Root(where) as root:
        _refuse_managed(root)
        laid_out = not apart and is_laid_out(root)
        if not root.has(Layout.site_file):
            refuse_unsuitable(root, laid_out=laid_out)
        names = moving(root, RelPath("")) if apart else [name for name in root.names("") if name not in OURS]
        stays = [name for name in root.names("") if apart and name not in names]
        if not apart:
            refuse_foreign_releases(root)
        if not laid_out and not names and root.kind(Layout.current) is None:
            raise _nothing(where, request.site)
        out = told_out(root, map(RelPath, names))
    if apart:
        refuse_apart(apart, request.site)
    found = _plan(request, tell, names, named, laid_out=laid_out, apart=apart, stays=stays)
    question = {**found.question, "stays": stays, "notes": [*found.question["notes"], *out]}
    return Adoptable(question, found.layer)


def _plan(
    request: Request, tell: Listener, names: list[str], named: Named, *, laid_out: bool, apart: str, stays: list[str]
) -> Adoptable:
    with looked_at_early(request, tell, names, laid_out=laid_out, apart=apart) as early:
        shipped = shipped_there(request, early.there, named, apart=apart, stays=stays)
        rules, about = shipped.rules or early.rules, dict[str, Any]()
        if rules is not None:
            about = described(early.there, rules, early.live, site=request.site, public_html=apart)
    layer = Layer(tuple(names), laid_out, apart, shipped.was)
    told = [*advice(request.site, rules, laid_out=laid_out, public_html=apart), *_filled_later(request, apart)]
    was = shipped.was.to_json() if shipped.was else None
    question = {
        "command": "adopt",
        "path": apart or request.site,
        "site": request.site,
        "public_html": apart,
        "entries": names,
        "laid_out": laid_out,
        "shared": [],
        **about,
        "edited": was["edited"] if was else None,
        "was": was,
        "steps": [one.to_json() for one in shown(due(ADOPT, layer), layer)],
        "notes": [*shipped.told, *told, *early.notes],
    }
    return Adoptable(question, layer)


def _filled_later(request: Request, apart: str) -> list[str]:
    """A declared document root beside what is adopted: nothing is done to it without a look at what is in it."""
    root = request.settings.public_html
    if apart or not root or standing(root, request.site) != APART:
        return []
    return [f"`{root}` is filled with links by the next deploy, or by `holdfast sweep --site {quote(request.site)}`"]


def _goes_on(site: str) -> bool:
    """True where a crash cut an adoption short: all of it was looked at before it began."""
    try:
        with Root(site) as root:
            return root.has(Layout.site_file) and log.unfinished(root) is not None
    except Problem:
        return False


def _going_on(site: str, apart: str, named: Named) -> Adoptable:
    with Root(site) as root:
        laid_out = is_laid_out(root)
    notes = [*named.unread, "an adoption was interrupted here: it is completed now"]
    about = {"command": "adopt", "path": apart or site, "site": site, "public_html": apart, "was": None}
    question = {**about, "entries": [], "laid_out": laid_out, "shared": [], "steps": [], "notes": notes}
    return Adoptable(question, Layer((), laid_out, apart))


def _refuse_managed(root: Root) -> None:
    if is_managed(root):
        raise Problem(
            "already-managed",
            f"`{root.path}` is already a Holdfast site",
            state="nothing was changed",
            hint=f"`holdfast status --site {quote(root.path)}`",
        )


def _nothing(where: str, site: str) -> Problem:
    return Problem(
        "path-missing",
        f"`{where}` is empty: there is nothing to adopt",
        state="nothing was changed",
        hint=f"deploy into it: `holdfast deploy --site {quote(site)}`",
    )
