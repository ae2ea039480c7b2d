"""A directory in which nothing but links to data stands looks empty to whoever knows what was shipped alone."""

from __future__ import annotations

import pytest

from holdfast_engine.model.request import Settings
from lib.world import World

SYMFONY = {
    "composer.json": '{"require": {"symfony/framework-bundle": "^7.0"}}\n',
    "bin/console": "#!/usr/bin/env php\n",
    "public/index.php": "<?php // version {version}\n",
}
OURS = "guide/more/uploads"


def world_with(top, **settings):
    world = World(top, SYMFONY, env=None)
    world.settings = Settings(**settings)
    world.ship()
    return world


def write(world, name, into=OURS):
    where = world.live / into / name
    where.parent.mkdir(parents=True, exist_ok=True)
    where.write_text(name)


def assert_all_is_well(world):
    """What is shared is no more and no less than the one directory, and no command says otherwise."""
    said = world.perform("checklist")["checks"]
    assert [check for check in said if check["verdict"] == "refuse"] == []
    assert world.perform("recover", only_plan=True)["found"] == []
    assert [one["path"] for one in world.perform("status")["shared"] if one["path"].startswith("guide")] == [OURS]
    assert (world.live / OURS).is_symlink()
    assert not (world.live / "guide/more").is_symlink()


def test_a_configured_path_in_a_directory_that_nobody_ships_stays_what_is_shared(tmp_path):
    """G3: the directories above it were made for the link, and no author left them to be written to."""
    world = world_with(tmp_path, shared=(f"{OURS}/",))
    assert_all_is_well(world)
    write(world, "a.jpg")
    world.ship()
    assert_all_is_well(world)
    assert (world.live / OURS / "a.jpg").read_text() == "a.jpg"


@pytest.mark.parametrize("goes_back", [False, True])
def test_so_does_one_in_which_a_release_ships_a_seed_and_nothing_beside_it(tmp_path, goes_back):
    """G2, G3: the seed gave way to the link, and its directory was shipped for it alone."""
    world = world_with(tmp_path, shared=(f"{OURS}/",))
    write(world, "a.jpg")
    world.ship({f"{OURS}/logo.png": "a logo\n"})
    assert_all_is_well(world)
    world.ship()
    if goes_back:
        world.rollback()
    assert_all_is_well(world)
    assert [(world.live / OURS / name).read_text() for name in ("a.jpg", "logo.png")] == ["a.jpg", "a logo\n"]


def test_what_comes_beside_it_goes_along_or_is_shared_by_itself_and_stays_so(tmp_path):
    """G2, G8: the directory above is no stray, for shared data has its place in it."""
    world = world_with(tmp_path, shared=(f"{OURS}/",))
    write(world, "beside.csv", into="guide/more")
    write(world, "b.jpg", into="guide/more/pictures")
    for _ in range(3):
        data = world.ship()["data"]
        assert (data["carried"], (world.live / "guide/more/pictures").is_symlink()) == (["guide/more/beside.csv"], True)
    assert data["adopted"] == []
    assert (world.live / "guide/more/beside.csv").read_text() == "beside.csv"
    assert not (world.live / "guide/more/beside.csv").is_symlink()
    assert (world.live / "guide/more/pictures/b.jpg").read_text() == "b.jpg"
