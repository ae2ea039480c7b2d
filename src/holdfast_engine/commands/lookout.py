"""Looking at a site and a source before anything is made, locked or written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, TypeVar

from holdfast_engine.commands.workplace import Workplace, as_deployed, changing, refuse_linked_shared
from holdfast_engine.fs.durable import temporary_directory
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.vacant import Vacant
from holdfast_engine.model.event import Listener
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request, Source
from holdfast_engine.sources import TreeSource, open_source
from holdfast_engine.state import survey as surveys

T = TypeVar("T")


@contextmanager
def looking(request: Request, tell: Listener, *, shared_name: str = "shared") -> Iterator[Workplace]:
    """The site as it is, or the place where it would be made: nothing is locked, and nothing changes."""
    with Root(request.site) if os.path.isdir(request.site) else Vacant(request.site) as root:
        found = surveys.survey(root)
        if not found.managed:
            found = surveys.as_new(found, shared_name)
        refuse_linked_shared(root, found.layout.shared_name)
        yield Workplace(root, request, tell, found)


@contextmanager
def entering(request: Request, tell: Listener, *, manage: bool = False, frugal: bool = False) -> Iterator[Workplace]:
    """As `changing`; for who asks for the plan alone the site as it lies: nothing is locked, and nothing changes."""
    if not request.only_plan:
        with changing(request, tell, manage=manage, frugal=frugal) as place:
            yield place
        return
    with looking(request, tell) as place:
        if not manage:
            surveys.require_site(place.root)
        place.request = as_deployed(request, place.survey)
        yield place


def shown(place: Workplace, plan: dict[str, Any]) -> dict[str, Any]:
    """PLAN as the answer to who asked for nothing else, with what a run would do before it."""
    open_one = place.survey.unfinished
    first = (
        [f"`{open_one}` was interrupted: it is finished or undone first, and the rest may differ"] if open_one else []
    )
    return {**plan, "notes": [*plan.get("notes", ()), *first]}


@contextmanager
def elsewhere(request: Request) -> Iterator[str]:
    """A directory outside the site to fetch into: the asker's own, or one that is gone after the block."""
    if request.cache:
        yield request.cache
    else:
        with temporary_directory() as cache:
            yield cache


def own_cache(site: str) -> str:
    """The site's cache, where it has one that can be read; else nothing."""
    own = os.path.join(site, Layout.cache)
    return own if site and os.path.isdir(own) and os.access(own, os.R_OK | os.X_OK) else ""


def looked_into(request: Request, source: Source, act: Callable[[TreeSource], T]) -> T:
    """What ACT makes of SOURCE, for which the site's cache was read and not written.

    A mirror there that proves damaged is the next deploy's to replace; here we do without it.
    """
    with elsewhere(request) as cache:
        lent = own_cache(request.site)
        try:
            return _acted(open_source(source, cache, lent=lent), act)
        except Problem as problem:
            if problem.code != "fetch-incomplete" or not lent:
                raise
        return _acted(open_source(source, cache), act)


def _acted(source: TreeSource, act: Callable[[TreeSource], T]) -> T:
    with closing(source):
        return act(source)
