"""Every shared path of the incoming release is our link, seeds merged."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

from holdfast_engine.activation.seal import seal
from holdfast_engine.data.baseline import Baseline, baseline_of
from holdfast_engine.data.found import Found
from holdfast_engine.model.carried import Base
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.rules import SharedPath
from holdfast_engine.model.words import count
from holdfast_engine.persistence import given_way
from holdfast_engine.persistence.access import keeps_out
from holdfast_engine.persistence.link_release import announce_seeds, link_release, seeds_before
from holdfast_engine.persistence.strays import is_all_taken_away, still_so, sweep
from holdfast_engine.site.bases import base_of
from holdfast_engine.site.kept import kept_at
from holdfast_engine.site.records import ReleaseRecord
from holdfast_engine.steps.access import access_of_parted, let_application_in
from holdfast_engine.steps.carry import carrier, own_of
from holdfast_engine.steps.step import Step
from holdfast_engine.steps.work import Outlook, Work


class Link(Step[Outlook, Work]):
    name = "link"

    def sentence(self, planned: Outlook) -> str:
        return f"link {count(len(planned.rules.shared), 'shared path')}"

    def run(self, work: Work) -> Work:
        """What is shared today is linked, its seeds merged; but for data in output that is still to be built."""
        work.report.warnings += given_way.told(work.site, work.rules)
        late = linked_late(work)
        return with_links(work, [one for one in work.rules.shared if one not in late])


def with_links(work: Work, shared: list[SharedPath]) -> Work:
    """These SHARED paths are linked; their seeds were announced in the release's record before."""
    before = seeds_before(work.site, work.previous, work.baseline, work.rules)
    record = announce_seeds(work.site, work.record, work.rules, work.digests)
    rules = replace(work.rules, shared=tuple(shared))
    seeded = link_release(work.adopter, work.path, rules, before={**before, **work.seeded.digests})
    return replace(work, record=record, seeded=seeded)


def linked_late(work: Work) -> list[SharedPath]:
    """Data in build output is linked once the hooks ran: they may empty that, or build it anew."""
    below = work.rules.classifier.is_below_output
    return [one for one in work.rules.shared if work.to_be_built and below(one.path)]


class LinkTarget(Step[Outlook, Work]):
    name = "link"

    def sentence(self, planned: Outlook) -> str:
        return f"link {count(len(planned.rules.shared), 'shared path')} of today into `{planned.record.path}`"

    def run(self, work: Work) -> Work:
        """Today's links are in yesterday's release; what it holds at their paths is shipped code or data, and kept
        either way. What went from the live release since it was carried there stays away.
        """
        found = target_now(work)
        came = found.without(lambda path: is_all_taken_away(work.site, work.path, path))
        work.adopter.bring(work.path, replace(came, displaced={}), wins="shared")  # what is carried comes after it
        carrier(work).give_way(work.path, own_of(work), work.rules)
        before = seeds_before(work.site, work.previous, baseline_of(work.site, work.previous), work.rules)
        before = {**work.record.seeds, **before}
        shipped = work.outlook.shipped.entries if work.outlook.shipped else {}
        record = announce_seeds(work.site, work.record, work.rules, shipped)
        seeded = link_release(work.adopter, work.path, work.rules, before=before)
        # what a user edited there was never shipped: taken for a seed, the next deploy would replace it (G1, G2)
        seeded.digests.update((path, shipped[path].digest) for path in seeded.digests if path in shipped)
        spared = _carried_alone(base_of(work.site, work.record.id), work.outlook.shipped)
        changed = not still_so(work.site, work.path, found)
        if changed:
            seal(work.site.root, work.path, writable=work.rules.writable, spared=spared)
        own, kept = found.directories.keys() - spared, kept_at(work.site)
        # where data lies whole today, and beside code in the target; or where another tool unpacked it (G10)
        if changed or access_of_parted(work) or keeps_out(work.site, work.path, kept, own):
            let_application_in(work, spared=spared)
        record = record.with_seeds(seeded.digests, _own_seeds(record, work.outlook.shipped))
        return replace(work, record=record, seeded=seeded)


def _carried_alone(base: Base, shipped: Optional[Baseline]) -> set[str]:
    """The paths of BASE, without directories that are SHIPPED as well: their access is the release's."""
    return {path for path, one in base.items() if one.kind != DIR or not (shipped and shipped.get(path))}


def _own_seeds(record: ReleaseRecord, shipped: Optional[Baseline]) -> set[str]:
    """What the release of RECORD ships where data lies today; as code, where that was not shared then."""
    return {*(record.seeds.keys() - record.dropped), *(shipped.entries if shipped else ())}


def target_now(work: Work) -> Found:
    """What a sweep finds in the target now: what it found before, as long as no name came or went. What was written to
    it while it was retired is older than what is shared, and shared wins.
    """
    if still_so(work.site, work.path, work.outlook.target):
        return work.outlook.target
    return sweep(work.site, work.path, work.rules, baseline=work.outlook.shipped)
