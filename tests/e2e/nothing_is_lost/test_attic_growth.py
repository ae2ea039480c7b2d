"""The attic holds what was displaced once: repeating a command adds nothing."""

from __future__ import annotations

import pytest

from holdfast_engine.model.request import Settings
from lib.oracle import attic_texts
from lib.world import World

PHP = {"index.php": "<?php // version {version}\n", "lib/code.php": "<?php 'shipped';\n"}


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path, PHP, env=None)
    world.ship()
    return world


def kept(world: World, path: str) -> list[str]:
    """What the attic holds of PATH, oldest first."""
    return attic_texts(world.site, path)


def edit(world: World, text: str) -> None:
    """Somebody changes shipped code on the server."""
    code = world.live / "lib/code.php"
    code.parent.chmod(0o755)
    code.chmod(0o644)
    code.write_text(text)


def test_a_deploy_that_changes_nothing_keeps_a_changed_file_once(world):
    """G1, G2: the copy that is there serves, and is named again."""
    edit(world, "<?php 'edited';\n")
    places = set()
    for _ in range(3):
        answer = world.deploy()
        assert answer["outcome"] == "unchanged"
        places |= {row["place"] for row in answer["data"]["attic"]}
    assert kept(world, "lib/code.php") == ["<?php 'edited';\n"]
    assert len(places) == 1


def test_each_content_of_a_path_is_kept_once_and_what_came_back_is_the_newest(world):
    """G1, G5: `restore` takes the newest, so what came back is the newest once more, in the copy that is there."""
    for text in ("one", "two", "two", "one"):
        edit(world, text)
        world.deploy()
    assert kept(world, "lib/code.php") == ["one", "two"]
    world.perform("restore", path="lib/code.php")
    assert (world.live / "lib/code.php").read_text() == "one"


def test_a_deploy_that_fails_again_and_again_keeps_a_changed_file_once(world):
    """G1: each try sweeps the same live release."""
    edit(world, "<?php 'edited';\n")
    world.settings = Settings(build=("false",))
    world.commit({"lib/code.php": "<?php 'newer';\n"})
    for _ in range(3):
        with pytest.raises(Exception, match="false"):
            world.deploy()
    world.settings = Settings()
    world.deploy()
    assert kept(world, "lib/code.php") == ["<?php 'edited';\n"]
    assert "newer" in (world.live / "lib/code.php").read_text()


def test_the_same_content_from_another_release_is_kept_once_and_as_long_as_what_came_last(world):
    """G1, G6: one copy for each content of a path; its note tells of the release that it came from last."""
    for now in (1.9e9, 2e9):
        edit(world, "<?php 'edited';\n")
        world.ship({"lib/code.php": "<?php // version {version}\n"}, now=now)
    (row,) = world.perform("attic")["entries"]
    assert kept(world, "lib/code.php") == ["<?php 'edited';\n"]
    assert (row["origin"], row["at"]) == (f"releases/{world.perform('status')['releases'][1]['id']}/lib/code.php", 2e9)


def test_a_seed_that_was_changed_here_is_put_aside_once_however_often_its_deploy_fails(world):
    """I13, G1: every try ships it from a release of its own, and it is the same seed."""
    world.settings = Settings(shared=("uploads/",))
    world.ship({"uploads/hint.txt": "shipped\n"})
    (world.live / "uploads/hint.txt").write_text("changed here\n")
    world.settings = Settings(shared=("uploads/",), before_activation=("false",))
    world.commit({"uploads/hint.txt": "shipped anew\n"})
    for _ in range(3):
        with pytest.raises(Exception, match="false"):
            world.deploy()
    assert kept(world, "uploads/hint.txt") == ["shipped anew\n"]
    assert (world.live / "uploads/hint.txt").read_text() == "changed here\n"


def test_a_shipped_version_that_gives_way_again_the_next_day_is_listed_with_its_origin(tmp_path):
    """G5: what is kept on for another time is named as what was put aside at first."""
    world = World(tmp_path, {**PHP, "robots.txt": "User-agent: *\n"}, env=None)
    world.ship()
    (world.live / "robots.txt").chmod(0o644)
    (world.live / "robots.txt").write_text("Disallow: /club\n")
    for day in range(1, 4):
        world.ship(now=1_800_000_000.0 + day * 86_400)
        [row] = world.perform("attic")["entries"]
        assert (row["path"], row["at"]) == ("robots.txt", 1_800_000_000.0 + day * 86_400)
        assert row["origin"]
    assert (world.live / "robots.txt").read_text() == "Disallow: /club\n"
