"""The second name of everything that is carried, below `.holdfast/carried/`: what is deleted or replaced on the server
is kept there, and found there when a release is gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from holdfast_engine.data.carry import Carrying
from holdfast_engine.fs import attic, durable
from holdfast_engine.fs.discard import Proof, drop_copied, drop_empty, named_for, to_trash
from holdfast_engine.fs.place import drop_second_name
from holdfast_engine.fs.probe import is_immutable
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.second_names import give_names, make_alike, make_directories
from holdfast_engine.fs.walk import names, walk
from holdfast_engine.model import reasons
from holdfast_engine.model.carried import Base
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.paths import RelPath, above
from holdfast_engine.model.rules import CARRIED
from holdfast_engine.model.values import dataclass

PLACE = Layout.second_names


@dataclass(frozen=True)
class SecondNames:
    """The second names of what BASE says is carried in the release that CARRYING goes into."""

    carrying: Carrying
    base: Base

    @property
    def _root(self) -> Root:
        return self.carrying.root

    def keep(self) -> bool:
        """Each carried file and link has a second name; what has none in the release any more is in the attic. True
        where a name was given, which is on disk after `durable.sync_file_system`.

        The directories are listed, and no more is asked of what is as it was. Idempotent.
        """
        durable.make_directories(self._root, PLACE, mode=0o700)
        right, stale = set[str](), []
        for path, kind, inode in list(names(self._root, PLACE, descend=self._is_wanted)):
            if kind == DIR and self._is_wanted(path):
                continue
            one = self.base.get(path)
            if one is not None and kind == one.kind and self._is_inode(path, inode, one.inode):
                right.add(path)
            else:
                stale.append(RelPath(path))
        for path in stale:
            self._put_away_if_it_may_be(path)
        missing = {path for path, one in self.base.items() if one.kind != DIR and path not in right}
        self._give(missing)
        self._drop_empty_above(stale)
        return bool(missing)

    def _is_wanted(self, path: str) -> bool:
        """True for a directory that the release has as well: what is gone from it is put away by its own name, and
        never as a directory that stands there, with code in it.
        """
        return path in self._wanted or self._root.kind(self.carrying.into / path) == DIR

    @cached_property
    def _wanted(self) -> frozenset[str]:
        """Directories in which something is carried."""
        return frozenset(above(path for path, one in self.base.items() if one.kind != DIR))

    @cached_property
    def _by_inode(self) -> dict[int, str]:
        return {one.inode: path for path, one in self.base.items() if one.kind != DIR}

    def _put_away_if_it_may_be(self, path: RelPath) -> None:
        """One file under two names is immutable under both: a panel that froze the live one froze this name as well. It
        stays until it may be moved; what goes along is a copy, and has no second name that long.
        """
        try:
            self._put_away(path)
        except PermissionError:
            if not any(is_immutable(self._root, PLACE / one) for one in (*self._below(path), path)):
                raise

    def _put_away(self, path: RelPath) -> None:
        """What was renamed has its name elsewhere, and what is shared by now in `shared/`; what was deleted, or is
        another file by now, goes to the attic.
        """
        root, carrying, place = self._root, self.carrying, PLACE / path
        for inner in [*self._below(path), path]:
            other = self._by_inode.get(self._inode(inner))
            if other is None or not drop_second_name(root, PLACE / inner, carrying.into / other):
                self._drop_shared(inner)
        kind = root.kind(place)
        if kind == DIR and not any(True for _ in self._below(path)):
            self._drop_tree(path)
        elif kind is not None and self._is_kept(path):
            name = named_for(root, f"{carrying.operation.name}-carried", path)
            to_trash(root, place, name, Proof(path, "the attic holds its content"))
        elif kind is not None and not (kind != DIR and drop_copied(root, place, carrying.into / path)):
            spot = attic.set_aside(root, place, path=path, **self._about(path))
            carrying.told.displaced.append((path, spot, self._about(path)["reason"]))

    def _drop_shared(self, path: RelPath) -> None:
        home = self.carrying.links.layout.in_shared(path)
        if not drop_second_name(self._root, PLACE / path, home):
            drop_copied(self._root, PLACE / path, home)  # it lies on another disk

    def _about(self, path: RelPath) -> dict[str, Any]:
        reason, operation = reasons.REWRITTEN if path in self.base else reasons.DELETED, self.carrying.operation
        return {"operation": operation.name, "reason": reason, "at": operation.at, "care": CARRIED}

    def _is_kept(self, path: RelPath) -> bool:
        """The attic has each file at or below PATH, with its content, for as long as what is put there now (G6)."""
        inner = [*self._below(path)] or [path]
        return all(attic.keeps(self._root, PLACE / one, path=one, **self._about(path)) for one in inner)

    def _below(self, path: RelPath) -> Iterator[RelPath]:
        found = list(walk(self._root, PLACE / path))
        yield from (path / inner for inner, kind, _ in found if kind != DIR)

    def _inode(self, path: RelPath) -> int:
        status = self._root.lstat(PLACE / path)
        return status.st_ino if status else 0

    def _is_inode(self, path: str, listed: int, wanted: int) -> bool:
        """True where PATH has the inode WANTED: as its directory LISTED it, or by a look where layers lie."""
        return listed == wanted or self._inode(RelPath(path)) == wanted

    def _drop_tree(self, path: RelPath) -> None:
        inner = [path / below for below, kind, _ in walk(self._root, PLACE / path) if kind == DIR]
        for one in (*reversed(inner), path):
            drop_empty(self._root, PLACE / one)

    def _give(self, paths: set[str]) -> None:
        """What may have no second name there has none: its release and the next one hold it (EXDEV and the like). The
        directories are open to whom those in the release are: what is put back from here, is put back with them.
        """
        made = make_directories(self._root, PLACE, sorted(above(paths)))
        for _ in give_names(self._root, self.carrying.into, PLACE, paths):
            continue
        make_alike(self._root, self.carrying.into, PLACE, reversed(made))
        for path in made:
            self._keep_open(PLACE / path)

    def _keep_open(self, path: RelPath) -> None:
        """We make and take away names in the directory at PATH, whatever the one in the release is open to."""
        status = self._root.lstat(path)
        if status is not None and status.st_mode & 0o700 != 0o700:
            durable.set_mode(self._root, path, status.st_mode & 0o7777 | 0o700)

    def _drop_empty_above(self, paths: list[RelPath]) -> None:
        for step in sorted(above(paths), reverse=True):
            if step not in self._wanted:
                drop_empty(self._root, PLACE / step)
