"""A database is worth as much as all else: one that is gone is missed, wherever it lay and whoever took it."""

from __future__ import annotations

import json
import shutil
import sqlite3

import pytest

from holdfast_engine.model.request import Settings
from lib.refusals import fails
from lib.world import PLAIN, World

PLACES = ("database/shop.sqlite", "data/shop.db", "shop.sqlite")


@pytest.fixture
def world(tmp_path):
    """Three databases that nobody declared, one of them beside shipped files, another one alone; all came home."""
    made = World(tmp_path, {**PLAIN, "data/readme.txt": "shipped"}, env=None, kind="directory")
    made.ship()
    live = made.live.resolve()
    for place in PLACES:
        live.chmod(0o755)
        (live / place).parent.mkdir(exist_ok=True)
        (live / place).parent.chmod(0o755)
        with sqlite3.connect(live / place) as database:
            database.execute("create table orders(n)")
    made.ship()
    assert all((made.site / "shared" / place).is_file() for place in PLACES)
    return made


def data_memory(world):
    return next(one for one in world.perform("checklist")["checks"] if one["name"] == "data-memory")


@pytest.mark.parametrize("place", PLACES)
def test_a_database_that_is_gone_is_refused_until_it_is_back(world, place):
    """One file beside others, or alone in its directory, or a stray of its own: the same alarm, by its name."""
    where = world.site / "shared" / place
    where.rename(world.top / "away")
    assert data_memory(world)["verdict"] == "refuse"
    assert f"shared/{place}".removesuffix("/shop.sqlite") in data_memory(world)["why"]
    fails(lambda: world.perform("recover"), exits=61, code="data-missing")
    world.commit()
    fails(world.deploy, exits=30, code="checklist-refused")
    world.rollback()
    assert data_memory(world)["verdict"] == "refuse"
    (world.top / "away").rename(where)
    assert data_memory(world)["verdict"] == "pass"
    world.deploy()


def test_a_person_says_that_a_database_is_gone_for_good(world):
    """DESIGN 5, memory: accepted by name, and not missed any more."""
    (world.site / "shared/shop.sqlite").unlink()
    world.commit()
    world.deploy(accept=("data-memory",))
    assert data_memory(world)["verdict"] == "pass"


HARM = {"deletes": 'rm -f "$HOLDFAST_SHARED/{place}"', "empties": ': > "$HOLDFAST_SHARED/{place}"'}


@pytest.mark.parametrize("harm", HARM)
@pytest.mark.parametrize("place", PLACES)
def test_a_hook_that_takes_a_database_stops_the_deploy(world, harm, place):
    """I25, I49: before the switch the old release stays live, and says that the file is gone."""
    world.settings = Settings(before_activation=(HARM[harm].format(place=place),))
    live = world.live.readlink()
    world.commit()
    problem = fails(world.deploy, exits=50, code="data-shrank")
    assert f"shared/{place}" in problem.context
    assert "gone" in problem.state
    assert world.live.readlink() == live
    assert data_memory(world)["verdict"] == "refuse"


def test_a_directory_that_was_removed_is_there_again_after_a_recovery(world):
    """Who uploads needs one; what was in it stays missing, and is said."""
    for number in range(4):
        world.precious.write(f"public/uploads/{number}.jpg")
    world.ship()
    where = world.site / "shared/public/uploads"
    shutil.rmtree(where)
    fails(lambda: world.perform("recover"), exits=61, code="data-missing")
    (world.live / "public/uploads/b.jpg").write_text("b")
    assert (where / "b.jpg").is_file()
    assert data_memory(world)["verdict"] == "refuse"


def test_what_comes_and_goes_beside_a_database_is_not_missed(world):
    """An application that closes its database removes the `-wal` and the `-shm`: that keeps nobody from deploying,
    whatever is remembered of them.
    """
    path = world.site / ".holdfast/site.json"
    site = json.loads(path.read_text())
    site["options"]["memory"]["shop.sqlite-wal"] = [1, 1_700_000_000.0]
    site["identity"]["shop.sqlite-wal"] = [1, 1]
    path.write_text(json.dumps(site))
    assert data_memory(world)["verdict"] == "pass"
    world.ship()
    assert data_memory(world)["verdict"] == "pass"
