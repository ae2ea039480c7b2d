"""A directory that one release links as a whole and another child by child."""

from __future__ import annotations

from lib.world import World


def test_a_rollback_to_a_release_that_links_the_whole_directory_serves_each_child_through_it(tmp_path):
    """G4, G5: what a link above serves already needs no link of its own."""
    world = World(tmp_path)
    world.ship()
    world.precious.write("data/1.db")
    world.ship()
    assert (world.live / "data").is_symlink()
    world.ship({"data/seed.json": "version {version}\n"})
    world.precious.write("data/2.db")
    world.ship()
    world.rollback()
    world.rollback()
    assert (world.live / "data").is_symlink()
    world.precious.assert_served()
    world.perform("recover")
    world.ship()
    world.precious.assert_served()
    world.precious.assert_none_lost()
