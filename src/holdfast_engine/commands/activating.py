"""The switch and what surrounds it, for deploy and rollback alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Optional

from holdfast_engine.activation.switch import activate
from holdfast_engine.checks.environment import remembered
from holdfast_engine.commands import left_open, remembering
from holdfast_engine.commands.building import listing_of
from holdfast_engine.commands.homing import Homing, as_shipped, baseline_of, sweep
from holdfast_engine.commands.linking import link_release
from holdfast_engine.commands.looking import rules_now
from holdfast_engine.commands.narrowing import memory_of
from holdfast_engine.commands.planning import subject_for
from holdfast_engine.commands.rules import Rules, rules_for, settings_of
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.data import baseline as baselines
from holdfast_engine.data.baseline import Baseline
from holdfast_engine.data.moved import NEWEST
from holdfast_engine.data.sweep import Found
from holdfast_engine.fs.copy import digest_of
from holdfast_engine.fs.probe import random_salt
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import COMMIT, Record
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.sets import suffixes_of
from holdfast_engine.state import format as site_format
from holdfast_engine.state import looked, records
from holdfast_engine.state.records import ReleaseRecord

remember = remembering.remember
"""What is shared and how much lies there: see there."""


def switch_to(place: Workplace, operation: Operation, release: RelPath, *, seen: Mapping[str, Stamp]) -> None:
    """`current` leads to RELEASE. The commit is on disk before the rename: from here on it is only ever completed
    (G4), with what was SEEN at the last look, so that a late save wins after a crash as well (I59).
    """
    operation.commit(release=release, seen=seen)
    activate(place.root, release)


def seen_before(history: Iterable[Record]) -> dict[str, Stamp]:
    """What the commit in HISTORY says of the last look before the switch."""
    commits = [record.facts.get("seen", {}) for record in history if record.kind == COMMIT]
    return {path: (row[0], row[1], row[2], row[3]) for commit in commits for path, row in commit.items()}


def mark_active(place: Workplace, record: ReleaseRecord) -> ReleaseRecord:
    """The records say what `current` says: RECORD active, whatever was active before it retired."""
    for other in records.read_all(place.root):
        if other.id != record.id and other.state == records.ACTIVE:
            records.write(place.root, other.but(state=records.RETIRED))
    active = record.but(state=records.ACTIVE, activated=True)
    records.write(place.root, active)
    return active


def follow(place: Workplace) -> None:
    """Where somebody switched `current` by hand, the records say what `current` says."""
    live = place.survey.active
    if live is not None and live.state in (records.RETIRED, records.SEALED):
        mark_active(place, live)
        place.refresh()


def count_release(place: Workplace, counter: int) -> None:
    """The site's counter is at least COUNTER: no two releases ever share one, whatever the clock says (I95)."""
    site = site_format.read(place.root) or site_format.SiteFile()
    site_format.write(place.root, site.but(counter=max(counter, site.counter)))


def hooks_ended(place: Workplace, release: str) -> None:
    """The record of RELEASE says that its hooks after the activation went well: the same code need not come again."""
    record = records.read(place.root, release)
    if record is not None and record.hooks_due:
        records.write(place.root, record.but(hooks_due=False))


def remember_environment(place: Workplace, rules: Rules) -> None:
    """The site file knows what the environment files of a deploy that went through hold: names and fingerprints (I34,
    I35).
    """
    place.refresh()
    site, subject = place.survey.site, subject_for(place, rules)
    found = remembered(subject, random_salt())
    if found != site.options.get("environment"):
        site_format.write(place.root, site.but(options={**site.options, "environment": found}))


def remember_preset(place: Workplace, rules: Rules) -> None:
    """The site file knows with which version of its preset the shared paths were decided, or agreed to (I10)."""
    site = site_format.read(place.root) or site_format.SiteFile()
    now = memory_of(rules.classifier.preset, site, place.survey.active, place.request)
    if now != site.options.get("preset"):
        site_format.write(place.root, site.but(options={**site.options, "preset": now}))


Stamp = tuple[int, int, int, int]


def stamps_of_files(place: Workplace, rules: Rules) -> dict[str, Stamp]:
    """How each shared file stands now, right after the last look at the live release found its link in place."""
    found = {one.path: _stamp(place, one.path) for one in rules.shared if one.kind == FILE}
    return {path: stamp for path, stamp in found.items() if stamp is not None}


def _stamp(place: Workplace, path: str) -> Optional[Stamp]:
    status = place.root.lstat(place.bench.layout.in_shared(path))
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino) if status else None


def late_sweep(
    homing: Homing,
    left: RelPath,
    record: Optional[ReleaseRecord],
    active: RelPath,
    *,
    seen: Mapping[str, Stamp] = MappingProxyType({}),
) -> None:
    """What was written to the release that was left, while or after the switch happened, is served by the active one
    (I59).

    SEEN are the shared files as they stood at the last look before the switch, each linked in
    LEFT then: one that was saved anew in LEFT since, and not in `shared/`, is the newer one
    and wins. Of everything else that both sides hold, what was saved last is served. That nothing was found is noted.
    """
    place = homing.place
    place.refresh()
    homing.report.add(left_open.look_again(place, homing.operation))
    baseline, now = baseline_of(place, record), baseline_of(place, place.survey.active)
    if baseline is None or place.root.kind(active) != DIR:
        return  # no rules are made from a release that is not there, and no links in it
    settings = settings_of(place.survey.active, place.request.settings)
    listing = as_shipped(place, active, now) if now else listing_of(place, active)
    rules = rules_for(place, listing, settings)
    taken = baselines.now_ns()
    found = sweep(place, left, rules, baseline=baseline)
    if record is not None and not found.homeless:  # the next look is quick, as long as nobody writes there
        looked.note(place.root, record.id, found.directories, taken=taken)
    newer = {path: why for path, why in found.homeless.items() if path in seen and _is_as_seen(place, path, seen)}
    homing.bring(left, Found(homeless=newer), wins="live")
    homing.bring(left, found, wins=NEWEST, rival=active)
    link_all(homing, active, now or Baseline({}, 0), rules_for(place, listing, settings))


def link_live(homing: Homing) -> None:
    """Every shared path of the live release is our link, what stood there is home, and the site file knows what is
    shared.
    """
    place = homing.place
    current = place.refresh().current
    if current is not None:
        rules = rules_now(place)
        link_release(homing, current, rules, before={}, live=True)
        remember(place, rules)


def _is_as_seen(place: Workplace, path: str, seen: Mapping[str, Stamp]) -> bool:
    """PATH in `shared/` was not written since it was SEEN, nor the newest rows beside it where it is a database."""
    return all(_stamp(place, one) == seen.get(one) for one in (path, *(path + end for end in suffixes_of(path)[:1])))


def link_all(homing: Homing, active: RelPath, baseline: Baseline, rules: Rules) -> None:
    """Everything that is shared now is linked in ACTIVE, for data may have come through a link of the release that was
    left; what ACTIVE only shipped gives way to it.
    """
    for path in sorted(rules.shared_paths):
        entry, here = baseline.get(path), active / path
        shipped = entry is not None and entry.kind == FILE and homing.place.root.kind(here) == FILE
        own = shipped and entry is not None and digest_of(homing.place.root, here) == entry.digest
        homing.link_home(active, [path], wins="shared" if own else "live")
    remember(homing.place, rules)
