"""Databases among the entries of a directory that is adopted: moved as wholes, with what stands beside them."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable

from holdfast_engine.data.databases_in_use import busy
from holdfast_engine.data.settle_sets import link_over
from holdfast_engine.databases.sqlite import quiet
from holdfast_engine.fs import attic
from holdfast_engine.fs.place import drop_own_link, drop_second_name, is_same, move, step_aside
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.sets import belongs_to, companions, holders, holds_rows, is_database, name_beside
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.listing import FILE
from holdfast_engine.model.paths import RelPath, link_text
from holdfast_engine.model.reasons import ORPHAN
from holdfast_engine.model.sets import JOURNAL, LINKED
from holdfast_engine.model.values import dataclass
from holdfast_engine.site.handle import Site

MoveEntry = Callable[[RelPath, RelPath], None]


def refuse_busy(site: Site, names: Iterable[str]) -> None:
    """`database-busy` for a database among NAMES whose transaction does not end; what a crash left of one is played
    back.
    """
    root = site.root
    for name in names:
        if holds_rows(root, name + JOURNAL) and root.kind(name) == "file" and is_database(root, name):
            with quiet(root, name) as still:
                if not still and holds_rows(root, name + JOURNAL):
                    raise busy(root, RelPath(name), holders(root, [name]))


def move_whole(root: Root, top: RelPath, name: str, move_entry: Callable[[str], None]) -> None:
    """NAME in the directory TOP is moved, and where it is a database all that belongs to it, while nobody writes to it;
    `database-busy`, and nothing done, where somebody has it open.
    """
    here = top / name
    if not (root.kind(here) == FILE and is_database(root, here)):
        move_entry(name)
        return
    with quiet(root, here) as still:
        users = holders(root, [here])
        if users or (not still and holds_rows(root, here + JOURNAL)):
            raise busy(root, here, users)
        for suffix in companions(root, here):
            move_entry(name + suffix)
        move_entry(name)


@dataclass(frozen=True)
class MovingSets:
    """Moving from the deploy root into the first release, under one journal. MOVE_ENTRY moves any other entry."""

    site: Site
    operation: Operation
    move_entry: MoveEntry

    def is_part(self, here: RelPath, there: RelPath) -> bool:
        """True for what goes with its database, which is still HERE, or went THERE before a crash."""
        root = self.site.root
        return root.kind(here) == "file" and bool(belongs_to(root, here) or belongs_to(root, there))

    def move(self, here: RelPath, there: RelPath) -> None:
        """HERE is moved, and where it is a database all that belongs to it. Idempotent; no moment in which somebody who
        opens it meets a part of it alone.
        """
        root = self.site.root
        if root.kind(here) == "file" and is_database(root, here):
            self._move_main(here, there)
        else:
            self.move_entry(here, there)
        self._move_parts(here, there)

    def _move_main(self, here: RelPath, there: RelPath) -> None:
        root = self.site.root
        with quiet(root, here) as still:
            if not still and holds_rows(root, here + JOURNAL):
                raise busy(root, here, holders(root, [here]))
            self._clear(here, there)
            for suffix in name_beside(root, here, there):
                self.move_entry(RelPath(here + suffix), RelPath(there + suffix))
            self.move_entry(here, there)

    def _clear(self, here: RelPath, there: RelPath) -> None:
        """Second names that a crash left, of companions that the application has made anew since."""
        root, operation = self.site.root, self.operation
        for suffix in companions(root, there):
            one = RelPath(there + suffix)
            if not is_same(root, here + suffix, one):
                name = operation.name
                attic.set_aside(root, one, path=here + suffix, operation=name, reason=ORPHAN, at=operation.at)

    def _move_parts(self, here: RelPath, there: RelPath) -> None:
        """Second names become links. A journal is moved as it is, and only one that says nothing: what is in it, a
        process that runs on has just written, and takes away itself.
        """
        root = self.site.root
        for suffix in LINKED:
            one, two = RelPath(here + suffix), RelPath(there + suffix)
            if is_same(root, one, two):
                link_over(self.site.links, self.operation, one, two, str(one))
        one, two = RelPath(here + JOURNAL), RelPath(there + JOURNAL)
        if root.kind(one) == "file" and belongs_to(root, two) and not holds_rows(root, one) and not root.has(two):
            move(root, one, two)


def set_back(site: Site, here: RelPath, there: RelPath) -> None:
    """The database THERE, which a link HERE serves, stands HERE with all that belongs to it, and that link THERE; at no
    moment does somebody who opens it meet a part of it alone. OSError where its companions can have no second name:
    nothing is done then.
    """
    root = site.root
    with quiet(root, there) as still:
        if not still and holds_rows(root, there + JOURNAL):
            raise busy(root, there, holders(root, [there]))
        for one, two in ((RelPath(here + suffix), RelPath(there + suffix)) for suffix in LINKED):
            if root.link(one) == link_text(one, two):
                drop_own_link(root, one)  # who opens it through its link finds what stands beside the file itself
        if name_beside(root, there, here):
            raise OSError(errno.EPERM, "its other files cannot have a hard link", root.absolute(there))
        step_aside(root, there, here)
    for suffix in LINKED:
        drop_second_name(root, there + suffix, here + suffix)
    one, two = RelPath(here + JOURNAL), RelPath(there + JOURNAL)
    if root.kind(two) == "file" and not root.has(one):
        move(root, two, one)
