"""What a release that is not live still has of what was carried: it is no way back for what the application deleted,
and none to hide what was written last.
"""

from __future__ import annotations

import os
import shutil
import time

import pytest

from lib.world import PLAIN, World

SETTLED = 0.05
"""After so many seconds a directory's times are older than a tick of the clock."""


@pytest.fixture
def world(tmp_path):
    """Two releases; a worker may still run in the first."""
    made = World(tmp_path, PLAIN, env=None, kind="directory")
    made.ship()
    made.ship()
    time.sleep(SETTLED)
    return made


def eldest(world):
    return min((world.site / "releases").iterdir())


def ship(world):
    world.ship()
    time.sleep(SETTLED)


def test_a_file_that_came_late_stays_deleted_whatever_was_written_to_it_before(world):
    """G2: one file under two names has the times of the last write under either, and was deleted under one."""
    world.precious.write("sitemap.xml", into=eldest(world))
    world.perform("sweep")
    time.sleep(SETTLED)
    world.precious.write("sitemap.xml")  # in place: the name in the old release has it as well
    (world.live / "sitemap.xml").unlink()
    ship(world)
    assert not (world.live / "sitemap.xml").exists()
    world.precious.assert_none_lost()
    world.perform("sweep")
    assert not (world.live / "sitemap.xml").exists()


def test_no_clean_up_brings_back_what_was_written_to_and_deleted_before_any_command_saw_that(world):
    """G2, G6: a log beside the code grows while releases come and go, is deleted, and an old release is pruned."""
    world.precious.write("app.log")
    for _ in range(2):
        ship(world)
        world.precious.write("app.log")
    (world.live / "app.log").unlink()
    assert world.perform("prune", keep=0)["removed"]
    assert not (world.live / "app.log").exists()
    world.precious.assert_none_lost()
    ship(world)
    ship(world)  # the trash is emptied
    assert not (world.live / "app.log").exists()
    world.precious.assert_none_lost()


@pytest.mark.parametrize("shipped", [False, True])
def test_what_is_made_late_beside_a_program_of_the_live_release_is_served_there(world, shipped):
    """G2: a directory of that name in `shared/` would be served by nobody, and give way to the older file later."""
    world.precious.write("plugin/main.php", text="<?php 1;\n")
    world.precious.write("plugin/data.txt")
    if shipped:
        ship(world)
    world.precious.write("plugin/data.txt", into=eldest(world))
    world.perform("sweep")
    world.precious.assert_served()
    assert not (world.site / "shared/plugin").exists()
    ship(world)
    world.precious.assert_served()
    world.precious.assert_none_lost()


def test_a_deleted_program_does_not_come_back_with_what_is_written_late_beside_it(world):
    """G2: its name is a directory of files by now, which is shared; a release that was left has both."""
    world.precious.write("plugin/main.php", text="<?php 1;\n")
    ship(world)
    left = world.live.resolve()
    ship(world)
    shutil.rmtree(world.live / "plugin")
    ship(world)
    world.precious.write("plugin/1.pdf")
    ship(world)
    assert (world.live / "plugin").is_symlink()
    world.precious.write("plugin/worker.log", into=left)
    world.perform("sweep")
    world.precious.assert_served(but=["plugin/main.php"])
    assert not (world.live / "plugin/main.php").exists()
    world.precious.assert_none_lost()


@pytest.mark.parametrize("act", ["sweep", "deploy", "recover"])
def test_what_a_sweep_saw_before_somebody_switched_by_hand_goes_on_being_served(world, act):
    """G2: `ln -sfn` leaves files beside the code, new ones and newer ones, that a sweep had noted there."""
    world.precious.write("news.txt")
    back = world.live.resolve()
    ship(world)
    world.precious.write("new.txt")
    os.replace(shutil.copy(world.live / "new.txt", world.live / "news.tmp"), world.live / "news.txt")
    world.precious.written["news.txt"] = world.precious.written["new.txt"]
    world.perform("sweep")
    time.sleep(SETTLED)
    world.live.unlink()
    world.live.symlink_to(f"releases/{back.name}")
    ship(world) if act == "deploy" else world.perform(act)
    world.precious.assert_served()
    ship(world)
    world.precious.assert_served()
    world.precious.assert_none_lost()


@pytest.mark.parametrize("late", ["media/late.txt", "inc/late.txt"])
def test_a_directory_that_a_later_version_drops_is_no_users_directory_in_the_adopted_release(tmp_path, late):
    """G2: nothing tells what an adopted release shipped; what is live has code at this path, and shows what came."""
    files = {"index.php": "<?php // {version}\n", "inc/a.php": "<?php\n", "media/logo.svg": "logo {version}\n"}
    world = World(tmp_path, files, env=None)
    for path, text in {**files, "media/logo.svg": "their logo\n", "media/a.jpg": "a picture\n"}.items():
        (world.site / path).parent.mkdir(parents=True, exist_ok=True)
        (world.site / path).write_text(text)
    adopted = world.perform("adopt", path=str(world.site))["release"]
    world.ship()
    (world.site / "releases" / adopted / late).write_text("from a worker that stayed\n")
    assert world.ship({"media/logo.svg": None})["outcome"] == "deployed"
    shown = {path: (world.live / path).read_text() for path in ("media/a.jpg", late)}
    assert shown == {"media/a.jpg": "a picture\n", late: "from a worker that stayed\n"}
    assert not (world.live / "media/logo.svg").exists()


def test_what_comes_late_to_a_directory_that_went_along_for_its_program_goes_along_without_it(world):
    """G2: the program was deleted since, and the directory is carried still: it is not taken for a users' own one."""
    for name, text in (("tool/run.php", "<?php run();\n"), ("tool/notes.txt", "notes\n")):
        (world.live / name).parent.mkdir(exist_ok=True)
        (world.live / name).write_text(text)
    ship(world)
    for name in ("run.php", "notes.txt"):
        (world.live / "tool" / name).unlink()
    ship(world)
    late = world.precious.write("tool/late.txt", into=eldest(world))
    for _ in range(2):
        assert world.ship()["outcome"] == "deployed"
        assert (world.live / "tool/late.txt").read_bytes() == late
        assert not (world.live / "tool/run.php").exists()
