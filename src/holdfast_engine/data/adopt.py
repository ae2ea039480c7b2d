"""Bringing data that lies in a release home into `shared/`, without a moment in which its path does not resolve."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Optional, TypeVar
from zlib import crc32

from holdfast_engine.data import foreign_links as foreign
from holdfast_engine.data.adopt_sets import Quiet, SetAdoption, unwatched
from holdfast_engine.data.links import Bench, opened, place_link
from holdfast_engine.data.moved import COPIED, ELDER, EQUAL, LIVE, MERGED, NEWER, NEWEST, SHARED, Moved
from holdfast_engine.fs import attic, durable
from holdfast_engine.fs.copy import copy_tree, same_file
from holdfast_engine.fs.discard import Proof, free_in_trash, to_trash
from holdfast_engine.fs.place import change_places, drop_own_link, make_link, move, step_aside, switch
from holdfast_engine.fs.probe import may_change_places, waiting_place
from holdfast_engine.fs.sets import carry_companions, is_database, same_set
from holdfast_engine.fs.walk import walk
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.paths import RelPath, link_text
from holdfast_engine.model.sets import main_of

T = TypeVar("T")
LOOKS = 50
"""How often a name that the application changes under our hands is looked at anew."""


@dataclass(frozen=True)
class Adoption(SetAdoption):
    """One adoption's circumstances: where, under which journal, and who wins. QUIET keeps writers out of a database."""

    bench: Bench
    operation: Operation
    release: RelPath
    wins: str
    moved: Moved
    quiet: Quiet = unwatched

    def adopt(self, path: str) -> None:
        """PATH in the release is our link and `shared/` holds the data of both sides; what lost lies in the attic.

        Idempotent: run again after a crash it goes on from what it finds. FIFOs, sockets and
        devices are named and left. OSError when a name cannot be moved; nothing is lost then.
        """
        waiting = [(path, False)]
        while waiting:
            here, merged = waiting.pop()
            if merged:
                self._look_again(self._close_merge, here)
            elif self._look_again(self._adopt_one, here):
                waiting.append((here, True))
                waiting.extend((f"{here}/{name}", False) for name in reversed(self._names(here)))

    def _look_again(self, act: Callable[[str], T], path: str) -> T:
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

    def _names(self, path: str) -> list[str]:
        return self.bench.root.names(self.release / path)

    def _adopt_one(self, path: str) -> bool:
        """PATH is adopted; True where both sides hold a directory and each child is to be adopted by itself."""
        if self._goes_with_its_database(path):
            return False
        here, there = self.release / path, self.bench.layout.in_shared(path)
        kind = self.bench.root.kind(here)
        if kind is None or self.bench.is_linked(self.release, path):
            self._settle(path)
        elif kind == "other":
            self.moved.left.append((path, "is neither file, directory nor link"))
        elif kind == "link":
            self._adopt_link(path)
        else:
            return self._adopt_content(path, kind, self._shared_kind(there, path))
        return False

    def _shared_kind(self, there: RelPath, path: str) -> Optional[str]:
        """What stands on the shared side, a link that a crash left waiting there put to its use first."""
        if self.bench.root.link(there) == self.bench.text(self.release, path):
            drop_own_link(self.bench.root, there)
        return self.bench.root.kind(there)

    def _settle(self, path: str) -> None:
        """A link waiting in `shared/` whose data has gone is none of anybody's data."""
        there = self.bench.layout.in_shared(path)
        if self.bench.root.link(there) == self.bench.text(self.release, path):
            drop_own_link(self.bench.root, there)
        self._mend_links(path)
        if self.bench.root.kind(there) == "file":
            self._link_companions(path)

    def _adopt_content(self, path: str, kind: str, other: Optional[str]) -> bool:
        """True for two directories, which are merged child by child, each its own gapless adoption."""
        here, there = self.release / path, self.bench.layout.in_shared(path)
        if kind == other == "dir":
            return True
        if other is None and (self.wins == LIVE or self.bench.root.obstacle(there.parent) is None):
            self._bring_set_home(path)
        elif kind == other == "file" and same_set(self.bench.root, here, there):
            self._displace(path, EQUAL, report=False)
        elif self.wins == LIVE:
            self._announce("adopt", path)
            self._set_shared_aside(path, "the live release held another version")
            self._bring_set_home(path)
        elif self._is_newest(path):
            self._serve_newer(path)
        else:
            self._displace(path, "another version is shared")
        return False

    def _bring_home(self, path: str) -> None:
        """Exchange PATH with its coming link, which waits under the data's future name: nothing is
        copied (DESIGN 5).
        """
        here, there = self.release / path, self.bench.layout.in_shared(path)
        text = self.bench.text(self.release, path)
        self._announce("adopt", path)
        self._make_shared_parent(there.parent)
        make_link(self.bench.root, there, text)
        try:
            with opened(self.bench.root, [here.parent, *self._own_directory(here)]):
                self._step_aside(path, there, text)
        except OSError as error:
            if self.bench.root.link(there) == text:  # else it was exchanged before something failed
                drop_own_link(self.bench.root, there)
            if error.errno != errno.EXDEV:
                raise
            self._copy_home(path)
        self._mend_links(path)
        self.moved.adopted.append(path)

    def _step_aside(self, path: str, spot: RelPath, text: str) -> None:
        """What stands at PATH in the release and the link that waits at SPOT changed places. Where that takes two
        renames, the journal says when the path is without either (G4): a link that is gone later was taken away.
        """
        facts = {"path": path, "source": self.release / path, "target": spot, "text": text}
        told = partial(self.operation.move, what="gap", **facts)
        if step_aside(self.bench.root, self.release / path, spot, before_the_gap=told):
            self.operation.move(what="gap-closed", **facts)

    def _mend_links(self, path: str) -> None:
        """Relative links in a directory that came home lead where they led before, each mended by one rename (G2).

        Only those that broke by the move: a link within the directory came along with what it leads to.
        """
        root, there = self.bench.root, self.bench.layout.in_shared(path)
        for below, kind, _ in list(walk(root, there, unreadable=[])):
            at, here = there / below, RelPath(path) / below
            if kind == "link" and (not root.leads_somewhere(at) or (root.link(at) or "").startswith("/")):
                old = foreign.without_release(self.bench, self.release, root.link(at) or "", here)
                new = foreign.adjusted(old, self.release, here, at)
                if new != old and root.has(os.path.normpath(f"{self.release / here.parent}/{old}")):
                    self._mend_link(at, str(here), new)

    def _mend_link(self, at: RelPath, path: str, text: str) -> None:
        waiting = waiting_place(self.bench.root, "own-mended-link", at)
        self.operation.move(what="mend-link", path=path, source=at, target=waiting, text=text)
        switch(self.bench.root, at, text, waiting=waiting)

    def _announce(self, what: str, path: str) -> None:
        """On disk before what is shared is set aside for it: a crash in between would leave PATH in the attic alone."""
        here, there = self.release / path, self.bench.layout.in_shared(path)
        facts = {"release": self.release, "wins": self.wins}
        self.operation.move(what=what, path=path, source=here, target=there, **facts)

    def _own_directory(self, here: RelPath) -> list[RelPath]:
        return [here] if self.bench.root.kind(here) == "dir" else []

    def _make_shared_parent(self, parent: RelPath) -> None:
        """Directories on the way exist in `shared/` too; a file in their way goes to the attic first."""
        step = self.bench.root.obstacle(parent)
        if step is not None and step.is_within(self.bench.layout.shared):
            self._aside(step, str(step.below(self.bench.layout.shared)), "a directory is needed here")
        durable.make_directories(self.bench.root, parent, mode=0o2775)

    def _copy_home(self, path: str) -> None:
        """Where names cannot be exchanged: verified copy, then the link, then what was written meanwhile."""
        here, there = self.release / path, self.bench.layout.in_shared(path)
        copy_tree(self.bench.root, here, there)
        spot = self._displace(path, COPIED, report=False)
        self.follow_up(spot, path)

    def follow_up(self, spot: RelPath, path: str, wanted: Optional[Callable[[str], bool]] = None) -> None:
        """What changed in the original at SPOT while it was copied is served as well, unless what is served is newer:
        it may have been written through the link already, and the original stays in the attic (G2).

        Idempotent: after a crash it goes on with what lies at SPOT. A later look brings the files that are WANTED, by
        path: a process that had the original open may have gone on writing to it.
        """
        if self.wins != LIVE:  # nothing was shared here: only the original and what was made of its copy count
            replace(self, wins=LIVE).follow_up(spot, path, wanted)
            return
        there = self.bench.layout.in_shared(path)
        below = [(found, kind) for found, kind, _ in walk(self.bench.root, spot)]
        for inner, kind in [*below, ("", self.bench.root.kind(spot) or "")]:
            if self._is_part(spot / inner) or (wanted is not None and not wanted(spot / inner)):
                continue
            if kind == "file" or (kind == "link" and not self.bench.root.has(there / inner)):
                self._look_again(partial(self._bring_late, spot, path, kind), inner)
        self.moved.copied.append((path, spot))

    def _close_merge(self, path: str) -> None:
        """Every child of PATH is adopted; the directory of links gives way to one link."""
        if self.bench.root.kind(self.release / path) != "dir":  # removed or replaced since, by the application
            self._look_again(self._adopt_one, path)
            return
        spot = self._displace(path, MERGED, report=False)
        self.late_arrivals(spot, path)

    def late_arrivals(self, spot: RelPath, path: str) -> None:
        """What was written into the old directory up to the exchange comes home too; then only links are left of it.

        Idempotent: after a crash it goes on with what still lies at SPOT.
        """
        there, left = self.bench.layout.in_shared(path), False
        for below, kind, _ in list(walk(self.bench.root, spot)):
            text = link_text(self.release / path / below, there / below)
            if kind == "dir" or self.bench.root.link(spot / below) == text or self._is_part(spot / below):
                continue
            brought = self._look_again(partial(self._bring_late, spot, path, kind), below)
            left = not brought or left
        if not left:
            self._drop_merged(spot, path)

    def _drop_merged(self, spot: RelPath, path: str) -> None:
        """The merged directory lies in the trash; the journal knows what it was, for the last look into it."""
        name = f"{self.operation.name}-merged"
        self.operation.move(what="merged", path=path, source=spot, target=free_in_trash(self.bench.root, name))
        to_trash(self.bench.root, spot, name, Proof(path, "holds links of ours alone"))

    def _bring_late(self, spot: RelPath, top: str, kind: str, below: str) -> bool:
        path = str(RelPath(top) / below)
        here, there = spot / below, self.bench.layout.in_shared(path)
        if kind == "other":
            return False
        if kind == "file" and is_database(self.bench.root, here):
            return self._bring_set_late(here, there, path, NEWER)
        if (
            kind == "file"
            and main_of(path)
            and is_database(self.bench.root, self.bench.layout.in_shared(main_of(path)))
        ):
            return self._late_companion(here, there, path)
        if not self.bench.root.has(here) or (kind == "file" and same_file(self.bench.root, here, there)):
            return True
        if self.bench.root.has(there):
            return self.wins != SHARED and not self._is_newer(there, here) and self._change_places(here, there, path)
        self.operation.move(what="late", path=path, source=here, target=there)
        durable.make_directories(self.bench.root, there.parent)
        apart = not may_change_places(self.bench.root, here.parent, there.parent)
        (copy_tree if apart else move)(self.bench.root, here, there)
        self.moved.adopted.append(path)
        return self._has_gone(here, path, apart=apart)

    def _has_gone(self, here: RelPath, path: str, *, apart: bool) -> bool:
        """False for an original on another file system: it stays, for whoever has it open goes on writing to it."""
        if apart:
            self.moved.copied.append((path, here))
        return not apart

    def _is_newer(self, there: RelPath, here: RelPath) -> bool:
        """THERE was written through the link, after HERE was out of sight. Their ctimes would tell of our own moves."""
        one, two = self.bench.root.lstat(there), self.bench.root.lstat(here)
        return one is not None and two is not None and one.st_mtime_ns > two.st_mtime_ns

    def _serve_newer(self, path: str) -> None:
        """PATH, saved after what is shared, is served in its place in one step: links to it, as the live release has,
        lead to the one or the other at every moment (G3). The elder lies in the attic.
        """
        here, there = self.release / path, self.bench.layout.in_shared(path)
        self._announce("adopt", path)
        with opened(self.bench.root, [here.parent]):
            self._change_places(here, there, path, reason=ELDER)
        place_link(self.bench, self.release, path, self.bench.text(self.release, path))

    def _is_newest(self, path: str) -> bool:
        """PATH was saved after what is shared. Never asked of a database: who has the shared one open would go on
        writing to the attic; what is shared stays whole, and the other is kept.
        """
        root, here, there = self.bench.root, self.release / path, self.bench.layout.in_shared(path)
        if self.wins != NEWEST or root.kind(here) != "file" or root.kind(there) != "file" or main_of(path):
            return False
        return not (is_database(root, here) or is_database(root, there)) and self._is_newer(here, there)

    def _change_places(self, here: RelPath, there: RelPath, path: str, *, reason: str = NEWER) -> bool:
        """HERE, the newer one, is served in one step, and what stood THERE goes to the attic (G3)."""
        root = self.bench.root
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

    def _displace(self, path: str, reason: str, *, report: bool = True) -> RelPath:
        """Our link stands at PATH in the release and what stood there lies in the attic, in one exchange; a database
        with its companions, of which those that are shared are linked.
        """
        here, text = self.release / path, self.bench.text(self.release, path)
        if self.bench.root.kind(here) == "file" and is_database(self.bench.root, here):
            with self._at_rest(here) if reason != COPIED else nullcontext():  # what is copied is held at rest already
                spot = self._exchange(path, self._reserve(path, reason, whole=True), text, reason)
                carry_companions(self.bench.root, here, spot)
            self._link_companions(path)
        else:
            spot = self._exchange(path, self._reserve(path, reason), text, reason)
        if report:
            self.moved.displaced.append((path, spot, reason))
        return spot

    def _reserve(self, path: str, reason: str, *, whole: bool = False) -> RelPath:
        """A place in the attic for what stands at PATH; WHOLE: for a database, with nothing beside it."""
        operation, facts = self.operation, {"path": path, "reason": reason}
        about: dict[str, Any] = {**facts, "operation": operation.name, "at": operation.at}
        if whole:
            return attic.reserve_for_set(self.bench.root, self.release / path, **about)
        return attic.reserve_place(self.bench.root, self.release / path, **about, merged=reason == MERGED)

    def _exchange(self, path: str, spot: RelPath, text: str, reason: str) -> RelPath:
        """What stood at PATH is at SPOT, and a link with TEXT at PATH."""
        here = self.release / path
        facts = {"release": self.release, "wins": self.wins, "reason": reason, "gap": "told"}
        self.operation.move(what="displace", path=path, source=here, target=spot, text=text, **facts)
        make_link(self.bench.root, spot, text)
        try:
            with opened(self.bench.root, [here.parent, *self._own_directory(here)]):
                self._step_aside(path, spot, text)
        except OSError:
            if self.bench.root.link(spot) == text:  # else it was exchanged before something failed
                drop_own_link(self.bench.root, spot)
            raise
        return spot

    def _set_shared_aside(self, path: str, reason: str) -> None:
        self._aside(self.bench.layout.in_shared(path), path, reason)

    def _aside(self, source: RelPath, path: str, reason: str) -> None:
        if self._aside_whole(source, path, reason):
            return
        self.operation.move(what="aside", path=path, source=source)
        spot = attic.set_aside(
            self.bench.root, source, path=path, operation=self.operation.name, reason=reason, at=self.operation.at
        )
        self.moved.displaced.append((path, spot, reason))

    def _adopt_link(self, path: str) -> None:
        """A foreign link gives way to ours; what it led to goes on being served at PATH (G2).

        By its text alone: into another release, that data comes home; elsewhere, the link is
        carried into `shared/` as a link; to nowhere, or to PATH in `shared/` itself, only its
        text is kept. It is never followed for content (G9).
        """
        here, there = self.release / path, self.bench.layout.in_shared(path)
        text = foreign.text_in_shared(self.bench, self.release, RelPath(path))
        other = self._shared_kind(there, path)
        if foreign.leads_to_itself(self.bench, self.release, text, path) or not self.bench.root.leads_somewhere(here):
            self._displace(path, "a link of another tool stood here", report=False)
            return
        elder = foreign.in_another_release(self.bench, text, there)
        if elder is not None:
            replace(self, release=elder, wins=SHARED).adopt(path)
        elif other is None or self.wins == LIVE:
            self._announce("carry", path)
            if other is not None:
                self._set_shared_aside(path, "the live release held a link to elsewhere")
            self._carry(path, text, there)
        self._displace(path, "a link stood at a shared path")

    def _carry(self, path: str, text: str, there: RelPath) -> None:
        self._make_shared_parent(there.parent)
        make_link(self.bench.root, there, text)
        self.moved.adopted.append(path)
