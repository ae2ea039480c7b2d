"""What was mounted in `shared/` is not: nothing is moved or made beneath the mount point, where the disk hides it once
it is back (I29, G1, G7).
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest

from holdfast_engine.model.problem import Problem
from lib.mounts import may_mount, mount, tell, unmount
from lib.refusals import fails, killed_at
from lib.world import World

pytestmark = pytest.mark.skipif(bool(may_mount()), reason=may_mount() or "mounts work")

CODE = {
    "composer.json": "{}\n",
    "public/index.php": "<?php // version {version}\n" * 9,
    "public/uploads/.gitkeep": "",
}
WHERE = ["shared", "shared/public/uploads"]
BENEATH = {"shared": ["public/uploads/.gitkeep"], "shared/public/uploads": [".gitkeep"]}
STRAY = {"shared": "public/certs/1.pdf", "shared/public/uploads": "public/uploads/1.pdf"}


def site_with_a_disk(top: str, where: str, *, releases: int = 3) -> tuple[World, Path, Path]:
    """Three releases, data on a disk that is mounted at WHERE; returns the world, the disk and its mount point."""
    world = World(Path(top) / "sandbox", CODE, env=None)
    world.ship()
    point, disk = world.site / where, world.top / "disk"
    for one in (point, disk):
        one.mkdir(parents=True, exist_ok=True)
    assert beneath(point) == BENEATH[where]
    mount(disk, point)
    for number in range(3):
        world.precious.write(f"public/uploads/{number}.jpg", into=world.site / "shared")
    for _ in range(releases - 1):
        world.ship()
    return world, disk, point


def write_a_stray(world: World, where: str, release: Path | None = None) -> None:
    """The application, or a worker that stayed in RELEASE, makes something that belongs on the disk."""
    path = STRAY[where]
    here = (release or world.live.resolve()) / path
    if here.parent.is_symlink():
        here.parent.unlink()
    world.precious.write(path, into=release or world.live.resolve())


def beneath(point: Path) -> list[str]:
    found = (Path(here, name) for here, _, names in os.walk(point) for name in names)
    return sorted(str(one.relative_to(point)) for one in found)


def goes_on_once_it_is_back(world: World, disk: Path, point: Path, *, but: tuple[str, ...] = ()) -> None:
    """Nothing came to lie beneath the mount point; with the disk all data is served."""
    assert beneath(point) in BENEATH.values()
    mount(disk, point)
    world.ship()
    world.precious.assert_none_lost()
    world.precious.assert_served(but=but)
    unmount(point)


def rolls_back(top: str, where: str) -> None:
    world, disk, point = site_with_a_disk(top, where)
    unmount(point)
    write_a_stray(world, where)
    plan = world.perform("rollback", only_plan=True)
    assert plan["adopt"] == []
    answer = world.rollback()
    world.assert_code_is(2)
    stray = "public/certs" if where == "shared" else "public/uploads"
    for told in (plan["notes"], answer["warnings"]):
        assert any(stray in line and f"`{where}` is not mounted" in line for line in told), told
    assert (answer["data"]["lost"], answer["data"]["vanished"]) == (0, 0)
    world.rollback()
    world.assert_code_is(1)
    goes_on_once_it_is_back(world, disk, point)


def refuses(top: str, where: str, command: str) -> None:
    world, disk, point = site_with_a_disk(top, where)
    (world.live / "public/uploads/0.jpg").unlink()
    world.precious.write("public/uploads/0.jpg", into=world.live)
    unmount(point)
    write_a_stray(world, where)
    more = {
        "link": {"release": str(world.live.resolve()), "path": str(world.site / "shared")},
        "restore": {"path": "public/uploads/0.jpg"},
    }
    problem = fails(lambda: world.perform(command, **more.get(command, {})), exits=30, code="checklist-refused")
    assert "was a mount with 3 files" in "".join(problem.context)
    assert problem.state == "nothing was changed"
    goes_on_once_it_is_back(world, disk, point)


def prunes(top: str, where: str) -> None:
    world, disk, point = site_with_a_disk(top, where)
    unmount(point)
    stayed = sorted((world.site / "releases").iterdir())[1]
    write_a_stray(world, where, stayed)
    answer = world.perform("prune", keep=0)
    assert [(row["release"], "is not mounted" in row["why"]) for row in answer["kept"]] == [(stayed.name, True)]
    assert len(answer["removed"]) == 1
    goes_on_once_it_is_back(world, disk, point)


def is_killed(top: str, where: str, point_of_time: str, then: str) -> None:
    world, disk, point = site_with_a_disk(top, where)
    write_a_stray(world, where)
    left = world.live.resolve()
    world.commit()
    with killed_at(point_of_time):
        world.deploy()
    if world.live.resolve() != left:
        write_a_stray(world, where, left)
    unmount(point)
    problem = fails(lambda: world.perform("sweep"), exits=30, code="checklist-refused")
    assert "`000004-deploy`, which was interrupted, is unfinished still" in problem.state
    assert world.perform("status")["unfinished"]["operation"] == "000004-deploy"
    if then == "rollback":
        with suppress(Problem):
            world.rollback()
        world.perform("prune", keep=0)
        assert world.perform("status")["unfinished"]["operation"] == "000004-deploy"
    goes_on_once_it_is_back(world, disk, point)
    assert world.perform("status")["unfinished"] is None
    rows = {row["id"]: row["outcome"] for row in world.perform("history")["operations"]}
    assert "unfinished" not in rows.values()


def is_accepted(top: str, where: str) -> None:
    world, _, point = site_with_a_disk(top, where)
    unmount(point)
    world.precious.written.clear()
    write_a_stray(world, where)
    where_to = {"release": str(world.live.resolve()), "path": str(world.site / "shared")}
    world.perform("link", accept=("data-memory",), **where_to)
    world.precious.assert_served()
    world.perform("link", **where_to)
    assert beneath(point) not in BENEATH.values()


@pytest.mark.parametrize("where", WHERE)
def test_a_rollback_without_the_disk_switches_and_leaves_strays_where_they_are(tmp_path, where):
    """G1, G5, I29: the way back is never closed; what belongs on the disk is told of and comes home once it is back."""
    tell(rolls_back, str(tmp_path), where)


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("command", ["recover", "restore", "link"])
def test_what_would_write_beneath_a_mount_point_is_refused(tmp_path, where, command):
    """G1, G7, I29: nothing comes to lie where the disk hides it."""
    tell(refuses, str(tmp_path), where, command)


@pytest.mark.parametrize("where", WHERE)
def test_a_release_with_strays_that_cannot_come_home_is_not_pruned(tmp_path, where):
    """G6, I29: it is the only place where they are; the reason is told."""
    tell(prunes, str(tmp_path), where)


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("then", ["nothing", "rollback"])
@pytest.mark.parametrize("at", ["place.exchange", "place.made_link", "place.switched"])
def test_what_a_crash_left_waits_for_the_disk_and_says_so(tmp_path, where, at, then):
    """G1, G4, I29: its moves are made once they can be, whatever was run meanwhile; no refusal says that nothing was
    changed.
    """
    tell(is_killed, str(tmp_path), where, at, then)


@pytest.mark.parametrize("where", WHERE)
def test_a_disk_that_is_not_to_come_back_can_be_accepted_by_who_only_links(tmp_path, where):
    """G7: a person decides, once."""
    tell(is_accepted, str(tmp_path), where)
