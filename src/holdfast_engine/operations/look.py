"""Opening a site to look at it: nothing is locked, and nothing changes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from holdfast_engine.fs.missing_root import MissingRoot
from holdfast_engine.fs.root import Root
from holdfast_engine.model.event import Listener
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request
from holdfast_engine.site import format as site_format
from holdfast_engine.site import survey as surveys
from holdfast_engine.site.handle import Site, as_deployed
from holdfast_engine.site.whose import told_whose


@contextmanager
def looking(request: Request, tell: Listener, *, shared_name: str = "shared") -> Iterator[Site]:
    """The site as it is, or the place where it would be made: nothing is locked, and nothing changes."""
    with Root(request.site) if os.path.isdir(request.site) else MissingRoot(request.site) as root:
        found = surveys.survey(root)
        if not found.managed:
            found = surveys.as_new(found, shared_name)
        refuse_linked_shared(root, found.layout.shared_name)
        yield Site(root, request, tell, found)


def shown(site: Site, plan: dict[str, Any]) -> dict[str, Any]:
    """PLAN as the answer to who asked for nothing else, with what a run would do before it."""
    open_one = site.survey.unfinished
    first = (
        [f"`{open_one}` was interrupted: it is finished or undone first, and the plan may change"] if open_one else []
    )
    return {**plan, "notes": [*plan.get("notes", ()), *first]}


@contextmanager
def reading(request: Request, tell: Listener) -> Iterator[Site]:
    """A managed site, open for looking; nothing is locked and nothing changes."""
    with told_whose(request), Root(request.site) as root:
        survey = surveys.require_site(root)
        surveys.refuse_links(root, *site_format.PREPARED)
        refuse_linked_shared(root, survey.layout.shared_name)
        yield Site(root, as_deployed(request, survey), tell, survey)


def refuse_linked_shared(root: Root, shared_name: str) -> None:
    """`shared/` itself is a directory: what lies behind a link is outside the deploy root (G9)."""
    if root.kind(shared_name) not in (None, "dir"):
        raise Problem(
            "shared-is-a-link",
            f"`{root.absolute(shared_name)}` is not a directory",
            state="nothing was changed",
            whereabouts=[os.path.realpath(root.absolute(shared_name))],
            hint="mount the other directory there instead: `mount --bind REAL SHARED`, and add it to /etc/fstab",
        )
