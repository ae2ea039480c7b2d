"""An adoption that fails midway leaves the plain directory that was there, with every file in it (G1, G3)."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing, contextmanager, suppress

import pytest

from holdfast_engine.fs import place
from holdfast_engine.model.problem import Problem
from lib.by_turns import by_turns
from lib.refusals import Killed, fails, killed_at, listening
from lib.snapshot import snapshot
from lib.world import World

PAGES = {
    "index.php": "<?php 'live';\n",
    "public/index.php": "<?php 'live';\n",
    "public/uploads/a.jpg": "a\n",
    "storage/empty/.keep": "",
    "notes.txt": "notes\n",
}
ROWS = 20


@pytest.fixture
def plain(tmp_path):
    """A plain directory that is served, with a database of its own at its top, in WAL mode, and one that rolls back."""
    world = World(tmp_path, {"index.php": "<?php 'version {version}';\n"}, env=None)
    for path, text in PAGES.items():
        where = world.site / path
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_text(text)
    (world.site / "public/storage").symlink_to("../storage")
    for name, mode in (("club.sqlite", "wal"), ("shop.sqlite", "delete")):
        with closing(sqlite3.connect(world.site / name)) as database:
            database.execute(f"pragma journal_mode={mode}")
            database.execute("create table rows (n)")
            database.executemany("insert into rows values (?)", [(n,) for n in range(ROWS)])
            database.commit()
    return world


def as_it_lies(world):
    """All of the plain directory, but what Holdfast keeps of its own."""
    return snapshot(world.site, without=(".holdfast",))


def rows(world, name="club.sqlite"):
    with closing(sqlite3.connect(world.site / name)) as database:
        return database.execute("select count(*) from rows").fetchone()[0]


@contextmanager
def failing_at_the(world, number, error):
    """The NUMBERth point that the engine reaches once its journal has begun fails with ERROR; tells whether it did."""
    left, failed = [number], []

    def hook(name):
        if name.startswith(("place.", "discard.")) and any((world.site / ".holdfast/journal").iterdir()):
            left[0] -= 1
            if left[0] == 0:
                failed.append(name)
                raise error

    with listening(hook):
        yield failed


def no_exchange(monkeypatch):
    """A file system that knows no flags of rename, as NFS."""
    monkeypatch.setattr(place, "_renameat2", lambda *_: (_ for _ in ()).throw(OSError(errno.EINVAL, "no flags")))


@pytest.mark.parametrize("number", by_turns(range(1, 40), every=2, share=1))
@pytest.mark.parametrize("exchange", [True, False])
def test_wherever_it_fails_it_is_the_plain_directory_again_or_a_site(plain, monkeypatch, number, exchange):
    """G1, G3, exit 50: before the switch all is undone; what fails after it is completed. A second try goes well."""
    if not exchange:
        no_exchange(monkeypatch)
    before = as_it_lies(plain)
    with failing_at_the(plain, number, OSError(errno.EACCES, "refused")) as failed, suppress(Problem):
        plain.perform("adopt")
    if not failed:
        pytest.skip("an adoption reaches fewer points")
    if not os.path.lexists(plain.live):
        assert as_it_lies(plain) == before
        assert not (plain.site / ".holdfast/site.json").exists()
        assert plain.perform("adopt")["outcome"] == "adopted"
    else:
        plain.perform("recover")
    assert plain.perform("status")["unfinished"] is None
    for path, text in PAGES.items():
        assert (plain.site / path).read_text() == (plain.live / path).read_text() == text
    assert rows(plain) == rows(plain, "shop.sqlite") == ROWS


@pytest.mark.parametrize("number", [3, 9, 14, 20])
def test_an_interrupt_undoes_it_and_says_so(plain, number):
    """Exit 130: whoever pressed Ctrl-C has the plain directory, and reads it."""
    before = as_it_lies(plain)
    with failing_at_the(plain, number, KeyboardInterrupt()):
        problem = fails(lambda: plain.perform("adopt"), exits=130, code="interrupted")
    assert problem.state.startswith("undone: ")
    assert as_it_lies(plain) == before


def test_a_directory_that_was_undone_is_no_site(plain):
    """DESIGN 1: what is plain again is adopted, and not deployed into."""
    with failing_at_the(plain, 9, OSError(errno.EACCES, "refused")):
        problem = fails(lambda: plain.perform("adopt"), exits=50, code="step-failed")
    assert "holdfast adopt" in problem.hint
    assert "plain directory as before" in problem.state
    fails(lambda: plain.perform("status"), exits=20, code="not-a-site")
    fails(plain.ship, exits=20, code="not-a-site")


@pytest.mark.parametrize("count", range(1, 7))
@pytest.mark.parametrize("command", ["adopt", "recover"])
@pytest.mark.parametrize("point", ["place.exchange", "place.drop_own_link", "durable.forget"])
def test_an_undoing_that_a_crash_cut_short_is_gone_on_with(plain, point, count, command):
    """G4: the journal says that it goes back; the next command ends it, and an adoption begins anew."""
    before = as_it_lies(plain)
    undoing, left = [], [count]

    def hook(name):
        if undoing:
            left[0] -= name == point
            if name == point and left[0] == 0:
                raise Killed
        elif name == "place.switch":
            undoing.append(name)
            raise OSError(errno.EACCES, "refused")

    with suppress(Killed, Problem), listening(hook):
        plain.perform("adopt")
    if command == "recover":
        with suppress(Problem):
            plain.perform("recover")
        assert as_it_lies(plain) == before
    assert plain.perform("adopt")["outcome"] == "adopted"
    assert rows(plain) == rows(plain, "shop.sqlite") == ROWS
    assert {(plain.site / path).read_text() for path in PAGES} == set(PAGES.values())


def test_a_writer_of_the_database_loses_no_row_while_it_is_undone(plain):
    """DESIGN 5, sets: an open connection, in WAL mode, goes on writing to the one file, whatever its name is."""
    with closing(sqlite3.connect(plain.site / "club.sqlite")) as database:
        database.execute("insert into rows values (100)")
        database.commit()
        with failing_at_the(plain, 24, OSError(errno.EACCES, "refused")), suppress(Problem):
            plain.perform("adopt")
        database.execute("insert into rows values (101)")
        database.commit()
        assert rows(plain) == ROWS + 2
    assert rows(plain) == ROWS + 2
    assert not (plain.site / "club.sqlite").is_symlink()


def test_an_adoption_killed_before_its_switch_is_gone_on_with_as_before(plain):
    """G4: a crash is no failure: nothing speaks against the adoption, and the next command completes it."""
    with suppress(Killed), killed_at("place.switch"):
        plain.perform("adopt")
    plain.perform("recover")
    assert plain.live.is_symlink()
    assert rows(plain) == ROWS
