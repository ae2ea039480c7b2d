"""Sweeping a release: what it holds beyond what it shipped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Optional

from holdfast_engine.data.baseline import Baseline, baseline_of
from holdfast_engine.data.contents import Contents
from holdfast_engine.data.found import Found
from holdfast_engine.data.standing import Standing
from holdfast_engine.data.sweep import Sweep
from holdfast_engine.fs import attic
from holdfast_engine.fs.place import is_same
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.carried import EMPTY, Base
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR, FILE, Listing
from holdfast_engine.model.memory import is_flag
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.request import Settings
from holdfast_engine.model.rules import FOUND, STRAY
from holdfast_engine.persistence.shared_paths import Rules, classified, shared_before, unshared
from holdfast_engine.rules.classify import Classifier
from holdfast_engine.rules.presets import load
from holdfast_engine.site import looked
from holdfast_engine.site.bases import base_of
from holdfast_engine.site.handle import Site
from holdfast_engine.site.records import ACTIVE, ReleaseRecord


def sweep(
    site: Site,
    release: RelPath,
    rules: Rules,
    *,
    baseline: Optional[Baseline],
    deep: bool = False,
    unbuilt: bool = False,
    unproven: bool = False,
) -> Found:
    """What RELEASE holds that must come home, RULES being those of what is served at its paths from now on.

    UNBUILT: output is still to be made, and what lies there waits for it. UNPROVEN: the release had been lived in when
    its BASELINE was taken, and stays for that reason.
    """
    shipped, live = baseline or Baseline({}, 0), _live_elsewhere(site, release)
    every = _with(_with(rules.listing, live) if live else rules.listing, shipped)
    ruler = classified(every, rules.detection, rules.settings, shared_before(site))
    found = _sweep_of(site, release, rules, ruler, baseline=shipped, live=live, deep=deep).look()
    site.made["looked", release] = found
    if baseline is None or unproven:
        # nothing is known of what was built in it: output stays where it is, and a prune looks for itself
        displaced = {path: why for path, why in found.displaced.items() if not ruler.in_output(path)}
        found = replace(found, leftover_output={}, displaced=displaced)
    return found.waiting(ruler.in_output) if unbuilt else found


def _live_elsewhere(site: Site, release: RelPath) -> Optional[Baseline]:
    """What is live ships, where that is not RELEASE: what came late to a directory of it is judged as what it has there
    itself.
    """
    return baseline_of(site, site.survey.active) if release != site.survey.current else None


def _sweep_of(
    site: Site,
    release: RelPath,
    rules: Rules,
    ruler: Classifier,
    *,
    baseline: Baseline,
    live: Optional[Baseline],
    deep: bool,
) -> Sweep:
    """A look through RELEASE with all that is known of it. RULER is of what RULES, the release and what is LIVE ship
    together.
    """
    record, retired = _record(site, release), release != site.survey.current
    return Sweep(
        links=site.links,
        release=release,
        baseline=baseline,
        next_listing=rules.listing,
        shared={one.path: one.kind for one in rules.shared},
        ruler=ruler.stray_target,
        is_cache=_caches_of(site, release, rules, ruler),
        deep=deep,
        unshared=lambda path: unshared(ruler, path),
        retired=retired,
        framework_links=dict(rules.links),
        leads_to_data=ruler.leads_to_data,
        happened=frozenset(one.path for one in rules.shared if one.why in (STRAY, FOUND)),
        lives_here=ruler.is_kept_here,
        is_settings=ruler.is_settings,
        passes_by=ruler.is_passing,
        let_go=rules.classifier.leaves_to_the_server,
        linked=frozenset(one.path for one in site.survey.site.shared),
        base=_base_in(site, record, retired=retired),
        standing=_standing(site, release),
        contents=_contents(site, release),
        live=site.survey.current if retired else None,
        live_listing=live.listing() if live else Listing({}),
        live_base=_base_in(site, site.survey.active, retired=False) if retired else EMPTY,
    )


def _base_in(site: Site, record: Optional[ReleaseRecord], *, retired: bool) -> Base:
    """What was carried into the release of RECORD. Of one from which somebody switched `current` away by hand it
    explains nothing: what it held was served, whether we had seen it there or not, and only the live release tells
    what of it is served still.
    """
    if record is None or (retired and record.state == ACTIVE):
        return EMPTY
    return base_of(site, record.id)


def was_taken_away(site: Site, release: RelPath, path: str) -> bool:
    """True where PATH of RELEASE is the very file that was carried into the live one, and is not there any more: it was
    deleted or renamed, whatever was written to it before. Its second name keeps it, or the attic does.
    """
    root, live = site.root, site.survey.current
    if live is None or root.has(live / path):
        return False
    carried = [one for one in site.survey.releases if one.path == live and path in base_of(site, one.id)]
    named = bool(carried) and is_same(root, release / path, Layout.second_names / path)
    return named or attic.has_very(root, release / path, path)


def is_all_taken_away(site: Site, release: RelPath, path: str) -> bool:
    """True where `was_taken_away` says so of PATH, or of every file below it."""
    if site.root.kind(release / path) != DIR:
        return was_taken_away(site, release, path)
    files = [inner for inner, kind, _ in walk(site.root, release / path, unreadable=[]) if kind != DIR]
    return bool(files) and all(was_taken_away(site, release, f"{path}/{inner}") for inner in files)


def _contents(site: Site, release: RelPath) -> Contents:
    if ("contents", release) not in site.made:
        site.made["contents", release] = Contents()
    known: Contents = site.made["contents", release]
    return known


def _standing(site: Site, release: RelPath) -> Optional[Standing]:
    """What this command's last look at RELEASE said; nothing where a file goes along as a copy: what is written in
    place is written to one of the two.
    """
    found = site.made.get(("looked", release))
    if found is None or site.made.get("copied"):
        return None
    active = site.survey.active
    bases = [base_of(site, one.id) for one in (active, _record(site, release)) if one is not None]
    copied = any(one.kind == FILE and one.left != one.inode for base in bases for one in base.values())
    return None if copied else Standing(site.root, release, found)


def _with(listing: Listing, baseline: Baseline) -> Listing:
    """Everything that either ships, by name: what is in it is not a stray's own place. Made once."""
    key = ("with", baseline)
    if key not in listing.made:
        shipped = baseline.listing()
        both = {**shipped.entries, **listing.entries}
        listing.made[key] = Listing(both, listing.read, around=shipped.around | listing.around)
    found: Listing = listing.made[key]
    return found


