"""Finding data that appears lost: detached links, strays in any release, the attic, missing shared paths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Optional

from holdfast_engine.data.adopt_renames import in_order
from holdfast_engine.data.baseline import Baseline, baseline_of
from holdfast_engine.data.found import Found
from holdfast_engine.data.moved import NEWEST
from holdfast_engine.data.moved import SHARED as SHARED_WINS
from holdfast_engine.data.outward import why_not
from holdfast_engine.fs.attic import holds, same_content
from holdfast_engine.fs.copy import digest_of, same_file
from holdfast_engine.fs.sets import is_database, is_orphan, parted, still_fits
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath, outermost
from holdfast_engine.model.rules import FOUND, STRAY, SharedPath
from holdfast_engine.model.sets import main_of
from holdfast_engine.persistence import old_document_root, saved_pages
from holdfast_engine.persistence.lost import Lost
from holdfast_engine.persistence.lost_in_attic import in_attic
from holdfast_engine.persistence.renamed import has_left_its_place
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.persistence.strays import is_all_taken_away, sweep
from holdfast_engine.persistence.type_conflicts import why_apart
from holdfast_engine.persistence.unrecorded import pruned
from holdfast_engine.persistence.vanished import lost_by_accident
from holdfast_engine.rules.names import words
from holdfast_engine.site.handle import Site
from holdfast_engine.site.records import ReleaseRecord

CODE_ENDINGS = tuple(sorted(words("sure-code-endings")))
"""Names of code, where nothing else tells it from data."""


def search(site: Site, rules: Rules) -> list[Lost]:
    """Everything found: in document roots, then the live release, the others from the newest on, the attic."""
    found: list[Lost] = [*_in_document_roots(site, rules), *_in_live(site, rules)]
    for record in reversed(site.survey.releases):
        if record.path != site.survey.current:
            found.extend(_in_retired(site, record, rules))
    for record in pruned(site):
        found.extend(_strays_in(site, record, rules, Baseline({}, 0), wins=NEWEST))
    found.extend(in_attic(site, rules, {one.path for one in found}))
    return [_as_far_as_it_can(site, one) for one in found]


def _as_far_as_it_can(site: Site, one: Lost) -> Lost:
    """ONE, for a person where a link in `shared/` is in its way, or data of another kind."""
    if one.action != "adopt":
        return one
    why = why_not(site.links, one.release, one.path)
    if not why and one.release:  # what comes from a document root lies outside of the site
        why = why_apart(site, one.place, one.path)
    return replace(one, action="listed", what=f"{one.what}, and {why}") if why else one


def _in_document_roots(site: Site, rules: Rules) -> Iterator[Lost]:
    """What somebody saved in a document root, which is no release: in the one of before the adoption it is named by its
    own path, and one that is filled with links lies elsewhere.
    """
    if site.survey.current is None:
        return
    for name, why in old_document_root.saved(site, rules).items():
        yield Lost(name, why, RelPath(name), "adopt", wins=NEWEST)
    for path, why in saved_pages.look(site, rules).items():
        yield Lost(path, why, RelPath(saved_pages.place_of(site, path)), "adopt", wins=NEWEST)


def _in_live(site: Site, rules: Rules) -> Iterator[Lost]:
    """Links that are broken, missing or replaced, and strays."""
    current = site.survey.current
    if current is None:
        return
    baseline = baseline_of(site, site.survey.active)
    strays = sweep(site, current, rules, baseline=baseline) if baseline else Found()
    renamed = list(_renamed(site, current, rules, strays))
    yield from renamed  # first, or what was made anew under the old name would come over it
    for one in rules.shared:
        here, there = current / one.path, site.links.layout.in_shared(one.path)
        yield from _parted(site, current, one, there)
        if site.links.is_served(current, one.path) or main_of(one.path) in rules.shared_paths:
            continue
        if site.root.has(here):
            wins = NEWEST if baseline and _ships_in(site, current, baseline, one.path) else "live"
            yield Lost(one.path, "is in the place of the link to shared/", here, "adopt", current, wins)
        elif site.root.has(there) and one.path not in {each.path for each in renamed}:
            yield Lost(one.path, "is shared and not linked", there, "link", current)
    yield from _lost_by_accident(site, current, rules, baseline, strays)
    for path, why in strays.to_adopt.items():
        if path not in (rules.shared_paths | strays.renamed.keys()) and main_of(path) not in rules.shared_paths:
            yield Lost(path, why, current / path, "adopt", current, "live")


def _renamed(site: Site, live: RelPath, rules: Rules, strays: Found) -> Iterator[Lost]:
    """Links of ours under another name: what they lead to gets that name as well, unless the old one is where the
    application looks for it.
    """
    for path, old in in_order(strays.renamed):
        if has_left_its_place(site, rules, live, old):
            yield Lost(old, f"is linked as `{path}`, and looked for here", live / path, "link", live, old=path)
        else:
            yield Lost(path, f"was `{old}`, and is renamed", live / path, "adopt", live, "live", old=old)


def _lost_by_accident(
    site: Site, live: RelPath, rules: Rules, baseline: Optional[Baseline], found: Found
) -> Iterator[Lost]:
    """What was carried and went from the live release together with what it ships or links."""
    for path in outermost(lost_by_accident(site, live, rules, baseline, found)):
        if site.root.has(Layout.second_names / path):
            why = "was carried along, and is missing in the live release"
            yield Lost(path, why, Layout.second_names / path, "carry", live, NEWEST)


def _ships_in(site: Site, release: RelPath, baseline: Baseline, path: str) -> bool:
    """True when something stands at or below PATH as RELEASE shipped it, before PATH was shared: it is older than what
    was written to `shared/` since, and must not win over that for being live again.
    """
    shipped = (entry for entry in baseline.entries.values() if RelPath(entry.path).is_within(path))
    files = (entry for entry in shipped if site.root.kind(release / entry.path) == entry.kind == FILE)
    return any(digest_of(site.root, release / entry.path) == entry.digest for entry in files)


def _parted(site: Site, release: RelPath, one: SharedPath, there: RelPath) -> Iterator[Lost]:
    """What RELEASE holds of a shared database that is shared without it; put back where that provably fits (G7)."""
    if one.kind != FILE:
        return
    for end in parted(site.root, release / one.path, there):
        here = release / (one.path + end)
        action = "adopt" if still_fits(site.root, here, there) else "listed"
        yield Lost(one.path + end, f"has rows of `{one.path}`, which is shared without it", here, action, release)
    if is_orphan(site.root, there) and site.root.kind(release / main_of(one.path)) != FILE:
        yield Lost(one.path, "is in `shared/` without its database", there, "listed")


def _in_retired(site: Site, record: ReleaseRecord, rules: Rules) -> Iterator[Lost]:
    """Data left in a release that is not live: at shared paths, and whatever its baseline does not explain."""
    if site.root.kind(record.path) != DIR:
        return
    baseline = baseline_of(site, record)
    for one in rules.shared:
        yield from _parted(site, record.path, one, site.links.layout.in_shared(one.path))
    if baseline is not None:
        wins = NEWEST if record.activated else SHARED_WINS
        yield from _strays_in(site, record, rules, baseline, wins=wins)
        return
    for path in _data_by_rule(site, record, rules):
        yield from _worth_telling(site, record, path, "is in a release, at a path for data")
    yield from _only_there(site, record, rules)


def _strays_in(site: Site, record: ReleaseRecord, rules: Rules, baseline: Baseline, *, wins: str) -> Iterator[Lost]:
    """What came to a release of which it is known what it shipped."""
    found = sweep(site, record.path, rules, baseline=baseline).without(
        lambda path: is_all_taken_away(site, record.path, path)
    )
    for path, why in found.to_adopt.items():
        yield from _worth_telling(site, record, path, why, wins=wins)
    live = site.survey.current
    for path, why in found.to_carry.items() if live is not None and live != record.path else ():
        if not _is_served_or_gave_way(site, record.path / path, path, live or RelPath("")):
            yield Lost(path, why, record.path / path, "carry", record.path, wins)


def _is_served_or_gave_way(site: Site, here: RelPath, path: str, live: RelPath) -> bool:
    """True where LIVE has the same at PATH as HERE, or the attic does: it gave way when its release was left, and is
    told of from there. An edit of code that the live release does not ship must not come back.
    """
    return same_content(site.root, here, live / path) or (site.root.kind(here) == FILE and holds(site.root, here, path))


def _only_there(site: Site, record: ReleaseRecord, rules: Rules) -> Iterator[Lost]:
    """In a release of which nothing is known: what no rule names, is no code by its name, and is not live. It may be
    data that a deploy of another tool left behind: a person has to say.
    """
    current = site.survey.current
    found = sweep(site, record.path, rules, baseline=Baseline({}, 0))
    for path in (*found.to_adopt, *found.to_carry):
        known = rules.classifier.ruling(path).rule != "default" or path.endswith(CODE_ENDINGS)
        if not known and current is not None and _is_alone(site, rules, record.path / path, path, current):
            yield Lost(path, "is only in an older release, and may be data", record.path / path, "listed")


def _is_alone(site: Site, rules: Rules, here: RelPath, path: str, current: RelPath) -> bool:
    """True where nothing is served at PATH, or less than HERE: a directory that is shared may lack what lies here."""
    if not site.root.has(current / path):
        return True
    return rules.is_shared(path) and site.root.kind(here) == DIR and _unseen(site, here, path)


def _data_by_rule(site: Site, record: ReleaseRecord, rules: Rules) -> list[str]:
    """Without a baseline: real content at paths that rules share, and what the live release lacks at paths that
    rules call data. Where only what happened made a path shared, nothing tells data from code.
    """
    ruled = [one.path for one in rules.shared if one.why not in (STRAY, FOUND)]
    paths = [path for path in ruled if site.root.kind(record.path / path) in (DIR, FILE)]
    empty = Baseline({}, 0)
    for path in sweep(site, record.path, rules, baseline=empty).to_adopt:
        said = rules.classifier.ruling(path)
        if said.care in ("shared", "seeded") and said.rule != "default" and path not in paths:
            paths.append(path)
    return paths


def _worth_telling(
    site: Site, record: ReleaseRecord, path: str, why: str, *, wins: str = SHARED_WINS
) -> Iterator[Lost]:
    """A finding, unless everything in it is served already."""
    here = record.path / path
    if main_of(path) and is_database(site.root, site.links.layout.in_shared(main_of(path))):
        return  # told of with its database
    if site.root.kind(here) == DIR and not _unseen(site, here, path):
        return
    if site.root.kind(here) == FILE and same_file(site.root, here, site.links.layout.in_shared(path)):
        return
    if site.root.kind(here) in (DIR, FILE):
        yield Lost(path, why, here, "adopt", record.path, wins)


def _unseen(site: Site, here: RelPath, path: str) -> bool:
    """True when the directory HERE holds a file whose content is not at its path in `shared/`."""
    there = site.links.layout.in_shared(path)
    return any(
        kind == FILE and not same_file(site.root, here / below, there / below)
        for below, kind, _ in walk(site.root, here)
    )
