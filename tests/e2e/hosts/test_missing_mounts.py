"""Incident I29 (S07): the shared directory is a mount, and one day it is not there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Settings
from lib.mounts import may_mount, mount, tell, unmount
from lib.snapshot import assert_unchanged, snapshot
from lib.world import World

HOME = {"index.php": "<?php // version {version}\n" * 9}


def story(top: str, where: str, beneath: str) -> None:
    """Deploy with a mount at WHERE, write there, lose the mount, deploy again: it is refused well."""
    world = World(Path(top) / "sandbox", HOME, env=None)
    world.settings = Settings(framework="generic-php", shared=("uploads/",))
    point, disk = world.site / where, world.top / "disk"
    for one in (point, disk):
        one.mkdir(parents=True)
    if beneath == "old files":
        (point / "forgotten.txt").write_text("written when the mount was missing once")
    mount(disk, point)
    for number in range(2):
        world.ship()
        world.precious.write(f"uploads/{number}.txt")
    world.ship() if beneath != "uploads since" else None
    unmount(point)
    world.commit()
    before = snapshot(world.top)
    with pytest.raises(Problem) as caught:
        world.deploy()
    assert (caught.value.exit_code, caught.value.code) == (30, "checklist-refused")
    assert any("shared-identity" in line for line in caught.value.context), caught.value.context
    assert_unchanged(before, snapshot(world.top))
    mount(disk, point)
    world.deploy()
    world.precious.assert_served()
    unmount(point)


@pytest.mark.skipif(bool(may_mount()), reason=may_mount() or "mounts work")
@pytest.mark.parametrize("where", ["shared", "shared/uploads"])
@pytest.mark.parametrize("beneath", ["nothing", "old files", "uploads since"])
def test_i29_a_deploy_without_its_mount_is_refused_and_writes_nothing_beneath_it(where, beneath, tmp_path):
    """I29: mounted, deployed, unmounted: 30 with the name of what is missing, the tree unchanged; mounted again, 0."""
    tell(story, str(tmp_path), where, beneath)


def test_i29_a_shared_directory_swapped_for_an_empty_one_is_refused_until_it_is_back(tmp_path):
    """I29, I76: the name is there, the data is not: 30, nothing changed; put back, the deploy goes through."""
    world = World(tmp_path, HOME, env=None)
    world.settings = Settings(framework="generic-php", shared=("uploads/",))
    world.ship()
    world.precious.write("uploads/1.txt")
    world.ship()
    shared, aside = world.site / "shared/uploads", world.top / "aside"
    shutil.move(shared, aside)
    shared.mkdir()
    world.commit()
    before = snapshot(world.top)
    with pytest.raises(Problem) as caught:
        world.deploy()
    assert caught.value.exit_code == 30
    assert any("shared/uploads held 1 file" in line for line in caught.value.context)
    assert_unchanged(before, snapshot(world.top))
    shared.rmdir()
    shutil.move(aside, shared)
    world.deploy()
    world.precious.assert_served()


def test_i29_a_swap_of_what_was_empty_at_the_last_deploy_is_told(tmp_path):
    """I29: nothing proves that files came since, so it is a warning with the name, not a refusal."""
    world = World(tmp_path, HOME, env=None)
    world.settings = Settings(framework="generic-php", shared=("uploads/",))
    world.ship()
    shutil.move(world.site / "shared/uploads", world.top / "aside")
    (world.site / "shared/uploads").mkdir()
    world.commit()
    plan = world.perform("plan", source=world.source)
    told = next(check for check in plan["checks"] if check["name"] == "shared-identity")
    assert told["verdict"] == "warn"
    assert "shared/uploads" in told["why"]


def test_i29_a_site_that_was_moved_to_another_place_is_not_taken_for_a_swapped_one(tmp_path):
    """I29: copied elsewhere every inode differs, and every file is there: the deploy goes through."""
    world = World(tmp_path, HOME, env=None)
    world.settings = Settings(framework="generic-php", shared=("uploads/", "empty/"))
    world.ship()
    world.precious.write("uploads/1.txt")
    world.ship()
    moved = world.top / "moved"
    shutil.copytree(world.site, moved, symlinks=True)
    shutil.rmtree(world.site)
    shutil.copytree(moved, world.site, symlinks=True)
    world.ship()
    world.precious.assert_served()
