"""Bringing data that lies in a release home into `shared/`, without a moment in which its path does not resolve."""

from __future__ import annotations

import errno
import os
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import Any, Optional

from holdfast_engine.data import foreign_links as foreign
from holdfast_engine.data.adopt_late import LateAdoption, look_again
from holdfast_engine.data.mended_links import mend
from holdfast_engine.data.moved import LIVE, NEWEST, SHARED
from holdfast_engine.data.outward import why_not
from holdfast_engine.fs import attic
from holdfast_engine.fs.access import let_in_who_owns, make_like
from holdfast_engine.fs.copy import copy_tree
from holdfast_engine.fs.place import change_places, drop_own_link, make_link, step_aside
from holdfast_engine.fs.probe import may_change_places
from holdfast_engine.fs.sets import is_database, same_set, transfer_companions
from holdfast_engine.fs.walk import links_below, size_of
from holdfast_engine.journal.log import is_mended
from holdfast_engine.model import reasons
from holdfast_engine.model.paths import RelPath, out_of_root
from holdfast_engine.model.sets import main_of
from holdfast_engine.rules.shape_patterns import is_environment
from holdfast_engine.site.links import opened, place_link


class Adoption(LateAdoption):
    """One adoption: what lies in a release comes home."""

    def adopt(self, path: str) -> None:
        """PATH in the release is our link and `shared/` holds the data of both sides; what lost lies in the attic.

        Idempotent: run again after a crash it goes on from what it finds. FIFOs, sockets and
        devices are named and left, as is all that would come to lie beneath a disk that is not
        mounted, or in the place of a link to one. OSError when a name cannot be moved; nothing is
        lost then.
        """
        why = why_not(self.links, self.release, path)
        if why:
            self.moved.unmoved.append((path, why))
            return
        waiting = [(path, False)]
        while waiting:
            here, merged = waiting.pop()
            if merged:
                look_again(self._close_merge, here)
            elif look_again(self._adopt_one, here):
                waiting.append((here, True))
                waiting.extend((f"{here}/{name}", False) for name in reversed(self._names(here)))

    def _names(self, path: str) -> list[str]:
        return self.links.root.names(self.release / path)

    def _adopt_one(self, path: str) -> bool:
        """PATH is adopted; True where both sides hold a directory and each child is to be adopted by itself."""
        if self._goes_with_its_database(path):
            return False
        here, there = self.release / path, self.links.layout.in_shared(path)
        kind = self.links.root.kind(here)
        if kind is None or self.links.is_linked(self.release, path):
            self._settle(path)
        elif kind == "other":
            self.moved.unmoved.append((path, "is neither file, directory nor link"))
        elif kind == "link":
            self._adopt_link(path)
        else:
            return self._adopt_content(path, kind, self._shared_kind(there, path))
        return False

    def _shared_kind(self, there: RelPath, path: str) -> Optional[str]:
        """What stands on the shared side, a link that a crash left waiting there put to its use first."""
        if self.links.root.link(there) == self.links.text(self.release, path):
            drop_own_link(self.links.root, there)
        return self.links.root.kind(there)

    def _settle(self, path: str) -> None:
        """A link waiting in `shared/` whose data has gone is none of anybody's data."""
        there = self.links.layout.in_shared(path)
        if self.links.root.link(there) == self.links.text(self.release, path):
            drop_own_link(self.links.root, there)
        self._mend_links(path)
        if self.links.root.kind(there) == "file":
            self._link_companions(path)

    def _adopt_content(self, path: str, kind: str, other: Optional[str]) -> bool:
        """True for two directories, which are merged child by child, each its own gapless adoption."""
        here, there = self.release / path, self.links.layout.in_shared(path)
        if kind == other == "dir":
            let_in_who_owns(self.links.root, here, there)
            return True
        if other is None and (self.wins == LIVE or self.links.root.obstacle(there.parent) is None):
            self._bring_set_home(path)
        elif kind == other == "file" and same_set(self.links.root, here, there):
            self._displace(path, reasons.EQUAL, report=False)
        elif kind != other and self._is_no_version(path, kind):
            self._displace(path, reasons.OTHER_KIND)
        elif self.wins == LIVE:
            self._announce("adopt", path)
            self._set_shared_aside(path, reasons.LIVE_WON)
            self._bring_set_home(path)
        elif self._is_newest(path):
            self._serve_newer(path)
        else:
            self._displace(path, reasons.ANOTHER)
        return False

    def _is_no_version(self, path: str, kind: str) -> bool:
        """True for a file in the place of a directory with files, and for a directory in that of a database or of
        settings, or without a file in it: it would take out of sight what it is no newer version of (G2).
        """
        root, here, there = self.links.root, self.release / path, self.links.layout.in_shared(path)
        if (kind, root.kind(there)) == ("file", "dir"):
            return size_of(root, there)[0] > 0
        precious = is_environment(path) or is_database(root, there)
        return (kind, root.kind(there)) == ("dir", "file") and (precious or not size_of(root, here)[0])

    def _bring_home(self, path: str) -> None:
        """Exchange PATH with its coming link, which waits under the data's future name: nothing is
        copied (data.md).
        """
        here, there = self.release / path, self.links.layout.in_shared(path)
        text = self.links.text(self.release, path)
        self._announce("adopt", path)
        self._make_shared_parent(there.parent)
        make_link(self.links.root, there, text)
        try:
            with opened(self.links.root, [here.parent, *self._own_directory(here)]):
                self._step_aside(path, there, text)
        except OSError as error:
            if self.links.root.link(there) == text:  # else it was exchanged before something failed
                drop_own_link(self.links.root, there)
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
        if step_aside(self.links.root, self.release / path, spot, before_the_gap=told):
            self.operation.move(what="gap-closed", **facts)

    def _mend_links(self, path: str) -> None:
        """Relative links in a directory that came home lead where they led before, each mended by one rename (G2).

        Only those that broke by the move: a link within the directory came along with what it leads to. One that leads
        out of the site may meet something else where it leads now, and is mended whatever it meets.
        """
        root, there = self.links.root, self.links.layout.in_shared(path)
        for at, text in list(links_below(root, there)):
            here = at.below(self.links.layout.shared)
            if self._led_out(at, here):
                mend(self.links, self.operation, at, str(here), foreign.adjusted(text, self.release, here, at))
            elif not root.leads_somewhere(at) or text.startswith("/"):
                old = foreign.without_release(self.links, self.release, text, here)
                new = foreign.adjusted(old, self.release, here, at)
                if new != old and root.has(os.path.normpath(f"{self.release / here.parent}/{old}")):
                    mend(self.links, self.operation, at, str(here), new)

    def _led_out(self, at: RelPath, here: RelPath) -> bool:
        """True for a link at AT that led out of the site when it stood at HERE, and was not mended before a crash."""
        text = self.links.root.link(at) or ""
        if not out_of_root(self.release / here, text):
            return False
        return not is_mended(self.links.root, self.operation.name, at, text)

    def _announce(self, what: str, path: str) -> None:
        """On disk before what is shared is set aside for it: a crash in between would leave PATH in the attic alone."""
        here, there = self.release / path, self.links.layout.in_shared(path)
        facts = {"release": self.release, "wins": self.wins}
        self.operation.move(what=what, path=path, source=here, target=there, **facts)

    def _own_directory(self, here: RelPath) -> list[RelPath]:
        return [here] if self.links.root.kind(here) == "dir" else []

    def _make_shared_parent(self, parent: RelPath) -> None:
        """Directories on the way exist in `shared/` too; a file in their way goes to the attic first."""
        step = self.links.root.obstacle(parent)
        if step is not None and step.is_within(self.links.layout.shared):
            self._aside(step, str(step.below(self.links.layout.shared)), reasons.IN_THE_WAY)
        make_like(self.links.root, parent, self.links.layout.shared, self.release)

    def _copy_home(self, path: str) -> None:
        """Where names cannot be exchanged: verified copy, then the link, then what was written meanwhile."""
        here, there = self.release / path, self.links.layout.in_shared(path)
        copy_tree(self.links.root, here, there)
        spot = self._displace(path, reasons.COPIED, report=False)
        self.follow_up(spot, path)

    def _close_merge(self, path: str) -> None:
        """Every child of PATH is adopted; the directory of links gives way to one link."""
        if self.links.root.kind(self.release / path) != "dir":  # removed or replaced since, by the application
            look_again(self._adopt_one, path)
            return
        with self._all_at_rest(path):
            spot = self._displace(path, reasons.MERGED, report=False)
        self.late_arrivals(spot, path)

    def _serve_newer(self, path: str) -> None:
        """PATH, saved after what is shared, is served in its place in one step, by itself and through links to what is
        shared: at no moment is there neither (G3). The elder lies in the attic.
        """
        here, there = self.release / path, self.links.layout.in_shared(path)
        self._announce("adopt", path)
        with opened(self.links.root, [here.parent]):
            if not may_change_places(self.links.root, here.parent, there.parent):
                self._change_places(here, there, path, reason=reasons.ELDER)
                place_link(self.links, self.release, path, self.links.text(self.release, path))
                return
            self.operation.move(what="late", path=path, source=here, target=there)
            change_places(self.links.root, here, there)
        self.moved.adopted.append(path)
        self._displace(path, reasons.ELDER)

    def _is_newest(self, path: str) -> bool:
        """PATH was saved after what is shared. Never asked of a database: who has the shared one open would go on
        writing to the attic; what is shared stays whole, and the other is kept.
        """
        root, here, there = self.links.root, self.release / path, self.links.layout.in_shared(path)
        if self.wins != NEWEST or root.kind(here) != "file" or root.kind(there) != "file" or main_of(path):
            return False
        return not (is_database(root, here) or is_database(root, there)) and self._is_newer(here, there)

    def _displace(self, path: str, reason: str, *, report: bool = True) -> RelPath:
        """Our link stands at PATH in the release and what stood there lies in the attic, in one exchange; a database
        with its companions, of which those that are shared are linked.
        """
        here, text = self.release / path, self.links.text(self.release, path)
        if self.links.root.kind(here) == "file" and is_database(self.links.root, here):
            with (
                self._at_rest(here) if reason != reasons.COPIED else nullcontext()
            ):  # what is copied is held at rest already
                spot = self._exchange(path, self._reserve(path, reason, whole=True), text, reason)
                transfer_companions(self.links.root, here, spot)
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
            return attic.reserve_for_set(self.links.root, self.release / path, **about)
        return attic.reserve_place(self.links.root, self.release / path, **about, merged=reason == reasons.MERGED)

    def _exchange(self, path: str, spot: RelPath, text: str, reason: str) -> RelPath:
        """What stood at PATH is at SPOT, and a link with TEXT at PATH."""
        here = self.release / path
        facts = {"release": self.release, "wins": self.wins, "reason": reason, "gap": "told"}
        self.operation.move(what="displace", path=path, source=here, target=spot, text=text, **facts)
        make_link(self.links.root, spot, text)
        try:
            with opened(self.links.root, [here.parent, *self._own_directory(here)]):
                self._step_aside(path, spot, text)
        except OSError:
            if self.links.root.link(spot) == text:  # else it was exchanged before something failed
                drop_own_link(self.links.root, spot)
            raise
        return spot

    def _set_shared_aside(self, path: str, reason: str) -> None:
        self._aside(self.links.layout.in_shared(path), path, reason)

    def _aside(self, source: RelPath, path: str, reason: str) -> None:
        if self._aside_whole(source, path, reason):
            return
        self.operation.move(what="aside", path=path, source=source)
        spot = attic.set_aside(
            self.links.root, source, path=path, operation=self.operation.name, reason=reason, at=self.operation.at
        )
        self.moved.displaced.append((path, spot, reason))

    def _adopt_link(self, path: str) -> None:
        """A foreign link gives way to ours; what it led to goes on being served at PATH (G2).

        By its text alone: into another release, that data comes home; elsewhere, the link is
        carried into `shared/` as a link; to nowhere, or to PATH in `shared/` itself, only its
        text is kept. It is never followed for content (G9).
        """
        here, there = self.release / path, self.links.layout.in_shared(path)
        text = foreign.text_in_shared(self.links, self.release, RelPath(path))
        other = self._shared_kind(there, path)
        if foreign.leads_to_itself(self.links, self.release, text, path) or not self.links.root.leads_somewhere(here):
            self._displace(path, reasons.FOREIGN_LINK, report=False)
            return
        elder = foreign.in_another_release(self.links, text, there)
        if elder is not None:
            replace(self, release=elder, wins=SHARED).adopt(path)
        elif other is None or self.wins == LIVE:
            self._announce("carry", path)
            if other is not None:
                self._set_shared_aside(path, reasons.LIVE_LINK)
            self._share_link(path, text, there)
        self._displace(path, reasons.SHARED_LINK)

    def _share_link(self, path: str, text: str, there: RelPath) -> None:
        self._make_shared_parent(there.parent)
        make_link(self.links.root, there, text)
        self.moved.adopted.append(path)
