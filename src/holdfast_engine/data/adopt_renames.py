"""A link of ours that the application renamed: what it leads to is renamed with it, in `shared/` as well (G2)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import nullcontext

from holdfast_engine.data.adopt import Adoption
from holdfast_engine.data.mended_links import mend
from holdfast_engine.data.outward import leads_out, why_held
from holdfast_engine.fs.place import change_places, drop_own_link, is_same, make_link
from holdfast_engine.fs.probe import may_change_places
from holdfast_engine.fs.sets import companions, is_database, name_beside, transfer_companions
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.listing import DIR, FILE, LINK
from holdfast_engine.model.paths import RelPath, link_text
from holdfast_engine.model.sets import LINKED, main_of
from holdfast_engine.model.values import dataclass
from holdfast_engine.site.links import Links, opened, place_link


def renamed_from(links: Links, release: RelPath, path: str) -> str:
    """The shared file or directory whose link in RELEASE now stands at PATH; empty for every link that is not exactly
    ours, and where a link of ours still stands at the old name: then it was copied.
    """
    text = links.root.link(release / path) or ""
    _, found, old = text.rpartition(f"../{links.layout.shared_name}/")
    if not found or old == path or links.text(release, old) != text or links.is_served(release, old):
        return ""
    return old if links.root.kind(links.layout.in_shared(old)) in _KINDS else ""


_KINDS = (FILE, DIR)
"""What is renamed in `shared/` with its link; a link there leads to somebody's other disk."""


def renamed_below(links: Links, release: RelPath, top: str, linked: Collection[str]) -> dict[str, str]:
    """Links of ours that came to the stray directory TOP with the directory that was renamed, each with its old name,
    as far as they were LINKED there.
    """
    inner = (f"{top}/{below}" for below, kind, _ in walk(links.root, release / top, unreadable=[]) if kind == LINK)
    found = {path: renamed_from(links, release, path) for path in inner}
    return {path: old for path, old in found.items() if old in linked and main_of(old) not in linked}


def in_order(renamed: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """RENAMED (new name: old name) so that each comes after the one that took away what stood at its new name: of
    `log` to `log.1` and `log.1` to `log.2` the second first. Names in a ring are left out.
    """
    waiting = dict(renamed)
    while True:
        free = [path for path in waiting if path not in waiting.values()]
        if not free:
            return
        for path in free:
            yield path, waiting.pop(path)


@dataclass(frozen=True)
class Renaming(Adoption):
    """An adoption that follows renames."""

    def follow(self, path: str, old: str) -> None:
        """What lay at OLD in `shared/` lies at PATH, a database with its set, and the link at PATH leads there; PATH
        resolves to it at every moment. What lay at PATH before is in the attic.

        Nothing is done where the link does not stand there any more, or the disk of either name
        is not mounted. A crash leaves it half done, for `complete`.
        """
        if self.links.is_away(path) or self.links.is_away(old) or renamed_from(self.links, self.release, path) != old:
            return
        one, two = self.links.layout.in_shared(old), self.links.layout.in_shared(path)
        held = next((step for step in (*RelPath(path).ancestors(), path) if leads_out(self.links, step)), "")
        if held:
            self.moved.unmoved.append((path, why_held(self.links, held)))
            return
        if not self._may_be_renamed(one):
            why = f"leads to `{one}`, on which a disk is mounted: it keeps its name"
            self.moved.unmoved.append((path, why))
            return
        if self.links.root.has(two):
            self._aside(two, path, f"`{old}` was renamed to this name")
        self._make_shared_parent(two.parent)
        facts = {"source": one, "target": two, "release": self.release, "wins": self.wins, "old": old}
        self.operation.move(what="rename", path=path, **facts)
        self.complete(path, old)
        self.moved.adopted.append(path)

    def _may_be_renamed(self, one: RelPath) -> bool:
        root = self.links.root
        return root.kind(one) != DIR or may_change_places(root, one, one.parent)

    def complete(self, path: str, old: str) -> None:
        """Idempotent. First PATH in `shared/` is a link to OLD, then the link in the release leads there, then the two
        change places: so nobody who goes by the new name meets nothing.
        """
        root, one, two = self.links.root, self.links.layout.in_shared(old), self.links.layout.in_shared(path)
        alias = link_text(two, one)
        if root.kind(one) in _KINDS and (root.link(two) == alias or self._may_begin(path, old)):
            self._take_name(path, old, alias)
        if root.link(one) == alias:
            drop_own_link(root, one)
        if root.kind(one) is None and root.kind(two) == "file":
            coming = self.release / old
            left = [end for end in companions(root, one) if not is_same(root, one + end, coming + end)]
            transfer_companions(root, one, two, left)
        for suffix in LINKED if root.kind(two) == "file" else ():
            self._lead_companion(path + suffix, old + suffix)

    def _may_begin(self, path: str, old: str) -> bool:
        free = self.links.root.kind(self.links.layout.in_shared(path)) is None
        return free and renamed_from(self.links, self.release, path) == old

    def _take_name(self, path: str, old: str, alias: str) -> None:
        """The newest rows of a database are beside either name until both have changed places; `database-busy` before
        anything is done.
        """
        root, one, two = self.links.root, self.links.layout.in_shared(old), self.links.layout.in_shared(path)
        whole = root.kind(one) == FILE and is_database(root, one)
        with self._at_rest(one) if whole else nullcontext():
            if root.link(two) is None:
                make_link(root, two, alias)
            self._lead(path, old)
            if whole:
                name_beside(root, one, two)
            self._take_place(path, old, alias)

    def _take_place(self, path: str, old: str, alias: str) -> None:
        """The data and the link to it change places; OSError, and all as it was, where it may not be moved."""
        root, one, two = self.links.root, self.links.layout.in_shared(old), self.links.layout.in_shared(path)
        try:
            change_places(root, two, one)
        except OSError:
            if root.link(two) == alias:  # else they changed places before something failed
                self._lead(path, path, text=self.links.text(self.release, old))
                drop_own_link(root, two)
            raise

    def _lead(self, path: str, old: str, *, text: str = "") -> None:
        """The link at PATH, which has the text of OLD, leads to its own place, or has TEXT, by one rename."""
        here = self.release / path
        if self.links.root.link(here) == self.links.text(self.release, old):
            with opened(self.links.root, [here.parent]):
                mend(self.links, self.operation, here, path, text or self.links.text(self.release, path))

    def _lead_companion(self, path: str, old: str) -> None:
        root, there = self.links.root, self.links.layout.in_shared(path)
        if root.kind(there) == "file":
            self._lead(path, old)
            if not root.has(self.release / path):
                place_link(self.links, self.release, path, self.links.text(self.release, path))
        elif root.link(self.release / path) == self.links.text(self.release, old):
            with opened(root, [(self.release / path).parent]):
                drop_own_link(root, self.release / path)  # of what its database has not any more


def goes_with_renamed(links: Links, release: RelPath, path: str) -> bool:
    """True for the link of a companion that was renamed together with the link of its database."""
    main = main_of(path)
    old = main_of(renamed_from(links, release, path)) if main else ""
    return bool(old) and renamed_from(links, release, main) == old
