"""Emptying the trash of earlier operations, after one more check (G6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from shlex import quote
from typing import Any

from holdfast_engine.data import baseline as baselines
from holdfast_engine.data.baseline import Baseline
from holdfast_engine.data.explained import stamp_of
from holdfast_engine.data.seeds import RETIRED_SEED, SHIPPED
from holdfast_engine.fs import attic
from holdfast_engine.fs.clock import settled
from holdfast_engine.fs.copy import digest_of, same_file
from holdfast_engine.fs.discard import Proof, empty_trash, stood_at, to_trash
from holdfast_engine.fs.place import is_same
from holdfast_engine.fs.probe import is_immutable
from holdfast_engine.fs.processes import users_of
from holdfast_engine.fs.root import kind_of
from holdfast_engine.fs.walk import walk
from holdfast_engine.journal import log
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import AWAY, NOTE, Record
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import FILE
from holdfast_engine.model.manifest import Stamp
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.strays import caches_then
from holdfast_engine.pruning.attic import DOUBLE, EXPIRED, SHELF
from holdfast_engine.site import records
from holdfast_engine.site.bases import base_of
from holdfast_engine.site.handle import Site
from holdfast_engine.site.records import ReleaseRecord

Known = Callable[[str, RelPath, Stamp], bool]
"""True for a file, by path, place and stamp, that needs no copy in the attic."""


@dataclass(frozen=True)
class Emptying:
    """One look through the trash. USED says what processes have open."""

    site: Site
    operation: Operation
    report: Report
    used: dict[int, frozenset[str]]

    def run(self) -> None:
        """What earlier operations put into the trash is deleted, unless something uses it or it holds what is nowhere
        else: what a worker that had stayed in it wrote after it went there goes to the attic first.
        """
        for name in self.site.root.names(Layout.trash):
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
        if self.site.root.has(Layout.trash / name) and not empty_trash(self.site.root, name):
            return self._what_stays(Layout.trash / name)
        if release:
            spent = f"{release}.jsonl"
            to_trash(self.site.root, Layout.baselines / spent, spent, Proof(release, "its release is deleted"))
        return ""

    def _what_stays(self, top: RelPath) -> str:
        """Why something at TOP could not be deleted: the first that is immutable, with the command that ends it."""
        root = self.site.root
        every = (RelPath(""), *(RelPath(path) for path, _, _ in walk(root, top, unreadable=[])))
        frozen = next((path for path in every if is_immutable(root, top / path)), None)
        if frozen is None:
            return "something in it could not be deleted"
        thaw = f"chattr -ia {quote(root.absolute(top / frozen))}"
        return f"`{frozen or '.'}` in it is immutable; `{thaw}`, and the next clean-up deletes it"

    def _release(self, kind: str) -> str:
        """KIND when it was a release, known by the baseline that still waits for it and by its place being empty."""
        record = records.read(self.site.root, kind) if kind else None
        gone = record is None or not self.site.root.has(record.path)
        return kind if gone and kind and self.site.root.has(Layout.baselines / f"{kind}.jsonl") else ""

    def _last_look(self, name: str, kind: str, release: str) -> str:
        """Whatever in NAME is not known to be elsewhere is in the attic; returns what may not be read, if anything.

        Whatever it is and whether a baseline tells of it or not: what nothing explains is somebody's (G6, G11).
        """
        if self._is_record(name) or self._is_baseline(name):
            return ""
        known, reason = self._expectation(name, kind, release)
        unread: list[str] = []
        top = self._stood_at(name, kind)
        for path, place, stamp in self._files(Layout.trash / name, unread):
            if not (self._goes_along(top / path, place, stamp) or known(top / path, place, stamp)):
                self._keep(top / path, place, reason)
        return unread[0] if unread else ""

    def _goes_along(self, path: RelPath, place: RelPath, stamp: Stamp) -> bool:
        """True for one of several names of a file that was carried: it is live, at its path or where the application
        moved it, or has its second name, which keeps what was deleted; and it loses this name.
        """
        root, current = self.site.root, self.site.survey.current
        live = root.lstat(current / path) if current is not None else None
        at_its_path = live is not None and kind_of(live) == FILE and live.st_ino == stamp[3]
        return at_its_path or stamp[3] in self._carried or is_same(root, place, Layout.second_names / path)

    @cached_property
    def _carried(self) -> frozenset[int]:
        """Each has a second name, whatever became of it in the live release since."""
        active = self.site.survey.active
        base = base_of(self.site, active.id) if active is not None else {}
        return frozenset(one.inode for one in base.values() if one.kind == FILE)

    def _is_record(self, name: str) -> bool:
        """Our own record of a release: under no operation's number, and by what it says of itself; a file of an
        application may have any ending.
        """
        release = _own(name, ".json")
        try:
            record = records.read_at(self.site.root, Layout.trash / name) if release else None
        except Problem:
            return False  # nothing tells whose it is: what it holds is kept
        return record is not None and record.id == release

    def _is_baseline(self, name: str) -> bool:
        release = _own(name, ".jsonl")
        content = self.site.root.read(Layout.trash / name) if release else None
        return content is not None and baselines.is_of(release, content)

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
            return log.read(self.site.root, "-".join(name.split("-")[:2]))
        except Problem:
            return ()

    def _expectation(self, name: str, kind: str, release: str) -> tuple[Known, str]:
        if kind in ("merged", "mirror", "spent"):
            return _nothing, "written into a directory after it was merged into shared/"
        if kind.startswith(RETIRED_SEED):
            digest = kind[len(RETIRED_SEED) :]
            return lambda _path, place, _stamp: digest_of(self.site.root, place) == digest, (
                "written to a shipped file while a newer version took its place"
            )
        word = kind.partition("@")[0]
        if word == EXPIRED:
            return self._rested(name), "written to after it had left the attic"
        if word == SHELF:
            return (
                lambda path, _place, _stamp: path == attic.NOTES,
                "written into a directory of the attic after it was emptied",
            )
        if word == DOUBLE:
            return self._is_elsewhere, "written to after a newer copy of it was kept"
        if word == SHIPPED:
            return self._is_seed, "written to a shipped file after the shared one replaced it"
        undone, reason = self._undone(name), f"written into release {kind} after it was removed"
        return _either(undone, self._shipped(release) if release else self._is_elsewhere), reason

    def _is_seed(self, path: str, place: RelPath, _stamp: Stamp) -> bool:
        """True for content that some release shipped at a shared path."""
        return digest_of(self.site.root, place) in self._seeds or attic.holds(self.site.root, place, path)

    @cached_property
    def _seeds(self) -> frozenset[str]:
        every = (*records.read_all(self.site.root), *self._spent_records())
        return frozenset(digest for record in every for digest in record.seeds.values())

    def _spent_records(self) -> Iterator[ReleaseRecord]:
        """Records of releases that lie in the trash, as far as they can be read."""
        for name in self.site.root.names(Layout.trash):
            record = records.read_at(self.site.root, Layout.trash / name) if self._is_record(name) else None
            if record is not None:
                yield record

    def _rested(self, name: str) -> Known:
        """What nobody wrote to since it left the attic, by the time that the journal says; moving the file itself made
        its ctime newer.
        """
        untouched, top = self._undone(name), Layout.trash / name

        def known(path: str, place: RelPath, stamp: Stamp) -> bool:
            return untouched(path, place, (*stamp[:2], 0, stamp[3]) if place == top else stamp)

        return known

    def _undone(self, name: str) -> Known:
        """What a release held when its deploy was undone, by the time that the journal says."""
        notes = (record.facts for record in self._journal(name) if record.kind == NOTE and AWAY in record.facts)
        at = next((facts["at_ns"] for facts in notes), 0)
        return lambda _path, _place, stamp: settled(max(stamp[1], stamp[2]), at=at)

    def _is_elsewhere(self, path: str, place: RelPath, _stamp: Stamp) -> bool:
        """True for content that is live, shared or kept under the same path: nothing tells what was shipped there."""
        root, current = self.site.root, self.site.survey.current
        twins = [self.site.links.layout.in_shared(path), *([current / path] if current else [])]
        return any(same_file(root, place, twin) for twin in twins) or attic.holds(root, place, path)

    def _shipped(self, release: str) -> Known:
        baseline = baselines.read(self.site.root, release)
        if baseline is None:
            return self._is_elsewhere
        is_cache = self._caches_of(release, baseline)

        def known(path: str, place: RelPath, stamp: Stamp) -> bool:
            entry = baseline.get(path)
            if is_cache(path) or (entry is not None and baseline.proves(entry, stamp)):
                return True
            if entry is not None and digest_of(self.site.root, place) == entry.digest:
                return True
            return attic.holds(self.site.root, place, path)

        return known

    def _caches_of(self, release: str, baseline: Baseline) -> Callable[[str], bool]:
        """What was a cache to the release itself; without its record, which waits in the trash as well, nothing was."""
        name = f"{release}.json"
        record = records.read(self.site.root, release) or records.read_at(self.site.root, Layout.trash / name)
        if record is None or not record.framework:
            return lambda _path: False
        return caches_then(record, baseline.listing(), self.site.request.settings)

    def _files(self, top: RelPath, unread: list[str]) -> Iterator[tuple[str, RelPath, Stamp]]:
        itself = self.site.root.lstat(top)
        if itself is not None and kind_of(itself) == FILE:
            yield "", top, stamp_of(FILE, itself)
        for path, kind, status in list(walk(self.site.root, top, unreadable=unread)):
            if kind == FILE:
                yield path, top / path, stamp_of(kind, status)

    def _keep(self, path: str, source: RelPath, reason: str) -> None:
        operation = self.operation
        operation.move(what="keep", path=path, source=source)
        about: dict[str, Any] = {"path": path, "operation": operation.name, "reason": reason, "at": operation.at}
        try:
            spot = attic.set_aside(self.site.root, source, **about)
        except PermissionError:  # immutable, or another user's: a copy is kept, and the trash keeps the rest
            spot = attic.keep_copy(self.site.root, source, **about)
        self.report.set_aside(path, spot, reason)


def _nothing(_path: str, _place: RelPath, _stamp: Stamp) -> bool:
    return False


def _either(one: Known, two: Known) -> Known:
    return lambda path, place, stamp: one(path, place, stamp) or two(path, place, stamp)


def _own(name: str, ending: str) -> str:
    """The release that NAME, of a file of our own with this ENDING, speaks of; empty for what an operation named."""
    plain = name.partition("~")[0]
    return plain[: -len(ending)] if plain.endswith(ending) and not _kind(name) else ""


def _kind(name: str) -> str:
    """What trash item NAME is: a release's id, `merged`, `seed-DIGEST` …, after the operation's number and command."""
    number, _, rest = name.partition("-")
    return rest.partition("-")[2].partition("~")[0] if number.isdigit() and len(number) == 6 else ""
