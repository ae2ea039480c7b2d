"""Making a whole release live when none is: the one that was live last, else the newest (G3, G11)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Optional

from holdfast_engine.checks.live_release import into_releases
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.problem import Problem
from holdfast_engine.operations.every_pipeline import REVIVE
from holdfast_engine.operations.stepping import all_taken, end_of
from holdfast_engine.persistence.lost import Lost
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.wholeness import look_at, newest_whole
from holdfast_engine.site.handle import Site
from holdfast_engine.steps.revive import Reviving


def why_down(site: Site) -> str:
    """Why no whole release is live at a site that once had one; nothing where one is, or none ever was."""
    current, kind = site.survey.current, site.root.kind(Layout.current)
    if current is not None:
        return look_at(site, site.survey.active, current).objection and f"leads to `{current}`, which is not complete"
    if kind is None and not any(one.good for one in site.survey.releases):
        return ""
    if kind == "link":
        return f"leads to `{site.root.link(Layout.current)}`, where there is no release"
    return "is missing" if kind is None else "is no link, so nothing can be switched"


def wanted(site: Site) -> list[Lost]:
    """The finding that something must be made live, as `recover` tells it; `nothing-live` where nothing can be."""
    why = why_down(site)
    if not why:
        return []
    target = newest_whole(site)
    if target is None:
        raise _none_is_whole(site, why)
    return [Lost("current", why, target.path, "activate", target.path)]


def revive(site: Site, report: Report, agreed: Callable[[], Sequence[Lost]]) -> tuple[Lost, ...]:
    """The release that was live last, else the newest whole one, is live, linked to all that is shared today, with what
    was carried into the last one; nothing is done where one is live already. AGREED are the findings (`wanted`) that a
    person agreed to.

    `nothing-live` (61) where no release is whole, or something of somebody's stands in the place of `current`.
    """
    found = agreed() if wanted(site) else ()
    if not found:
        return ()
    _refuse_occupied(site)
    target = next(one for one in site.survey.releases if one.path == found[0].release)
    facts = {"release": target.id, "who": site.request.who}
    operation = Operation.begin(site.root, "recover", at=site.request.now, facts=facts)
    _, timings = all_taken(REVIVE, Reviving(site, operation, report, target), operation, site.tell)
    operation.end("activated", at=end_of(site.request.now, timings))
    return tuple(replace(one, done=True) for one in found)


def _refuse_occupied(site: Site) -> None:
    """An empty directory in the place of `current` is nobody's; anything else that is no link is for a person."""
    kind = site.root.kind(Layout.current)
    if kind not in (None, "link") and not (kind == "dir" and not site.root.names(Layout.current)):
        raise _none_is_whole(site, "is no link, and something is in it", hint=into_releases(site.root))


def _none_is_whole(site: Site, why: str, *, hint: Optional[str] = None) -> Problem:
    return Problem(
        "nothing-live",
        f"`current` {why}" + ("" if hint else ", and no other release is complete"),
        state="no release was made live; shared data is unchanged in its place",
        whereabouts=[site.root.absolute(site.links.layout.shared)],
        hint=hint or f"holdfast deploy --site {site.root.path}",
    )
