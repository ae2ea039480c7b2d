"""The application can do in the release to come what it could before (G10)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from holdfast_engine.data.baseline import baseline_of
from holdfast_engine.fs.access import access_at
from holdfast_engine.guarding.handing_over import hand_over
from holdfast_engine.model.access import Access, Kept
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.paths import above
from holdfast_engine.persistence.access import give_access
from holdfast_engine.persistence.measuring import foreseen
from holdfast_engine.persistence.web_user import web_user
from holdfast_engine.site.bases import base_of
from holdfast_engine.site.handle import Site
from holdfast_engine.site.kept import keep, kept_at
from holdfast_engine.site.records import ReleaseRecord
from holdfast_engine.steps.shipped import shipped_into
from holdfast_engine.steps.work import Work


def let_application_in(work: Work, *, spared: Collection[str]) -> None:
    """Whoever could make names in the live release, and write its settings, can do so in this one (G10)."""
    site, user = work.site, web_user(work.site, work.rules)
    known = _with(_as_they_were(work), kept_at(site) or foreseen(site, work.rules, work.outgoing))
    kept = _parting(access_of_parted(work), known)
    shut = give_access(site, work.path, kept, user=user, spared=spared, writable=work.rules.writable)
    if shut:
        named = ", ".join(f"`{path or '.'}`" for path in shut)
        work.report.warnings.append(f"the application may not write in {named} of `{work.path}`, as it could before")


def access_of_parted(work: Work) -> dict[str, Access]:
    """The access of directories that were shared as a whole, and are code from now on with data in it, as `shared/` has
    them; as long as the site file names them as shared, or the live release has a link for all of them.
    """
    root, rules, in_shared = work.site.root, work.rules, work.site.links.layout.in_shared
    whole = {one.path for one in work.site.survey.site.shared if one.path not in rules.shared_paths}
    if work.outgoing is not None:
        whole |= {path for path in above(rules.shared_paths) if work.site.links.is_linked(work.outgoing, path)}
    parted = [path for path in sorted(whole) if rules.listing.kind(path) == root.kind(in_shared(path)) == DIR]
    return {path: access_at(root, in_shared(path)) for path in parted}


def remember_access(work: Work, parted: Mapping[str, Access]) -> None:
    """What the application may do is kept from the first deploy on at which anything tells it, and where it could make
    names in what was PARTED. What was measured before stays: the release that is live now says only what we have given
    it.
    """
    site = work.site
    if not site.survey.site.access:
        found = foreseen(site, work.rules, work.outgoing)
        if found.to_json():
            keep(site, found)
    if parted:
        keep(site, _parting(parted, kept_at(site)))
    remember_what_came(site, work.record)


def remember_what_came(site: Site, record: ReleaseRecord) -> None:
    """The access of directories that came on the server, and are shipped by the release of RECORD, is kept from now on:
    the next look finds them among its code. Idempotent.
    """
    base, baseline, kept = base_of(site, record.id), baseline_of(site, record), kept_at(site)
    came = [path for path, one in base.items() if one.kind == DIR and baseline is not None and baseline.get(path)]
    there = {path: access_at(site.root, record.path / path) for path in came if path not in kept.directories}
    if there:
        keep(site, _with(there, kept))


def _as_they_were(work: Work) -> dict[str, Access]:
    """The access of what the release ships into, and came on the server, as the live one has it."""
    left, root = work.outgoing, work.site.root
    there = shipped_into(work) if left is not None else ()
    return {path: access_at(root, left / path) for path in there if left is not None and root.kind(left / path) == DIR}


def _with(came: Mapping[str, Access], kept: Kept) -> Kept:
    """KEPT, and what CAME; what is kept by name already stays."""
    return replace(kept, directories={**came, **kept.directories}) if came else kept


def _parting(parted: Mapping[str, Access], kept: Kept) -> Kept:
    """KEPT, and the access of what is PARTED now: until now it was that in `shared/`, whatever was kept before."""
    return replace(kept, directories={**kept.directories, **parted}) if parted else kept


def give_what_hooks_made(work: Work) -> None:
    """What hooks made in the release, in a directory that lets the application in now, it may write as well (G10)."""
    user = web_user(work.site, work.rules)
    for path in sorted(work.watch.made_here):
        assert user is not None  # nothing is noted where nobody is known
        hand_over(work.site, work.rules, path, user=user)
