"""Every way in which the engine touches a tree that somebody else can write to, one round each."""

from __future__ import annotations

import json
import os
import shutil
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from attackers.swapper import CANARY, ONLY_THERE, Victim, leaks
from holdfast_engine.fs import acl, attic, census, durable, place
from holdfast_engine.fs.copy import copy_file, copy_tree, digest_of, same_file
from holdfast_engine.fs.discard import Proof, drop_copied, empty_trash, to_trash
from holdfast_engine.fs.extract import TreeWriter
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.walk import size_of, walk
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.sources.directory import DirectorySource
from lib.users import APPLICATION

UP = RelPath("shared/up")
OUT = RelPath("out")


class Bench(NamedTuple):
    """Where a round works: the site, its directory for copies, and the round's number."""

    root: Root
    site: Path
    number: int

    @property
    def fresh(self) -> RelPath:
        return OUT / str(self.number)


Way = Callable[[Bench], object]
"""One round; returns what was seen, in which nothing of the victim may be."""


def _walk(bench: Bench) -> object:
    return [path for path, _, _ in walk(bench.root, UP, unreadable=[])]


def _full(bench: Bench) -> object:
    return sorted(census.full(bench.root, UP))


def _quick(bench: Bench) -> object:
    return sorted(census.quick(bench.root, UP, {}, now=0))


def _size(bench: Bench) -> object:
    return size_of(bench.root, UP)


def _copy_tree(bench: Bench) -> object:
    return copy_tree(bench.root, UP, bench.fresh)


def _copy_file(bench: Bench) -> object:
    return copy_file(bench.root, UP / "dir/v0", bench.fresh)


def _read(bench: Bench) -> object:
    return [bench.root.read(UP / name) for name in ("file", "dir/v0", "dir/sub/deep", "link/v0")]


def _compare(bench: Bench) -> object:
    return same_file(bench.root, UP / "dir/v0", UP / "link/v0"), digest_of(bench.root, UP / "dir/v0")


def _exchange(bench: Bench) -> object:
    place.make_link(bench.root, bench.fresh, "nowhere")
    return place.exchange(bench.root, bench.fresh, UP / "dir/sub")


def _move(bench: Bench) -> object:
    return place.move(bench.root, UP / "dir/sub", bench.fresh)


def _link(bench: Bench) -> object:
    return place.make_link(bench.root, UP / f"dir/new{bench.number}", "text")


def _directories(bench: Bench) -> object:
    return durable.make_directories(bench.root, UP / f"dir/sub/new{bench.number}")


def _aside(bench: Bench) -> object:
    return attic.set_aside(
        bench.root, UP / "dir", path="dir", operation=f"{bench.number:06}-x", reason="a test", at=0.0
    )


def _kept(bench: Bench) -> object:
    return attic.keep_copy(
        bench.root, UP / "dir", path="dir", operation=f"{bench.number:06}-x", reason="a test", at=0.0
    )


def _mode(bench: Bench) -> object:
    durable.set_mode(bench.root, UP / "file", 0o600)
    return durable.set_mode(bench.root, UP / "dir/v0", 0o600)


def _mode_of_directory(bench: Bench) -> object:
    return durable.set_mode(bench.root, UP / "dir", 0o700)


def _give(bench: Bench) -> object:
    durable.give_like_parent(bench.root, UP / "file")
    return durable.give_like(bench.root, UP / "dir/v0", UP)


def _let_in(bench: Bench) -> object:
    return acl.let_in(bench.root, UP / "dir", web_user=APPLICATION)


def _let_in_file(bench: Bench) -> object:
    return acl.let_in(bench.root, UP / "file", web_user=APPLICATION)


def _may(bench: Bench) -> object:
    return acl.may_by_acl(bench.root, UP / "dir/v0", APPLICATION)


def _trash(bench: Bench) -> object:
    to_trash(bench.root, UP / "dir", "dir", Proof("dir", "a test"))
    return [empty_trash(bench.root, name) for name in bench.root.names(Layout.trash)]


def _drop_copied(bench: Bench) -> object:
    copy_tree(bench.root, UP / "dir", bench.fresh)
    return drop_copied(bench.root, UP / "dir", bench.fresh)


def _source(bench: Bench) -> object:
    return sorted(DirectorySource(str(bench.site / UP)).listing().entries)


