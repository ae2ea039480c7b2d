"""What was shared by a guess becomes real files again, in every release that shows it: one file under several names.

At no moment does its path not resolve (G3): the real file takes the place of the link in one exchange, and the name in
`shared/` goes when no link leads to it any more.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any
from zlib import crc32

from holdfast_engine.fs import durable
from holdfast_engine.fs.discard import Proof, named_for, to_trash
from holdfast_engine.fs.place import change_places, drop_own_link, drop_second_name, is_same, settle_places
from holdfast_engine.fs.probe import waiting_place
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.second_names import REFUSED, give_name, give_names, make_alike, make_directories
from holdfast_engine.fs.walk import walk
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.listing import DIR, LINK, OTHER
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.values import dataclass
from holdfast_engine.site.links import Links, opened


@dataclass(frozen=True)
class Unsharing:
    """Under one journal. What may have no second name stays shared, as it was."""

    links: Links
    operation: Operation

    @property
    def root(self) -> Root:
        return self.links.root

    def part(self, path: str, releases: Iterable[RelPath]) -> bool:
        """PATH is a real file, or a directory of them, in each of RELEASES that had it as a link of ours, and not in
        `shared/`; False where that cannot be. Idempotent.
        """
        every = list(releases)
        for release in every:
            if self.links.is_linked(release, path) and not self._is_real_in(release, path):
                return False
        there = self.links.layout.in_shared(path)
        return any(self._holds_all(release / path, there) and self._drop(path, release) for release in every)

    def _is_real_in(self, release: RelPath, path: str) -> bool:
        there, here = self.links.layout.in_shared(path), release / path
        waiting = waiting_place(self.root, f"unshared-{self.operation.name}-{crc32(os.fsencode(here)):08x}", here)
        facts = {"path": path, "source": there, "target": here, "waiting": waiting, "release": release}
        self.operation.move(what="unshare", **facts)
        try:
            self._give_all(there, waiting)
        except OSError as error:
            if error.errno not in REFUSED:
                raise
            self._drop_waiting(there, waiting, path)
            return False
        with opened(self.root, [here.parent]):
            change_places(self.root, waiting, here)
        drop_own_link(self.root, waiting)
        return True

    def _give_all(self, source: RelPath, target: RelPath) -> None:
        """SOURCE with all that is in it stands at TARGET as well, on disk: what stands at SOURCE may go."""
        if self.root.kind(source) != DIR:
            give_name(self.root, source, target)
            return
        found = [(path, kind) for path, kind, _ in walk(self.root, source) if kind != OTHER]
        directories = ["", *(path for path, kind in found if kind == DIR)]
        made = make_directories(self.root, target, directories)
        for _, error in give_names(self.root, source, target, (path for path, kind in found if kind != DIR)):
            raise error
        make_alike(self.root, source, target, reversed(made))
        durable.sync_file_system(self.root, target)

    def _holds_all(self, here: RelPath, there: RelPath) -> bool:
        """Everything at THERE stands at HERE as well, by the same inode."""
        if self.root.kind(there) != DIR:
            return is_same(self.root, here, there)
        below = list(walk(self.root, there))
        return all(kind == DIR or is_same(self.root, here / path, there / path) for path, kind, _ in below)

    def _drop(self, path: str, release: RelPath) -> bool:
        there = self.links.layout.in_shared(path)
        if self.root.kind(there) != DIR:
            return drop_second_name(self.root, there, release / path)
        name = named_for(self.root, f"{self.operation.name}-unshared", path)
        to_trash(self.root, there, name, Proof(path, f"each file of it is in {release} under the same inode"))
        return True

    def _drop_waiting(self, there: RelPath, waiting: RelPath, path: str) -> None:
        if self.root.kind(waiting) == DIR:
            name = named_for(self.root, f"{self.operation.name}-unshared", path)
            to_trash(self.root, waiting, name, Proof(path, f"only hard links to what is at {there}"))
        elif self.root.has(waiting):
            drop_second_name(self.root, waiting, there)

    def settle(self, facts: dict[str, Any]) -> None:
        """A crash came in between: each release has the link or the real file, and nothing waits."""
        there, here, waiting = RelPath(facts["source"]), RelPath(facts["target"]), RelPath(facts["waiting"])
        settle_places(self.root, waiting, here)
        if self.root.kind(waiting) == LINK and self.root.link(waiting) == self.links.text(
            RelPath(facts["release"]), facts["path"]
        ):
            drop_own_link(self.root, waiting)
        elif self.root.has(waiting):
            self._drop_waiting(there if self.root.has(there) else here, waiting, facts["path"])
