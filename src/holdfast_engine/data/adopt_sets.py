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
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING
from zlib import crc32

from holdfast_engine.data.links import Bench, opened, place_link
from holdfast_engine.fs import access, attic, durable
from holdfast_engine.fs.discard import carry
from holdfast_engine.fs.place import drop_own_link, drop_second_name, is_same, make_link, step_aside
from holdfast_engine.fs.probe import groups_of, may_change_places, may_write, waiting_place
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.sets import (
    belongs_to,
    carry_companions,
    carry_set,
    companions,
    holders,
    holds_rows,
    is_database,
    keeps_wal,
    name_beside,
    newest,
    same_set,
    still_fits,
)
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.paths import RelPath, link_text
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.sets import JOURNAL, LINKED, WAL, main_of

if TYPE_CHECKING:
    from holdfast_engine.data.moved import Moved

Quiet = Callable[[Root, str], AbstractContextManager[bool]]
"""A block in which no transaction is under way in the database at a path; False where that could not be had."""
ORPHAN = "stood in shared/ without its database"


@contextmanager
def unwatched(_root: Root, _path: str) -> Iterator[bool]:
    """For a site at rest: nobody is kept out."""
    yield True


class SetAdoption:
    """The part of an adoption that knows of sets."""

    bench: Bench
    operation: Operation
    release: RelPath
    wins: str
    moved: Moved
    quiet: Quiet

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
        root, main = self.bench.root, main_of(path)
        if not main or root.kind(self.release / path) != "file":
            return False
        if belongs_to(root, self.release / path):
            self._adopt_one(main)
            return True
        there = self.bench.layout.in_shared(main)
        if root.kind(there) != "file" or not is_database(root, there):
            return False
        self._rejoin(path, main)
        return True

    def _rejoin(self, path: str, main: RelPath) -> None:
        """The companion at PATH was parted from MAIN, which is shared: by an older version, or it was made under the
        old name by a process that runs on.
        """
        root, here, there = self.bench.root, self.release / path, self.bench.layout.in_shared(path)
        shared = self.bench.layout.in_shared(main)
        if not holds_rows(root, here):
            return  # an index that is made anew by whoever opens the database, or nothing
        if not still_fits(root, here, shared):
            self.moved.left.append((path, _why_apart(holders(root, (self.release / main, shared)), main)))
            return
        if root.has(there):
            reason = "gave way to newer rows of its database"
            attic.set_aside(root, there, path=path, operation=self.operation.name, reason=reason, at=self.operation.at)
        self.operation.move(what="rejoin", path=path, source=here, target=there)
        with opened(root, [here.parent]):
            carry(root, here, there)
        place_link(self.bench, self.release, path, self.bench.text(self.release, path))
        self.moved.adopted.append(main)

    def _bring_set_home(self, path: str) -> None:
        """PATH is brought home, and where it is a database its companions with it: whole at the one or the other place
        at every moment (G3). OSError or `database-busy`, `database-open` where that cannot be; it stays then.
        """
        root, here, there = self.bench.root, self.release / path, self.bench.layout.in_shared(path)
        if not is_database(root, here):
            self._bring_home(path)
            return
        journals = not keeps_wal(root, here)
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
        root = self.bench.root
        with self.quiet(root, database) as still:
            if not still and holds_rows(root, database + JOURNAL):
                raise busy(root, database, holders(root, [database]))
            yield

    def _refuse_open(self, here: RelPath, there: RelPath) -> None:
        """On another file system only a copy can come home, and who has the original open would go on writing there."""
        root = self.bench.root
        if may_change_places(root, here.parent, there.parent):
            return
        users = holders(root, [here])
        if users:
            raise _open(root, here, users)

    def _clear_orphans(self, here: RelPath, there: RelPath, path: str) -> None:
        """What stands beside THERE, where no database does, is of the one at HERE, or out of its way: rows of another
        one would be played into it.
        """
        root = self.bench.root
        for suffix in companions(root, there):
            one, two = RelPath(here + suffix), RelPath(there + suffix)
            ours = is_same(root, one, two) or root.link(one) == self.bench.text(self.release, path + suffix)
            if ours or (suffix == WAL and not root.has(one) and still_fits(root, two, here)):
                continue
            operation = self.operation
            spot = attic.set_aside(
                root, two, path=path + suffix, operation=operation.name, reason=ORPHAN, at=operation.at
            )
            self.moved.displaced.append((path + suffix, spot, ORPHAN))

    def _link_companions(self, path: str) -> None:
        """The old names of the companions of PATH, which is home, are links of ours. Idempotent."""
        root, here, there = self.bench.root, self.release / path, self.bench.layout.in_shared(path)
        for suffix in LINKED:
            if is_same(root, here + suffix, there + suffix):
                link_over(self.bench, self.operation, RelPath(here + suffix), RelPath(there + suffix), path + suffix)
            elif root.kind(there + suffix) == "file" and not root.has(here + suffix):
                text = self.bench.text(self.release, path + suffix)
                place_link(self.bench, self.release, path + suffix, text)

    def _let_owner_in(self, here: RelPath, there: RelPath) -> None:
        """Who owns the database can make its companions beside it, if they could where it stood (G10)."""
        root = self.bench.root
        one, two, database = root.lstat(here.parent), root.lstat(there.parent), root.lstat(there)
        if one is None or two is None or database is None or database.st_uid in (0, os.geteuid()):
            return
        user, groups = database.st_uid, groups_of(database.st_uid)
        if may_write(one, user, groups) and not may_write(two, user, groups):
            access.let_in(root, there.parent, web_user=user)

    def _tell_who_runs_on(self, path: str, there: RelPath) -> None:
        """A process that keeps a rollback journal makes it under the old name until it opens the database anew. It
        shares all locks with those that open the new one; only should it be killed in the middle of a transaction, its
        journal is where nobody looks but `sets` and `recover`.
        """
        users = holders(self.bench.root, [there])
        if users:
            self.moved.told.append(f"`{path}` came home while {_named(users)} had it open: restart what runs there")

    def _aside_whole(self, source: RelPath, path: str, reason: str) -> bool:
        """The database at SOURCE is in the attic with all of its set, under one note; False for anything else."""
        root, operation = self.bench.root, self.operation
        if root.kind(source) != "file" or not is_database(root, source):
            return False
        with self._at_rest(source):
            spot = attic.reserve_for_set(
                root, source, path=path, operation=operation.name, reason=reason, at=operation.at
            )
            operation.move(what="aside", path=path, source=source, target=spot, release=self.release)
            carry(root, source, spot)
            carry_companions(root, source, spot)
        self.moved.displaced.append((path, spot, reason))
        return True

    def _is_part(self, place: RelPath) -> bool:
        """True for a companion beside its database: it goes when that goes."""
        return bool(main_of(place)) and bool(belongs_to(self.bench.root, place))

    def _bring_set_late(self, here: RelPath, there: RelPath, path: str, reason: str) -> bool:
        """The database that was left at HERE in a merged directory is served, unless what is shared is no older: of
        whole sets, whichever part was written last (G2). True when nothing of it has to stay at HERE.
        """
        root = self.bench.root
        if same_set(root, here, there):
            return True
        if root.has(there):
            if self.wins == "shared" or newest(root, there) >= newest(root, here):
                return False
            self._aside_whole(there, path, reason)
        self._clear_orphans(here, there, path)
        self.operation.move(what="late", path=path, source=here, target=there)
        durable.make_directories(root, there.parent)
        carry_set(root, here, there)
        self.moved.adopted.append(path)
        return True

    def _late_companion(self, here: RelPath, there: RelPath, path: str) -> bool:
        """A companion left alone at HERE: a second name that a crash left goes, rows stay and are told of."""
        root = self.bench.root
        return drop_second_name(root, here, there) or not (holds_rows(root, here) and main_of(path))


