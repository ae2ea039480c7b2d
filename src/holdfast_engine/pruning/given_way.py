"""Data that gave way to build output, once no release shows it any more (data.md)."""

from __future__ import annotations

from collections.abc import Iterable

from holdfast_engine.fs import attic
from holdfast_engine.model.reasons import BUILT
from holdfast_engine.persistence.adopt import Adopter


def put_away(adopter: Adopter, paths: Iterable[str]) -> None:
    """What gave way at PATHS, and no release shows any more, lies in the attic."""
    site, operation = adopter.site, adopter.operation
    for path in paths:
        there = site.links.layout.in_shared(path)
        shown = any(site.links.is_served(one.path, path) for one in site.survey.releases)
        if site.root.has(there) and not shown and not site.links.is_away(path):
            operation.move(what="aside", path=path, source=there)
            spot = attic.set_aside(site.root, there, path=path, operation=operation.name, reason=BUILT, at=operation.at)
            adopter.report.set_aside(path, spot, BUILT)
