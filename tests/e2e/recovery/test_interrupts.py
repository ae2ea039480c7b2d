"""A person's interrupt (Ctrl-C, SIGTERM) at the switch: what is told is what is live."""

from __future__ import annotations

import os

import pytest

from lib.refusals import failing_at, fails
from lib.world import STATIC, World

LIVE = "the new release is live and complete; the steps after the switch may not have finished"
UNDONE = "the command was undone; the previous release is live, as before"


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path, STATIC, env=None)
    for _ in range(2):
        world.ship()
    return world


def interrupted(world: World, command: str, point: str, *, live: bool) -> None:
    """COMMAND is interrupted at POINT, reached when the release that is to come is LIVE or is not."""
    before = os.readlink(world.live)
    more = {"source": world.source} if command == "deploy" else {}
    world.commit()
    with failing_at(point, KeyboardInterrupt(), when=lambda: (os.readlink(world.live) != before) == live):
        problem = fails(lambda: world.perform(command, **more), exits=130, code="interrupted")
    assert (os.readlink(world.live) != before) == live
    release = f"`{os.readlink(world.live)}`" if command == "rollback" else ""
    assert problem.state == (
        LIVE.replace("the new release", release or "the new release")
        if live
        else UNDONE.replace("the previous release", release or "the previous release")
    )
    if command == "deploy":
        assert problem.answer["current"] == os.path.basename(os.readlink(world.live))


@pytest.mark.parametrize("point", ["place.switched", "durable.append_own", "durable.replace_own"])
@pytest.mark.parametrize("command", ["deploy", "rollback"])
def test_an_interrupt_after_the_rename_over_current_says_that_the_new_release_is_live(world, command, point):
    """G3, G4: between the rename and its record, at that record, and at the first thing that follows it."""
    interrupted(world, command, point, live=True)
    world.perform("recover")
    assert world.perform("status")["unfinished"] is None
    world.rollback() if command == "deploy" else world.ship()


@pytest.mark.parametrize("command", ["deploy", "rollback"])
def test_an_interrupt_before_the_rename_over_current_says_that_it_is_undone(world, command):
    """G4: the other side of the same moment."""
    interrupted(world, command, "place.switch", live=False)
    assert world.ship()["outcome"] == "deployed"
