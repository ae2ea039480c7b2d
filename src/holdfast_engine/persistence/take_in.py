"""Taking an application out of a document root that stays where it is: entry by entry into the first release."""

from __future__ import annotations

import os
from contextlib import nullcontext

from holdfast_engine.data.homeward import mend, text_from_without
from holdfast_engine.fs import attic, durable
from holdfast_engine.fs.discard import Proof, to_trash
from holdfast_engine.fs.place import close_gap, drop_own_link, make_link, move, replace_link, step_aside, switch
from holdfast_engine.fs.probe import waiting_place
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.sets import belongs_to
from holdfast_engine.fs.walk import links_below, walk
from holdfast_engine.journal import log
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import MOVE
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.paths import RelPath, link_text
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.moving_sets import move_whole
from holdfast_engine.persistence.report import Report
from holdfast_engine.site.handle import Site
from holdfast_engine.site.public_html import REPOSITORIES, TOP, WAITING, PublicHtml, opened
from holdfast_engine.site.saved_pages import is_of_the_host

WAY = RelPath(".holdfast-home")
"""The name, in either place, of a link to the other one: a link through it leads from each to the other."""


_SAVED_ANEW = "saved again before its adoption was finished"


def moving(root: Root, top: RelPath) -> list[str]:
    """The names in the document root TOP that are the application's: the host's own stay, and so does what belongs to
    root, where we are somebody else: on such a host no application runs as root.
    """
    return [name for name in root.names(top) if not is_of_the_host(root, top, name)]


