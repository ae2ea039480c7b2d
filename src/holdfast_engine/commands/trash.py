"""Emptying the trash of earlier operations, after one more look into it (G6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Optional

from holdfast_engine.commands.homing import Report, caches_then
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.data import baseline as baselines
from holdfast_engine.data.baseline import Baseline
from holdfast_engine.data.seeds import RETIRED_SEED
from holdfast_engine.data.sweep import stamp_of
from holdfast_engine.fs import attic
from holdfast_engine.fs.copy import digest_of
from holdfast_engine.fs.discard import Proof, empty_trash, to_trash
from holdfast_engine.fs.probe import users_of
from holdfast_engine.fs.walk import walk
from holdfast_engine.journal import log
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.state import records

Known = Callable[[str, RelPath, tuple[int, int, int, int]], bool]
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
        """Whatever in NAME is not known to be elsewhere is in the attic; returns what may not be read, if anything."""
        known, reason = self._expectation(kind, release)
        if known is None:
            return ""
        unread: list[str] = []
        top = self._stood_at(name) if kind == "merged" else RelPath("")
        for path, place, stamp in self._files(Layout.trash / name, unread):
            if not known(path, place, stamp):
                self._keep(top / path, place, reason)
        return unread[0] if unread else ""

    def _stood_at(self, name: str) -> RelPath:
        """Where the merged directory NAME stood in its release, by the journal of the operation that merged it."""
        operation = "-".join(name.split("-")[:2])
        moves = [record.facts for record in log.read(self.place.root, operation)]
        stood = (facts["path"] for facts in moves if facts.get("target") == Layout.trash / name and "path" in facts)
        return RelPath(next(stood, ""))

    def _expectation(self, kind: str, release: str) -> tuple[Optional[Known], str]:
        if release:
            return self._shipped(release), f"written into release {release} after it was removed"
        if kind == "merged":
            return _nothing, "written into a directory after it was merged into shared/"
        if kind.startswith(RETIRED_SEED):
            digest = kind[len(RETIRED_SEED) :]
            return lambda _path, place, _stamp: digest_of(self.place.root, place) == digest, (
                "written to a shipped file while a newer version took its place"
            )
        return None, ""

    def _shipped(self, release: str) -> Optional[Known]:
        baseline = baselines.read(self.place.root, release)
        if baseline is None:
            return None
        is_cache = self._caches_of(release, baseline)

        def known(path: str, place: RelPath, stamp: tuple[int, int, int, int]) -> bool:
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

    def _files(self, top: RelPath, unread: list[str]) -> Iterator[tuple[str, RelPath, tuple[int, int, int, int]]]:
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


def _nothing(_path: str, _place: RelPath, _stamp: tuple[int, int, int, int]) -> bool:
    return False


def _kind(name: str) -> str:
    """What trash item NAME is: a release's id, `merged`, `seed-DIGEST` …, after the operation's number and command."""
    number, _, rest = name.partition("-")
    return rest.partition("-")[2].partition("~")[0] if number.isdigit() and len(number) == 6 else ""
