"""Whether what is live can go back into the document root that it came from, before anything is done."""

from __future__ import annotations

import os
from collections.abc import Mapping
from shlex import quote
from typing import Any

from holdfast_engine.data.databases_in_use import still_open
from holdfast_engine.fs.probe import may_change_places
from holdfast_engine.fs.sets import holders, is_database
from holdfast_engine.model.exposure import is_flat
from holdfast_engine.model.listing import FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import UNCHANGED, Problem
from holdfast_engine.persistence.public_html import web_root_of
from holdfast_engine.site.handle import Site
from holdfast_engine.site.public_html import APART, open_at, standing


def home_of(site: Site, adoption: Mapping[str, Any]) -> str:
    """The document root that the ADOPTION took what is live out of, and that shows all of it still; else nothing. One
    that shows a web root alone is not given all of an application: that would be handed out with it.
    """
    path = str(adoption.get("public_html", ""))
    return path if path and is_flat(web_root_of(site, "")) else ""


def refuse_another(site: Site, adoption: Mapping[str, Any]) -> None:
    """`usage` where a directory is named with the site that was neither it nor what its ADOPTION took it out of."""
    path, root = site.request.path, str(adoption.get("public_html", ""))
    known = [os.path.realpath(one) for one in (site.root.path, root) if one]
    if path and os.path.realpath(path) not in known:
        raise Problem(
            "usage",
            f"`{path}` is neither the site `{site.root.path}` nor the document root that it came from",
            state=UNCHANGED,
            hint=f"`holdfast leave --site {quote(site.root.path)}`",
        )


def refuse_home(site: Site, home: str, live: RelPath) -> None:
    """`leave-impossible` or `database-open` where what is LIVE cannot go back into the document root HOME."""
    if standing(home, site.root.path) != APART:
        raise _impossible(site, home, "it is no longer a directory beside the site")
    if not os.access(home, os.W_OK | os.X_OK):
        raise _impossible(site, home, "this user may not create files in it")
    with open_at(home, site.root.path, site.survey.site) as place:
        if not may_change_places(place.around, place.here, place.site):
            raise _impossible(site, home, "it is on another file system, and leaving copies nothing")
    for name in site.root.names(live):
        linked = site.links.is_linked(live, name)
        path = site.links.layout.in_shared(name) if linked else live / name
        if site.root.kind(path) == FILE and is_database(site.root, path):
            _refuse_open(site, path)


def _refuse_open(site: Site, database: RelPath) -> None:
    """It would be parted from the journal that is made beside it."""
    users = holders(site.root, [database])
    if users:
        raise still_open(site.root, database, users, "it has to be moved")


def _impossible(site: Site, home: str, why: str) -> Problem:
    return Problem(
        "leave-impossible",
        f"what is live cannot go back into the document root `{home}` that it came from: {why}",
        state=UNCHANGED,
        whereabouts=[home],
        hint=f"`holdfast leave --layout --site {quote(site.root.path)}` leaves `releases/`, `shared/` and `current`",
    )
