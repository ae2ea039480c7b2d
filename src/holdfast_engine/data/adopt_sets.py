"""What an adoption does with databases: a main file and its companions are one thing, whatever rules say of them alone.

Where SQLite looks is what all of this rests on. It follows links to the main file, and opens the
companions beside the file it has found; since 3.31 it refuses a companion that is itself a link.
A process that has a database open goes on with the files that it has open, wherever they are
moved, and makes a `-journal`, or removes a `-wal`, under the name it opened, as long as that name
still leads to the same file. So:

- `-wal` and `-shm` get a second name beside the coming place before the main file goes there by
  its one exchange. Whoever opens the database by name, before it or after it, finds the same
  files as the process that runs on; their old names become links of ours afterwards, and what
  that process removes when it closes is the link.
- A database that keeps a rollback journal is held in an exclusive transaction meanwhile
  (`quiet`), which plays back what a crash left: no journal counts then, and none is moved.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from holdfast_engine.data.databases_in_use import busy, processes, still_open, why_apart
from holdfast_engine.data.moved import Moved
from holdfast_engine.data.settle_sets import link_over
from holdfast_engine.fs import acl, attic
from holdfast_engine.fs.access import make_like
from holdfast_engine.fs.accounts import groups_of, may_write
from holdfast_engine.fs.discard import transfer
from holdfast_engine.fs.place import drop_second_name, is_same
from holdfast_engine.fs.probe import may_change_places
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.sets import (
    belongs_to,
    companions,
    holders,
    holds_rows,
    is_database,
    keeps_wal,
    name_beside,
    newest,
    same_set,
    still_fits,
    transfer_companions,
    transfer_set,
)
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.reasons import ORPHAN
from holdfast_engine.model.sets import JOURNAL, LINKED, WAL, main_of
from holdfast_engine.model.values import dataclass
from holdfast_engine.site.links import Links, opened, place_link

Quiet = Callable[[Root, str], AbstractContextManager[bool]]
"""A block in which no transaction is under way in the database at a path; False where that could not be had."""


@contextmanager
def unwatched(_root: Root, _path: str) -> Iterator[bool]:
    """For a site at rest: nobody is kept out."""
    yield True


@dataclass(frozen=True)
class SetAdoption:
    """The part of an adoption that knows of sets, and its circumstances: where, under which journal, and who wins.
    QUIET keeps writers out of a database.
    """

    links: Links
    operation: Operation
    release: RelPath
    wins: str
    moved: Moved
    quiet: Quiet = unwatched

    def _adopt_one(self, path: str) -> bool:
        raise NotImplementedError

    def _bring_home(self, path: str) -> None:
        raise NotImplementedError

    def _announce(self, what: str, path: str) -> None:
        raise NotImplementedError

    def _make_shared_parent(self, parent: RelPath) -> None:
        raise NotImplementedError

    def _goes_with_its_database(self, path: str) -> bool:
        """True for a companion: its database is adopted with it, or, where that is shared already, it is put back
        beside it if it provably fits. Else it stays where it is, and is told of (G7).
        """
        root, main = self.links.root, main_of(path)
        if not main or root.kind(self.release / path) != "file":
            return False
        if belongs_to(root, self.release / path):
            self._adopt_one(main)
            return True
        there = self.links.layout.in_shared(main)
        if root.kind(there) != "file" or not is_database(root, there):
            return False
        self._rejoin(path, main)
        return True

    def _rejoin(self, path: str, main: RelPath) -> None:
        """The companion at PATH was parted from MAIN, which is shared: by an older version, or it was made under the
        old name by a process that runs on.
        """
        root, here, there = self.links.root, self.release / path, self.links.layout.in_shared(path)
        shared = self.links.layout.in_shared(main)
        if not holds_rows(root, here):
            return  # an index that is made anew by whoever opens the database, or nothing
        if not still_fits(root, here, shared):
            self.moved.unmoved.append((path, why_apart(holders(root, (self.release / main, shared)), main)))
            return
        if root.has(there):
            reason = "replaced by newer rows of its database"
            attic.set_aside(root, there, path=path, operation=self.operation.name, reason=reason, at=self.operation.at)
        self.operation.move(what="rejoin", path=path, source=here, target=there)
        with opened(root, [here.parent]):
            transfer(root, here, there)
        place_link(self.links, self.release, path, self.links.text(self.release, path))
        self.moved.adopted.append(main)

    def _bring_set_home(self, path: str) -> None:
        """PATH is brought home, and where it is a database its companions with it: whole at the one or the other place
        at every moment (G3). OSError or `database-busy`, `database-open` where that cannot be; it stays then.
        """
        root, here, there = self.links.root, self.release / path, self.links.layout.in_shared(path)
        if not is_database(root, here):
            self._bring_home(path)
            return
        journals = self._keeps_journal(here)
        with self._at_rest(here):
            self._announce("adopt", path)
            self._make_shared_parent(there.parent)
            self._refuse_open(here, there)
            self._clear_orphans(here, there, path)
            for suffix in name_beside(root, here, there):
                self._bring_home(path + suffix)  # who opens the database in between is refused, and shown nothing old
                self.moved.adopted.remove(path + suffix)
            self._bring_home(path)
        self._link_companions(path)
        self._let_owner_in(here, there)
        if journals:
            self._tell_who_runs_on(path, there)

    @contextmanager
    def _at_rest(self, database: RelPath) -> Iterator[None]:
        """No transaction is under way in DATABASE; `database-busy`, and nothing done, where one does not end."""
        root = self.links.root
        with self.quiet(root, database) as still:
            if not still and holds_rows(root, database + JOURNAL):
                raise busy(root, database, holders(root, [database]))
            yield

    @contextmanager
    def _all_at_rest(self, path: str) -> Iterator[None]:
        """No transaction is under way in a database that came home from the directory PATH, which may give way: who
        opened it there makes its journal there by name, and could not take it away behind a link. `database-busy`,
        and nothing done, where one does not end.
        """
        root, here, there = self.links.root, self.release / path, self.links.layout.in_shared(path)
        with ExitStack() as held:
            for name in [one for one in root.names(here) if self._keeps_journal(there / one)]:
                still = held.enter_context(self.quiet(root, there / name))
                if not still and holds_rows(root, RelPath(f"{here}/{name}{JOURNAL}")):
                    raise busy(root, here / name, holders(root, [there / name]))
            yield

    def _keeps_journal(self, database: RelPath) -> bool:
        root = self.links.root
        return root.kind(database) == "file" and is_database(root, database) and not keeps_wal(root, database)

    def _refuse_open(self, here: RelPath, there: RelPath) -> None:
        """On another file system only a copy can come home, and who has the original open would go on writing there."""
        root = self.links.root
        if may_change_places(root, here.parent, there.parent):
            return
        users = holders(root, [here])
        if users:
            raise still_open(root, here, users)

    def _clear_orphans(self, here: RelPath, there: RelPath, path: str) -> None:
        """What stands beside THERE, where no database does, is of the one at HERE, or out of its way: rows of another
        one would be played into it.
        """
        root = self.links.root
        for suffix in companions(root, there):
            one, two = RelPath(here + suffix), RelPath(there + suffix)
            ours = is_same(root, one, two) or root.link(one) == self.links.text(self.release, path + suffix)
            if ours or (suffix == WAL and not root.has(one) and still_fits(root, two, here)):
                continue
            operation = self.operation
            spot = attic.set_aside(
                root, two, path=path + suffix, operation=operation.name, reason=ORPHAN, at=operation.at
            )
            self.moved.displaced.append((path + suffix, spot, ORPHAN))

    def _link_companions(self, path: str) -> None:
        """The old names of the companions of PATH, which is home, are links of ours. Idempotent."""
        root, here, there = self.links.root, self.release / path, self.links.layout.in_shared(path)
        for suffix in LINKED:
            if is_same(root, here + suffix, there + suffix):
                link_over(self.links, self.operation, RelPath(here + suffix), RelPath(there + suffix), path + suffix)
            elif root.kind(there + suffix) == "file" and not root.has(here + suffix):
                text = self.links.text(self.release, path + suffix)
                place_link(self.links, self.release, path + suffix, text)

    def _let_owner_in(self, here: RelPath, there: RelPath) -> None:
        """Who owns the database can make its companions beside it, if they could where it stood (G10)."""
        root = self.links.root
        one, two, database = root.lstat(here.parent), root.lstat(there.parent), root.lstat(there)
        if one is None or two is None or database is None or database.st_uid in (0, os.geteuid()):
            return
        user, groups = database.st_uid, groups_of(database.st_uid)
        if may_write(one, user, groups) and not may_write(two, user, groups):
            acl.let_in(root, there.parent, web_user=user)

    def _tell_who_runs_on(self, path: str, there: RelPath) -> None:
        """A process that keeps a rollback journal makes it under the old name until it opens the database anew. It
        shares all locks with those that open the new one; only should it be killed in the middle of a transaction, its
        journal is where nobody looks but `sets` and `recover`.
        """
        users = holders(self.links.root, [there])
        if users:
            self.moved.told.append(f"`{path}` was moved while {processes(users)} had it open: restart that process")

    def _aside_whole(self, source: RelPath, path: str, reason: str) -> bool:
        """The database at SOURCE is in the attic with all of its set, under one note; False for anything else."""
        root, operation = self.links.root, self.operation
        if root.kind(source) != "file" or not is_database(root, source):
            return False
        with self._at_rest(source):
            spot = attic.reserve_for_set(
                root, source, path=path, operation=operation.name, reason=reason, at=operation.at
            )
            operation.move(what="aside", path=path, source=source, target=spot, release=self.release)
            transfer(root, source, spot)
            transfer_companions(root, source, spot)
        self.moved.displaced.append((path, spot, reason))
        return True

    def _is_part(self, place: RelPath) -> bool:
        """True for a companion beside its database: it goes when that goes."""
        return bool(main_of(place)) and bool(belongs_to(self.links.root, place))

    def _bring_set_late(self, here: RelPath, there: RelPath, path: str, reason: str) -> bool:
        """The database that was left at HERE in a merged directory is served, unless what is shared is no older: of
        whole sets, whichever part was written last (G2). True when nothing of it has to stay at HERE.
        """
        root = self.links.root
        if same_set(root, here, there):
            return True
        if root.has(there):
            if self.wins == "shared" or newest(root, there) >= newest(root, here):
                return False
            self._aside_whole(there, path, reason)
        self._clear_orphans(here, there, path)
        self.operation.move(what="late", path=path, source=here, target=there)
        make_like(root, there.parent, self.links.layout.shared)
        transfer_set(root, here, there)
        self.moved.adopted.append(path)
        return True

    def _late_companion(self, here: RelPath, there: RelPath, path: str) -> bool:
        """A companion left alone at HERE: a second name that a crash left goes, rows stay and are told of."""
        root = self.links.root
        return drop_second_name(root, here, there) or not (holds_rows(root, here) and main_of(path))