def _caches_of(site: Site, release: RelPath, rules: Rules, ruler: Classifier) -> Callable[[str], bool]:
    """What is a cache in RELEASE: by its own framework, whatever the next one calls a cache at the same path."""
    record = _record(site, release)
    if record is None or record.framework in ("", rules.detection.framework):
        return ruler.is_cache
    return caches_then(record, ruler.listing, rules.settings)


def _record(site: Site, release: RelPath) -> Optional[ReleaseRecord]:
    return next((one for one in site.survey.releases if one.path == release), None)


def caches_then(record: ReleaseRecord, listing: Listing, settings: Settings) -> Callable[[str], bool]:
    """What the framework of RECORD, as it was found then, calls a cache."""
    rules_then = replace(load(record.framework), web_root=record.web_root or ".")
    return classified(listing, rules_then, settings).is_cache


def still_so(site: Site, release: RelPath, found: Found) -> bool:
    """True when no name in RELEASE came or went since the sweep that FOUND this."""
    return looked.stands(site.root, release, found.directories, taken=found.taken)


def left_alone(release: RelPath, found: Found) -> list[str]:
    """What a sweep of RELEASE saw and nobody moves, in words."""
    odd = [f"`{release}/{path}` is no file, directory or link, and stays where it is" for path in found.special_files]
    return odd + [f"`{release}/{path}` may not be read by this user" for path in found.unreadable]


def missing_code(
    site: Site, release: RelPath, baseline: Optional[Baseline], rules: Rules, *, found: Optional[Found] = None
) -> list[str]:
    """What RELEASE shipped outside of what is shared, and does not hold any more; but what ended its maintenance. FOUND
    is a sweep of it, where there is one.
    """
    there = found.present if found is not None else {path for path, _, _ in walk(site.root, release, unreadable=[])}
    entries = baseline.entries.values() if baseline else ()
    absent = (one.path for one in entries if one.kind != DIR and one.path not in there)
    files = (path for path in absent if not (rules.is_shared(path) or rules.classifier.is_cache(path)))
    return [path for path in files if not (is_flag(path) or site.root.has(release / path))]
