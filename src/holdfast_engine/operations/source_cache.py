"""Looking into a source without a trace: what is fetched for that lies outside the site."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TypeVar

from holdfast_engine.model.layout import Layout
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request, Source
from holdfast_engine.sources import TreeSource, open_source, room_for

T = TypeVar("T")


@contextmanager
def elsewhere(request: Request, *sources: Source) -> Iterator[str]:
    """A directory outside the site to fetch SOURCES into: the asker's own, or one that is gone after the block."""
    if request.cache:
        yield request.cache
    else:
        with room_for(*sources) as cache:
            yield cache


def own_cache(site: str) -> str:
    """The site's cache, where it has one that can be read; else nothing."""
    own = os.path.join(site, Layout.cache)
    return own if site and os.path.isdir(own) and os.access(own, os.R_OK | os.X_OK) else ""


def looked_into(request: Request, source: Source, act: Callable[[TreeSource], T]) -> T:
    """What ACT makes of SOURCE, for which the site's cache was read and not written.

    A mirror there that proves damaged is the next deploy's to replace; here we do without it.
    """
    with elsewhere(request, source) as cache:
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
