"""A directory that one release links as a whole and another child by child."""

from __future__ import annotations

from lib.world import World


def test_a_rollback_to_a_release_that_links_the_whole_directory_serves_each_child_through_it(tmp_path):
    """G4, G5: what was shared whole when that release was live is shared in part since, and served all the same."""
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
    world.precious.assert_served()
    world.perform("recover")
    world.ship()
    world.precious.assert_served()
    world.precious.assert_none_lost()


def test_a_child_of_a_parted_directory_stays_what_people_see_when_a_release_ships_one_of_that_name(tmp_path):
    """G2: `things/` was data until a release shipped a program in it; a later one ships defaults for what is there."""
    world = World(tmp_path, {"index.php": "<?php // version {version}\n"}, env=None)
    world.ship()
    (world.live / "things").mkdir()
    (world.live / "things/list.json").write_text("first\n")
    world.ship()
    world.ship({"things/code.php": "<?php // shipped\n"})
    directory = (world.live / "things").resolve()
    directory.chmod(0o755)
    (directory / "saved").write_text("what people have\n")
    (directory / "saved").rename(directory / "list.json")  # the application saves so, over our link
    world.ship()
    world.ship({"things/list.json": "a default\n"})
    assert (world.live / "things/list.json").read_text() == "what people have\n"
    world.ship({"things/list.json": "another default\n"})
    assert (world.live / "things/list.json").read_text() == "what people have\n"
