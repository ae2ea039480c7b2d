"""Finding data that appears lost: detached links, strays in any release, the attic, missing shared paths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from holdfast_engine.commands import doorstep
from holdfast_engine.commands.homing import baseline_of, sweep
from holdfast_engine.commands.rules import Rules
from holdfast_engine.commands.shelves import entries
from holdfast_engine.commands.unrecorded import pruned
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.data.adopt_renames import in_order
from holdfast_engine.data.baseline import Baseline
from holdfast_engine.data.moved import NEWEST
from holdfast_engine.data.moved import SHARED as SHARED_WINS
from holdfast_engine.data.restore import blocked_by
from holdfast_engine.data.sweep import Found
from holdfast_engine.fs.copy import digest_of, same_file
from holdfast_engine.fs.sets import companions, holds_rows, is_database, is_orphan, parted, still_fits
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.rules import FOUND, SEEDED, SHARED, STRAY, SharedPath
from holdfast_engine.model.sets import main_of, members
from holdfast_engine.state.records import ReleaseRecord

CODE_ENDINGS = (".php", ".js", ".mjs", ".css", ".map", ".html", ".py", ".rb", ".ts", ".tsx", ".jsx", ".vue", ".scss")
"""Names of code, where nothing else tells it from data."""


@dataclass
class Lost:
    """One finding. ACTION is `adopt` (bring home), `link`, `copy` (back from the attic), `activate` (a release, to be
    live) or `listed` (for a person). OLD is the name that a renamed link had.
    """

    path: str
    what: str
    place: RelPath
    action: str
    release: RelPath = field(default_factory=lambda: RelPath(""))
    wins: str = "shared"
    done: bool = False
    old: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "what": self.what,
            "where": str(self.place),
            "action": self.action,
            "done": self.done,
        }


def search(place: Workplace, rules: Rules) -> list[Lost]:
    """Everything found: in the old document root, then the live release, the others from the newest on, the attic."""
    found: list[Lost] = [*_in_old_root(place, rules), *_in_live(place, rules)]
    for record in reversed(place.survey.releases):
        if record.path != place.survey.current:
            found.extend(_in_retired(place, record, rules))
    for record in pruned(place):
        for path, why in sweep(place, record.path, rules, baseline=Baseline({}, 0)).homeless.items():
            found.extend(_worth_telling(place, record, path, why, wins=NEWEST))
    found.extend(_in_attic(place, rules, {one.path for one in found}))
    return found


def _in_old_root(place: Workplace, rules: Rules) -> Iterator[Lost]:
    """What somebody saved in the document root of before the adoption: no release, and named by its own path."""
    if place.survey.current is not None:
        for name, why in doorstep.saved(place, rules).items():
            yield Lost(name, why, RelPath(name), "adopt", wins=NEWEST)


def _in_live(place: Workplace, rules: Rules) -> Iterator[Lost]:
    """Links that are broken, missing or replaced, and strays."""
    current = place.survey.current
    if current is None:
        return
    baseline = baseline_of(place, place.survey.active)
    strays = sweep(place, current, rules, baseline=baseline) if baseline else Found()
    for path, old in in_order(strays.renamed):  # first, or what was made anew under the old name would come over it
        yield Lost(path, strays.homeless[path], current / path, "adopt", current, "live", old=old)
    for one in rules.shared:
        here, there = current / one.path, place.bench.layout.in_shared(one.path)
        yield from _parted(place, current, one, there)
        if place.bench.is_served(current, one.path) or main_of(one.path) in rules.shared_paths:
            continue
        if place.root.has(here):
            wins = NEWEST if baseline and _ships_in(place, current, baseline, one.path) else "live"
            yield Lost(one.path, "stands where the link to shared/ belongs", here, "adopt", current, wins)
        elif place.root.has(there):
            yield Lost(one.path, "is shared and not linked", there, "link", current)
    for path, why in strays.homeless.items():
        if path not in (rules.shared_paths | strays.renamed.keys()) and main_of(path) not in rules.shared_paths:
            yield Lost(path, why, current / path, "adopt", current, "live")


def _ships_in(place: Workplace, release: RelPath, baseline: Baseline, path: str) -> bool:
    """True when something stands at or below PATH as RELEASE shipped it, before PATH was shared: it is older than what
    was written to `shared/` since, and must not win over that for being live again.
    """
    shipped = (entry for entry in baseline.entries.values() if RelPath(entry.path).is_within(path))
    files = (entry for entry in shipped if place.root.kind(release / entry.path) == entry.kind == FILE)
    return any(digest_of(place.root, release / entry.path) == entry.digest for entry in files)


def _parted(place: Workplace, release: RelPath, one: SharedPath, there: RelPath) -> Iterator[Lost]:
    """What RELEASE holds of a shared database that is shared without it; put back where that provably fits (G7)."""
    if one.kind != FILE:
        return
    for end in parted(place.root, release / one.path, there):
        here = release / (one.path + end)
        action = "adopt" if still_fits(place.root, here, there) else "listed"
        yield Lost(one.path + end, f"holds rows of `{one.path}`, which is shared without it", here, action, release)
    if is_orphan(place.root, there) and place.root.kind(release / main_of(one.path)) != FILE:
        yield Lost(one.path, "lies in `shared/` without its database", there, "listed")


def _in_retired(place: Workplace, record: ReleaseRecord, rules: Rules) -> Iterator[Lost]:
    """Data left in a release that is not live: at shared paths, and whatever its baseline does not explain."""
    if place.root.kind(record.path) != DIR:
        return
    baseline = baseline_of(place, record)
    for one in rules.shared:
        yield from _parted(place, record.path, one, place.bench.layout.in_shared(one.path))
    if baseline is not None:
        for path, why in sweep(place, record.path, rules, baseline=baseline).homeless.items():
            yield from _worth_telling(place, record, path, why, wins=NEWEST if record.activated else SHARED_WINS)
        return
    for path in _data_by_rule(place, record, rules):
        yield from _worth_telling(place, record, path, "lies in a release at a path for data")
    yield from _only_there(place, record, rules)


def _only_there(place: Workplace, record: ReleaseRecord, rules: Rules) -> Iterator[Lost]:
    """In a release of which nothing is known: what no rule names, is no code by its name, and is not live. It may be
    data that a deploy of another tool left behind: a person has to say.
    """
    current = place.survey.current
    for path in sweep(place, record.path, rules, baseline=Baseline({}, 0)).homeless:
        known = rules.classifier.ruling(path).rule != "default" or path.endswith(CODE_ENDINGS)
        if not known and current is not None and _is_alone(place, rules, record.path / path, path, current):
            yield Lost(path, "lies in an older release alone, and may be data", record.path / path, "listed")


def _is_alone(place: Workplace, rules: Rules, here: RelPath, path: str, current: RelPath) -> bool:
    """True where nothing is served at PATH, or less than HERE: a directory that is shared may lack what lies here."""
    if not place.root.has(current / path):
        return True
    return rules.is_shared(path) and place.root.kind(here) == DIR and _unseen(place, here, path)


def _data_by_rule(place: Workplace, record: ReleaseRecord, rules: Rules) -> list[str]:
    """Without a baseline: real content at paths that rules share, and what the live release lacks at paths that
    rules call data. Where only what happened made a path shared, nothing tells data from code.
    """
    ruled = [one.path for one in rules.shared if one.why not in (STRAY, FOUND)]
    paths = [path for path in ruled if place.root.kind(record.path / path) in (DIR, FILE)]
    empty = Baseline({}, 0)
    for path in sweep(place, record.path, rules, baseline=empty).homeless:
        said = rules.classifier.ruling(path)
        if said.care in ("shared", "seeded") and said.rule != "default" and path not in paths:
            paths.append(path)
    return paths


def _worth_telling(
    place: Workplace, record: ReleaseRecord, path: str, why: str, *, wins: str = SHARED_WINS
) -> Iterator[Lost]:
    """A finding, unless everything in it is served already."""
    here = record.path / path
    if main_of(path) and is_database(place.root, place.bench.layout.in_shared(main_of(path))):
        return  # told of with its database
    if place.root.kind(here) == DIR and not _unseen(place, here, path):
        return
    if place.root.kind(here) == FILE and same_file(place.root, here, place.bench.layout.in_shared(path)):
        return
    if place.root.kind(here) in (DIR, FILE):
        yield Lost(path, why, here, "adopt", record.path, wins)


def _unseen(place: Workplace, here: RelPath, path: str) -> bool:
    """True when the directory HERE holds a file whose content is not at its path in `shared/`."""
    there = place.bench.layout.in_shared(path)
    return any(
        kind == FILE and not same_file(place.root, here / below, there / below)
        for below, kind, _ in walk(place.root, here)
    )


def _in_attic(place: Workplace, rules: Rules, found: set[str]) -> Iterator[Lost]:
    """Displaced content: copied back where nothing stands now, else told of for a person to choose."""
    told: set[tuple[str, str]] = set()
    for note in reversed(entries(place.root)):
        path = note["path"]
        there = place.bench.layout.in_shared(path)
        if (path, note["reason"]) in told or place.root.kind(note["place"]) == "link":
            continue
        told.add((path, note["reason"]))
        served = place.root.has(there) or bool(companions(place.root, there)) or path in found
        alone = is_orphan(place.root, note["place"])  # a part of a database without it: never put back by itself
        free = not served and blocked_by(place.bench, path) is None and not _was_shipped(place, note)
        if free and not alone and note.get("care", SHARED) == SHARED and _is_data(place, rules, path):
            yield Lost(path, f"in the attic: {note['reason']}", note["place"], "copy")
        elif not same_file(place.root, note["place"], there):
            now = "another version is served" if place.root.has(there) else "nothing is served there from `shared/`"
            yield Lost(path, f"in the attic, {now}: {note['reason']}", note["place"], "listed")


def _was_shipped(place: Workplace, note: dict[str, Any]) -> bool:
    """True for a file that is as some release shipped it: nobody's data, and whoever took it away did not lose it."""
    if any(holds_rows(place.root, part) for part in members(note["place"])[1:]):
        return False  # a database with rows beside it
    seeds = {record.seeds.get(note["path"]) for record in place.survey.releases}
    return place.root.kind(note["place"]) == FILE and digest_of(place.root, note["place"]) in seeds


def _is_data(place: Workplace, rules: Rules, path: str) -> bool:
    """True for content that would be served from `shared/`: the live release ships nothing at PATH, and no rule calls
    it output of builds or the like (`vendor/cache` in `shared/` would make data of all of `vendor/`).
    """
    current = place.survey.current
    data = rules.classifier.ruling(path).care in (SHARED, SEEDED)
    free = current is not None and (place.bench.is_linked(current, path) or not place.root.has(current / path))
    return data and free
