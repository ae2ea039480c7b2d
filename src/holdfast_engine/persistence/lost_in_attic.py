"""What the attic holds of data that appears lost, and what it holds beside that: other versions of what is served."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from holdfast_engine.data.restore import blocked_by
from holdfast_engine.fs.copy import digest_of
from holdfast_engine.fs.sets import companions, holds_rows, is_orphan
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.listing import DIR, FILE, LINK
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.reasons import DROPPED, sentence
from holdfast_engine.model.rules import CARRIED, SEEDED, SHARED
from holdfast_engine.model.sets import members
from holdfast_engine.persistence.attic_entries import entries, led_out_to
from holdfast_engine.persistence.lost import Lost
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.site.handle import Site

Note = dict[str, Any]


def in_attic(site: Site, rules: Rules, found: set[str]) -> Iterator[Lost]:
    """What is served no more: copied back where it is data and its place is free, else told of for a person to choose.
    FOUND are paths of which another finding tells.
    """
    for note in _told_once(site):
        path, place = note["path"], RelPath(note["place"])
        if site.root.kind(place) == LINK:
            yield from _displaced_link(site, note)
        elif _comes_back(site, rules, note, found):
            yield Lost(path, f"in the attic: {sentence(note['reason'])}", place, "copy")
        elif not _has_successor(site, note):
            yield Lost(path, f"in the attic, and not served: {sentence(note['reason'])}", place, "listed")


def other_versions(site: Site) -> int:
    """How many entries of the attic are other versions of what is served: nothing is missing for their sake."""
    return sum(site.root.kind(note["place"]) != LINK and _has_successor(site, note) for note in _told_once(site))


def _told_once(site: Site) -> Iterator[Note]:
    """The newest note of each path and reason, but for what the application deleted or replaced by its own means, and
    what a person said that nobody needs.
    """
    told: set[tuple[str, str]] = set()
    for note in reversed(entries(site.root)):
        key = (note["path"], note["reason"])
        if note.get("care") != CARRIED and note["reason"] != DROPPED and key not in told:
            told.add(key)
            yield note


def _comes_back(site: Site, rules: Rules, note: Note, found: set[str]) -> bool:
    """True for data whose place is free; not for a part of a database without it."""
    path, there = note["path"], site.links.layout.in_shared(note["path"])
    served = site.root.has(there) or bool(companions(site.root, there)) or path in found
    free = not served and blocked_by(site.links, path) is None and not _was_shipped(site, note)
    whole = free and not is_orphan(site.root, note["place"])
    return whole and note.get("care", SHARED) == SHARED and _is_data(site, rules, path)


def _has_successor(site: Site, note: Note) -> bool:
    """True where something is served at the path of every file of NOTE: another version of it, or the same."""
    here, live = RelPath(note["place"]), site.survey.current
    homes = [site.links.layout.in_shared(note["path"]), *([live / note["path"]] if live is not None else ())]
    files = [path for path, kind, _ in walk(site.root, here) if kind == FILE] if site.root.kind(here) == DIR else [""]
    return all(any(site.root.kind(home / path) == FILE for home in homes) for path in files)


def _displaced_link(site: Site, note: dict[str, Any]) -> Iterator[Lost]:
    end = led_out_to(site.root, note)
    if end:
        yield Lost(note["path"], f"a link to `{end}` in the attic: {sentence(note['reason'])}", note["place"], "listed")


def _was_shipped(site: Site, note: dict[str, Any]) -> bool:
    """True for a file that is as some release shipped it: nobody's data, and whoever took it away did not lose it."""
    if any(holds_rows(site.root, part) for part in members(note["place"])[1:]):
        return False  # a database with rows beside it
    seeds = {record.seeds.get(note["path"]) for record in site.survey.releases}
    return site.root.kind(note["place"]) == FILE and digest_of(site.root, note["place"]) in seeds


def _is_data(site: Site, rules: Rules, path: str) -> bool:
    """True for content that would be served from `shared/`: the live release ships nothing at PATH, and no rule calls
    it output of builds or the like (`vendor/cache` in `shared/` would make data of all of `vendor/`).
    """
    current = site.survey.current
    data = rules.classifier.ruling(path).care in (SHARED, SEEDED)
    free = current is not None and (site.links.is_linked(current, path) or not site.root.has(current / path))
    return data and free
