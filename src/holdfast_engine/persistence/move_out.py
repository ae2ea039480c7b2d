"""Out of a release, to the top of the site: the plain directory that it was before its adoption (G1, G3)."""

from __future__ import annotations

from holdfast_engine.data.homeward import mend, named_at_top, text_below
from holdfast_engine.fs import durable
from holdfast_engine.fs.discard import Proof, to_trash
from holdfast_engine.fs.place import drop_own_link, make_link, move, step_aside, switch
from holdfast_engine.fs.sets import is_database
from holdfast_engine.fs.walk import links_below, walk
from holdfast_engine.journal import log
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import MOVE
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR, LINK
from holdfast_engine.model.paths import RelPath, link_text
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.bring_back import WAY
from holdfast_engine.persistence.move_in import MovingIn
from holdfast_engine.persistence.moving_sets import set_back
from holdfast_engine.persistence.report import Report
from holdfast_engine.site.document_root import through
from holdfast_engine.site.handle import Site

_MIRROR = Layout.releases
_WAITING = Layout.state / "current"
HERE = "."
"""The text of `current` once all that it shows stands beside it."""


@dataclass(frozen=True)
class MovingOut:
    """One site that becomes a plain directory again. Idempotent: after a crash it goes on from what it finds (G4)."""

    site: Site
    operation: Operation
    report: Report

    def move_out(self, home: RelPath) -> None:
        """Every entry of the release HOME stands at the top of the site, and is seen through `current` as before.

        Data is back in HOME, or was never taken out of it. The link at each old place gets the text by which it leads
        to HOME itself; a mirror in HOME makes that text right there as well, for who comes through `current`.
        """
        root = self.site.root
        if root.kind(home) == LINK:
            drop_own_link(root, home)
        mirror = home / _MIRROR / home.name
        if root.kind(home) == DIR and root.link(mirror) is None:
            durable.make_directories(root, mirror.parent)
            make_link(root, mirror, link_text(mirror, RelPath("")))
        entries = [RelPath(name) for name in root.names(home) if name not in (_MIRROR, WAY)]
        before = self._before()
        for name in entries:
            self._lead(home, name)
        for name in entries:
            # what is not there any more went with its database
            if root.has(home / name) and (self._is_back(name, home / name) or name in before):
                self._mend(home, name)
        self._lead_beside(home)

    def _before(self) -> frozenset[str]:
        """What this operation has begun to move."""
        history = log.read(self.site.root, self.operation.name)
        moves = (record.facts for record in history if record.kind == MOVE)
        return frozenset(facts["path"] for facts in moves if facts["what"] == "move-out")

    def move_directory(self, home: RelPath) -> None:
        """`current` is the directory that it was before it was made a release, HOME."""
        root = self.site.root
        if root.link(Layout.current) == link_text(Layout.current, home):
            self.operation.move(what="move-out", path=Layout.current, source=home, target=Layout.current)
            step_aside(root, home, Layout.current)
        elif root.link(Layout.current) is None and root.kind(home) == DIR:
            move(root, home, Layout.current)  # where names cannot be exchanged, a crash came between two renames
        if root.link(home) is not None:
            drop_own_link(root, home)
        for at, text in list(links_below(root, Layout.current)):
            path = at.below(Layout.current)
            new = text_below(self.site.links, home, path, text, RelPath(Layout.current))
            mend(root, self.operation, at, was=text, text=new)

    def clear(self, home: RelPath) -> None:
        """Nothing is left of HOME, to which nobody comes any more, but what somebody has put there by himself."""
        root = self.site.root
        for name in root.names(home):
            if root.link(home / name) == link_text(RelPath(name), home / name):
                drop_own_link(root, home / name)
        if root.link(home / _MIRROR / home.name) is not None:
            drop_own_link(root, home / _MIRROR / home.name)
        self.clear_directory(home, "holds empty directories of ours alone")

    def clear_directory(self, path: RelPath, because: str) -> None:
        """PATH is in the trash where it holds no file; whatever else somebody has put there stays."""
        root = self.site.root
        if root.kind(path) == DIR and all(kind == DIR for _, kind, _ in walk(root, path)):
            to_trash(root, path, f"{self.operation.name}-{path.name}", Proof(path, because))

    def _lead(self, home: RelPath, here: RelPath) -> None:
        """A link HERE leads into HOME by its own name, as long as nothing else stands HERE."""
        root, text = self.site.root, link_text(here, home / here)
        if root.link(home / here) == text or root.link(here) == text:
            return
        if root.link(here) is not None and named_at_top(self.site.links, home, here) == here:
            switch(root, here, text, waiting=_WAITING)
        elif not root.has(here):
            make_link(root, here, text)

    def _is_back(self, here: RelPath, there: RelPath) -> bool:
        """What is THERE stands HERE, in one exchange with the link that serves it, which stays THERE for who comes that
        way. False where it stands HERE already.
        """
        root, text = self.site.root, link_text(here, there)
        if root.link(there) == text:
            return False
        self.operation.move(what="move-out", path=here, source=there, target=here)
        if root.link(here) == text:
            self._exchange(here, there)
        elif root.has(here):  # it was saved anew since, and is the newer one; what was moved gives way to it
            MovingIn(self.site, self.operation, self.report).give_way(here, there)
        else:
            move(root, there, here)  # where names cannot be exchanged, the link was gone for a moment
        return True

    def _exchange(self, here: RelPath, there: RelPath) -> None:
        root = self.site.root
        if root.kind(there) == "file" and is_database(root, there):
            set_back(self.site, here, there)
        else:
            step_aside(root, there, here)

    def _mend(self, home: RelPath, entry: RelPath) -> None:
        """Relative links that led out of HOME lead to the same place from the top."""
        root = self.site.root
        for at, text in list(links_below(root, entry)):
            mend(root, self.operation, at, was=text, text=text_below(self.site.links, home, at, text, RelPath("")))

    def _lead_beside(self, home: RelPath) -> None:
        """Links at the top lead to no release any more, `current` and `shared/` lead here."""
        root, links = self.site.root, self.site.links
        for name in map(RelPath, root.names("")):
            text = root.link(name)
            if text is None or name == Layout.current:
                continue
            own = named_at_top(links, home, name)
            if text == through(name):
                drop_own_link(root, name)  # what it showed is in no release any more
            elif own is not None and own != name:
                mend(root, self.operation, name, was=text, text=link_text(name, own))
        if root.link(Layout.current) not in (None, HERE):
            switch(root, Layout.current, HERE, waiting=_WAITING)
        if root.link(links.layout.shared / WAY) is not None:
            switch(root, links.layout.shared / WAY, "..", waiting=_WAITING)
