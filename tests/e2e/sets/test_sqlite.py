"""Incidents I69, I70, I79 and I91: a SQLite database inside the release, wherever it lies and whoever put it there."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from lib.oracle import attic
from lib.precious import let_write
from lib.world import LARAVEL, World

PLACES = ("db/production.sqlite3", "storage/app/data.sqlite", "database.sqlite", "lib/records.bin", "public/guestbook")


def make(path: Path, *names: str) -> None:
    """A database at PATH whose table `member` also holds NAMES."""
    let_write(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("create table if not exists member (name text)")
        database.executemany("insert into member values (?)", [(name,) for name in names])


def names(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return [row[0] for row in database.execute("select name from member order by rowid")]


def shipping(world: World, path: str) -> None:
    """The repository has a database at PATH with one member, `shipped`."""
    make(world.repository / path, "shipped")
    world.commit()


@pytest.fixture
def laravel(tmp_path):
    return World(tmp_path)


@pytest.mark.parametrize("path", PLACES)
def test_i69_i79_a_database_made_at_run_time_is_kept_wherever_it_lies(path, laravel):
    """I69, I79: known by its first bytes, not by its name or place; rows grow through deploys and a rollback."""
    laravel.ship({"lib/code.php": "<?php // {version}\n", "db/schema.rb": "# {version}\n"})
    make(laravel.live / path, "ada")
    for number, act in enumerate((laravel.ship, laravel.ship, laravel.rollback)):
        act()
        make(laravel.live / path, f"member {number}")
    assert names(laravel.live / path) == ["ada", "member 0", "member 1", "member 2"]
    assert names(laravel.site / "shared" / path) == names(laravel.live / path)


@pytest.mark.parametrize("path", PLACES)
def test_i70_a_database_in_git_that_changed_at_run_time_wins_over_every_release(path, laravel):
    """I70: the live rows are served on, also when git ships a newer one; the shipped one is kept and reported."""
    shipping(laravel, path)
    laravel.deploy()
    make(laravel.live / path, "written here")
    shipping(laravel, path)
    answer = laravel.deploy()
    assert names(laravel.live / path) == ["shipped", "written here"]
    told = [*answer["data"]["adopted"], *(row["path"] for row in answer["data"]["kept"])]
    assert path in told
    for act in (laravel.ship, laravel.rollback):
        act()
        assert names(laravel.live / path) == ["shipped", "written here"]


def test_i70_what_git_ships_meanwhile_is_in_the_attic(laravel):
    """I70: the person who committed a newer database finds it there; nothing of either is lost."""
    shipping(laravel, "database.sqlite")
    laravel.deploy()
    make(laravel.live / "database.sqlite", "written here")
    laravel.ship()
    shipping(laravel, "database.sqlite")
    committed = (laravel.repository / "database.sqlite").read_bytes()
    answer = laravel.deploy()
    assert [row["path"] for row in answer["data"]["kept"]] == ["database.sqlite"]
    assert committed in [one.read_bytes() for one in attic(laravel.site, "database.sqlite")]
    assert names(laravel.live / "database.sqlite") == ["shipped", "written here"]


@pytest.mark.parametrize("mode", ["wal", "delete"])
def test_i91_a_database_that_is_open_while_it_moves_loses_no_row(mode, laravel):
    """I91: -wal and -shm go with it; a writer that stays connected through the adoption is heard."""
    laravel.ship()
    path = laravel.live / "lib/open.db"
    let_write(path)
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute(f"pragma journal_mode={mode}")
        writer.execute("create table member (name text)")
        writer.execute("insert into member values ('before')")
        laravel.ship()
        writer.execute("insert into member values ('after')")
        assert names(laravel.live / "lib/open.db") == ["before", "after"]
    laravel.ship()
    assert names(laravel.live / "lib/open.db") == ["before", "after"]


def test_i79_a_database_that_nobody_wrote_to_is_code_and_follows_the_release(tmp_path):
    """I79: a shipped word list is replaced by the next release as any file is; only what changed here is data."""
    world = World(tmp_path, LARAVEL)
    shipping(world, "resources/words.db")
    world.deploy()
    make(world.repository / "resources/words.db", "a new word")
    world.ship()
    assert names(world.live / "resources/words.db") == ["shipped", "a new word"]
