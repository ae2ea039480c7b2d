"""What goes along although nothing is live: somebody removed `current`, or the release that it names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from typing import Optional

from holdfast_engine.data.baseline import baseline_of
from holdfast_engine.data.found import Found
from holdfast_engine.model.carried import EMPTY, Base, Carried
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.paths import RelPath, outermost
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.persistence.strays import sweep
from holdfast_engine.persistence.vanished import not_renamed
from holdfast_engine.site import records
from holdfast_engine.site.bases import base_of
from holdfast_engine.site.handle import Site
from holdfast_engine.site.records import ReleaseRecord
from holdfast_engine.site.survey import named_release


@dataclass(frozen=True)
class Stranded:
    """What the next release gets at the path where it was seen (G2), by the PLACES where it stands."""

    places: dict[RelPath, Base] = field(default_factory=dict)

    @property
    def carried(self) -> Base:
        return {path: one for base in self.places.values() for path, one in base.items()}

    def goes_along(self) -> dict[str, str]:
        return dict.fromkeys(sorted(outermost(self.carried)), "was kept by a release that is no longer live")


def stranded(site: Site, rules: Rules, written_since: Iterable[tuple[RelPath, Base]]) -> Stranded:
    """Nothing while a release is live. Else what was carried in the one that was live last, and what was WRITTEN SINCE
    to others: of two versions the newer one, and the other one stays where it is until a later look.
    """
    if site.survey.current is not None:
        return Stranded()
    found = [_left_by(site, rules), *written_since]
    newest: dict[str, tuple[Carried, RelPath]] = {}
    for place, path, one in _every(found):
        if path not in newest or newest[path][0].mtime < one.mtime:
            newest[path] = (one, place)
    places: dict[RelPath, dict[str, Carried]] = {}
    for path, (one, place) in newest.items():
        places.setdefault(place, {})[path] = one
    return Stranded(dict(places))


def of_the_last(site: Site, rules: Rules) -> Stranded:
    """What was carried in the release that was live last, and that is gone or is not whole: as it stands there, and
    what is missing there by its second name. Whoever broke a release deleted nothing (data.md, what vanished).
    """
    place, found = _left_by(site, rules)
    last = live_last(site)
    known = base_of(site, last.id) if last is not None else EMPTY
    gone = {path: one for path, one in known.items() if path not in found}
    missing = {path: gone[path] for path in not_renamed(site, gone, found)}
    places = {Layout.second_names: _with_second_names(site, missing), place: found}
    return Stranded({one: base for one, base in places.items() if base})


def edits_of_the_last(site: Site, rules: Rules) -> Found:
    """What of the code of that release was edited there, and does not go along (data.md, three-way)."""
    last = live_last(site)
    baseline = baseline_of(site, last)
    if last is None or baseline is None or site.root.kind(last.path) != DIR:
        return Found()
    return Found(displaced=sweep(site, last.path, rules, baseline=baseline).displaced)


def _with_second_names(site: Site, base: Base) -> Base:
    return {path: one for path, one in base.items() if site.root.has(Layout.second_names / path)}


def _every(found: Iterable[tuple[RelPath, Base]]) -> Iterable[tuple[RelPath, str, Carried]]:
    return ((place, path, one) for place, base in found for path, one in base.items())


def _left_by(site: Site, rules: Rules) -> tuple[RelPath, Base]:
    """What stands in the release that was live last; where that is gone, what has a second name of it."""
    last = live_last(site)
    if last is None:
        return Layout.second_names, EMPTY
    baseline = baseline_of(site, last)
    if baseline is not None and site.root.kind(last.path) == DIR:
        return last.path, sweep(site, last.path, rules, baseline=baseline).carried
    return Layout.second_names, _with_second_names(site, base_of(site, last.id))


def live_last(site: Site) -> Optional[ReleaseRecord]:
    """What `current` names although it is not there, else what was made live last by us."""
    named = named_release(site.root)
    found = [one for one in site.survey.releases if one.path == named or one.state == records.ACTIVE]
    return next((one for one in found if one.path == named), next(iter(found), None))
