"""The persistence step: seeds into `shared/`, its structure, and the links of one release."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Optional

from holdfast_engine.data.baseline import Baseline
from holdfast_engine.data.found import Found
from holdfast_engine.data.seeds import Seeded, SeedMerge, shipped_seeds
from holdfast_engine.fs import acl, attic, durable
from holdfast_engine.fs.copy import digest_of
from holdfast_engine.fs.place import respell
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.manifest import Entry
from holdfast_engine.model.paths import RelPath, link_text
from holdfast_engine.persistence.adopt import Adopter
from holdfast_engine.persistence.shared_paths import Rules, structure
from holdfast_engine.persistence.web_user import web_user
from holdfast_engine.site import records
from holdfast_engine.site.handle import Site
from holdfast_engine.site.links import not_served, opened, place_link, place_links
from holdfast_engine.site.records import ReleaseRecord


def seeds_before(
    site: Site, previous: Optional[ReleaseRecord], baseline: Optional[Baseline], rules: Rules
) -> dict[str, str]:
    """The last shipped digest of every seed; what the previous release shipped at a path that is shared only now
    counts, and what a later release that was undone has left in `shared/`.
    """
    before = dict(previous.seeds) if previous else {}
    for path, digests in _left_by_later_releases(site).items():
        left = path not in before and _digest_in_shared(site, path)
        if left and left in digests:
            before[path] = left
    for path, entry in (baseline.entries if baseline else {}).items():
        shipped = entry.kind == FILE and path not in before and rules.is_shared(path)
        if shipped and _was_seen(site, previous, path):
            before[path] = entry.digest
    return before


def _was_seen(site: Site, previous: Optional[ReleaseRecord], path: str) -> bool:
    """False for what stands untouched in PREVIOUS and not in `shared/`: it is new there, and nobody deleted it."""
    return site.root.has(site.links.layout.in_shared(path)) or not (previous and site.root.has(previous.path / path))


def _digest_in_shared(site: Site, path: str) -> str:
    there = site.links.layout.in_shared(path)
    return digest_of(site.root, there) if site.root.kind(there) == FILE else ""


def announce_seeds(site: Site, record: ReleaseRecord, rules: Rules, known: Mapping[str, Entry]) -> ReleaseRecord:
    """RECORD with the seeds of its release, on disk before any of them is merged.

    Should the deploy be undone, what it left in `shared/` is known as shipped, not as written here.
    """
    shipped = shipped_seeds(site.links, record.path, rules.shared_paths, known)
    announced = replace(record, seeds={**record.seeds, **shipped})
    if announced != record:
        records.write(site.root, announced)
    return announced


def _left_by_later_releases(site: Site) -> dict[str, frozenset[str]]:
    """Seeds that releases after the active one shipped: what they put into `shared/` was changed by nobody here."""
    active, found = site.survey.active, dict[str, frozenset[str]]()
    for record in site.survey.releases:
        if active is None or record.counter >= active.counter:
            for path, digest in record.seeds.items():
                found[path] = found.get(path, frozenset()) | {digest}
    return found


def link_release(
    adopter: Adopter, release: RelPath, rules: Rules, *, before: Mapping[str, str], live: bool = False
) -> Seeded:
    """Every shared path of RELEASE is our link with its data behind it, seeds merged, structure complete.

    First what the release ships goes into `shared/`, then directories that must exist are
    made, then links: so no empty directory ever hides content (I12), and an empty file is
    never made (I31). On a LIVE release content counts as data and is adopted without a gap.
    Nothing is made where a disk is not mounted; the links lead to it once it is.
    Idempotent; a crash leaves some links to be made by the next run.
    """
    site, seeded = adopter.site, Seeded(digests=dict(before))
    ours, user = _left_by_later_releases(site), web_user(site, rules)
    merge = SeedMerge(site.links, adopter.operation, release, before, seeded, ours, user)
    with site.root.looking():
        shipped = {one.path for one in rules.shared if site.root.has(release / one.path)}
    for one in rules.shared:
        if site.links.is_away(one.path):
            _link_ahead(site, release, one.path)
        elif live:
            adopter.link_into(release, [one.path])
        elif one.path in shipped and not _clear_foreign_link(adopter, release, one.path):
            merge.merge(one.path)
    _make_structure(site, rules)
    present = [one.path for one in rules.shared if not site.links.is_away(one.path)]
    # what can be linked at once is; elsewhere something stands already
    adopter.link_into(release, place_links(site.links, release, not_served(site.links, release, present)))
    for at, to in rules.links:
        _framework_link(adopter, release, RelPath(at), RelPath(to), live=live)
    adopter.report.seeded.extend(seeded.added + seeded.updated)
    adopter.report.kept.extend({"path": path, "place": str(spot)} for path, spot in seeded.kept)
    return seeded


def _link_ahead(site: Site, release: RelPath, path: str) -> None:
    """PATH in RELEASE, where nothing stands, leads to what was shared and will be there again once it is mounted."""
    known = any(one.path == path for one in site.survey.site.shared)
    if known and site.root.obstacle((release / path).parent) is None and not site.root.has(release / path):
        place_link(site.links, release, path, site.links.text(release, path))


def bring_made(adopter: Adopter, release: RelPath, rules: Rules) -> None:
    """Data that a hook made in the incoming RELEASE, as the first database, lies in `shared/` and is linked."""
    site, links = adopter.site, adopter.site.links
    lacking = [one.path for one in rules.shared if not site.root.has(links.layout.in_shared(one.path))]
    made = [path for path in lacking if site.root.has(release / path) and not links.is_served(release, path)]
    adopter.bring(release, Found(dict.fromkeys(made, "made by a hook")), wins="live")
    user = web_user(site, rules)
    for path in made if user is not None and user != os.geteuid() else ():
        where = links.layout.in_shared(path)
        for here in dict.fromkeys((where.parent, where)):
            if here != links.layout.shared:
                acl.let_in(site.root, here, web_user=user or 0)


def _clear_foreign_link(adopter: Adopter, release: RelPath, path: str) -> bool:
    """A link that the source ships at a shared path goes to the attic: dangling, looping or leading elsewhere (I23)."""
    root = adopter.site.root
    if root.kind(release / path) != "link" or adopter.site.links.is_linked(release, path):
        return False
    reason = f"the source ships a link to `{root.link(release / path)}` at a shared path"
    with opened(root, [(release / path).parent]):
        spot = attic.set_aside(
            root, release / path, path=path, operation=adopter.operation.name, reason=reason, at=adopter.operation.at
        )
    adopter.report.set_aside(path, spot, reason)
    return True


def _make_structure(site: Site, rules: Rules) -> None:
    """The `structure` exists in `shared/`."""
    layout, wanted = site.links.layout, structure(rules)
    made: list[RelPath] = []
    with site.root.looking():
        wanted = [path for path in wanted if site.root.kind(layout.in_shared(path)) != DIR]
    for path in wanted:
        if not site.links.is_away(path) and site.root.obstacle(layout.in_shared(path)) is None:
            made += durable.make_directories(site.root, layout.in_shared(path), mode=0o2775)
    user = web_user(site, rules)
    for path in made:
        if user is not None and user != os.geteuid() and path != layout.shared:
            acl.let_in(site.root, path, web_user=user)


def _framework_link(adopter: Adopter, release: RelPath, at: RelPath, to: RelPath, *, live: bool) -> None:
    """The framework's own link, relative, made by us: `public/storage` to `storage/app/public` (I63).

    A real directory there holds files that users see where the release is LIVE: it is data like any other, and is
    shared in its own place. What a source ships there goes to the attic.
    """
    root, text = adopter.site.root, link_text(at, to)
    if root.link(release / at) == text or not _leads_to_data(adopter, release, to):
        return
    kind = root.kind(release / at)
    if kind == "link":
        with opened(root, [(release / at).parent]):
            respell(root, release / at, text, waiting=_WAITING)  # one rename: what is served through it stays served
        return
    if kind is not None and live:
        adopter.bring(release, Found(to_adopt={at: f"is in the place of the link to `{to}`"}), wins="live")
        return
    if kind is not None:
        reason = f"a {kind} was in the place of the link to `{to}`"
        with opened(root, [(release / at).parent, release / at]):
            spot = attic.set_aside(
                root, release / at, path=at, operation=adopter.operation.name, reason=reason, at=adopter.operation.at
            )
        adopter.report.set_aside(at, spot, reason)
    place_link(adopter.site.links, release, at, text)


_WAITING = Layout.scratch / "own-framework-link"


def _leads_to_data(adopter: Adopter, release: RelPath, to: RelPath) -> bool:
    """True when TO will resolve in RELEASE: it is there, or lies in `shared/` below a link of ours."""
    links = adopter.site.links
    return links.root.has(release / to) or links.root.has(links.layout.in_shared(to))
