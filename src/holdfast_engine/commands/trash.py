"""Emptying the trash of earlier operations, after one more look into it (G6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from holdfast_engine.commands.homing import Report, caches_then
from holdfast_engine.commands.undoing import AWAY
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.data import baseline as baselines
from holdfast_engine.data.baseline import Baseline
from holdfast_engine.data.seeds import RETIRED_SEED, SHIPPED
from holdfast_engine.data.sweep import stamp_of
from holdfast_engine.fs import attic
from holdfast_engine.fs.clock import settled
from holdfast_engine.fs.copy import digest_of, same_file
from holdfast_engine.fs.discard import Proof, empty_trash, stood_at, to_trash
from holdfast_engine.fs.probe import users_of
from holdfast_engine.fs.root import kind_of
from holdfast_engine.fs.walk import walk
from holdfast_engine.journal import log
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import NOTE, Record
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.state import records
from holdfast_engine.state.records import ReleaseRecord

Stamp = tuple[int, int, int, int]
Known = Callable[[str, RelPath, Stamp], bool]
"""True for a file, by path, place and stamp, that needs no copy in the attic."""


@dataclass(frozen=True)
class Emptying:
    """One look through the trash. USED says what processes have open."""

    place: Workplace
    operation: Operation
    report: Report
    used: dict[int, frozenset[str]]

    def run(self) -> None:
        """What earlier operations put into the trash is deleted, unless something uses it or it holds what is nowhere
        else: what a worker that had stayed in it wrote after it went there goes to the attic first.
        """
        for name in self.place.root.names(Layout.trash):
            if not name.startswith(self.operation.name):
                why = self._empty(name)
                if why:
                    self.report.warnings.append(f"`{name}` stays in the trash: {why}")

    def _empty(self, name: str) -> str:
        """Nothing when NAME is gone, else why it is not."""
        if users_of(self.used, Layout.trash / name):
            return "processes work in it"
        kind = _kind(name)
        release = self._release(kind)
        unread = self._last_look(name, kind, release)
        if unread:
            return f"`{unread}` in it may not be read"
        if not empty_trash(self.place.root, name):
            return "something in it could not be deleted"
        if release:
            spent = f"{release}.jsonl"
            to_trash(self.place.root, Layout.baselines / spent, spent, Proof(release, "its release is deleted"))
        return ""

    def _release(self, kind: str) -> str:
        """KIND when it was a release, known by the baseline that still waits for it and by its place being empty."""
        record = records.read(self.place.root, kind) if kind else None
        gone = record is None or not self.place.root.has(record.path)
        return kind if gone and kind and self.place.root.has(Layout.baselines / f"{kind}.jsonl") else ""

    def _last_look(self, name: str, kind: str, release: str) -> str:
        """Whatever in NAME is not known to be elsewhere is in the attic; returns what may not be read, if anything.

        Whatever it is and whether a baseline tells of it or not: what nothing explains is somebody's (G6, G11).
        """
        if name.endswith((".json", ".jsonl")):
            return ""  # our own record of a release, or its baseline
        known, reason = self._expectation(name, kind, release)
        unread: list[str] = []
        top = self._stood_at(name, kind)
        for path, place, stamp in self._files(Layout.trash / name, unread):
            if not known(top / path, place, stamp):
                self._keep(top / path, place, reason)
        return unread[0] if unread else ""

    def _stood_at(self, name: str, kind: str) -> RelPath:
        """Where NAME stood in its release: by its own name, or by the journal of the operation that merged it; empty
        for what has its path below it.
        """
        if kind != "merged":
            return stood_at(name.partition("~")[0])
        moves = [record.facts for record in self._journal(name)]
        stood = (facts["path"] for facts in moves if facts.get("target") == Layout.trash / name and "path" in facts)
        return RelPath(next(stood, ""))

    def _journal(self, name: str) -> tuple[Record, ...]:
        """What the operation wrote that put NAME here; nothing where its journal is gone or cannot be read."""
        try:
            return log.read(self.place.root, "-".join(name.split("-")[:2]))
        except Problem:
            return ()

    def _expectation(self, name: str, kind: str, release: str) -> tuple[Known, str]:
        if kind in ("merged", "mirror", "spent"):
            return _nothing, "written into a directory after it was merged into shared/"
        if kind.startswith(RETIRED_SEED):
            digest = kind[len(RETIRED_SEED) :]
            return lambda _path, place, _stamp: digest_of(self.place.root, place) == digest, (
                "written to a shipped file while a newer version took its place"
            )
        if kind.partition("@")[0] == SHIPPED:
            return self._is_seed, "written to a shipped file after it gave way to the shared one"
        undone, reason = self._undone(name), f"written into release {kind} after it was removed"
        return _either(undone, self._shipped(release) if release else self._is_elsewhere), reason

    def _is_seed(self, path: str, place: RelPath, _stamp: Stamp) -> bool:
        """True for content that some release shipped at a shared path."""
        return digest_of(self.place.root, place) in self._seeds or attic.holds(self.place.root, place, path)

    @cached_property
    def _seeds(self) -> frozenset[str]:
        every = (*records.read_all(self.place.root), *self._spent_records())
        return frozenset(digest for record in every for digest in record.seeds.values())

    def _spent_records(self) -> Iterator[ReleaseRecord]:
        """Records of releases that lie in the trash, as far as they can be read."""
        for name in self.place.root.names(Layout.trash):
            try:
                record = records.read_at(self.place.root, Layout.trash / name) if name.endswith(".json") else None
            except Problem:
                record = None
            if record is not None:
                yield record

    def _undone(self, name: str) -> Known:
        """What a release held when its deploy was undone, by the time that the journal says."""
        notes = (record.facts for record in self._journal(name) if record.kind == NOTE and AWAY in record.facts)
        at = next((facts["at_ns"] for facts in notes), 0)
        return lambda _path, _place, stamp: settled(max(stamp[1], stamp[2]), at=at)

    def _is_elsewhere(self, path: str, place: RelPath, _stamp: Stamp) -> bool:
        """True for content that is live, shared or kept under the same path: nothing tells what was shipped there."""
        root, current = self.place.root, self.place.survey.current
        twins = [self.place.bench.layout.in_shared(path), *([current / path] if current else [])]
        return any(same_file(root, place, twin) for twin in twins) or attic.holds(root, place, path)

    def _shipped(self, release: str) -> Known:
        baseline = baselines.read(self.place.root, release)
        if baseline is None:
            return self._is_elsewhere
        is_cache = self._caches_of(release, baseline)

        def known(path: str, place: RelPath, stamp: Stamp) -> bool:
            entry = baseline.get(path)
            if is_cache(path) or (entry is not None and baseline.proves(entry, stamp)):
                return True
            if entry is not None and digest_of(self.place.root, place) == entry.digest:
                return True
            return attic.holds(self.place.root, place, path)

        return known

    def _caches_of(self, release: str, baseline: Baseline) -> Callable[[str], bool]:
        """What was a cache to the release itself; without its record, which waits in the trash as well, nothing was."""
        name = f"{release}.json"
        record = records.read(self.place.root, release) or records.read_at(self.place.root, Layout.trash / name)
        if record is None or not record.framework:
            return lambda _path: False
        return caches_then(record, baseline.listing(), self.place.request.settings)

    def _files(self, top: RelPath, unread: list[str]) -> Iterator[tuple[str, RelPath, Stamp]]:
        itself = self.place.root.lstat(top)
        if itself is not None and kind_of(itself) == FILE:
            yield "", top, stamp_of(FILE, itself)
        for path, kind, status in list(walk(self.place.root, top, unreadable=unread)):
            if kind == FILE:
                yield path, top / path, stamp_of(kind, status)

    def _keep(self, path: str, source: RelPath, reason: str) -> None:
        operation = self.operation
        operation.move(what="keep", path=path, source=source)
        spot = attic.set_aside(
            self.place.root, source, path=path, operation=operation.name, reason=reason, at=operation.at
        )
        self.report.set_aside(path, spot, reason)


def _nothing(_path: str, _place: RelPath, _stamp: Stamp) -> bool:
    return False


def _either(one: Known, two: Known) -> Known:
    return lambda path, place, stamp: one(path, place, stamp) or two(path, place, stamp)


def _kind(name: str) -> str:
    """What trash item NAME is: a release's id, `merged`, `seed-DIGEST` …, after the operation's number and command."""
    number, _, rest = name.partition("-")
    return rest.partition("-")[2].partition("~")[0] if number.isdigit() and len(number) == 6 else ""
