"""What was written to a release while and after it was left, and the links of what is live."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Optional

from holdfast_engine.data import baseline as baselines
from holdfast_engine.data.baseline import Baseline, baseline_of
from holdfast_engine.data.found import Found
from holdfast_engine.data.moved import NEWEST
from holdfast_engine.fs import attic
from holdfast_engine.fs.copy import digest_of
from holdfast_engine.fs.root import Root
from holdfast_engine.journal.record import COMMIT, Record
from holdfast_engine.model.listing import DIR, FILE, Listing
from holdfast_engine.model.manifest import Entry, Stamp
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.sets import suffixes_of
from holdfast_engine.persistence import left_open, memory
from holdfast_engine.persistence.adopt import Adopter
from holdfast_engine.persistence.carrier import Carrier
from holdfast_engine.persistence.link_release import link_release
from holdfast_engine.persistence.shared_paths import Rules, rules_for, settings_of
from holdfast_engine.persistence.shipped import as_lived_in, as_shipped, listing_of, rules_now
from holdfast_engine.persistence.strays import sweep
from holdfast_engine.persistence.wholeness import note_deleted
from holdfast_engine.site import looked
from holdfast_engine.site.bases import base_of
from holdfast_engine.site.handle import Site
from holdfast_engine.site.links import not_served
from holdfast_engine.site.records import ReleaseRecord


def seen_before(history: Iterable[Record]) -> dict[str, Stamp]:
    """What the commit in HISTORY says of the last look before the switch."""
    commits = [record.facts.get("seen", {}) for record in history if record.kind == COMMIT]
    return {path: (row[0], row[1], row[2], row[3]) for commit in commits for path, row in commit.items()}


def stamps_of_files(site: Site, rules: Rules) -> dict[str, Stamp]:
    """How each shared file stands now, right after the last look at the live release found its link in place."""
    with site.root.looking():
        found = {one.path: _stamp(site, one.path) for one in rules.shared if one.kind == FILE}
    return {path: stamp for path, stamp in found.items() if stamp is not None}


def _stamp(site: Site, path: str) -> Optional[Stamp]:
    status = site.root.lstat(site.links.layout.in_shared(path))
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino) if status else None


def late_sweep(
    adopter: Adopter,
    left: RelPath,
    record: Optional[ReleaseRecord],
    active: RelPath,
    *,
    seen: Mapping[str, Stamp] = MappingProxyType({}),
    listing: Optional[Listing] = None,
) -> None:
    """What was written to the release that was left, while or after the switch happened, is served by the active one
    (I59).

    SEEN are the shared files as they stood at the last look before the switch, each linked in
    LEFT then: one that was saved anew in LEFT since, and not in `shared/`, is the newer one
    and wins. Of everything else that both sides hold, what was saved last is served. That nothing was found is noted.
    LISTING is what the active one shipped, where the caller has it.
    """
    site = adopter.site
    site.refresh()
    adopter.report.add(left_open.look_again(site, adopter.operation))
    baseline, now = baseline_of(site, record), baseline_of(site, site.survey.active)
    if baseline is None or site.root.kind(active) != DIR:
        return  # no rules are made from a release that is not there, and no links in it
    settings = settings_of(site.survey.active, site.request.settings)
    if listing is None:
        listing = as_shipped(site, active, now) if now else as_lived_in(listing_of(site, active))
    taken = baselines.now_ns()
    rules = rules_for(site, listing, settings)
    found = sweep(site, left, rules, baseline=baseline)
    _follow(adopter, left, record, active, found)
    if record is not None:
        _note(adopter, record, found, taken)
        note_deleted(site, record, baseline, rules, found)
    newer = {path: why for path, why in found.to_adopt.items() if path in seen and _is_as_seen(site, path, seen)}
    adopter.bring(left, Found(to_adopt=newer), wins="live")
    adopter.bring(left, found, wins=NEWEST, rival=active)
    if record is not None and record.lived_in:
        _own_what_gave_way(site, record, baseline, found.displaced)
    link_all(adopter, active, now or Baseline({}, 0), rules_for(site, listing, settings))


def _own_what_gave_way(site: Site, record: ReleaseRecord, baseline: Baseline, displaced: Iterable[str]) -> None:
    """Nothing told what the release of RECORD shipped before somebody lived in it. What gave way when it was left, and
    lies in the attic as it stands there, is its own from now on: on a way back it is code, and no data that came (G2);
    but for what was written since BASELINE says how it stood.
    """
    root, own = site.root, dict(baseline.entries)
    for path in displaced:
        here = record.path / path
        status = root.lstat(here)
        written = status is not None and status.st_mtime_ns >= baseline.taken_ns
        if path not in own and not written and attic.holds(root, here, path):
            own.update(_entries_at(root, record.path, path))
    if len(own) > len(baseline.entries):
        entries = sorted(own.values(), key=lambda one: one.path)
        baselines.write(root, record.id, entries, taken_ns=baseline.taken_ns)


def _entries_at(root: Root, release: RelPath, path: str) -> Iterator[tuple[str, Entry]]:
    """PATH, a file of RELEASE, and the directories that it lies in."""
    for one, kind in (*((step, DIR) for step in RelPath(path).ancestors()), (path, FILE)):
        status = root.lstat(release / one)
        if status is not None:
            digest = digest_of(root, release / one) if kind == FILE else ""
            yield str(one), baselines.entry_of(str(one), kind, status, digest)


def _note(adopter: Adopter, record: ReleaseRecord, found: Found, taken: int) -> None:
    """What goes along of RECORD is known; where no more was FOUND, the next look is quick until somebody writes."""
    site = adopter.site
    if not (found.to_adopt or found.to_carry):
        looked.note(site.root, record.id, found.directories, taken=taken)
    Carrier(site, adopter.operation, adopter.report).note(record.id, found.carried)


def _follow(adopter: Adopter, left: RelPath, record: Optional[ReleaseRecord], active: RelPath, found: Found) -> None:
    """What was made, replaced or deleted in LEFT beside its code since it was carried is so in ACTIVE as well. What
    came to ACTIVE from elsewhere was never in LEFT, and was not deleted there.
    """
    site, live = adopter.site, adopter.site.survey.active
    base = base_of(site, live.id) if live is not None else {}
    if live is None or not (found.carried or base):
        return
    carrier, known = Carrier(site, adopter.operation, adopter.report), base_of(site, record.id) if record else base
    elsewhere = {path: one for path, one in base.items() if path not in known}
    went_along = {path: one for path, one in base.items() if path in known}
    after = {**elsewhere, **carrier.follow(left, active, went_along, found)}
    if after != base:
        carrier.remember(live.id, active, after)


def link_live(adopter: Adopter) -> None:
    """Every shared path of the live release is our link, what stood there is home, and the site file knows what is
    shared.
    """
    site = adopter.site
    current = site.refresh().current
    if current is not None:
        rules = rules_now(site)
        link_release(adopter, current, rules, before={}, live=True)
        memory.remember(site, rules)


def _is_as_seen(site: Site, path: str, seen: Mapping[str, Stamp]) -> bool:
    """PATH in `shared/` was not written since it was SEEN, nor the newest rows beside it where it is a database."""
    return all(_stamp(site, one) == seen.get(one) for one in (path, *(path + end for end in suffixes_of(path)[:1])))


def link_all(adopter: Adopter, active: RelPath, baseline: Baseline, rules: Rules) -> None:
    """Everything that is shared now is linked in ACTIVE, for data may have come through a link of the release that was
    left; what ACTIVE only shipped gives way to it.
    """
    for path in not_served(adopter.site.links, active, sorted(rules.shared_paths)):
        entry, here = baseline.get(path), active / path
        shipped = entry is not None and entry.kind == FILE and adopter.site.root.kind(here) == FILE
        own = shipped and entry is not None and digest_of(adopter.site.root, here) == entry.digest
        adopter.link_into(active, [path], wins="shared" if own else "live")
    memory.remember(adopter.site, rules)
