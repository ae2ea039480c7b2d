"""Writing down what was shipped to a release that Holdfast did not deploy itself, and what follows for later ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Optional

from holdfast_engine.data import baseline as baselines
from holdfast_engine.model.listing import FILE, Listed, Listing
from holdfast_engine.model.manifest import Entry
from holdfast_engine.model.paths import RelPath
from holdfast_engine.persistence.shared_paths import Rules, rules_for, settings_of
from holdfast_engine.persistence.shipped import baseline_of, kept_texts
from holdfast_engine.persistence.was_shipped import WasShipped
from holdfast_engine.site import records
from holdfast_engine.site.handle import Site
from holdfast_engine.site.records import ADOPTED, ReleaseRecord


def note(site: Site, record: ReleaseRecord, found: WasShipped, *, place: RelPath) -> ReleaseRecord:
    """RECORD's release, which stands at PLACE, has what was FOUND for its baseline, and nothing pins it any more. First
    the baseline, then the record: a crash in between leaves a release that is swept by the new one and never pruned.
    """
    entries = found.entries()
    rules = _rules(site, record, found, place)
    baselines.write(site.root, record.id, entries, taken_ns=found.taken)
    noted = replace(
        record,
        pinned="",
        source={"kind": ADOPTED, "was": [dict(one.told) for one in found.versions]},
        framework=rules.detection.framework,
        web_root=rules.web_root,
        seeds={**record.seeds, **_seeds(rules, found)},
        read=kept_texts(rules.listing),
    )
    records.write(site.root, noted)
    return noted


def _rules(site: Site, record: ReleaseRecord, found: WasShipped, place: RelPath) -> Rules:
    """The rules on what was shipped, edits as they were shipped."""
    listing = found.best.listing if found.best else Listing({})
    known = {path: Listed(one.kind, one.size) for path, one in _known(found).items()}

    def read(path: str) -> Optional[bytes]:
        content = listing.read(path)
        return site.root.read(place / path) if content is None else content

    return rules_for(site, Listing(known, read, listing.link), settings_of(record, site.request.settings))


def _known(found: WasShipped) -> dict[str, Entry]:
    return {**found.directories, **found.equal, **found.edited}


def _seeds(rules: Rules, found: WasShipped) -> dict[str, str]:
    """What was shipped where data lies: what is gone from there was deleted, and stays so (data.md)."""
    known = {path: one for path, one in _known(found).items() if path in found.behind and one.kind == FILE}
    gone = (path for path in found.absent if rules.is_shared(path))
    every = {path: found.best.entry(path) for path in gone} if found.best else {}
    deleted = {path: one.digest for path, one in every.items() if one is not None and one.kind == FILE}
    return {**deleted, **{path: one.digest for path, one in known.items()}}


def part_seeds(site: Site, record: ReleaseRecord) -> None:
    """What RECORD's release shipped where data is linked now is a seed, and stands in its baseline no more. The record
    first: what a crash leaves in both is taken for a seed.
    """
    baseline = baseline_of(site, record)
    if baseline is None:
        return
    behind = {path: one for path, one in baseline.entries.items() if site.links.is_served(record.path, path)}
    if behind:
        seeds = {path: one.digest for path, one in behind.items() if one.kind == FILE}
        records.write(site.root, replace(record, seeds={**record.seeds, **seeds}))
        rest = _without(baseline.entries, behind)
        baselines.write(site.root, record.id, rest.values(), taken_ns=baseline.taken_ns)
        site.refresh()


def _without(entries: Mapping[str, Entry], behind: Mapping[str, Entry]) -> dict[str, Entry]:
    return {path: one for path, one in entries.items() if path not in behind}
