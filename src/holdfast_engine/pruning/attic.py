"""What leaves the attic: what was kept for its time, and an elder copy of what lies there twice (G6)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import groupby
from typing import Any, NamedTuple

from holdfast_engine.data.baseline import now_ns
from holdfast_engine.fs import attic
from holdfast_engine.fs.discard import Proof, named_for, to_trash
from holdfast_engine.fs.durable import SyncFailed
from holdfast_engine.fs.processes import users_of
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.sets import belongs_to
from holdfast_engine.fs.walk import walk
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import AWAY
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.memory import Missing
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.sets import main_of, members
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.attic_retention import expiry, kept_for
from holdfast_engine.persistence.report import Report
from holdfast_engine.site.handle import Site

EXPIRED, DOUBLE, SHELF = "expired", "double", "shelf"
"""What in the trash comes from the attic, by the word in its name."""


class Leaving(NamedTuple):
    """One entry that may go: its PATH, its PLACE in the attic, WHAT it is, and WHY it may."""

    path: RelPath
    place: RelPath
    what: str
    why: str

    def to_json(self) -> dict[str, str]:
        return {"path": self.path, "place": self.place, "why": self.why}


def expired(site: Site, missing: Collection[Missing]) -> list[Leaving]:
    """What was kept for its time. What is MISSING from the site stays, for it may be the last copy; and what holds
    another entry that stays.
    """
    kept, notes = kept_for(site), _entries(site.root)
    why = f"it was kept for {kept}"
    with site.root.looking():
        ends = {note["place"]: expiry(site.root, note, kept) for note in notes}
    stay = {place for place, end in ends.items() if end is None or end > site.request.now}
    gone = [
        note
        for note in notes
        if note["place"] not in stay
        and not _is_missed(RelPath(note["path"]), missing)
        and not any(RelPath(place).is_within(note["place"]) for place in stay)
    ]
    return [Leaving(RelPath(note["path"]), note["place"], EXPIRED, why) for note in gone]


def _entries(root: Root) -> list[dict[str, Any]]:
    """Notes of what lies in the attic, in the order in which it was put there; of a database that on its main file."""
    with root.looking():
        found = [note for note in attic.notes(root) if isinstance(note.get("path"), str) and root.has(note["place"])]
    return [note for note in found if not (main_of(note["place"]) and belongs_to(root, note["place"]))]


def _is_missed(path: RelPath, missing: Collection[Missing]) -> bool:
    return any(path.is_within(one.path) or RelPath(one.path).is_within(path) for one in missing)


def doubles(root: Root, by: str = "") -> Iterator[tuple[Leaving, RelPath]]:
    """What lies in the attic a second time under its path, with the place of the newer copy. BY: only of what this
    operation put there.
    """
    notes = sorted(_entries(root), key=lambda note: str(note["path"]))
    for path, group in groupby(notes, key=lambda note: str(note["path"])):
        versions = list(group)
        newer: list[RelPath] = []
        for note in reversed(versions):
            among = newer if not by or versions[-1]["by"] == by else []
            twin = next((place for place in among if _equal(root, note["place"], place)), None)
            if twin is None:
                newer.append(note["place"])
            else:
                yield Leaving(RelPath(path), note["place"], DOUBLE, "a newer copy of it is kept"), twin


def _equal(root: Root, one: RelPath, two: RelPath) -> bool:
    """True for two entries with one content, of databases as a whole."""
    if RelPath(one).is_within(two) or RelPath(two).is_within(one) or not attic.same_content(root, one, two):
        return False
    pairs = list(zip(members(one)[1:], members(two)[1:]))
    return all(root.has(a) == root.has(b) and (not root.has(a) or attic.same_content(root, a, b)) for a, b in pairs)


@dataclass(frozen=True)
class Clearing:
    """One clean-up of the attic. USED says what processes have open; what they have stays."""

    site: Site
    operation: Operation
    report: Report
    used: dict[int, frozenset[str]]

    def run(self, missing: Collection[Missing], *, all_doubles: bool) -> None:
        """What may go lies in the trash, where a later operation looks at it once more and deletes it."""
        gone = expired(self.site, missing)
        if gone:
            self.operation.note(**{AWAY: Layout.attic, "at_ns": now_ns()})
        for leaving in gone:
            if self._leaves(leaving):
                self.report.expired.append(leaving.to_json())
        for leaving, twin in list(doubles(self.site.root, "" if all_doubles else self.operation.name)):
            if self._leaves(leaving):
                self.report.lies_at(leaving.place, twin)
        self._drop_spent_shelves()

    def _leaves(self, leaving: Leaving) -> bool:
        root, every = self.site.root, [one for one in members(leaving.place) if self.site.root.has(one)]
        why = "processes work in it" if any(users_of(self.used, one) for one in every) else ""
        try:
            for place in () if why else every:
                self._to_trash(leaving, place)
        except SyncFailed:
            raise  # final: nothing that ends well may follow it (G1)
        except OSError as error:
            why = str(error.strerror)
        if why:
            self.report.warnings.append(f"`{leaving.place}` stays in the attic: {why}")
        return not (why or root.has(leaving.place))

    def _to_trash(self, leaving: Leaving, place: RelPath) -> None:
        path = leaving.path + place[len(leaving.place) :]
        self.operation.move(what="trash", path=path, source=place)
        name = named_for(self.site.root, f"{self.operation.name}-{leaving.what}", path)
        to_trash(self.site.root, place, name, Proof(leaving.path, leaving.why))

    def _drop_spent_shelves(self) -> None:
        """A shelf that holds notes alone, on what is gone, is in the trash."""
        root = self.site.root
        for name in root.names(Layout.attic):
            shelf = Layout.attic / name
            files = (path for path, kind, _ in walk(root, shelf, unreadable=[]) if kind != "dir")
            if name != self.operation.name and all(path == attic.NOTES for path in files) and not self._noted(name):
                to_trash(root, shelf, f"{self.operation.name}-{SHELF}", Proof(shelf, "it is empty"))

    def _noted(self, operation: str) -> bool:
        return any(note["operation"] == operation for note in _entries(self.site.root))
