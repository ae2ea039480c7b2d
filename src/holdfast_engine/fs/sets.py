"""Databases as they lie on a disk: what belongs to one, who has it open, and moving it as a whole."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable

from holdfast_engine.fs.copy import copy_file, same_file
from holdfast_engine.fs.discard import drop_copied, transfer
from holdfast_engine.fs.durable import SyncFailed
from holdfast_engine.fs.place import drop_second_name, give_second_name, is_same
from holdfast_engine.fs.processes import lockers, users, users_of
from holdfast_engine.fs.root import Root, kind_of
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.sets import COMPANIONS, HEADER, JOURNAL, LINKED, SHM, WAL, main_of, members, suffixes_of

_WAL_MODE = b"\x02"
_COMPANION_HEADERS = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83", b"\xd9\xd5\x05\xf9")
"""How a `-wal` begins, in either order of bytes, and a journal."""


def is_database(root: Root, path: str) -> bool:
    """True for a SQLite database by its first bytes, not by its name (I69).

    What is empty still, or may not be read, is one where a companion stands beside it. Never
    called while `databases.sqlite.quiet` holds PATH: closing the file gives up our lock on it
    (fcntl(2)).
    """
    try:
        header = _header(root, path)
    except PermissionError:
        return bool(companions(root, path))
    return header == HEADER or (header == b"" and root.kind(path) == "file" and bool(companions(root, path)))


def keeps_wal(root: Root, path: str) -> bool:
    """True when the database at PATH says of itself that its newest rows are in a `-wal`."""
    return _header(root, path, 20)[18:19] == _WAL_MODE


def _header(root: Root, path: str, size: int = len(HEADER)) -> bytes:
    try:
        descriptor = root.open_file(path)
    except PermissionError:
        raise
    except OSError:
        return b""
    try:
        return os.read(descriptor, size)
    finally:
        os.close(descriptor)


def companions(root: Root, main: str) -> list[str]:
    """The suffixes under which regular files stand beside MAIN."""
    return [suffix for suffix in suffixes_of(main) if root.kind(main + suffix) == "file"]


def belongs_to(root: Root, path: str) -> RelPath:
    """The database beside PATH that it is a companion of; empty where it is none."""
    main = main_of(path)
    return main if main and root.kind(main) == "file" and is_database(root, main) else RelPath("")


def holds_rows(root: Root, companion: str) -> bool:
    """True for a `-wal` with something in it and for a journal that SQLite would play back: without it rows are gone,
    or half a transaction is seen. A `-shm` is made anew by whoever opens the database.
    """
    status = None if companion.endswith(SHM) else root.lstat(companion)
    if status is None or kind_of(status) != "file" or status.st_size == 0:
        return False
    try:
        return not companion.endswith(JOURNAL) or _header(root, companion, 1) != b"\0"
    except PermissionError:
        return True


def parted(root: Root, here: str, there: str) -> list[str]:
    """The suffixes of what holds rows beside HERE, where a link stands or nothing, of the database THERE."""
    found = [path for path in members(here)[1:] if holds_rows(root, path)]
    apart = bool(found) and root.kind(here) != "file" and root.kind(there) == "file" and is_database(root, there)
    return [path[len(here) :] for path in found] if apart else []


def is_orphan(root: Root, path: str) -> bool:
    """True for a `-wal` or a journal, by name and by its first bytes, beside which no database stands."""
    main = main_of(path)
    if not main or root.has(main) or not holds_rows(root, path):
        return False
    try:
        return _header(root, path, 4) in _COMPANION_HEADERS
    except PermissionError:
        return True


def newest(root: Root, main: str) -> int:
    """When (nanoseconds) anything of the set of MAIN that holds rows was last written."""
    found = [root.lstat(path) for path in members(main) if not path.endswith(SHM)]
    return max((status.st_mtime_ns for status in found if status), default=0)


def same_set(root: Root, one: str, two: str) -> bool:
    """True for two databases that hold the same, with nothing beside either that could say more."""
    rows = [path for place in (one, two) for path in members(place)[1:] if holds_rows(root, path)]
    return not rows and same_file(root, one, two)


def holders(root: Root, mains: Iterable[str]) -> list[int]:
    """The processes that have something of the sets of MAINS open or locked, as far as this user may see."""
    paths = [path for main in mains for path in members(main)]
    used = users(root)
    found = {process for path in paths for process in users_of(used, path)}
    found.update(process for path in paths for process in lockers(root, path))
    return sorted(found - {os.getpid()})


def still_fits(root: Root, wal: str, main: str) -> bool:
    """True when the `-wal`, parted from the database MAIN, is provably the newest of it: nobody has either open, MAIN
    was not written after it, no other `-wal` with rows stands beside MAIN, and of the one that was moved away nothing
    but its name has changed since: its last change (ctime) was no write.

    Played into a database that went on without it, it would take pages back, and break it.
    """
    one, two = root.lstat(main), root.lstat(wal)
    if one is None or two is None or not wal.endswith(WAL) or (wal != main + WAL and holds_rows(root, main + WAL)):
        return False
    moved_alone = any(status.st_mtime_ns < status.st_ctime_ns for status in (one, two))
    return moved_alone and one.st_mtime_ns <= two.st_mtime_ns and not holders(root, (main, main_of(wal)))


def name_beside(root: Root, source: str, target: str) -> list[str]:
    """Each `-wal` and `-shm` of the database SOURCE has a second name beside TARGET, to which SOURCE is to go next;
    returns those that cannot have one.

    Whoever opens the database at either place finds one and the same `-wal`, before the move
    and after it. On another file system it is a copy: only for what nobody has open.
    """
    refused = []
    for suffix in LINKED:
        if root.kind(source + suffix) == "file" and not is_same(root, source + suffix, target + suffix):
            try:
                give_second_name(root, source + suffix, target + suffix)
            except SyncFailed:
                raise  # final: no refusal of the name, and nothing that ends well may follow it (G1)
            except OSError as error:
                if error.errno == errno.EXDEV:
                    copy_file(root, source + suffix, target + suffix)
                elif error.errno in (errno.EEXIST, errno.ENOENT):
                    raise
                else:
                    refused.append(suffix)
    return refused


def transfer_set(root: Root, source: str, target: str) -> None:
    """The database SOURCE with all of its set stands at TARGET, where nothing of it stood. Idempotent: run again after
    a crash it goes on.

    The companions are beside TARGET before it comes and go from their old place after it: a set
    is whole at the one or the other place at each moment. What stands beside TARGET already is
    there from an earlier run, or it is in the way: FileExistsError.
    """
    refused = name_beside(root, source, target)
    for suffix in (*refused, JOURNAL):
        _transfer_one(root, source + suffix, target + suffix)
    if root.has(source):
        transfer(root, source, target)
    transfer_companions(root, source, target)


def transfer_companions(root: Root, source: str, target: str, suffixes: Iterable[str] = COMPANIONS) -> None:
    """What still stands beside SOURCE, whose main file is at TARGET already, stands beside TARGET."""
    for suffix in suffixes:
        one, two = source + suffix, target + suffix
        if drop_second_name(root, one, two) or (root.has(two) and drop_copied(root, one, two)):
            continue
        _transfer_one(root, one, two)


def _transfer_one(root: Root, source: str, target: str) -> None:
    if root.kind(source) == "file" and not root.has(target):
        transfer(root, source, target)
