"""What a person said to be code that nobody ships goes to the attic; what they said to be data comes to `shared/`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from holdfast_engine.data.found import Found
from holdfast_engine.data.settle import settle
from holdfast_engine.databases.sqlite import quiet
from holdfast_engine.fs import attic
from holdfast_engine.fs.place import drop_own_link
from holdfast_engine.fs.walk import size_of
from holdfast_engine.journal import log
from holdfast_engine.model import reasons
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.rules import SHARED
from holdfast_engine.persistence import memory
from holdfast_engine.persistence.adopt import Adopter
from holdfast_engine.persistence.carrier import Carrier
from holdfast_engine.persistence.shipped import rules_now
from holdfast_engine.site import records
from holdfast_engine.site.handle import Site
from holdfast_engine.site.links import opened
from holdfast_engine.site.reviewed import keep_words


def drop_carried(adopter: Adopter, path: RelPath) -> None:
    """PATH of the live release lies in the attic as one, and is carried no more (G1)."""
    site, live = adopter.site, adopter.site.survey.current
    if live is None:
        return
    spot = Carrier(site, adopter.operation, adopter.report).put_aside(live, path)
    part_with(adopter, path, spot)


def part_with(adopter: Adopter, path: RelPath, other: RelPath) -> None:
    """What was carried at PATH lies at OTHER, and is no part of what is known to be carried."""
    site, active = adopter.site, adopter.site.survey.active
    if active is not None:
        Carrier(site, adopter.operation, adopter.report).part_with(active.id, path, other)


def drop_data(adopter: Adopter, path: RelPath) -> None:
    """PATH of `shared/` lies in the attic, no release has a link to it, and nobody is told that it is missing (G1)."""
    site, operation = adopter.site, adopter.operation
    there = site.links.layout.in_shared(path)
    files, _ = size_of(site.root, there)
    operation.move(what="keep", path=path, source=there)
    about = {"reason": reasons.DROPPED, "care": SHARED}
    spot = attic.set_aside(site.root, there, path=path, operation=operation.name, at=operation.at, **about)
    adopter.report.set_aside(path, spot, reasons.DROPPED)
    miss_no_more(site, path, files)


def miss_no_more(site: Site, path: RelPath, files: int) -> None:
    """No link leads to where PATH lay in `shared/`, the site file misses none of the FILES that lay there, and the
    record of what is live names no link to it.
    """
    for release in _releases(site):
        if site.links.is_linked(release, path):
            with opened(site.root, [(release / path).parent]):
                drop_own_link(site.root, release / path)
    around = [one.path for one in site.survey.site.shared if path.is_within(one.path)]
    memory.count_less(site, dict.fromkeys(around, files))
    _remember(site)


def _remember(site: Site) -> None:
    """The site file and the record of the live release say what is shared now."""
    active = site.refresh().active
    rules = rules_now(site)
    memory.remember(site, rules)
    if active is not None:
        records.write(site.root, replace(active, shared=rules.shared))
    site.refresh()


def _releases(site: Site) -> Iterator[RelPath]:
    live = site.survey.current
    if live is not None:
        yield live
    every = (Layout.releases / name for name in site.root.names(Layout.releases))
    yield from (release for release in every if release != live)


def share(adopter: Adopter, path: RelPath) -> None:
    """PATH of the live release lies in `shared/`, and a link of ours shows it: one exchange, no moment without (G3).

    Where it may not be moved it stands where it stood, nothing waits for its place, and the Problem says so.
    """
    site, live = adopter.site, adopter.site.survey.current
    if live is None:
        return
    if not site.links.is_linked(live, path):
        try:
            adopter.bring(live, Found(to_adopt={path: "a person shares it"}), wins="live")
        except Problem:
            settle(site.links, adopter.operation, log.read(site.root, adopter.operation.name), quiet=quiet)
            if not site.links.is_linked(live, path):
                keep_words(site, site.survey.site.reviewed.forgetting(path))
                raise
    part_with(adopter, path, site.links.layout.in_shared(path))
    _remember(site)
