"""What the source takes out of its history and ignores belongs to the server from then on."""

from __future__ import annotations

import pytest

from lib.world import LARAVEL, World

TRACKED = {
    "public/gallery/1.jpg": "one",
    "public/gallery/2.jpg": "two",
    "config/prices.json": '{"price": 1}',
    "public/old.txt": "old",
    "public/js/site.min.js": "built",
}
IGNORING = LARAVEL[".gitignore"] + "/public/gallery\n/config/prices.json\n*.min.js\n"


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path, {**LARAVEL, **TRACKED}, kind="git")
    world.ship()
    return world


def let_go(world):
    return world.ship({**dict.fromkeys(TRACKED), ".gitignore": IGNORING})


def test_it_is_served_after_that_deploy_and_later_ones_and_a_rollback(world):
    """G2: most was never edited here, and would have gone with the release that shipped it."""
    told = let_go(world)
    assert {"public/gallery", "config/prices.json"} <= set(told["data"]["adopted"])
    for act in (world.ship, world.rollback, world.ship):
        act()
        assert (world.live / "public/gallery/2.jpg").read_text() == "two"
        assert (world.live / "config/prices.json").read_text() == '{"price": 1}'


def test_what_was_only_taken_away_goes_and_so_does_what_builds_make(world):
    """G2's other half: code that the source drops is not served any more."""
    let_go(world)
    assert not (world.live / "public/old.txt").exists()
    assert not (world.live / "public/js/site.min.js").exists()
