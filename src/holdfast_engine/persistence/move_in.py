"""Moving the entries of a plain directory into its first release, each in one exchange (data.md)."""

from __future__ import annotations

import os
from collections.abc import Iterable

from holdfast_engine.fs import attic, durable
from holdfast_engine.fs.discard import Proof, to_trash
from holdfast_engine.fs.place import make_link, move, respell, step_aside, switch
from holdfast_engine.fs.probe import waiting_place
from holdfast_engine.fs.walk import links_below, walk
from holdfast_engine.journal.log import is_mended
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.layout import OURS, Layout
from holdfast_engine.model.paths import RelPath, link_text, out_of_root, text_out_of_root
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.moving_sets import MovingSets
from holdfast_engine.persistence.report import Report
from holdfast_engine.site.handle import Site

_MIRROR = Layout.releases
"""A name that no entry of an adopted directory has: its own `releases/` stays where it is."""


@dataclass(frozen=True)
class MovingIn:
    """One directory that becomes a site. Idempotent: after a crash it goes on from what it finds (G4)."""

    site: Site
    operation: Operation
    report: Report

    def move_in(self, name: str) -> None:
        """Every entry of the plain directory lies in `releases/NAME` and is served through a link in its old site."""
        site, home = self.site, Layout.releases / name
        durable.make_directories(site.root, Layout.releases)
        if site.root.kind(Layout.current) == "dir":
            self._move_entry(Layout.current, home)
            return
        if site.survey.current != home:
            self._move_all(home)
            self.operation.commit(release=home)
            switch(site.root, Layout.current, link_text(Layout.current, home), waiting=Layout.state / "current")
        for entry in site.root.names(home):
            if site.root.link(entry) == link_text(RelPath(entry), home / entry):
                through = link_text(RelPath(entry), Layout.current / entry)
                switch(site.root, entry, through, waiting=Layout.state / "current")
        if site.root.kind(home / _MIRROR) == "dir":
            proof = Proof(home / _MIRROR, "it holds a link of ours alone")
            to_trash(site.root, home / _MIRROR, f"{self.operation.name}-mirror", proof)

    def _move_all(self, home: RelPath) -> None:
        """Every entry lies in HOME; at no moment is one missing in either site.

        Entries refer to each other (`public/storage` to `../storage`, `public/index.php` to
        `../vendor`), so what is moved must find beside it what is not yet. The link that waits
        in HOME has the text for the old place, `releases/NAME/entry`; a mirror in HOME, which
        leads from `releases/NAME` back to the deploy root, makes that text right there as well.
        """
        root = self.site.root
        mirror = home / _MIRROR / home.name
        durable.make_directories(root, mirror.parent)
        if root.link(mirror) is None:
            make_link(root, mirror, link_text(mirror, RelPath("")))
        there = (name for name in root.names(home) if name != _MIRROR and root.link(home / name) is None)
        entries = [RelPath(name) for name in sorted({*root.names(""), *there}) if name not in OURS]
        sets = MovingSets(self.site, self.operation, self._move_entry)
        entries = [entry for entry in entries if not sets.is_part(entry, home / entry)]
        for entry in entries:
            if not root.has(home / entry):
                make_link(root, home / entry, link_text(entry, home / entry))
        for entry in entries:
            sets.move(entry, home / entry)

    def _move_entry(self, here: RelPath, there: RelPath) -> None:
        """HERE is a link to THERE, where its content is: one exchange, no moment without it (data.md).

        Should the exchange fail, the link stays at THERE: what was moved before finds HERE through it.
        """
        root = self.site.root
        text = link_text(here, there)
        if root.link(here) == text:
            self._mend_links(here, there, list(links_below(root, there)))
            return
        if not root.has(here):
            make_link(root, here, text)  # where names cannot be exchanged, a crash came between two renames
            return
        self.operation.move(what="move-in", path=here, source=here, target=there, text=text)
        if root.kind(there) not in (None, "link"):
            self.give_way(here, there)
        if root.link(there) != text:
            make_link(root, there, text)
        leaving = list(links_below(root, here))
        step_aside(root, here, there)
        self._mend_links(here, there, leaving)

    def _mend_links(self, here: RelPath, there: RelPath, found: Iterable[tuple[RelPath, str]]) -> None:
        """Relative links that led out of the directory from HERE lead to the same place from THERE, which is deeper:
        each is mended by one rename at once, and none twice (G2).
        """
        root, operation = self.site.root, self.operation.name
        for path, text in found:
            below = path.below(there) if path.is_within(there) else path.below(here)
            at = there / below
            new = _text_there(here / below, at, text)
            if new and root.link(at) == text and not is_mended(root, operation, at, text):
                waiting = waiting_place(root, "own-mended-link", at)
                self.operation.move(what="mend-link", path=here / below, source=at, target=waiting, text=new, was=text)
                respell(root, at, new, waiting=waiting)

    def give_way(self, here: RelPath, there: RelPath) -> None:
        """Nothing stands THERE: it was moved before a crash, and HERE, what is served, was saved anew since.

        Of two directories neither hides the other: what HERE lacks comes back into it, and what both have is the newer
        one there. The elder lies in the attic.
        """
        root, reason = self.site.root, "saved again before its adoption was finished"
        both = [RelPath("")] if root.kind(here) == root.kind(there) == "dir" else []
        while both:
            below = both.pop()
            for name in root.names(there / below):
                if not root.has(here / below / name):
                    move(root, there / below / name, here / below / name)
                elif root.kind(here / below / name) == root.kind(there / below / name) == "dir":
                    both.append(below / name)
        if root.kind(there) == "dir" and all(kind == "dir" for _, kind, _ in walk(root, there)):
            to_trash(root, there, f"{self.operation.name}-spent", Proof(there, "holds empty directories alone"))
            return
        operation = self.operation
        spot = attic.set_aside(root, there, path=here, operation=operation.name, reason=reason, at=operation.at)
        self.report.set_aside(here, spot, reason)


def _text_there(here: RelPath, there: RelPath, text: str) -> str:
    """The text by which a link HERE, which led out of what moves, leads there from THERE as well; empty for one that
    came along with what it leads to. Of `current`, what is beside it stays beside it.
    """
    target = out_of_root(here, text)
    if target or text.startswith("/") or not here.is_within(Layout.current):
        return text_out_of_root(there, target) if target else ""
    inside = RelPath(os.path.normpath(os.path.join(here.parent, text)))
    return "" if inside.is_within(Layout.current) else link_text(there, inside)
