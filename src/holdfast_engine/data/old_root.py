"""What was saved in a document root: brought home, each name by one exchange with the link that stood there before."""

from __future__ import annotations

from collections.abc import Callable

from holdfast_engine.data.adopt import Adoption
from holdfast_engine.data.adopt_late import look_again
from holdfast_engine.data.moved import NEWEST, Moved
from holdfast_engine.fs import attic
from holdfast_engine.fs.copy import same_file
from holdfast_engine.fs.place import change_places, drop_own_link, make_link, move, step_aside, switch
from holdfast_engine.fs.walk import walk
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR, FILE, LINK
from holdfast_engine.model.paths import RelPath, link_text
from holdfast_engine.model.reasons import EMPTIED, OLDER, SAME, SAVED, SHIPPED
from holdfast_engine.model.values import dataclass
from holdfast_engine.site.document_root import renamed_from
from holdfast_engine.site.links import Links, opened, place_link

_WAITING = Layout.scratch / "own-old-root"


@dataclass(frozen=True)
class OldRoot:
    """One round through what was saved, LIVE being the release that the links in its place show.

    It lies below TOP at its paths in LIVE: at the top of the site itself, which is the old document root of an adopted
    one, or in a directory on its way from elsewhere. IS_CODE says of a file of LIVE that it is as some release shipped
    it. IS_SERVED: visitors see what was saved, so that it is an edit of shipped code, and no old copy of it. BEGUN has
    each path, with the inode of what was saved there, that was about to change places with the live release's.
    """

    links: Links
    operation: Operation
    live: RelPath
    is_code: Callable[[str], bool]
    moved: Moved
    top: RelPath = RelPath("")
    is_served: bool = False
    begun: frozenset[tuple[str, int]] = frozenset()

    def bring(self, path: str) -> None:
        """What was saved at PATH is in the live release, in `shared/` or in the attic, and the link stands there again.

        Idempotent: after a crash it goes on from what it finds. Whatever is neither file nor directory is left, and
        what belongs on a disk that is not mounted. OSError when a name cannot be moved; nothing is lost then.
        """
        if self.links.is_away(path):
            self.moved.unmoved.append((path, self.links.why_away(path)))
            return
        waiting = [(path, False)]
        while waiting:
            here, emptied = waiting.pop()
            if look_again(self._close if emptied else self._bring_one, here):
                names = self.links.root.names(self.top / here)
                waiting.append((here, True))
                waiting.extend((f"{here}/{name}", False) for name in reversed(names))

    def _through(self, path: str) -> str:
        """The text of the link in the place of PATH that shows what is live."""
        return link_text(self.top / path, Layout.current / path)

    def _bring_one(self, path: str) -> bool:
        """True for a directory on both sides, whose children are brought one by one."""
        root, there = self.links.root, self.live / path
        kind, other = root.kind(self.top / path), root.kind(there)
        if kind == LINK or kind is None:
            self._follow_rename(path)
            self._point(path)
        elif self.links.is_served(self.live, path):
            self._merge(path)
        elif kind not in (FILE, DIR):
            self.moved.unmoved.append((path, "is neither file, directory nor link"))
        elif other is None:
            self._come_in(path)
        elif kind == other == DIR:
            return True
        elif kind == other == FILE:
            self._choose(path)
        else:
            self._aside(path, SHIPPED)
        return False

    def _merge(self, path: str) -> None:
        """At a path that is shared: of two versions what was saved last is served, the other one lies in the attic."""
        Adoption(self.links, self.operation, self.top, NEWEST, self.moved).adopt(path)
        self._point(path)

    def _point(self, path: str) -> None:
        """Our link into `shared/` at PATH becomes the one that shows what is live, in one rename."""
        if self.links.is_linked(self.top, path):
            switch(self.links.root, self.top / path, self._through(path), waiting=_WAITING)

    def _follow_rename(self, path: str) -> None:
        """What was brought home under a temporary name, and got the name PATH since by its link, has it everywhere."""
        root, links = self.links.root, self.links
        other = renamed_from(root, self.live, path, top=self.top)
        code = root.kind(self.live / path) == FILE and self.is_code(path) and not self.is_served
        if other is None or code:
            return
        shared = links.is_linked(self.live, other)
        source = links.layout.in_shared(other) if shared else self.live / other
        target = self._served_at(path, shared=shared)
        if root.kind(source) == FILE and root.kind(target) in (None, FILE):
            self._rename(path, source, target)
        elif root.has(source):
            return  # a directory, or in the way of one: both are served as they are
        if shared:
            with opened(root, [(self.live / other).parent]):
                drop_own_link(root, self.live / other)
            if not root.has(self.live / path):
                place_link(links, self.live, path, links.text(self.live, path))
        switch(root, self.top / path, self._through(path), waiting=_WAITING)

    def _served_at(self, path: str, *, shared: bool) -> RelPath:
        """Where what `current` shows at PATH lies; in `shared/` if it is SHARED and nothing is there yet."""
        own = self.links.root.kind(self.live / path) == FILE
        home = not own and (shared or self.links.is_linked(self.live, path))
        return self.links.layout.in_shared(path) if home else self.live / path

    def _rename(self, path: str, source: RelPath, target: RelPath) -> None:
        """SOURCE has the name TARGET; what had it before lies in the attic. A crash leaves one of the two there."""
        root, operation = self.links.root, self.operation
        operation.move(what="late", path=path, source=source, target=target)
        self.moved.adopted.append(path)
        with opened(root, [source.parent, target.parent]):
            if not root.has(target):
                move(root, source, target)
                return
            change_places(root, source, target)
            spot = attic.set_aside(root, source, path=path, operation=operation.name, reason=SAVED, at=operation.at)
            self.moved.displaced.append((path, spot, SAVED))

    def _come_in(self, path: str) -> None:
        """Nothing is served at PATH: what was saved there is in the live release, where the next look finds it."""
        root, there = self.links.root, self.live / path
        # `displace` is settled as this is: the link that waits is dropped, or stands where what it waited for was
        self._announce(path, there, "came into the live release")
        with opened(root, [(self.top / path).parent, there.parent, *self._own_directory(path)]):
            make_link(root, there, self._through(path))
            self._exchange(path, there)
        self.moved.adopted.append(path)

    def _announce(self, path: str, target: RelPath, reason: str) -> None:
        facts = {"release": self.top, "wins": NEWEST, "reason": reason, "text": self._through(path)}
        self.operation.move(what="displace", path=path, source=self.top / path, target=target, **facts)

    def _exchange(self, path: str, spot: RelPath) -> None:
        try:
            step_aside(self.links.root, self.top / path, spot)
        except OSError:
            if self.links.root.link(spot) == self._through(path):  # else it was exchanged before something failed
                drop_own_link(self.links.root, spot)
            raise

    def _own_directory(self, path: str) -> list[RelPath]:
        here = self.top / path
        return [here] if self.links.root.kind(here) == DIR else []

    def _choose(self, path: str) -> None:
        """Two files, and the live release serves its own: shipped code stays, of anything else what was saved last."""
        here, there = self.top / path, self.live / path
        if same_file(self.links.root, here, there):
            self._aside(path, SAME)
        elif self._has_changed_places(path):
            self._aside(path, SAVED)
        elif self.is_code(path) and not self.is_served:
            self._aside(path, SHIPPED)
        elif self.is_code(path) or self._is_newer(here, there):
            self._change_places(path)
            self._aside(path, SAVED)
        else:
            self._aside(path, OLDER)

    def _change_places(self, path: str) -> None:
        """What was saved at PATH stands in the live release; the journal knows it by its inode, after a crash too."""
        root, here, there = self.links.root, self.top / path, self.live / path
        status = root.lstat(here)
        self.operation.move(what="late", path=path, source=here, target=there, inode=status.st_ino if status else 0)
        with opened(root, [here.parent, there.parent]):
            change_places(root, here, there)
        self.moved.adopted.append(path)

    def _has_changed_places(self, path: str) -> bool:
        """True where a crash came between that and the attic: what stands at PATH is what gave way."""
        status = self.links.root.lstat(self.live / path)
        return status is not None and (path, status.st_ino) in self.begun

    def _is_newer(self, here: RelPath, there: RelPath) -> bool:
        one, two = self.links.root.lstat(here), self.links.root.lstat(there)
        return one is not None and two is not None and one.st_mtime_ns > two.st_mtime_ns

    def _aside(self, path: str, reason: str) -> RelPath:
        """The link stands at PATH again, and what was saved there lies in the attic, in one exchange."""
        root, operation = self.links.root, self.operation
        merged = reason == EMPTIED
        spot = attic.reserve_place(
            root, self.top / path, path=path, operation=operation.name, reason=reason, at=operation.at, merged=merged
        )
        self._announce(path, spot, reason)
        with opened(root, [(self.top / path).parent, *self._own_directory(path)]):
            make_link(root, spot, self._through(path))
            self._exchange(path, spot)
        if reason not in (SAME, EMPTIED):
            self.moved.displaced.append((path, spot, reason))
        return spot

    def _close(self, path: str) -> bool:
        """The directory PATH, of which only links are left, gives way to one link; what came into it until then comes
        along where nothing is served in its place, and stays in the attic otherwise.
        """
        root = self.links.root
        if any(kind not in (LINK, DIR) for _, kind, _ in walk(root, self.top / path)):
            return False
        spot = self._aside(path, EMPTIED)
        for below, kind, _ in list(walk(root, spot)):
            there = self.live / path / below
            if kind == FILE and not root.has(there) and root.kind(there.parent) == DIR:
                self.operation.move(what="late", path=f"{path}/{below}", source=spot / below, target=there)
                move(root, spot / below, there)
                self.moved.adopted.append(f"{path}/{below}")
        return False
