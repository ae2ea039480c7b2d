"""A whole release is live again (G3, G11)."""

from __future__ import annotations

from typing import Optional

from holdfast_engine.activation.switch import activate
from holdfast_engine.data.baseline import Baseline, baseline_of
from holdfast_engine.fs.discard import Proof, to_trash
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.carried import Carried
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.adopt import Adopter
from holdfast_engine.persistence.carrier import Carrier
from holdfast_engine.persistence.late_sweep import link_live
from holdfast_engine.persistence.link_release import link_release
from holdfast_engine.persistence.lost import Lost
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.shared_paths import Rules, rules_for, settings_of
from holdfast_engine.persistence.shipped import as_lived_in, as_shipped, listing_of
from holdfast_engine.persistence.stranded import edits_of_the_last, live_last, of_the_last
from holdfast_engine.site.bases import base_of
from holdfast_engine.site.handle import Site
from holdfast_engine.site.live import mark_active
from holdfast_engine.site.records import ReleaseRecord
from holdfast_engine.steps.carry import own_beside
from holdfast_engine.steps.step import Step


@dataclass(frozen=True)
class Reviving:
    """One release that is made live where none is."""

    site: Site
    operation: Operation
    report: Report
    target: ReleaseRecord


class Revive(Step[Lost, Reviving]):
    name = "activate"

    def sentence(self, planned: Lost) -> str:
        return f"make `{planned.place}` live"

    def run(self, work: Reviving) -> Reviving:
        """The release is live, linked to all that is shared today. Linked first: who comes in the moment of the switch
        finds all data in its place (G3). A crash leaves the old state or the new one; the next `recover` goes on.
        """
        site, target = work.site, work.target
        adopter = Adopter(site, work.operation, work.report)
        if site.root.kind(Layout.current) == "dir":  # an empty one is nobody's
            proof = Proof(str(Layout.current), "an empty directory")
            to_trash(site.root, Layout.current, f"{work.operation.name}-spent", proof)
        baseline = baseline_of(site, target)
        listing = as_shipped(site, target.path, baseline) if baseline else as_lived_in(listing_of(site, target.path))
        rules = rules_for(site, listing, settings_of(target, site.request.settings))
        link_release(adopter, target.path, rules, before={}, live=True)
        _carry_along(work, rules, baseline)
        activate(site.root, target.path)
        mark_active(site, target)
        link_live(adopter)
        return work


def _carry_along(work: Reviving, rules: Rules, shipped: Optional[Baseline]) -> None:
    """What stood beside code in the release that was live last stands in this one, as after a rollback (G2)."""
    site, target, carrier = work.site, work.target, Carrier(work.site, work.operation, work.report)
    last = live_last(site)
    if last is not None and last.path != target.path:  # it is left as by a rollback: its edits are kept, and told
        edits = edits_of_the_last(site, rules)
        Adopter(site, work.operation, work.report).bring(last.path, edits, wins="live", rival=target.path)
    places = of_the_last(site, rules).places
    own, base = own_beside(base_of(site, target.id), shipped), dict[str, Carried]()
    for place, found in places.items() if target.path not in places else ():
        base.update(carrier.carry(place, target.path, found, own=own))
        own = {}  # what gave way did so at once
    if base:
        carrier.remember(target.id, target.path, base)
