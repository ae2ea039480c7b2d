"""The persistence step: seeds into `shared/`, its structure, and the links of one release."""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping
from typing import Optional

from holdfast_engine.commands.homing import Homing
from holdfast_engine.commands.rules import Rules
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.data.baseline import Baseline
from holdfast_engine.data.links import opened, place_link
from holdfast_engine.data.seeds import Seeded, SeedMerge, shipped_seeds
from holdfast_engine.data.sweep import Found
from holdfast_engine.fs import access, attic, durable
from holdfast_engine.fs.copy import digest_of
from holdfast_engine.fs.place import switch
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.manifest import Entry
from holdfast_engine.model.paths import RelPath, link_text
from holdfast_engine.state import records
from holdfast_engine.state.records import ReleaseRecord


def seeds_before(
    place: Workplace, previous: Optional[ReleaseRecord], baseline: Optional[Baseline], rules: Rules
) -> dict[str, str]:
    """The last shipped digest of every seed; what the previous release shipped at a path that is shared only now
    counts, and what a later release that was undone has left in `shared/`.
    """
    before = dict(previous.seeds) if previous else {}
    for path, digests in _left_by_later_releases(place).items():
        left = path not in before and _digest_in_shared(place, path)
        if left and left in digests:
            before[path] = left
    for path, entry in (baseline.entries if baseline else {}).items():
        shipped = entry.kind == FILE and path not in before and rules.is_shared(path)
        if shipped and _was_seen(place, previous, path):
            before[path] = entry.digest
    return before


def _was_seen(place: Workplace, previous: Optional[ReleaseRecord], path: str) -> bool:
    """False for what stands untouched in PREVIOUS and not in `shared/`: it is new there, and nobody deleted it."""
    return place.root.has(place.bench.layout.in_shared(path)) or not (previous and place.root.has(previous.path / path))


def _digest_in_shared(place: Workplace, path: str) -> str:
    there = place.bench.layout.in_shared(path)
    return digest_of(place.root, there) if place.root.kind(there) == FILE else ""


def announce_seeds(place: Workplace, record: ReleaseRecord, rules: Rules, known: Mapping[str, Entry]) -> ReleaseRecord:
    """RECORD with the seeds of its release, on disk before any of them is merged.

    Should the deploy be undone, what it left in `shared/` is known as shipped, not as written here.
    """
    shipped = shipped_seeds(place.bench, record.path, rules.shared_paths, known)
    announced = record.but(seeds={**record.seeds, **shipped})
    if announced != record:
        records.write(place.root, announced)
    return announced


def _left_by_later_releases(place: Workplace) -> dict[str, frozenset[str]]:
    """Seeds that releases after the active one shipped: what they put into `shared/` was changed by nobody here."""
    active, found = place.survey.active, dict[str, frozenset[str]]()
    for record in place.survey.releases:
        if active is None or record.counter >= active.counter:
            for path, digest in record.seeds.items():
                found[path] = found.get(path, frozenset()) | {digest}
    return found


def link_release(
    homing: Homing, release: RelPath, rules: Rules, *, before: Mapping[str, str], live: bool = False
) -> Seeded:
    """Every shared path of RELEASE is our link with its data behind it, seeds merged, structure complete.

    First what the release ships goes into `shared/`, then directories that must exist are
    made, then links: so no empty directory ever hides content (I12), and an empty file is
    never made (I31). On a LIVE release content counts as data and is adopted without a gap.
    Idempotent; a crash leaves some links to be made by the next run.
    """
    place, seeded = homing.place, Seeded(digests=dict(before))
    ours, user = _left_by_later_releases(place), web_user(place, rules)
    merge = SeedMerge(place.bench, homing.operation, release, before, seeded, ours, user)
    for one in rules.shared:
        if live:
            homing.link_home(release, [one.path])
        elif place.root.has(release / one.path) and not _clear_foreign_link(homing, release, one.path):
            merge.merge(one.path)
    _make_structure(place, rules)
    for one in rules.shared:
        if place.root.has(place.bench.layout.in_shared(one.path)):
            homing.link_home(release, [one.path])
    for at, to in rules.links:
        _framework_link(homing, release, RelPath(at), RelPath(to), live=live)
    homing.report.seeded.extend(seeded.added + seeded.updated)
    homing.report.kept.extend({"path": path, "place": str(spot)} for path, spot in seeded.kept)
    return seeded


