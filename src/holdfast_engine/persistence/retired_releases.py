"""Releases that are not live and were written to: by a worker that stayed, or before somebody switched by hand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import field, replace
from functools import partial
from typing import Optional

from holdfast_engine.data import baseline as baselines
from holdfast_engine.data.baseline import Baseline, baseline_of
from holdfast_engine.data.found import Found
from holdfast_engine.data.moved import NEWEST
from holdfast_engine.fs import attic
from holdfast_engine.fs.copy import digest_of
from holdfast_engine.fs.refusals import words_of
from holdfast_engine.fs.walk import walk
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import MOVE, Record
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence import census
from holdfast_engine.persistence.adopt import Adopter
from holdfast_engine.persistence.carrier import Carrier
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.persistence.shipped import rules_now
from holdfast_engine.persistence.strays import sweep, was_taken_away
from holdfast_engine.persistence.unrecorded import pruned
from holdfast_engine.site import looked, records
from holdfast_engine.site.handle import Site
from holdfast_engine.site.host_errors import REFUSED
from holdfast_engine.site.links import place_link
from holdfast_engine.site.records import ReleaseRecord

NOTHING = Baseline({}, 0)
"""What a release that was pruned ships now."""


@dataclass(frozen=True)
class Lingering:
    """One release that was looked through at TAKEN, and what is to come home from it."""

    record: ReleaseRecord
    found: Found
    taken: int

    @property
    def was_left(self) -> bool:
        """True for what its record calls active: somebody switched `current` without us."""
        return self.record.state == records.ACTIVE


def look(site: Site, rules: Rules, *, but: Collection[RelPath] = ()) -> tuple[Lingering, ...]:
    """Every release that was live, is not, and changed since it was last looked through. RULES are those of what is
    served from now on; BUT are releases that are looked at by other means. Nothing is changed.

    An unchanged one costs one call for each of its directories, and no baseline is read. The directory of one that was
    pruned, made anew by whoever stayed in it, is looked through each time.
    """
    return tuple(_Looking(site, rules).through(but))


@dataclass(frozen=True)
class _Looking:
    site: Site
    rules: Rules
    read: dict[str, Optional[Baseline]] = field(default_factory=dict)

    def through(self, but: Collection[RelPath]) -> Iterator[Lingering]:
        for record in reversed(self.site.survey.releases):
            if record.activated and record.path not in (self.site.survey.current, *but):
                found = self._look_into(record)
                if found is not None:
                    yield found
        for record in pruned(self.site):
            yield Lingering(record, sweep(self.site, record.path, self.rules, baseline=NOTHING), baselines.now_ns())

    def _look_into(self, record: ReleaseRecord) -> Optional[Lingering]:
        site, taken = self.site, baselines.now_ns()
        known = looked.is_unchanged(site.root, record.id, record.path)
        if (known and record.state != records.ACTIVE) or site.root.kind(record.path) != DIR:
            return None
        baseline = self._baseline(record)
        if baseline is None:  # nothing tells what it shipped: `recover` shows it to a person
            return None
        found = sweep(site, record.path, self.rules, baseline=baseline)
        return Lingering(record, self._unknown(record, found), taken)

    def _unknown(self, record: ReleaseRecord, found: Found) -> Found:
        unknown = found.without(partial(self._is_known, record))
        return replace(unknown, displaced=found.displaced, leftover_output=found.leftover_output)

    def _baseline(self, record: ReleaseRecord) -> Optional[Baseline]:
        if record.id not in self.read:
            self.read[record.id] = baseline_of(self.site, record)
        return self.read[record.id]

    def _is_known(self, record: ReleaseRecord, path: str) -> bool:
        """True for what was kept or replaced when its time was over: an edit of code that a later release dropped must
        not come back. Every file of it lies in the attic, or was shipped by another release, at the same path.
        """
        try:
            return self._is_whole_known(record, path)
        except PermissionError:
            return False

    def _is_whole_known(self, record: ReleaseRecord, path: str) -> bool:
        here = record.path / path
        if self.site.root.kind(here) not in (FILE, DIR):
            return False
        below = [inner for inner, kind, _ in walk(self.site.root, here, unreadable=[]) if kind != DIR]
        files = [path] if self.site.root.kind(here) == FILE else [f"{path}/{inner}" for inner in below]
        return bool(files) and all(self._is_file_known(record, one) for one in files)

    def _is_file_known(self, record: ReleaseRecord, path: str) -> bool:
        here = record.path / path
        if self.site.root.kind(here) != FILE:
            return False
        if was_taken_away(self.site, record.path, path) or attic.holds(self.site.root, here, path):
            return True
        return digest_of(self.site.root, here) in self._shipped_at(path)

    def _shipped_at(self, path: str) -> set[str]:
        known = (self._baseline(record) for record in self.site.survey.releases)
        return {entry.digest for one in known if one for entry in (one.get(path),) if entry and entry.kind == FILE}


def to_adopt(looks: Iterable[Lingering]) -> dict[str, tuple[str, str]]:
    """What is to come home, by path: the release that holds it, and why. Of two releases the newer one is named."""
    found: dict[str, tuple[str, str]] = {}
    for one in looks:
        for path, why in (*one.found.to_adopt.items(), *one.found.to_carry.items()):
            found.setdefault(path, (one.record.id, why))
    return found


def coming(site: Site, looks: Iterable[Lingering]) -> int:
    """How many files will be counted in `shared/` that are not there yet."""
    return sum(_readable(site, one) for one in looks)


def _readable(site: Site, one: Lingering) -> int:
    """Nothing where another user's directory keeps us out: it is told of when it cannot be moved."""
    try:
        return census.coming(site, one.record.path, one.found.to_adopt)
    except PermissionError:
        return 0