@dataclass(frozen=True)
class TakingIn:
    """What is live in the document root PLACE becomes the release NAME. Idempotent: after a crash it goes on from what
    it finds (G4).

    Entries refer to each other, so what has moved must find beside it what has not yet. The link that waits for an
    entry leads through `.holdfast-home`, which in the release leads to the document root, and there to the release: its
    text is right in both, before the exchange and after it.
    """

    site: Site
    operation: Operation
    report: Report
    place: PublicHtml
    name: str

    @property
    def home(self) -> RelPath:
        """The release, below the deploy root."""
        return Layout.releases / self.name

    def take_in(self) -> None:
        """Every entry lies in the release, `current` leads there, and the document root shows what it did; at no
        moment is a page without its place.
        """
        durable.make_directories(self.site.root, self.home)
        if self.site.survey.current != self.home:
            self._move_all()
            self.operation.commit(release=self.home)
            switch(
                self.site.root,
                Layout.current,
                link_text(Layout.current, self.home),
                waiting=Layout.state / "current",
            )
        self._show()
        self.drop_ways()

    def give_back(self) -> None:
        """Every entry stands in the document root again, as before: for an adoption that never switched."""
        for entry in self.site.root.names(self.home):
            if entry != WAY:
                self._back(entry)
        self.drop_ways()

    def here(self, entry: str) -> RelPath:
        """ENTRY in the document root."""
        return self.place.here / entry

    def there(self, entry: str) -> RelPath:
        """ENTRY in the release."""
        return self.place.site / self.home / entry

    def make_ways(self) -> None:
        """A link through `.holdfast-home` leads from the document root into the release, and back."""
        around = self.place.around
        for at, to in ((self.here(WAY), self.there("")), (self.there(WAY), self.place.here)):
            text = link_text(at, RelPath(to))
            if around.link(at) not in (None, text):
                drop_own_link(around, at)  # a crash left it, and one of the two was moved since
            if around.link(at) is None:
                make_link(around, at, text)

    def _move_all(self) -> None:
        around = self.place.around
        self.make_ways()
        came = (entry for entry in around.names(self.there("")) if around.link(self.there(entry)) is None)
        entries = sorted({*moving(around, self.place.here), *came})
        parts = {entry for entry in entries if belongs_to(around, self.here(entry))}
        for entry in entries:
            if not around.has(self.there(entry)):
                make_link(around, self.there(entry), way_to(entry))
        for entry in entries:
            if entry not in parts:
                move_whole(around, self.place.here, entry, self._move_entry)

    def _move_entry(self, entry: str) -> None:
        """The link that waits in the release, and what stands in the document root, change places in one exchange."""
        around, here, there, text = self.place.around, self.here(entry), self.there(entry), way_to(entry)
        close_gap(around, here, there, text)
        if around.link(here) == text:
            self._mend_links(entry)
            return
        if not around.has(here):
            make_link(around, here, text)  # where names cannot be exchanged, a crash came between two renames
            return
        self.operation.move(what="take-in", path=entry, source=str(here), target=str(there), text=text)
        if around.link(there) != text:
            if around.has(there):
                self.give_way(entry, _SAVED_ANEW)
            make_link(around, there, text)
        step_aside(around, here, there)
        self._mend_links(entry)

    def give_way(self, entry: str, why: str) -> None:
        """What lies in the release, while something else stands in the document root, lies in the attic; of a directory
        what the other one lacks is in that.
        """
        operation = self.operation
        root, path = self.site.root, self.home / entry
        self._fill_up(entry)
        if root.kind(path) == DIR and all(kind == DIR for _, kind, _ in walk(root, path)):
            to_trash(root, path, f"{operation.name}-spent", Proof(path, "holds empty directories alone"))
            return
        spot = attic.set_aside(self.site.root, path, path=entry, operation=operation.name, reason=why, at=operation.at)
        self.report.set_aside(entry, spot, why)

    def _fill_up(self, entry: str) -> None:
        around, both = self.place.around, [RelPath(entry)]
        while both:
            below = both.pop()
            here, there = self.here(below), self.there(below)
            if around.kind(here) == around.kind(there) == DIR:
                for name in around.names(there):
                    if not around.has(here / name):
                        move(around, there / name, here / name)
                    both.append(below / name)

    def _mend_links(self, entry: str) -> None:
        """Links in ENTRY that led out of the document root lead to the same place from the release, and those that
        named it by its full path to what came along; each is mended by one rename, and none twice (G2).
        """
        for at, text in list(links_below(self.site.root, self.home / entry)):
            new = self._mended(at, text)
            if new:
                mend(self.site.root, self.operation, at, was=text, text=new)

    def _mended(self, at: RelPath, text: str) -> str:
        """What the link AT has to say in place of TEXT; empty where that is right."""
        top = os.path.realpath(self.place.path)
        named = next((name for name in (top, self.place.path) if text.startswith(f"{name}/")), "")
        if named:
            inside = RelPath(os.path.normpath(text[len(named) + 1 :]))
            came = self.place.around.has(self.there(inside.parts[0]))
            return link_text(at, self.home / inside) if came else ""
        return text_from_without(top, self.site.root.path, self.home, at, text)

    def _show(self) -> None:
        """Every link in the document root leads through `current`, each by one rename: what is to be seen there is what
        was (G2), but for a repository. The next release has its web root there, whatever this one had.
        """
        place = self.place
        ours = [name for name in place.around.names(place.here) if place.around.link(self.here(name)) == way_to(name)]
        for name in ours:
            if name in REPOSITORIES:
                drop_own_link(place.around, self.here(name))
            else:
                replace_link(place.around, self.here(name), place.text(name, TOP), waiting=self.here(WAITING))

    def drop_ways(self) -> None:
        """Nothing of ours waits in either place."""
        for way in (self.here(WAY), self.there(WAY), self.here(WAITING)):
            if self.place.around.link(way) is not None:
                drop_own_link(self.place.around, way)

    def _back(self, entry: str) -> None:
        """ENTRY stands in the document root, in one exchange with its link there; a link that waits is gone."""
        around, here, there, text = self.place.around, self.here(entry), self.there(entry), way_to(entry)
        if around.link(there) == text:
            drop_own_link(around, there)
            return
        self.operation.move(what="take-out", path=entry, source=str(there), target=str(here), text=text)
        self._unmend_links(entry)
        if around.link(here) == text:
            step_aside(around, there, here)
            drop_own_link(around, there)
        elif around.has(here):
            self.give_way(entry, _SAVED_ANEW)
        else:
            move(around, there, here)

    def _unmend_links(self, entry: str) -> None:
        root = self.site.root
        for at, (text, was) in mends(self.site, self.operation.name).items():
            if at.is_within(self.home / entry) and root.link(at) == text:
                switch(root, at, was, waiting=waiting_place(root, "own-mended-link", at))


def taken_out(site: Site, operation: Operation, release: str) -> None:
    """What OPERATION had taken into RELEASE stands in its document root again; nothing for any other adoption."""
    begin = log.read(site.root, operation.name)[0].facts
    with opened(site, str(begin.get("public_html", ""))) if begin.get("public_html") else nullcontext() as place:
        if place is not None:
            TakingIn(site, operation, Report(), place, release).give_back()


def way_to(entry: str) -> str:
    return f"{WAY}/{entry}"


def mends(site: Site, operation: str) -> dict[RelPath, tuple[str, str]]:
    """The links that OPERATION mended in the release, each with its text since, and the one that it was found with."""
    moves = (record.facts for record in log.read(site.root, operation) if record.kind == MOVE)
    mended = [facts for facts in moves if facts["what"] == "mend-link" and "was" in facts]
    return {RelPath(facts["source"]): (facts["text"], facts["was"]) for facts in mended}
