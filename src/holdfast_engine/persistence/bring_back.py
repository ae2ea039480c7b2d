"""Data comes back from `shared/` to its places in the live release: one exchange each, at no moment without (G3)."""

from __future__ import annotations

from holdfast_engine.data.homeward import mend, text_in_release
from holdfast_engine.fs.place import close_gap, drop_own_link, make_link, step_aside, switch
from holdfast_engine.fs.sets import is_database
from holdfast_engine.fs.walk import links_below
from holdfast_engine.journal import log
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import MOVE
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath, link_text
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.moving_sets import set_back
from holdfast_engine.site.handle import Site
from holdfast_engine.site.links import opened

WAY = ".holdfast-way"
"""At the top of the live release it leads to `shared/`, at the top of `shared/` to the live release: one text through
it is right at both ends of an exchange.
"""
_WAITING = Layout.scratch / "own-way-back"
_MOVED = "bring-back"


@dataclass(frozen=True)
class BringingBack:
    """The data of one site, which comes back into LIVE. Idempotent: after a crash it goes on with what it finds."""

    site: Site
    operation: Operation
    live: RelPath

    def bring_back(self) -> None:
        """Every path that LIVE shows through a link of ours stands there itself; its name in `shared/` leads there."""
        root, shared = self.site.root, self.site.links.layout.shared
        if root.kind(shared) == "dir":
            self._make_way(self.live, shared)
            self._make_way(shared, self.live)
            for path in self._before():
                self._close_gap(path)
            for path in self._linked():
                self._bring(path)
        for path in self._before():
            self._mend_below(path)
        for at, text in list(links_below(root, self.live)):
            path = at.below(self.live)
            if path != WAY:
                mend(root, self.operation, at, was=text, text=self._text(at, text, path))
        if root.link(self.live / WAY) is not None:
            drop_own_link(root, self.live / WAY)

    def _make_way(self, at: RelPath, to: RelPath) -> None:
        root = self.site.root
        if root.link(at / WAY) is None:
            with opened(root, [at]):
                make_link(root, at / WAY, link_text(at / WAY, to))

    def _through(self, path: RelPath) -> str:
        """The text of a link at PATH in LIVE, and in `shared/`, by which each leads to the other."""
        return link_text(path, RelPath(WAY) / path)

    def _linked(self) -> list[RelPath]:
        found = ((at.below(self.live), text) for at, text in links_below(self.site.root, self.live))
        return [path for path, text in found if text in (self.site.links.text(self.live, path), self._through(path))]

    def _before(self) -> list[RelPath]:
        """What this operation has begun to bring back."""
        history = log.read(self.site.root, self.operation.name)
        moves = (record.facts for record in history if record.kind == MOVE)
        return [RelPath(facts["path"]) for facts in moves if facts["what"] == _MOVED]

    def _close_gap(self, path: RelPath) -> None:
        """Where names cannot be exchanged, a crash may have come between two renames."""
        root, here, there = self.site.root, self.live / path, self.site.links.layout.in_shared(path)
        close_gap(root, there, here, self._through(path))
        if not root.has(here) and root.kind(there) not in (None, "link"):
            make_link(root, here, self._through(path))

    def _bring(self, path: RelPath) -> None:
        root, here, there = self.site.root, self.live / path, self.site.links.layout.in_shared(path)
        if root.link(here) is None:
            return  # it went with its database
        above = [here.parent, there.parent, *([there] if root.kind(there) == "dir" else [])]
        with opened(root, above):
            if not root.has(there):
                drop_own_link(root, here)
            elif root.link(there) != self._through(path):
                self.operation.move(what=_MOVED, path=path, source=there, target=here)
                self._exchange(path, here, there)

    def _exchange(self, path: RelPath, here: RelPath, there: RelPath) -> None:
        root, text, through = self.site.root, self.site.root.link(there), self._through(path)
        if text is not None:  # a link of a person's own, which is written anew for its place
            switch(root, here, self._text(there, text, path), waiting=_WAITING)
            switch(root, there, through, waiting=_WAITING)
        elif root.kind(there) == "file" and is_database(root, there):
            set_back(self.site, here, there)
        else:
            switch(root, here, through, waiting=_WAITING)
            step_aside(root, there, here)

    def _mend_below(self, path: RelPath) -> None:
        """Links in what came back lead where they led from `shared/`."""
        root, here, there = self.site.root, self.live / path, self.site.links.layout.in_shared(path)
        for at, text in list(links_below(root, here)) if root.kind(here) == "dir" else ():
            below = at.below(here)
            mend(root, self.operation, at, was=text, text=self._text(there / below, text, path / below))

    def _text(self, at: RelPath, text: str, path: RelPath) -> str:
        return text_in_release(self.site.links, self.live, at, text, path)
