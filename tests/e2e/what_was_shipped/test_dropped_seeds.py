"""What a release ships among users' data, and a later one does not any more: it stays, and a person is told of code."""

from __future__ import annotations

import pytest

from lib.oracle import attic
from lib.world import World

SEEDS = {"storage/tool.php": "<?php // a tool\n", "storage/guide.png": "a picture\n"}
DROPPED = dict.fromkeys(SEEDS)
ENVIRONMENT = ("environment-linked",)


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    world.ship(SEEDS)
    return world


def listed(world):
    return {row["path"]: row["evidence"][-1]["text"] for row in world.perform("review")["entries"]}


def test_code_that_the_source_dropped_among_data_is_reviewed(world):
    """G2: it may be in use, so it stays; a picture asks nobody."""
    assert listed(world) == {}
    world.ship(DROPPED)
    assert (world.live / "storage/tool.php").read_text() == SEEDS["storage/tool.php"]
    assert listed(world) == {"storage/tool.php": "an earlier release shipped it, and it is unchanged since"}
    (world.live / "storage/tool.php").write_text("<?php // ours\n")
    world.ship()
    assert listed(world) == {"storage/tool.php": "an earlier release shipped it, and it was changed here"}


def test_it_is_not_while_a_release_is_live_that_ships_it(world):
    """G5: what a release ships is known for each, whichever way it became live."""
    first = world.live.resolve().name
    world.ship(DROPPED)
    world.rollback()
    assert listed(world) == {}
    world.rollback(next(one["id"] for one in world.perform("releases")["releases"] if one["id"] != first))
    assert list(listed(world)) == ["storage/tool.php"]
    world.ship(SEEDS)
    assert listed(world) == {}


def test_what_a_person_drops_lies_in_the_attic(world):
    """G1: and no later deploy brings it back."""
    world.ship(DROPPED)
    world.perform("review", intent="drop", words=("storage/tool.php",))
    world.ship()
    assert not (world.live / "storage/tool.php").exists()
    assert [path.read_text() for path in attic(world.site, "storage/tool.php")] == [SEEDS["storage/tool.php"]]


def test_what_was_shipped_as_code_and_lies_in_what_is_shared_by_now_is_shipped_still(tmp_path):
    """G5: a way back to a release that ships a note in a directory that users fill today."""
    world = World(tmp_path, env=None)
    world.ship({"guide/README.txt": "a note\n"}, accept=ENVIRONMENT)
    first = world.live.resolve().name
    for changes, name in (({}, "a.csv"), ({"guide/README.txt": None}, "b.csv"), ({}, "c.csv")):
        (world.live / "guide" / name).write_text(name)
        world.ship(changes, accept=ENVIRONMENT)
    assert (world.live / "guide").is_symlink()
    world.rollback(first)
    assert sorted(path.name for path in (world.live / "guide").iterdir()) == ["README.txt", "a.csv", "b.csv", "c.csv"]
    assert listed(world) == {}