def link_over(bench: Bench, operation: Operation, here: RelPath, there: RelPath, path: str) -> None:
    """HERE, a second name of THERE, is a link to it, in one exchange: what is dropped was looked at where nobody makes
    names.
    """
    root, text = bench.root, link_text(here, there)
    waiting = waiting_place(root, f"second-{operation.name}-{crc32(os.fsencode(path)):08x}", here)
    operation.move(what="second-name", path=path, source=here, target=waiting, text=text, other=there)
    make_link(root, waiting, text)
    try:
        with opened(root, [here.parent]):
            step_aside(root, here, waiting)
    except OSError:
        if root.link(waiting) == text:
            drop_own_link(root, waiting)
        raise
    drop_second(bench, operation, waiting, there, path)


def drop_second(bench: Bench, operation: Operation, waiting: RelPath, other: RelPath, path: str) -> None:
    """WAITING, a second name of OTHER, is gone; should it be another file, made in the last moment, it is in the
    attic.
    """
    if bench.root.kind(waiting) == "file" and not drop_second_name(bench.root, waiting, other):
        reason = "was made anew while its database came home"
        attic.set_aside(bench.root, waiting, path=path, operation=operation.name, reason=reason, at=operation.at)


def settle_set(bench: Bench, operation: Operation, facts: dict[str, str]) -> None:
    """What began to go to the attic is there as a whole, and no second name waits. Idempotent.

    Once a database stands at the source again, or its companion belongs to the one that is to
    come there, what is beside it is of the new one.
    """
    source, target = RelPath(facts["source"]), RelPath(facts["target"])
    if facts["what"] == "second-name":
        if bench.root.link(target) == facts["text"]:
            drop_own_link(bench.root, target)
        drop_second(bench, operation, target, RelPath(facts["other"]), facts["path"])
    elif bench.root.kind(source) != "file" and bench.root.kind(target) == "file" and is_database(bench.root, target):
        coming = RelPath(facts["release"]) / facts["path"] if facts["what"] == "aside" else RelPath("")
        left = [one for one in companions(bench.root, source) if not is_same(bench.root, source + one, coming + one)]
        carry_companions(bench.root, source, target, left)


def _why_apart(users: list[int], main: str) -> str:
    if users:
        return f"belongs to `{main}`, which {_named(users)} opened before it came home: restart what runs there"
    return f"holds rows of `{main}`, which was written without it since: both are kept where they are"


def _named(users: list[int]) -> str:
    return f"process{'es' if len(users) > 1 else ''} {', '.join(str(user) for user in users[:5])}"


def busy(root: Root, database: RelPath, users: list[int]) -> Problem:
    """`database-busy`: moved now, the journal of what is under way would be left behind."""
    where = root.absolute(database)
    whose = f" by {_named(users)}" if users else ""
    return Problem(
        "database-busy",
        f"`{where}` is in the middle of a transaction{whose}, and is not moved away from its journal",
        state="the database is where it was",
        whereabouts=[f"{where}{suffix}" for suffix in ("", JOURNAL)],
        hint="let the transaction end, or stop what runs it, and open the database once; then run the same again",
    )


def _open(root: Root, database: RelPath, users: list[int]) -> Problem:
    where = root.absolute(database)
    return Problem(
        "database-open",
        f"`{where}` is open in {_named(users)}, and `shared/` is another file system: a copy would miss its rows",
        state="the database is where it was",
        whereabouts=[where],
        hint="stop what has it open, run the same again, and start it anew",
    )
