"""Somebody removes `.holdfast/lock` while a deploy runs (I96): a second command is refused, or nothing is switched."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import stat

import pytest

from holdfast_engine.model.problem import Problem
from lib.processes import in_a_child
from lib.refusals import acting_at, fails
from lib.world import PLAIN, World

POINTS = ("durable.sync_file_system", "place.switch")


@pytest.fixture
def world(tmp_path) -> World:
    made = World(tmp_path, PLAIN, env=None)
    made.ship()
    made.commit()
    return made


def _second(world: World) -> tuple[str, int]:
    """How another command ends that is typed now."""
    try:
        world.deploy()
    except Problem as problem:
        return problem.code, problem.exit_code
    return "", 0


@pytest.mark.parametrize("point", POINTS)
def test_a_second_deploy_is_refused_and_the_first_ends_well(world, point):
    """Exit 21, G4, G11: a lock on a file without a name would keep nobody out; the directory around it has its name."""
    seen = []

    def remove() -> None:
        (world.site / ".holdfast/lock").unlink()
        seen.append(in_a_child(lambda: _second(world)))
        seen.append(world.perform("status")["unfinished"]["running"])

    with acting_at(point, remove):
        world.deploy()
    assert seen == [("locked", 21), True]
    world.assert_code_is(2)
    world.ship()
    world.assert_code_is(3)


def _lock_no_directory(monkeypatch) -> None:
    """As NFS: flock(2) there needs what may be written, and a directory may not."""
    real = fcntl.flock

    def flock(descriptor: int, how: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        real(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", flock)


def test_where_no_directory_can_be_locked_nothing_is_switched_once_the_lock_is_lost(world, monkeypatch):
    """Exit 50, G11: what is live stays live, the deploy is undone, and the next one goes well."""
    _lock_no_directory(monkeypatch)
    with acting_at("durable.sync_file_system", (world.site / ".holdfast/lock").unlink):
        problem = fails(world.deploy, exits=50, code="lock-lost")
    assert str(world.site / ".holdfast/lock") in problem.message
    assert problem.state
    world.assert_code_is(1)
    world.deploy()
    world.assert_code_is(2)


def test_where_no_directory_can_be_locked_two_deploys_never_switch_both(world, monkeypatch):
    """G3, G11: the second one finishes what it finds open; the first ends without having taken anything away."""
    _lock_no_directory(monkeypatch)
    seen = []

    def remove() -> None:
        (world.site / ".holdfast/lock").unlink()
        seen.append(in_a_child(lambda: _second(world)))

    with acting_at("durable.sync_file_system", remove), pytest.raises(Problem) as caught:
        world.deploy()
    assert caught.value.exit_code == 50
    assert seen == [("", 0)]
    world.assert_code_is(2)
    assert world.perform("status")["unfinished"] is None
    world.ship()
    world.assert_code_is(3)


def test_nothing_is_switched_once_all_that_is_kept_was_removed(world):
    """G7, G11: another command would begin anew beside this one."""

    def remove() -> None:
        shutil.move(world.site / ".holdfast", world.top / "aside")
        shutil.copytree(world.top / "aside", world.site / ".holdfast", symlinks=True)

    with acting_at("durable.sync_file_system", remove), pytest.raises(Problem) as caught:
        world.deploy()
    assert caught.value.code != "bug"
    world.assert_code_is(1)
