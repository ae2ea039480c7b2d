"""Incident I29 (S07): the shared directory is a mount, and one day it is not there. Mounts live in a private
namespace of a child process, so nothing of the machine changes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Settings
from lib.snapshot import assert_unchanged, snapshot
from lib.world import World

HOME = {"index.php": "<?php // version {version}\n" * 9}
STORY = """
import sys
sys.path[:0] = {path!r}
from test_incidents_c_mounts import story
story(*sys.argv[1:])
"""


def _may_mount() -> str:
    if os.geteuid() != 0:
        return "needs root for a mount namespace of its own"
    ran = subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False)
    return "" if ran.returncode == 0 else f"`unshare -m` does not work here: {ran.stderr.decode().strip()}"


def story(top: str, where: str, beneath: str) -> None:
    """Deploy with a mount at WHERE, write there, lose the mount, deploy again; exit code 0 when it was refused well."""
    world = World(Path(top) / "sandbox", HOME, env=None)
    world.settings = Settings(framework="generic-php", shared=("uploads/",))
    point, disk = world.site / where, world.top / "disk"
    for one in (point, disk):
        one.mkdir(parents=True)
    if beneath == "old files":
        (point / "forgotten.txt").write_text("written when the mount was missing once")
    subprocess.run(["mount", "--bind", disk, point], check=True)
    for number in range(2):
        world.ship()
        world.precious.write(f"uploads/{number}.txt")
    world.ship() if beneath != "uploads since" else None
    subprocess.run(["umount", point], check=True)
    world.commit()
    before = snapshot(world.top)
    with pytest.raises(Problem) as caught:
        world.deploy()
    assert (caught.value.exit_code, caught.value.code) == (30, "checklist-refused")
    assert any("shared-identity" in line for line in caught.value.context), caught.value.context
    assert_unchanged(before, snapshot(world.top))
    subprocess.run(["mount", "--bind", disk, point], check=True)
    world.deploy()
    world.precious.assert_served()
    subprocess.run(["umount", point], check=True)


@pytest.mark.skipif(bool(_may_mount()), reason=_may_mount())
@pytest.mark.parametrize("where", ["shared", "shared/uploads"])
@pytest.mark.parametrize("beneath", ["nothing", "old files", "uploads since"])
def test_i29_a_deploy_without_its_mount_is_refused_and_writes_nothing_beneath_it(where, beneath, tmp_path):
    """I29: mounted, deployed, unmounted: 30 with the name of what is missing, the tree unchanged; mounted again, 0."""
    here = Path(__file__).parent
    program = STORY.format(path=[str(here), str(here.parent), str(here.parents[1] / "src")])
    words = ["unshare", "-m", "--propagation", "private", sys.executable, "-B", "-c", program]
    ran = subprocess.run([*words, str(tmp_path), where, beneath], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


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