def _extract(bench: Bench) -> object:
    os.mkdir(bench.site / bench.fresh)
    with bench.root.directory(bench.fresh) as top:
        tree = TreeWriter(top, sealed=False, keep_writable=lambda _path: True)
        try:
            DirectorySource(str(bench.site / UP)).extract(tree)
        finally:
            tree.close()
    return None


def _empty_trash(bench: Bench) -> object:
    """The attacker stands in what is being deleted, and exchanges a directory that we have to open first."""
    try:
        os.mkdir(bench.site / Layout.trash / "closed", 0)
    except FileExistsError:
        pass
    return empty_trash(bench.root, ("closed", "dir", "link", "file")[bench.number % 4])


WAYS: dict[str, Way] = {
    "walk": _walk,
    "census full": _full,
    "census quick": _quick,
    "size": _size,
    "copy a tree": _copy_tree,
    "copy a file": _copy_file,
    "read": _read,
    "compare": _compare,
    "exchange": _exchange,
    "move": _move,
    "make a link": _link,
    "make directories": _directories,
    "set aside": _aside,
    "keep a copy": _kept,
    "set a file's mode": _mode,
    "set a directory's mode": _mode_of_directory,
    "give away": _give,
    "let in": _let_in,
    "let into a file": _let_in_file,
    "ask for an ACL": _may,
    "to the trash": _trash,
    "drop what was copied": _drop_copied,
    "list a source": _source,
    "extract a source": _extract,
}
IN_THE_TRASH: dict[str, Way] = {"empty the trash": _empty_trash}


def naive_read(bench: Bench) -> object:
    """What a path that is followed reads."""
    with open(bench.site / UP / "dir/v0", "rb") as stream:
        return stream.read()


def naive_mode(bench: Bench) -> object:
    """What a path that is followed changes."""
    return os.chmod(bench.site / UP / "dir", 0o750)


class Tally(NamedTuple):
    """How the rounds of one way went: those that ended well, those that did not find what they sought, the HITS."""

    rounds: int
    done: int
    hits: list[str]


_LEAST = 2


def rounds_as(user: int, site: Path, way: Way, victim: Victim, *, rounds: int, seconds: float) -> Tally:
    """ROUNDS of WAY, or as many as fit into SECONDS and two at least, in a process of USER's own."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        told = ""
        try:
            os.close(reading)
            os.setgroups([])
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
            told = json.dumps(_rounds(site, way, victim, rounds, seconds))
        except BaseException:  # noqa: BLE001 - a second copy of the test must not go on
            told = json.dumps([0, 0, [traceback.format_exc()]])
        finally:
            os.write(writing, told.encode()[:60000])
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        told = stream.read()
    os.waitpid(child, 0)
    return Tally(*json.loads(told))


def _rounds(site: Path, way: Way, victim: Victim, rounds: int, seconds: float) -> Tally:
    deadline, done, number, hits = time.monotonic() + seconds, 0, 0, list[str]()
    with Root(str(site)) as root:
        while number < rounds and (number < _LEAST or time.monotonic() < deadline) and len(hits) < 3:
            number += 1
            bench = Bench(root, site, number)
            seen = None
            try:
                seen = way(bench)
                done += 1
            except (OSError, Problem):
                pass
            hits += _hits(bench, seen, victim)
            if number % 20 == 0:
                _tidy(bench)
    return Tally(number, done, hits)


def _hits(bench: Bench, seen: object, victim: Victim) -> list[str]:
    told = repr(seen)
    found = [f"seen: {told[:200]}"] if ONLY_THERE in told or CANARY.decode() in told else []
    found += [f"harm: {name}" for name in victim.harm()]
    kept = [
        top
        for top in (bench.site / bench.fresh, bench.site / Layout.attic)
        if os.path.isdir(top) and not os.path.islink(top)
    ]
    return found + [f"copied: {path}" for top in kept for path in leaks(top)]


def _tidy(bench: Bench) -> None:
    """What the rounds made is gone, as far as this user may; `rmtree` goes by descriptors, as the tool does."""
    for top in (OUT, Layout.attic, Layout.trash):
        for name in bench.root.names(top):
            path = bench.site / top / name
            shutil.rmtree(path, ignore_errors=True)
            with suppress(OSError):
                path.unlink()
