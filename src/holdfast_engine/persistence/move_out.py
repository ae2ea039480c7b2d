"""Undoing an adoption that never switched: the site is the plain directory that it was (G1, G3)."""

from __future__ import annotations

from dataclasses import dataclass

from holdfast_engine.fs import durable
from holdfast_engine.fs.discard import Proof, to_trash
from holdfast_engine.fs.place import drop_own_link, move, step_aside
from holdfast_engine.fs.sets import is_database
from holdfast_engine.fs.walk import walk
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR, LINK
from holdfast_engine.model.paths import RelPath, link_text
from holdfast_engine.persistence.move_in import MovingIn
from holdfast_engine.persistence.moving_sets import set_back
from holdfast_engine.persistence.report import Report
from holdfast_engine.site.handle import Site

_MIRROR = Layout.releases


@dataclass(frozen=True)
class MovingOut:
    """One site that becomes a plain directory again. Idempotent: after a crash it goes on from what it finds (G4)."""

    site: Site
    operation: Operation

    def move_out(self, name: str, *, had_releases: bool) -> None:
        """Every entry of the release NAME stands at its old place, and nothing but journals says that it left it.

        Nothing was linked into `shared/` yet, for that comes after the switch. HAD_RELEASES says that an empty
        directory of this name stood there before.
        """
        root, home = self.site.root, Layout.releases / name
        if root.kind(home) == LINK:
            drop_own_link(root, home)
        for entry in root.names(home):
            if entry != _MIRROR and root.has(home / entry):
                self._back(RelPath(entry), home / entry)
        if root.link(home / _MIRROR / name) is not None:
            drop_own_link(root, home / _MIRROR / name)
        self._clear(home, "holds empty directories of ours alone")
        if not had_releases:
            self._clear(Layout.releases, "was made by the adoption, and is empty")
        state = (Layout.baselines / f"{name}.jsonl", Layout.records / f"{name}.json", Layout.readme)
        for own in (*state, Layout.site_file):  # the last: without it this is no site
            durable.forget(root, own)

    def _back(self, here: RelPath, there: RelPath) -> None:
        """What is THERE stands HERE, in one exchange with the link that serves it; a link that waits THERE is gone."""
        root, text = self.site.root, link_text(here, there)
        if root.link(there) == text:
            drop_own_link(root, there)
            return
        self.operation.move(what="move-out", path=here, source=there, target=here)
        if root.link(here) == text:
            self._exchange(here, there)
        elif root.has(here):  # it was saved anew since, and is the newer one; what was moved gives way to it
            MovingIn(self.site, self.operation, Report()).give_way(here, there)
        else:
            move(root, there, here)  # where names cannot be exchanged, the link was gone for a moment

    def _exchange(self, here: RelPath, there: RelPath) -> None:
        root = self.site.root
        if root.kind(there) == "file" and is_database(root, there):
            set_back(self.site, here, there)
        else:
            step_aside(root, there, here)
            drop_own_link(root, there)

    def _clear(self, path: RelPath, because: str) -> None:
        """PATH is in the trash where it holds no file; whatever else somebody has put there stays."""
        root = self.site.root
        if root.kind(path) == DIR and all(kind == DIR for _, kind, _ in walk(root, path)):
            to_trash(root, path, f"{self.operation.name}-{path.name}", Proof(path, because))