def bring(adopter: Adopter, looks: Iterable[Lingering]) -> None:
    """What was found is in `shared/`, of two versions the one that was saved last, the other one in the attic.

    What may not be moved is told of and left: it must not keep any command from working. Where nothing had to come
    home, that is noted, so that the next look is quick.
    """
    every = tuple(looks)
    for one in every:
        _bring_from(adopter, one)
    note(adopter.site, every)


def note(site: Site, looks: Iterable[Lingering]) -> None:
    """What was looked through and holds nothing is noted; no note is left of releases that are live or gone: the one is
    written to in place, the other's name may come again.
    """
    for one in looks:
        if not (one.found.to_adopt or one.found.to_carry):
            looked.note(site.root, one.record.id, one.found.directories, taken=one.taken)
    looked.keep_only(site.root, [one.id for one in site.survey.releases if one.path != site.survey.current])


def _bring_from(adopter: Adopter, one: Lingering) -> None:
    _carry_home(adopter, one)
    found = Found(to_adopt=one.found.to_adopt)
    if one.was_left:  # what it held is what was seen last: its edits of code are kept as of any release that is left
        found = replace(found, displaced=one.found.displaced, leftover_output=one.found.leftover_output)
    try:
        adopter.bring(one.record.path, found, wins=NEWEST)
    except (Problem, OSError) as error:
        _require_refusal(error)
        for path, why in one.found.to_adopt.items():
            _bring_alone(adopter, one.record.path, path, why)


def _carry_home(adopter: Adopter, one: Lingering) -> None:
    """What goes along as it is stands in the live release; where none is live, in its own."""
    live = adopter.site.survey.current
    if live is not None and live != one.record.path:
        Carrier(adopter.site, adopter.operation, adopter.report).home(one.record, live, one.found)


def _bring_alone(adopter: Adopter, release: RelPath, path: str, why: str) -> None:
    try:
        adopter.bring(release, Found(to_adopt={path: why}), wins=NEWEST)
    except (Problem, OSError) as error:
        _require_refusal(error)
        said = error.message if isinstance(error, Problem) else words_of(error)
        adopter.report.unmoved.append(f"`{release / path}` {why} and could not be moved into the site: {said}")


def _require_refusal(error: BaseException) -> None:
    """ERROR, unless it says that something may not be moved."""
    refused = error.code == "no-permission" if isinstance(error, Problem) else getattr(error, "errno", 0) in REFUSED
    if not refused:
        raise error


def serve(adopter: Adopter, live: RelPath, rules: Rules, paths: Collection[str]) -> None:
    """What came home at PATHS is linked in LIVE where nothing stands; what it ships itself is left as it is.

    No other path is looked at: a link that is missing there is one that the application removed.
    """
    links = adopter.site.links
    for one in rules.shared:
        here = RelPath(one.path)
        came = any(here.is_within(path) or RelPath(path).is_within(here) for path in paths)
        if not came or not links.root.has(links.layout.in_shared(here)) or links.is_served(live, here):
            continue
        if links.root.obstacle((live / here).parent) is None and not links.root.has(live / here):
            place_link(links, live, here, links.text(live, here))


def serve_finished(site: Site, operation: Operation, history: Iterable[Record]) -> None:
    """What an interrupted operation brought home from elsewhere is linked in the live release: no later look finds it
    there a second time.
    """
    live = site.refresh().current
    moves = [record.facts for record in history if record.kind == MOVE and record.facts["what"] in ("adopt", "carry")]
    paths = {facts["path"] for facts in moves if facts["release"] != live}
    if live is not None and paths and site.root.kind(live) == DIR:
        serve(Adopter(site, operation, Report()), live, rules_now(site), paths)
