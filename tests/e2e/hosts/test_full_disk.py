"""No space, no inode, no permission to write (I97 to I99): what is live stays; going back and pruning still work."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast_engine.model.problem import Problem
from lib.mounts import may_mount, mount_memory, tell
from lib.refusals import assert_refused, fails
from lib.snapshot import assert_unchanged, snapshot
from lib.world import World

STEPS = ["fetch", "adopt", "link", "seal"]
LATE_STEPS = ["verify", "activate", "remember"]


def _full(disk: Path, *, bytes_left: int = 0) -> None:
    """Somebody else's file fills DISK but for BYTES_LEFT."""
    descriptor = os.open(disk / "ballast", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    free = os.fstatvfs(descriptor)
    os.posix_fallocate(descriptor, os.fstat(descriptor).st_size, free.f_bavail * free.f_frsize - bytes_left)
    os.close(descriptor)


def _no_inode(disk: Path, *, left: int = 0) -> None:
    """Empty files of somebody else's take every inode of DISK but LEFT."""
    (disk / "many").mkdir(exist_ok=True)
    for number in range(os.statvfs(disk).f_favail - left):
        (disk / "many" / str(number)).touch()
    assert os.statvfs(disk).f_favail == left


def _room(disk: Path) -> None:
    """Somebody made room."""
    (disk / "ballast").unlink(missing_ok=True)
    for path in (disk / "many").glob("*"):
        path.unlink()


def _live(top: str, options: str) -> World:
    """A site with two releases and an upload on a small disk at TOP."""
    mount_memory(Path(top), options)
    world = World(Path(top))
    world.ship()
    world.ship()
    for place in ("storage/app/a.pdf", "storage/logs/laravel.log"):
        world.precious.write(place)
    return world


def foreseen(top: str, what: str) -> None:
    """The checklist sees that a deploy will not fit: nothing is begun, and the mend names `prune`."""
    world = _live(top, "size=32m,nr_inodes=4k")
    world.commit()
    world.deploy()  # the cache holds the commit, so that looking needs no room
    world.settings = type(world.settings)(keep=4)
    _full(world.top, bytes_left=4 << 20) if what == "space" else _no_inode(world.top, left=40)
    problem = assert_refused(world.top, world.deploy, exits=30, code="checklist-refused")
    assert problem.context[0].startswith(f"{what}: ")
    assert "holdfast prune" in problem.hint
    world.precious.write("storage/app/still.pdf")
    world.precious.assert_served()
    _room(world.top)
    world.deploy()
    world.precious.assert_served()


def midway(top: str, step: str) -> None:
    """The disk fills as STEP begins: the deploy is undone, the old release is live, and with room it goes well."""
    world = _live(top, "size=32m")
    world.precious.write("public/certificates/1.pdf")
    world.commit()
    listening = Filling(world, step)
    world.events = listening
    before = snapshot(world.site / "shared")
    problem = fails(world.deploy, exits=50, code="step-failed")
    assert listening.filled
    assert problem.state
    assert "disk full" in problem.message
    world.events = []
    world.assert_code_is(2)
    world.precious.assert_served()
    assert {path: entry for path, entry in snapshot(world.site / "shared").items() if path in before} == before
    _room(world.top)
    world.deploy()
    world.assert_code_is(3)
    world.precious.assert_served()
    world.precious.assert_none_lost()


def late(top: str, step: str) -> None:
    """The disk fills just before or after the switch: one of two complete releases is live, and it is said which."""
    world = _live(top, "size=32m")
    world.precious.write("public/certificates/1.pdf")
    world.commit()
    world.events = Filling(world, step)
    with pytest.raises(Problem) as caught:
        world.deploy()
    switched = caught.value.exit_code == 60
    assert caught.value.exit_code in (50, 60)
    assert ("new release is live" in caught.value.state) == switched
    world.events = []
    world.assert_code_is(3 if switched else 2)
    world.precious.assert_served()
    _room(world.top)
    assert world.deploy()["outcome"] == ("unchanged" if switched else "deployed")
    world.assert_code_is(3)
    world.precious.assert_served()
    assert world.perform("status")["unfinished"] is None


class Filling(list):
    """Hears events; the disk is full from the start of STEP on."""

    def __init__(self, world: World, step: str) -> None:
        super().__init__()
        self.world, self.step, self.filled = world, step, False

    def append(self, event) -> None:
        super().append(event)
        if (event.kind, event.name) == ("started", self.step):
            _full(self.world.top)
            self.filled = True


def back(top: str, what: str) -> None:
    """On a disk with nothing free at all, going back and pruning do what they always do."""
    world = _live(top, "size=32m,nr_inodes=4k")
    world.ship()
    retired = sorted(path.name for path in (world.site / "releases").iterdir())[:2]
    _full(world.top) if what == "space" else _no_inode(world.top)
    assert world.rollback()["current"] == retired[1]
    world.assert_code_is(2)
    world.precious.assert_served()
    assert world.perform("prune", keep=0)["removed"]
    world.precious.assert_served()
    world.precious.assert_none_lost()
    _room(world.top)
    world.ship()
    world.assert_code_is(4)
    world.precious.assert_served()


def unwritable(top: str) -> None:
    """A deploy root on a disk that is mounted read-only is left as it is, with exit 40."""
    world = _live(top, "size=32m")
    world.commit()
    before = snapshot(world.top)
    subprocess.run(["mount", "-o", "remount,ro", top], check=True)
    for act in (world.deploy, world.rollback, lambda: world.perform("prune", keep=0)):
        assert fails(act, exits=40, code="no-permission").state
    assert_unchanged(before, snapshot(world.top))
    assert world.perform("status")["current"] == world.live.resolve().name
    world.precious.assert_served()


def _played(tmp_path: Path, story: Callable[..., None], *words: str) -> None:
    (tmp_path / "disk").mkdir()
    tell(story, str(tmp_path / "disk"), *words)


small_disks = pytest.mark.skipif(bool(may_mount()), reason=may_mount() or "mounts work")


@small_disks
@pytest.mark.parametrize("what", ["space", "inodes"])
def test_a_deploy_that_will_not_fit_is_not_begun(tmp_path, what):
    """Exit 30, I97 to I99: bytes and inodes are counted before anything is written, and data keeps its room."""
    _played(tmp_path, foreseen, what)


@small_disks
@pytest.mark.parametrize("step", STEPS)
def test_a_disk_that_fills_midway_leaves_what_was_live(tmp_path, step):
    """Exit 50, I97: the deploy is undone without writing more than the reserve holds."""
    _played(tmp_path, midway, step)


@small_disks
@pytest.mark.parametrize("step", LATE_STEPS)
def test_a_disk_that_fills_around_the_switch_leaves_a_complete_release_live(tmp_path, step):
    """Exit 50 or 60, G3, G4: before the rename the old release, after it the new; the next command ends it."""
    _played(tmp_path, late, step)


@small_disks
@pytest.mark.parametrize("what", ["space", "inodes"])
def test_going_back_and_pruning_work_on_a_full_disk(tmp_path, what):
    """DESIGN 5, G4: the two commands that help there need no room."""
    _played(tmp_path, back, what)


@small_disks
def test_a_deploy_root_that_cannot_be_written(tmp_path):
    """Exit 40: not even the journal can be begun, so nothing is; looking goes on."""
    _played(tmp_path, unwritable)
