"""Another tool's layout as it was before its adoption: what came into `shared/` since goes back, the last first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from holdfast_engine.fs import attic
from holdfast_engine.fs.place import drop_own_link, move, respell, step_aside
from holdfast_engine.fs.sets import is_database
from holdfast_engine.journal import log
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import MOVE
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.paths import RelPath
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
            if facts["what"] == "displace":
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
