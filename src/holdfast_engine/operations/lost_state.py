"""What a crash, or whoever removed `.holdfast/`, left of a site's records, as `recover` meets it."""

from __future__ import annotations

from shlex import quote
from typing import Any, Optional

from holdfast_engine.fs.root import Root
from holdfast_engine.model.event import Listener
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request
from holdfast_engine.operations.status import unfinished
from holdfast_engine.persistence.unrecorded import unrecorded
from holdfast_engine.site import records
from holdfast_engine.site import survey as surveys
from holdfast_engine.site.handle import Site
from holdfast_engine.site.live import count_release


def interrupted_before(request: Request, tell: Listener) -> Optional[dict[str, Any]]:
    """What a crash left, looked at before opening the site finishes it: the verdict on it comes then."""
    with Root(request.site) as root:
        found = unfinished(Site(root, request, tell, surveys.survey(root)))
    if found is None or found["running"]:
        return None
    return {"operation": found["operation"], "command": found["command"], "verdict": "unfinished"}


def state_is_gone(site: str) -> bool:
    """True for a site with releases and `current` but without `.holdfast/`; `not-a-site` for what is none at all, and
    for what was given back.
    """
    with Root(site) as root:
        if root.has(Layout.site_file):
            return False
        if root.link(Layout.left) is not None:
            raise _given_back(site, root.absolute(Layout.left))
        if root.kind(Layout.releases) == "dir":
            return True
    raise Problem(
        "not-a-site",
        f"`{site}` has no `releases/`, so there is nothing to recover",
        state="nothing was changed",
        hint=f"`holdfast adopt {quote(site)}` makes what is live there a site, `holdfast deploy --site "
        f"{quote(site)}` makes the first release of a new one",
    )


def _given_back(site: str, mark: str) -> Problem:
    return Problem(
        "not-a-site",
        f"`{site}` was given back with `holdfast leave`, so its `.holdfast/` is not missing",
        state="nothing was changed",
        whereabouts=[mark],
        hint=f"`holdfast adopt {quote(site)}` makes it a site again; if it became one since and lost its `.holdfast/`: "
        f"`rm {quote(mark)}`, then run the command again",
    )


def register_releases(site: Site) -> None:
    """Every directory of `releases/` has a record again; records that are left stay as they are."""
    for record in site.survey.releases:
        count_release(site, record.counter)
    for record in unrecorded(site):
        records.write(site.root, record)
        count_release(site, record.counter)
    site.refresh()
