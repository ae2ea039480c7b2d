"""The switch and what surrounds it, for deploy and rollback alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Optional

from holdfast_engine.activation.switch import activate
from holdfast_engine.checks.environment import remembered
from holdfast_engine.commands import counting, giving_way, left_open
from holdfast_engine.commands.homing import Homing, as_shipped, baseline_of, sweep
from holdfast_engine.commands.narrowing import memory_of
from holdfast_engine.commands.planning import subject_for
from holdfast_engine.commands.rules import Rules, rules_for, settings_of
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.data.baseline import Baseline
from holdfast_engine.data.sweep import Found
from holdfast_engine.fs.copy import digest_of
from holdfast_engine.fs.probe import random_salt
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import COMMIT, Record
from holdfast_engine.model.listing import FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.state import format as site_format
from holdfast_engine.state import records
from holdfast_engine.state.records import ReleaseRecord


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


def remember(place: Workplace, rules: Rules) -> None:
    """The site file knows what is shared today and how much lies there (I10, I29)."""
    site = site_format.read(place.root) or site_format.SiteFile()
    preset = memory_of(rules.classifier.preset, site, place.survey.active, place.request)
    site_format.write(
        place.root,
        site.but(
            shared=rules.shared,
            declared=rules.settings.shared,
            options={
                **giving_way.remembered(site, giving_way.memory_of(place, rules)),
                "links": dict(rules.links),
                "preset": preset,
            },
            identity=counting.identity(place, rules),
        ),
    )


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
    and wins. Everything else follows the rule that shared wins over a retired release.
    """
    place = homing.place
    place.refresh()
    homing.report.add(left_open.look_again(place, homing.operation))
    baseline, now = baseline_of(place, record), baseline_of(place, place.survey.active)
    if baseline is None or now is None:
        return
    settings = settings_of(place.survey.active, place.request.settings)
    listing = as_shipped(place, active, now)
    rules = rules_for(place, listing, settings)
    found = sweep(place, left, rules, baseline=baseline)
    newer = {path: why for path, why in found.homeless.items() if path in seen and _stamp(place, path) == seen[path]}
    homing.bring(left, Found(homeless=newer), wins="live")
    homing.bring(left, found, wins="shared", rival=active)
    _link_all(homing, active, now, rules_for(place, listing, settings))


def _link_all(homing: Homing, active: RelPath, baseline: Baseline, rules: Rules) -> None:
    """Everything that is shared now is linked in ACTIVE, for data may have come through a link of the release that was
    left; what ACTIVE only shipped gives way to it.
    """
    for path in sorted(rules.shared_paths):
        entry, here = baseline.get(path), active / path
        shipped = entry is not None and entry.kind == FILE and homing.place.root.kind(here) == FILE
        own = shipped and entry is not None and digest_of(homing.place.root, here) == entry.digest
        homing.link_home(active, [path], wins="shared" if own else "live")
    remember(homing.place, rules)
