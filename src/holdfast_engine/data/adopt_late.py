"""What was written while data came home: to an original that was copied, or into a directory up to its exchange."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Optional, TypeVar
from zlib import crc32

from holdfast_engine.data.adopt_sets import SetAdoption
from holdfast_engine.data.moved import LIVE, SHARED
from holdfast_engine.fs.access import make_like
from holdfast_engine.fs.copy import copy_tree, same_file
from holdfast_engine.fs.discard import Proof, free_in_trash, to_trash
from holdfast_engine.fs.place import change_places, move
from holdfast_engine.fs.probe import may_change_places, waiting_place
from holdfast_engine.fs.sets import is_database
from holdfast_engine.fs.walk import walk
from holdfast_engine.model import reasons
from holdfast_engine.model.paths import RelPath, link_text
from holdfast_engine.model.sets import main_of

T = TypeVar("T")
LOOKS = 50
"""How often a name that the application changes under our hands is looked at anew."""


def look_again(act: Callable[[str], T], path: str) -> T:
    """ACT of PATH, begun anew where the application made, replaced or removed a name while we looked.

    Each act goes on from what it finds, as after a crash. How often is bounded: a name that
    is never to be had is somebody's mistake, and is told.
    """
    for _ in range(LOOKS - 1):
        try:
            return act(path)
        except (FileExistsError, FileNotFoundError):
            continue
    return act(path)


class LateAdoption(SetAdoption):
    """The part of an adoption that looks once more at what stood aside."""

    def _aside(self, source: RelPath, path: str, reason: str) -> None:
        raise NotImplementedError

    def follow_up(self, spot: RelPath, path: str, wanted: Optional[Callable[[str], bool]] = None) -> None:
        """What changed in the original at SPOT while it was copied is served as well, unless what is served is newer:
        it may have been written through the link already, and the original stays in the attic (G2).

        Idempotent: after a crash it goes on with what lies at SPOT. A later look brings the files that are WANTED, by
        path: a process that had the original open may have gone on writing to it.
        """
        if self.wins != LIVE:  # nothing was shared here: only the original and what was made of its copy count
            replace(self, wins=LIVE).follow_up(spot, path, wanted)
            return
        there = self.links.layout.in_shared(path)
        below = [(found, kind) for found, kind, _ in walk(self.links.root, spot)]
        for inner, kind in [*below, ("", self.links.root.kind(spot) or "")]:
            if self._is_part(spot / inner) or (wanted is not None and not wanted(spot / inner)):
                continue
            if kind == "file" or (kind == "link" and not self.links.root.has(there / inner)):
                look_again(partial(self._bring_late, spot, path, kind), inner)
        self.moved.copied.append((path, spot))

    def late_arrivals(self, spot: RelPath, path: str) -> None:
        """What was written into the old directory up to the exchange comes home too; then only links are left of it.

        Idempotent: after a crash it goes on with what still lies at SPOT.
        """
        there, left = self.links.layout.in_shared(path), False
        for below, kind, _ in list(walk(self.links.root, spot)):
            text = link_text(self.release / path / below, there / below)
            if kind == "dir" or self.links.root.link(spot / below) == text or self._is_part(spot / below):
                continue
            brought = look_again(partial(self._bring_late, spot, path, kind), below)
            left = not brought or left
        if not left:
            self._drop_merged(spot, path)

    def _drop_merged(self, spot: RelPath, path: str) -> None:
        """The merged directory lies in the trash; the journal knows what it was, for the last look into it."""
        name = f"{self.operation.name}-merged"
        self.operation.move(what="merged", path=path, source=spot, target=free_in_trash(self.links.root, name))
        to_trash(self.links.root, spot, name, Proof(path, "holds links of ours alone"))

    def _bring_late(self, spot: RelPath, top: str, kind: str, below: str) -> bool:
        path = str(RelPath(top) / below)
        here, there = spot / below, self.links.layout.in_shared(path)
        if kind == "other":
            return False
        if kind == "file" and is_database(self.links.root, here):
            return self._bring_set_late(here, there, path, reasons.NEWER)
        if (
            kind == "file"
            and main_of(path)
            and is_database(self.links.root, self.links.layout.in_shared(main_of(path)))
        ):
            return self._late_companion(here, there, path)
        if not self.links.root.has(here) or (kind == "file" and same_file(self.links.root, here, there)):
            return True
        if self.links.root.has(there):
            return self.wins != SHARED and not self._is_newer(there, here) and self._change_places(here, there, path)
        self.operation.move(what="late", path=path, source=here, target=there)
        make_like(self.links.root, there.parent, self.links.layout.shared)
        apart = not may_change_places(self.links.root, here.parent, there.parent)
        (copy_tree if apart else move)(self.links.root, here, there)
        self.moved.adopted.append(path)
        return self._has_gone(here, path, apart=apart)

    def _has_gone(self, here: RelPath, path: str, *, apart: bool) -> bool:
        """False for an original on another file system: it stays, for whoever has it open goes on writing to it."""
        if apart:
            self.moved.copied.append((path, here))
        return not apart

    def _is_newer(self, there: RelPath, here: RelPath) -> bool:
        """THERE was written through the link, after HERE was out of sight. Their ctimes would tell of our own moves."""
        one, two = self.links.root.lstat(there), self.links.root.lstat(here)
        return one is not None and two is not None and one.st_mtime_ns > two.st_mtime_ns

    def _change_places(self, here: RelPath, there: RelPath, path: str, *, reason: str = reasons.NEWER) -> bool:
        """HERE, the newer one, is served in one step, and what stood THERE goes to the attic (G3)."""
        root = self.links.root
        waiting = waiting_place(root, f"late-{self.operation.name}-{crc32(os.fsencode(path)):08x}", there)
        beside = waiting.parent == there.parent  # HERE is on another file system: a copy of it changes places
        facts = {"waiting": waiting} if beside else {}
        self.operation.move(what="late", path=path, source=here, target=there, **facts)
        if beside:
            copy_tree(root, here, waiting)
        change_places(root, waiting if beside else here, there)
        self._aside(waiting if beside else here, path, reason)
        self.moved.adopted.append(path)
        return self._has_gone(here, path, apart=beside)
