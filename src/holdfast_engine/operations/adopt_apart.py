"""A document root that stays where it is, and an application in it that is to be a site elsewhere: what speaks against
it, before anything is made or moved.
"""

from __future__ import annotations

import os
from shlex import quote

from holdfast_engine.fs.root import Root
from holdfast_engine.fs.sets import holders, is_database
from holdfast_engine.model.exposure import is_document_root, place_beside, take_out
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import FILE
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request
from holdfast_engine.operations.adoptable import free_place, refuse_inside_a_site
from holdfast_engine.operations.deployable import require_deployable
from holdfast_engine.site.public_html import APART, standing


def apart_from(request: Request) -> str:
    """The document root that is to stay where it is; empty where a site is made in place."""
    path = request.path
    if not path or not request.site or os.path.realpath(path) == os.path.realpath(request.site):
        return ""
    return path


def refuse_apart(root: str, site: str) -> None:
    """`adopt-unsafe` where the site at SITE could not be served from the document root ROOT by links alone, or not be
    filled from it by renames; `not-a-site` where something else lies there; `already-managed` for a root that shows
    another site.
    """
    real, place = os.path.realpath(root), free_place(place_beside(os.path.realpath(root)))
    if standing(root, site) != APART or is_document_root(os.path.realpath(site), surely=True):
        raise _unsafe(f"`{site}` and the document root `{root}` are not separate", root, place)
    refuse_inside_a_site(site)
    require_deployable(site)
    above = site if os.path.isdir(site) else os.path.dirname(site.rstrip("/"))
    if os.stat(above).st_dev != os.stat(real).st_dev:
        raise _unsafe(f"`{site}` and `{root}` are on two file systems, and adopting copies nothing", root, place)
    with Root(root) as there:
        _refuse_laid_out(there)
        _refuse_shown(there, site)
        _refuse_open(there)


def _refuse_laid_out(root: Root) -> None:
    if root.kind(Layout.current) == "link" and root.kind(Layout.releases) == "dir":
        raise Problem(
            "adopt-unclear",
            f"`{root.path}` already has releases of another tool",
            state="nothing was changed",
            whereabouts=[root.absolute(Layout.releases)],
            hint=f"adopt it in place: `holdfast adopt {quote(root.path)}`",
        )


def _refuse_shown(root: Root, site: str) -> None:
    """A document root that shows another site by links is no application: that site would be cut off from it."""
    shown = filter(None, (_site_behind(root, name) for name in root.names("")))
    other = next((one for one in shown if os.path.realpath(one) != os.path.realpath(site)), "")
    if other:
        raise Problem(
            "already-managed",
            f"`{root.path}` already shows the site at `{other}`",
            state="nothing was changed",
            whereabouts=[other],
            hint=f"`holdfast status --site {quote(other)}`",
        )


def _site_behind(root: Root, name: str) -> str:
    """The site to whose live release the link NAME leads; empty for anything else."""
    above, current, _ = (root.link(name) or "").partition(f"/{Layout.current}")
    top = os.path.normpath(os.path.join(root.path, above))
    return top if current and os.path.isdir(os.path.join(top, Layout.state)) else ""


def _refuse_open(root: Root) -> None:
    """A database at its top, which a process has open, would be parted from its journal."""
    every = [name for name in root.names("") if root.kind(name) == FILE and is_database(root, name)]
    for name in every:
        users = holders(root, [name])
        if users:
            raise Problem(
                "database-open",
                f"`{root.absolute(name)}` is open in process {users[0]}, and has to be moved",
                state="nothing was changed",
                whereabouts=[root.absolute(name)],
                hint="stop that process during the adoption, then run the command again",
            )


def _unsafe(why: str, root: str, place: str) -> Problem:
    hint = f"`{take_out(root, place)}`"
    return Problem("adopt-unsafe", why, state="nothing was changed", hint=hint)
