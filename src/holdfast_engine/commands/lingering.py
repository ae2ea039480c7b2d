"""Releases that are not live and were written to: by a worker that stayed, or before somebody switched by hand."""

from __future__ import annotations

import errno
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Optional

from holdfast_engine.commands import counting
from holdfast_engine.commands.homing import Homing, baseline_of, sweep
from holdfast_engine.commands.rules import Rules
from holdfast_engine.commands.unrecorded import pruned
from holdfast_engine.commands.workplace import Workplace, words
from holdfast_engine.data import baseline as baselines
from holdfast_engine.data.baseline import Baseline
from holdfast_engine.data.links import place_link
from holdfast_engine.data.moved import NEWEST
from holdfast_engine.data.sweep import Found
from holdfast_engine.fs import attic
from holdfast_engine.fs.copy import digest_of
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.state import looked, records
from holdfast_engine.state.records import ReleaseRecord

NOTHING = Baseline({}, 0)
"""What a release that was pruned ships now."""
REFUSED = (errno.EACCES, errno.EPERM, errno.EBUSY, errno.EXDEV, errno.ENOTEMPTY)
"""How moving what is another user's, a mount point or in an image ends: it was not moved, and stays where it is."""


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


def look(place: Workplace, rules: Rules, *, but: Collection[RelPath] = ()) -> tuple[Lingering, ...]:
    """Every release that was live, is not, and changed since it was last looked through. RULES are those of what is
    served from now on; BUT are releases that are looked at by other means. Nothing is changed.

    An unchanged one costs one call for each of its directories, and no baseline is read. The directory of one that was
    pruned, made anew by whoever stayed in it, is looked through each time.
    """
    return tuple(_Looking(place, rules).through(but))


@dataclass(frozen=True)
class _Looking:
    place: Workplace
    rules: Rules
    read: dict[str, Optional[Baseline]] = field(default_factory=dict)

    def through(self, but: Collection[RelPath]) -> Iterator[Lingering]:
        for record in reversed(self.place.survey.releases):
            if record.activated and record.path not in (self.place.survey.current, *but):
                found = self._look_into(record)
                if found is not None:
                    yield found
        for record in pruned(self.place):
            yield Lingering(record, sweep(self.place, record.path, self.rules, baseline=NOTHING), baselines.now_ns())

    def _look_into(self, record: ReleaseRecord) -> Optional[Lingering]:
        place, taken = self.place, baselines.now_ns()
        known = looked.is_unchanged(place.root, record.id, record.path)
        if (known and record.state != records.ACTIVE) or place.root.kind(record.path) != DIR:
            return None
        baseline = self._baseline(record)
        if baseline is None:  # nothing tells what it shipped: `recover` shows it to a person
            return None
        found = sweep(place, record.path, self.rules, baseline=baseline)
        homeless = {path: why for path, why in found.homeless.items() if not self._is_known(record, path)}
        return Lingering(record, replace(found, homeless=homeless), taken)

    def _baseline(self, record: ReleaseRecord) -> Optional[Baseline]:
        if record.id not in self.read:
            self.read[record.id] = baseline_of(self.place, record)
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
        if self.place.root.kind(here) not in (FILE, DIR):
            return False
        below = [inner for inner, kind, _ in walk(self.place.root, here, unreadable=[]) if kind != DIR]
        files = [path] if self.place.root.kind(here) == FILE else [f"{path}/{inner}" for inner in below]
        return bool(files) and all(self._is_file_known(record, one) for one in files)

    def _is_file_known(self, record: ReleaseRecord, path: str) -> bool:
        here = record.path / path
        if self.place.root.kind(here) != FILE:
            return False
        return attic.holds(self.place.root, here, path) or digest_of(self.place.root, here) in self._shipped_at(path)

    def _shipped_at(self, path: str) -> set[str]:
        known = (self._baseline(record) for record in self.place.survey.releases)
        return {entry.digest for one in known if one for entry in (one.get(path),) if entry and entry.kind == FILE}


def homeless(looks: Iterable[Lingering]) -> dict[str, tuple[str, str]]:
    """What is to come home, by path: the release that holds it, and why. Of two releases the newer one is named."""
    found: dict[str, tuple[str, str]] = {}
    for one in looks:
        for path, why in one.found.homeless.items():
            found.setdefault(path, (one.record.id, why))
    return found


def coming(place: Workplace, looks: Iterable[Lingering]) -> int:
    """How many files will be counted in `shared/` that are not there yet."""
    return sum(_readable(place, one) for one in looks)


def _readable(place: Workplace, one: Lingering) -> int:
    """Nothing where another user's directory keeps us out: it is told of when it cannot be moved."""
    try:
        return counting.coming(place, one.record.path, one.found.homeless)
    except PermissionError:
        return 0


def bring(homing: Homing, looks: Iterable[Lingering]) -> None:
    """What was found is in `shared/`, of two versions the one that was saved last, the other one in the attic.

    What may not be moved is told of and left: it must not keep any command from working. Where nothing had to come
    home, that is noted, so that the next look is quick.
    """
    every = tuple(looks)
    for one in every:
        _bring_from(homing, one)
    note(homing.place, every)


def note(place: Workplace, looks: Iterable[Lingering]) -> None:
    """What was looked through and holds nothing is noted; no note is left of releases that are live or gone: the one is
    written to in place, the other's name may come again.
    """
    for one in looks:
        if not one.found.homeless:
            looked.note(place.root, one.record.id, one.found.directories, taken=one.taken)
    looked.keep_only(place.root, [one.id for one in place.survey.releases if one.path != place.survey.current])


def _bring_from(homing: Homing, one: Lingering) -> None:
    found = Found(homeless=one.found.homeless)
    if one.was_left:  # what it held is what was seen last: its edits of code are kept as of any release that is left
        found = replace(found, displaced=one.found.displaced, spared=one.found.spared)
    try:
        homing.bring(one.record.path, found, wins=NEWEST)
    except (Problem, OSError) as error:
        _require_refusal(error)
        for path, why in one.found.homeless.items():
            _bring_alone(homing, one.record.path, path, why)


def _bring_alone(homing: Homing, release: RelPath, path: str, why: str) -> None:
    try:
        homing.bring(release, Found(homeless={path: why}), wins=NEWEST)
    except (Problem, OSError) as error:
        _require_refusal(error)
        said = error.message if isinstance(error, Problem) else words(error)
        homing.report.left.append(f"`{release / path}` {why} and could not be brought home: {said}")


def _require_refusal(error: BaseException) -> None:
    """ERROR, unless it says that something may not be moved."""
    refused = error.code == "no-permission" if isinstance(error, Problem) else getattr(error, "errno", 0) in REFUSED
    if not refused:
        raise error


def serve(homing: Homing, live: RelPath, rules: Rules, paths: Collection[str]) -> None:
    """What came home at PATHS is linked in LIVE where nothing stands; what it ships itself is left as it is.

    No other path is looked at: a link that is missing there is one that the application removed.
    """
    bench = homing.place.bench
    for one in rules.shared:
        here = RelPath(one.path)
        came = any(here.is_within(path) or RelPath(path).is_within(here) for path in paths)
        if not came or not bench.root.has(bench.layout.in_shared(here)) or bench.is_served(live, here):
            continue
        if bench.root.obstacle((live / here).parent) is None and not bench.root.has(live / here):
            place_link(bench, live, here, bench.text(live, here))
