"""A link of ours that the application renamed: what it leads to is renamed with it, in `shared/` as well (G2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass

from holdfast_engine.data.adopt import Adoption
from holdfast_engine.data.links import Bench, opened, place_link
from holdfast_engine.fs.place import change_places, drop_own_link, is_same, make_link
from holdfast_engine.fs.sets import carry_companions, companions, is_database, name_beside
from holdfast_engine.model.paths import RelPath, link_text
from holdfast_engine.model.sets import LINKED, main_of


def renamed_from(bench: Bench, release: RelPath, path: str) -> str:
    """The shared file whose link in RELEASE now stands at PATH; empty for every link that is not exactly ours, and
    where a link of ours still stands at the old name: then it was copied.
    """
    text = bench.root.link(release / path) or ""
    _, found, old = text.rpartition(f"../{bench.layout.shared_name}/")
    if not found or old == path or bench.text(release, old) != text or bench.is_served(release, old):
        return ""
    return old if bench.root.kind(bench.layout.in_shared(old)) == "file" else ""


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

        Nothing is done where the link does not stand there any more. A crash leaves it half
        done, for `complete`.
        """
        if renamed_from(self.bench, self.release, path) != old:
            return
        one, two = self.bench.layout.in_shared(old), self.bench.layout.in_shared(path)
        if self.bench.root.has(two):
            self._aside(two, path, f"`{old}` was renamed to this name")
        self._make_shared_parent(two.parent)
        facts = {"source": one, "target": two, "release": self.release, "wins": self.wins, "old": old}
        self.operation.move(what="rename", path=path, **facts)
        self.complete(path, old)
        self.moved.adopted.append(path)

    def complete(self, path: str, old: str) -> None:
        """Idempotent. First PATH in `shared/` is a link to OLD, then the link in the release leads there, then the two
        change places: so nobody who goes by the new name meets nothing.
        """
        root, one, two = self.bench.root, self.bench.layout.in_shared(old), self.bench.layout.in_shared(path)
        alias = link_text(two, one)
        if root.kind(one) == "file" and (root.link(two) == alias or self._may_begin(path, old)):
            self._take_name(path, old, alias)
        if root.link(one) == alias:
            drop_own_link(root, one)
        if root.kind(one) is None and root.kind(two) == "file":
            coming = self.release / old
            left = [end for end in companions(root, one) if not is_same(root, one + end, coming + end)]
            carry_companions(root, one, two, left)
        for suffix in LINKED if root.kind(two) == "file" else ():
            self._lead_companion(path + suffix, old + suffix)

    def _may_begin(self, path: str, old: str) -> bool:
        free = self.bench.root.kind(self.bench.layout.in_shared(path)) is None
        return free and renamed_from(self.bench, self.release, path) == old

    def _take_name(self, path: str, old: str, alias: str) -> None:
        """The newest rows of a database are beside either name until both have changed places; `database-busy` before
        anything is done.
        """
        root, one, two = self.bench.root, self.bench.layout.in_shared(old), self.bench.layout.in_shared(path)
        whole = is_database(root, one)
        with self._at_rest(one) if whole else nullcontext():
            if root.link(two) is None:
                make_link(root, two, alias)
            self._lead(path, old)
            if whole:
                name_beside(root, one, two)
            change_places(root, two, one)

    def _lead(self, path: str, old: str) -> None:
        """The link at PATH, which has the text of OLD, leads to its own place, by one rename."""
        here = self.release / path
        if self.bench.root.link(here) == self.bench.text(self.release, old):
            with opened(self.bench.root, [here.parent]):
                self._mend_link(here, path, self.bench.text(self.release, path))

    def _lead_companion(self, path: str, old: str) -> None:
        root, there = self.bench.root, self.bench.layout.in_shared(path)
        if root.kind(there) == "file":
            self._lead(path, old)
            if not root.has(self.release / path):
                place_link(self.bench, self.release, path, self.bench.text(self.release, path))
        elif root.link(self.release / path) == self.bench.text(self.release, old):
            with opened(root, [(self.release / path).parent]):
                drop_own_link(root, self.release / path)  # of what its database has not any more


def goes_with_renamed(bench: Bench, release: RelPath, path: str) -> bool:
    """True for the link of a companion that was renamed together with the link of its database."""
    main = main_of(path)
    old = main_of(renamed_from(bench, release, path)) if main else ""
    return bool(old) and renamed_from(bench, release, main) == old