def bring_made(homing: Homing, release: RelPath, rules: Rules) -> None:
    """Data that a hook made in the incoming RELEASE, as the first database, lies in `shared/` and is linked."""
    place, bench = homing.place, homing.place.bench
    lacking = [one.path for one in rules.shared if not place.root.has(bench.layout.in_shared(one.path))]
    made = [path for path in lacking if place.root.has(release / path) and not bench.is_served(release, path)]
    homing.bring(release, Found(dict.fromkeys(made, "made by a hook")), wins="live")
    user = web_user(place, rules)
    for path in made if user is not None and user != os.geteuid() else ():
        where = bench.layout.in_shared(path)
        for here in dict.fromkeys((where.parent, where)):
            if here != bench.layout.shared:
                access.let_in(place.root, here, web_user=user or 0)


def _clear_foreign_link(homing: Homing, release: RelPath, path: str) -> bool:
    """A link that the source ships at a shared path goes to the attic: dangling, looping or leading elsewhere (I23)."""
    root = homing.place.root
    if root.kind(release / path) != "link" or homing.place.bench.is_linked(release, path):
        return False
    reason = f"the source ships a link to `{root.link(release / path)}` at a shared path"
    with opened(root, [(release / path).parent]):
        spot = attic.set_aside(
            root, release / path, path=path, operation=homing.operation.name, reason=reason, at=homing.operation.at
        )
    homing.report.set_aside(path, spot, reason)
    return True


def _make_structure(place: Workplace, rules: Rules) -> None:
    """Directories that the rules share exist in `shared/`, and the framework's skeleton inside them (I16)."""
    layout = place.bench.layout
    wanted = [one.path for one in rules.shared if one.kind == DIR]
    wanted += [path for path in rules.classifier.skeleton() if any(RelPath(path).is_within(top) for top in wanted)]
    made: list[RelPath] = []
    for path in wanted:
        if place.root.obstacle(layout.in_shared(path)) is None:
            made += durable.make_directories(place.root, layout.in_shared(path), mode=0o2775)
    user = web_user(place, rules)
    for path in made:
        if user is not None and user != os.geteuid() and path != layout.shared:
            access.let_in(place.root, path, web_user=user)


def web_user(place: Workplace, rules: Rules) -> Optional[int]:
    """The uid that the application runs as: configured, else the owner of live data who is not us, else None."""
    named = place.request.settings.web_user
    if named:
        return _uid(named)
    for one in rules.shared:
        status = place.root.lstat(place.bench.layout.in_shared(one.path))
        if status and one.kind == DIR and status.st_uid not in (0, os.geteuid()):
            return status.st_uid
    return None


def _uid(name: str) -> Optional[int]:
    try:
        return int(name) if name.isdigit() else pwd.getpwnam(name).pw_uid
    except KeyError:
        return None


def _framework_link(homing: Homing, release: RelPath, at: RelPath, to: RelPath, *, live: bool) -> None:
    """The framework's own link, relative, made by us: `public/storage` to `storage/app/public` (I63).

    A real directory there holds files that users see where the release is LIVE: it is data like any other, and is
    shared in its own place. What a source ships there goes to the attic.
    """
    root, text = homing.place.root, link_text(at, to)
    if root.link(release / at) == text or not _leads_to_data(homing, release, to):
        return
    kind = root.kind(release / at)
    if kind == "link":
        with opened(root, [(release / at).parent]):
            switch(
                root, release / at, text, waiting=_WAITING
            )  # one rename: what is served through it stays served (G3)
        return
    if kind is not None and live:
        homing.bring(release, Found(homeless={at: f"stands where the link to `{to}` belongs"}), wins="live")
        return
    if kind is not None:
        reason = f"a {kind} stood where the link to `{to}` belongs"
        with opened(root, [(release / at).parent, release / at]):
            spot = attic.set_aside(
                root, release / at, path=at, operation=homing.operation.name, reason=reason, at=homing.operation.at
            )
        homing.report.set_aside(at, spot, reason)
    place_link(homing.place.bench, release, at, text)


_WAITING = Layout.scratch / "own-framework-link"


def _leads_to_data(homing: Homing, release: RelPath, to: RelPath) -> bool:
    """True when TO will resolve in RELEASE: it is there, or lies in `shared/` below a link of ours."""
    bench = homing.place.bench
    return bench.root.has(release / to) or bench.root.has(bench.layout.in_shared(to))
