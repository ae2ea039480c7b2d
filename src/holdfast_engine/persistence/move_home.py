"""Out of a release, back into the document root that its application was taken out of (G1, G3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from holdfast_engine.data.homeward import text_from_without
from holdfast_engine.fs.place import close_gap, drop_own_link, make_link, move, replace_link, respell, step_aside
from holdfast_engine.fs.sets import belongs_to
from holdfast_engine.fs.walk import links_below
from holdfast_engine.journal import log
from holdfast_engine.journal.record import MOVE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.moving_sets import move_whole
from holdfast_engine.persistence.take_in import WAY, TakingIn, way_to
from holdfast_engine.site.public_html import WAITING

_MENDED = "mend-home"
_SOMEBODY_S = "another file is in its place in the document root"


@dataclass(frozen=True)
class MovingHome:
    """What lies in the release of TAKING comes back into its document root. Idempotent: after a crash it goes on from
    what it finds (G4).

    The link in the document root first leads to the release by a text that is right at both ends of the exchange, as it
    was when it was taken out; it stays in the release for who comes through `current`.
    """

    taking: TakingIn
    mended: Mapping[RelPath, tuple[str, str]] = field(default_factory=dict)
    """Links of the release that its adoption mended: the text that each got, and the one that it had before."""

    def move_home(self) -> None:
        """Every entry of the release stands in the document root, and is seen through `current` as before."""
        around, there = self.taking.place.around, self.taking.there("")
        self.taking.make_ways()
        begun = [facts["path"] for facts in self._history("take-out")]
        for entry in begun:
            close_gap(around, there / entry, self.taking.here(entry), way_to(entry))
        entries = sorted({*begun, *around.names(there)} - {WAY})
        parts = {entry for entry in entries if belongs_to(around, there / entry)}
        for entry in entries:
            self._lead(entry)
        for entry in entries:
            if entry not in parts:
                move_whole(around, there, entry, self._move)
        for name in around.names(self.taking.place.here):
            if self.taking.place.is_own(name):
                drop_own_link(around, self.taking.here(name))  # what it showed is in no release

    def clear(self) -> None:
        """Nobody comes through the release any more: no link of ours is left in it, nor a way to it."""
        around = self.taking.place.around
        for entry in around.names(self.taking.there("")):
            if around.link(self.taking.there(entry)) is not None and around.has(self.taking.here(entry)):
                drop_own_link(around, self.taking.there(entry))
        self.taking.drop_ways()

    def _history(self, what: str) -> list[dict[str, Any]]:
        """What this operation has begun of that kind."""
        history = log.read(self.taking.site.root, self.taking.operation.name)
        return [one.facts for one in history if one.kind == MOVE and one.facts["what"] == what]

    def _lead(self, entry: str) -> None:
        """The name ENTRY in the document root leads into the release by the text that is right there as well."""
        around, here = self.taking.place.around, self.taking.here(entry)
        if around.link(self.taking.there(entry)) == way_to(entry):
            return
        if self.taking.place.is_own(entry):
            replace_link(around, here, way_to(entry), waiting=self.taking.here(WAITING))
        elif not around.has(here):
            make_link(around, here, way_to(entry))

    def _move(self, entry: str) -> None:
        around, here, there = self.taking.place.around, self.taking.here(entry), self.taking.there(entry)
        if around.link(there) not in (None, way_to(entry)):
            self._move_link(entry)
            return
        if around.link(there) != way_to(entry):
            facts = {"source": str(there), "target": str(here), "text": way_to(entry)}
            self.taking.operation.move(what="take-out", path=entry, **facts)
            if around.link(here) == way_to(entry):
                step_aside(around, there, here)
            elif around.has(here):
                self.taking.give_way(entry, _SOMEBODY_S)
            else:
                move(around, there, here)  # where names cannot be exchanged, a crash came between two renames
            if not around.has(there):
                make_link(around, there, way_to(entry))
        self._mend_links(entry)

    def _move_link(self, entry: str) -> None:
        """A link of a person's own is written anew for its place, so that it leads on at each moment."""
        around, here, there = self.taking.place.around, self.taking.here(entry), self.taking.there(entry)
        text = around.link(there) or ""
        new = self._text(here, text) or text
        if around.link(here) == way_to(entry):
            replace_link(around, here, new, waiting=self.taking.here(WAITING), owner=around.lstat(there))
        elif around.has(here) and around.link(here) != new:
            self.taking.give_way(entry, _SOMEBODY_S)

    def _mend_links(self, entry: str) -> None:
        """Relative links that led out of the release lead to the same place from the document root, and what was mended
        on the way in is as it was; none twice.
        """
        taking, around = self.taking, self.taking.place.around
        done = {(facts["source"], facts["text"]) for facts in self._history(_MENDED)}
        for at, text in list(links_below(around, taking.here(entry))):
            new = self._text(at, text)
            if new and (at, text) not in done:
                taking.operation.move(what=_MENDED, path=entry, source=at, text=new, was=text)
                respell(around, at, new, waiting=taking.here(WAITING))

    def _text(self, at: RelPath, text: str) -> str:
        """What the link AT has to say in place of TEXT; empty where that is right."""
        taking, place = self.taking, self.taking.place
        then, was = self.mended.get(taking.home / at.below(place.here), ("", ""))
        if then == text:
            return was
        return text_from_without(taking.site.root.absolute(taking.home), place.around.path, place.here, at, text)
