"""Writing down what was shipped to a release that Holdfast did not deploy itself, and what follows for later ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Optional

from holdfast_engine.data import baseline as baselines
from holdfast_engine.data.baseline import Baseline, baseline_of
from holdfast_engine.fs.copy import digest_of
from holdfast_engine.fs.place import drop_second_name
from holdfast_engine.fs.root import Root, kind_of
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR, FILE, LINK, Listed, Listing
from holdfast_engine.model.manifest import Entry
from holdfast_engine.model.paths import RelPath, above
from holdfast_engine.model.request import Settings
from holdfast_engine.persistence.measuring import is_of_a_script, is_sealed
from holdfast_engine.persistence.shared_paths import Rules, rules_for, settings_of
from holdfast_engine.persistence.shipped import kept_texts
from holdfast_engine.persistence.was_shipped import WasShipped
from holdfast_engine.site import bases, records
from holdfast_engine.site.handle import Site
from holdfast_engine.site.records import ADOPTED, ReleaseRecord

_NAMED = 100
"""So many names of what is gone are kept."""


def note(
    site: Site, record: ReleaseRecord, found: WasShipped, *, place: RelPath, there: Optional[Root] = None
) -> ReleaseRecord:
    """RECORD's release, which stands at PLACE of the site, or of another directory THERE, has what was FOUND for its
    baseline, and nothing pins it any more but a script that prunes by itself. First the baseline, then the record: a
    crash in between leaves a release that is swept by the new one and never pruned.
    """
    entries = found.entries()
    rules = rules_of(site, found, settings_of(record, site.request.settings), place=place, there=there)
    baselines.write(site.root, record.id, entries, taken_ns=found.taken)
    noted = replace(
        record,
        pinned=record.pinned if is_of_a_script(record) else "",
        source={
            "kind": ADOPTED,
            "location": found.best.told.get("location", "") if found.best else "",
            "was": [dict(one.told) for one in found.versions],
            "sealed": is_sealed(record),
            "absent": list(found.absent[:_NAMED]),
        },
        framework=rules.detection.framework,
        web_root=rules.web_root,
        seeds={**record.seeds, **_seeds(rules, found)},
        read=kept_texts(rules.listing),
    )
    records.write(site.root, noted)
    return noted


def rules_of(
    site: Site, found: WasShipped, settings: Settings, *, place: RelPath, there: Optional[Root] = None
) -> Rules:
    """The rules on what was shipped and stands at PLACE (as `note` has it), edits as they were shipped."""
    listing = found.best.listing if found.best else Listing({})
    known = {path: Listed(one.kind, one.size) for path, one in _known(found).items()}

    def read(path: str) -> Optional[bytes]:
        content = listing.read(path)
        return (there or site.root).read(place / path) if content is None else content

    return rules_for(site, Listing(known, read, listing.link), settings)


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


def follow(site: Site, release: str) -> None:
    """What RELEASE shipped, and what is live has from it as carried or as data, is shipped in what is live as well: the
    next release drops it where it does not ship it. Idempotent.
    """
    site.refresh()
    told, active = records.read(site.root, release), site.survey.active
    if told is None or active is None or told.path == active.path:
        return
    baseline, now = baseline_of(site, told), baseline_of(site, active)
    if baseline is None or now is None:
        return
    came = dict(_came(site, active.path, baseline, now))
    if came:
        baselines.write(site.root, active.id, {**now.entries, **came}.values(), taken_ns=now.taken_ns)
        _forget_carried(site, active, {path for path, one in came.items() if one.kind != DIR and one.inode})
    behind = {path: digest for path, digest in told.seeds.items() if site.links.is_served(active.path, path)}
    if behind.keys() - active.seeds.keys():
        records.write(site.root, replace(active, seeds={**behind, **active.seeds}))
    site.refresh()


def _came(site: Site, live: RelPath, baseline: Baseline, now: Baseline) -> Iterator[tuple[str, Entry]]:
    """What stands in LIVE, which does not ship it, where BASELINE did: with its stamp where it is what was shipped."""
    for path, entry in baseline.entries.items():
        status = site.root.lstat(live / path)
        if path in now.entries or status is None or kind_of(status) != entry.kind or site.links.is_served(live, path):
            continue
        if entry.kind == DIR or _is_as_shipped(site, live / path, entry):
            yield path, baselines.entry_of(path, entry.kind, status, entry.digest)
        else:
            yield path, Entry(path, entry.kind, entry.mode, entry.size, entry.digest)


def _is_as_shipped(site: Site, here: RelPath, entry: Entry) -> bool:
    if entry.kind == LINK:
        return site.root.link(here) == entry.digest
    return entry.kind == FILE and digest_of(site.root, here) == entry.digest


def _forget_carried(site: Site, active: ReleaseRecord, shipped: set[str]) -> None:
    """SHIPPED is not carried any more, and has no second name: it stands in the release, which is its own."""
    base = bases.base_of(site, active.id)
    kept = {path for path, one in base.items() if one.kind != DIR and path not in shipped}
    wanted = kept | above(kept)
    emptied = {path for path, one in base.items() if one.kind == DIR and path not in wanted}
    bases.write(site, active.id, {path: one for path, one in base.items() if path not in shipped | emptied})
    for path in shipped & base.keys():
        if site.root.has(Layout.second_names / path):
            drop_second_name(site.root, Layout.second_names / path, active.path / path)
