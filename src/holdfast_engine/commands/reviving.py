"""Making the newest whole release live when none is (G3, G11)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Optional

from holdfast_engine.activation.switch import activate
from holdfast_engine.checks.live_release import into_releases
from holdfast_engine.commands import activating
from holdfast_engine.commands.building import listing_of
from holdfast_engine.commands.homing import Homing, Report, as_shipped, baseline_of
from holdfast_engine.commands.linking import link_release
from holdfast_engine.commands.rules import rules_for, settings_of
from holdfast_engine.commands.searching import Lost
from holdfast_engine.commands.wholeness import look_at, newest_whole
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.fs.discard import Proof, to_trash
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.problem import Problem
from holdfast_engine.state.records import ReleaseRecord

Agree = Callable[[list[Lost]], bool]


def why_down(place: Workplace) -> str:
    """Why no whole release is live at a site that once had one; nothing where one is, or none ever was."""
    current, kind = place.survey.current, place.root.kind(Layout.current)
    if current is not None:
        return look_at(place, place.survey.active, current).objection and f"leads to `{current}`, which is not whole"
    if kind is None and not any(one.good for one in place.survey.releases):
        return ""
    if kind == "link":
        return f"leads to `{place.root.link(Layout.current)}`, where no release is"
    return "is gone" if kind is None else "is no link, so nothing can be switched"


def wanted(place: Workplace) -> list[Lost]:
    """The finding that something must be made live, as `recover` tells it; `nothing-live` where nothing can be."""
    why = why_down(place)
    if not why:
        return []
    target = newest_whole(place)
    if target is None:
        raise _none_is_whole(place, why)
    return [Lost("current", why, target.path, "activate", target.path)]


def revive(place: Workplace, report: Report, agree: Agree) -> list[Lost]:
    """The newest whole release is live, linked to all that is shared today; nothing is done where one is live already.

    `nothing-live` (61) where no release is whole, or something of somebody's stands in the place of `current`. A crash
    leaves the old state or the new one; the next `recover` goes on.
    """
    found = wanted(place)
    if not found or not agree(found):
        return found
    target = next(one for one in place.survey.releases if one.path == found[0].release)
    facts = {"release": target.id, "who": place.request.who}
    operation = Operation.begin(place.root, "recover", at=place.request.now, facts=facts)
    _clear_the_way(place, operation)
    _go_live(Homing(place, operation, report), target)
    operation.end("activated", at=place.request.now)
    found[0].done = True
    return found


def _go_live(home: Homing, target: ReleaseRecord) -> None:
    """Linked first: who comes in the moment of the switch finds all data in its place (G3)."""
    place = home.place
    baseline = baseline_of(place, target)
    listing = as_shipped(place, target.path, baseline) if baseline else listing_of(place, target.path)
    rules = rules_for(place, listing, settings_of(target, place.request.settings))
    link_release(home, target.path, rules, before={}, live=True)
    activate(place.root, target.path)
    activating.mark_active(home.place, target)
    activating.link_live(home)


def _clear_the_way(place: Workplace, operation: Operation) -> None:
    """An empty directory in the place of `current` is nobody's; anything else that is no link is for a person."""
    kind = place.root.kind(Layout.current)
    if kind == "dir" and not place.root.names(Layout.current):
        to_trash(place.root, Layout.current, f"{operation.name}-spent", Proof("current", "an empty directory"))
    elif kind not in (None, "link"):
        operation.end("declined", at=place.request.now)
        raise _none_is_whole(place, "is no link, and something is in it", hint=into_releases(place.root))


def _none_is_whole(place: Workplace, why: str, *, hint: Optional[str] = None) -> Problem:
    return Problem(
        "nothing-live",
        f"`current` {why}" + ("" if hint else ", and no other release is whole"),
        state="no release was made live; shared data is where it was",
        whereabouts=[place.root.absolute(place.bench.layout.shared)],
        hint=hint or f"holdfast deploy --site {place.root.path}",
    )
