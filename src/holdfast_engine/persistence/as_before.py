"""Another tool's layout as it was before its adoption: what came into `shared/` since goes back, the last first."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from typing import Any
from zlib import crc32

from holdfast_engine.fs import attic, durable
from holdfast_engine.fs.access import access_at, give
from holdfast_engine.fs.place import drop_own_link, make_link, move, respell, step_aside
from holdfast_engine.fs.sets import is_database
from holdfast_engine.fs.walk import walk
from holdfast_engine.journal import log
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import MOVE
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.reasons import MERGED, word
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.moving_sets import set_back
from holdfast_engine.site.handle import Site
from holdfast_engine.site.links import opened

_WAITING = Layout.scratch / "own-way-back"


@dataclass(frozen=True)
class GoingBack:
    """What the operations UNDONE have moved goes back. Idempotent: each move is looked at where it ended (G4)."""

    site: Site
    operation: Operation
    undone: tuple[str, ...]

    def go_back(self) -> None:
        """Each path that was brought home stands in its release again, each link that gave way at its place."""
        for facts in self._moves():
            if facts["what"] == "displace" and word(facts["reason"]) == MERGED:
                self._unmerge(RelPath(facts["path"]), RelPath(facts["release"]))
            elif facts["what"] == "displace":
                self._replace(facts)
            elif facts["what"] == "carry" and self.site.root.link(facts["target"]) is not None:
                drop_own_link(self.site.root, facts["target"])  # written there for what stands in its own place again
            elif facts["what"] == "adopt":
                self._return(RelPath(facts["source"]), RelPath(facts["target"]), facts["path"])
            elif facts["what"] == "aside":
                self._from_attic(facts["source"])
        for facts in self._moves():
            if facts["what"] == "mend-link" and "was" in facts:
                self._respell(RelPath(facts["source"]), facts["text"], facts["was"])

    def _moves(self) -> Iterator[dict[str, Any]]:
        for name in reversed(self.undone):
            moves = [record.facts for record in log.read(self.site.root, name) if record.kind == MOVE]
            yield from reversed(moves)

    def _return(self, here: RelPath, there: RelPath, path: str) -> None:
        """What lies THERE, in `shared/`, stands HERE, in the place of our link, in one exchange."""
        root, text = self.site.root, self.site.root.link(here)
        release = RelPath(here[: -len(path) - 1])
        ours = self.site.links.text(release, path)
        if root.link(there) == ours:  # it was exchanged before a crash
            drop_own_link(root, there)
        if text != ours or not root.has(there):
            return
        self.operation.move(what="bring-back", path=path, source=there, target=here)
        with opened(root, [here.parent, there.parent]):
            if root.kind(there) == "file" and is_database(root, there):
                set_back(self.site, here, there)
            else:
                step_aside(root, there, here)
            drop_own_link(root, there)

    def _replace(self, facts: dict[str, Any]) -> None:
        """What gave way to a link of ours stands in its place again."""
        root, here, spot = self.site.root, RelPath(facts["source"]), RelPath(facts["target"])
        if root.link(spot) == facts["text"]:
            drop_own_link(root, spot)
        elif root.link(here) == facts["text"] and root.has(spot):
            self.operation.move(what="bring-back", path=facts["path"], source=spot, target=here)
            with opened(root, [here.parent]):
                step_aside(root, spot, here)
            drop_own_link(root, spot)

    def _unmerge(self, path: RelPath, release: RelPath) -> None:
        """The directory that was merged into PATH in `shared/` stands in RELEASE again, in one exchange with our link:
        it shows by links of ours what came from it, each of which comes back after it.
        """
        root, here, links = self.site.root, release / path, self.site.links
        spot = Layout.scratch / f"own-unmerged-{crc32(os.fsencode(here)):08x}"
        if root.link(spot) is not None:
            drop_own_link(root, spot)  # it was exchanged before a crash
        came = {below.parts[0] for below in self._came_from(path)}
        if root.link(here) == links.text(release, path):
            self._build(path, spot)
            for name in sorted({*came, *self._written_since(path, came)}):
                if not root.has(spot / name):
                    make_link(root, spot / name, links.text(release, path / name))
            self.operation.move(what="bring-back", path=path, source=spot, target=here)
            with opened(root, [here.parent]):
                step_aside(root, spot, here)
            drop_own_link(root, spot)
        for name in root.names(here) if root.kind(here) == DIR else ():
            if name not in came:
                self._return(here / name, links.layout.in_shared(path / name), path / name)

    def _written_since(self, path: RelPath, came: Collection[str]) -> Iterator[str]:
        """The names in PATH in `shared/` that were made, or written to, since the adoption: they are seen through the
        link of ours, and go on being seen there (G2). What CAME from the release goes its own way.
        """
        root, there = self.site.root, self.site.links.layout.in_shared(path)
        adopted = root.lstat(Layout().journal(self.undone[0]))
        for name in root.names(there):
            files = [one for _, kind, one in walk(root, there / name) if kind != DIR]
            every = files or [one for one in (root.lstat(there / name),) if one is not None]
            if name not in came and adopted and all(one.st_ctime_ns > adopted.st_mtime_ns for one in every):
                yield name

    def _build(self, path: RelPath, spot: RelPath) -> None:
        """A directory is at SPOT: the very one that was merged, as long as it lies in the trash, else one like it."""
        root = self.site.root
        merged = (facts for facts in self._moves() if (facts["what"], facts["path"]) == ("merged", path))
        spent = RelPath(next((facts["target"] for facts in merged), ""))
        if root.kind(spot) == DIR:
            return
        if spent and root.kind(spent) == DIR and all(kind != FILE for _, kind, _ in walk(root, spent)):
            move(root, spent, spot)
            return
        durable.make_directories(root, spot, mode=0o700)
        give(root, spot, access_at(root, self.site.links.layout.in_shared(path)), user=os.geteuid())

    def _came_from(self, path: RelPath) -> Iterator[RelPath]:
        """What was moved out of the directory PATH, relative to it."""
        for facts in self._moves():
            moved = RelPath(facts["path"])
            if facts["what"] in ("adopt", "carry", "displace") and moved != path and moved.is_within(path):
                yield moved.below(path)

    def _respell(self, at: RelPath, text: str, was: str) -> None:
        """A link that was mended for its place in `shared/` has the text that it had in its release."""
        root, shared, live = self.site.root, self.site.links.layout.shared, self.site.survey.current
        if at.is_within(shared) and live is not None and root.link(live / at.below(shared)) == text:
            respell(root, live / at.below(shared), was, waiting=_WAITING)

    def _from_attic(self, origin: str) -> None:
        """What was set aside at ORIGIN stands there again, where nothing does."""
        root = self.site.root
        kept = [note for note in attic.notes(root) if note.get("origin") == origin and note["operation"] in self.undone]
        for note in kept:
            if root.has(note["place"]) and not root.has(origin) and root.kind(RelPath(origin).parent) == DIR:
                self.operation.move(what="bring-back", path=origin, source=note["place"], target=origin)
                move(root, note["place"], RelPath(origin))
