"""Whole commands while the application's user swaps directories for links in everything that it owns (R11, G9)."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from attackers.swapper import Victim, leaks, swapping
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Settings
from lib import patience, tally
from lib.users import APPLICATION, TOOL, Hosted, why_not
from lib.world import LARAVEL, World

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

FILES = {**LARAVEL, "public/uploads/.gitkeep": ""}
PLACES = ("storage/app/up", "public/uploads/up", "public/certificates")
"""Where the application makes directories of its own: twice in what is shared, once in the release."""


@pytest.fixture
def top():
    """A directory that other users may enter, as `tmp_path` is not."""
    made = tempfile.mkdtemp(prefix="holdfast-swap-")
    os.chmod(made, 0o755)
    yield Path(made)
    shutil.rmtree(made)


def world_of(user: int, top: Path) -> World:
    world = World(top / "world", files=FILES) if user == 0 else Hosted(top / "world", files=FILES)
    world.settings = Settings(web_user=str(APPLICATION))
    world.ship()
    world.ship()
    return world


def own_directory(world: World, place: str, number: int) -> Path:
    """A directory of the application's own, which the tool may move (it is in a group that may)."""
    path = world.live.resolve() / f"{place}{number}"
    path.mkdir(parents=True, exist_ok=True)
    os.chown(path, APPLICATION, TOOL)
    path.chmod(0o2775)
    return path


def acts(world: World):
    """Every command that touches `shared/` or a release, by name."""

    def restore() -> None:
        for entry in world.perform("attic")["entries"][-3:]:
            world.perform("restore", path=entry["path"], release="")

    return {
        "deploy": world.ship,
        "rollback": world.rollback,
        "prune": lambda: world.perform("prune", keep=0),
        "recover": lambda: world.perform("recover"),
        "restore": restore,
        "deploy again": world.ship,
        "link": lambda: world.perform("link", release=str(world.live.resolve()), path=str(world.site / "shared")),
    }


def outcome(act: Callable[[], object]) -> str:
    """How ACT ended. The attacker may stop it, and then it says so: no bug, and no error of the system's as it is."""
    told = None
    try:
        act()
    except Problem as problem:
        told = problem
    if told is None:
        return "done"
    assert told.code != "bug", told.message
    return f"{told.code}: {told.message}"


def one_round(world: World, victim: Victim, number: int, places: tuple[str, ...]) -> dict[str, str]:
    """One run of every command under attack; how each ended. Only a problem in words may stop one."""
    ended = {}
    with contextlib.ExitStack() as attacks:
        for place in places:
            attacks.enter_context(swapping(own_directory(world, place, number), victim))
        for name, act in acts(world).items():
            ended[name] = outcome(act)
            assert victim.harm() == [], f"{name} in round {number}"
    found = leaks(world.site)
    assert found == [], f"in round {number}"
    return ended


WELL = {"deploy", "rollback", "prune", "recover"}
"""What has to end well in one round or another: an attacker may stop a command, but not every one of them."""


def rounds(user: int, top: Path, seconds: float, places: tuple[str, ...] = PLACES) -> int:
    victim = Victim(top / "victim", user)
    world = world_of(user, top)
    deadline, number, done = time.monotonic() + seconds, 0, set()
    while time.monotonic() < deadline or (number < 6 and not done >= WELL):
        number += 1
        ended = one_round(world, victim, number, places)
        done |= {name for name, how in ended.items() if how == "done" or how.startswith("data-missing: ")}
    world.perform("recover")  # what a swap had taken out of sight is back: nothing is missing any more
    world.ship()
    assert done >= WELL, f"never ended well: {ended}"
    assert victim.harm() == []
    assert leaks(world.site) == []
    return number


@pytest.mark.parametrize(("user", "places"), [(0, PLACES), (TOOL, PLACES[2:])])
def test_no_command_reads_or_changes_anything_through_a_swapped_directory(top, user, places):
    """G9, R11: deploy with adoption, rollback, prune, recover, restore and link, with an attacker in each directory."""
    assert rounds(user, top, 0, places) >= 1


@pytest.mark.soak(share=3)
@pytest.mark.parametrize("user", [0, TOOL])
def test_many_rounds_of_commands_reach_nothing(top, user):
    """R11, per release: the same for ten minutes."""
    done = rounds(user, top, patience.left(600))
    tally.add("all commands", f"links swapped in, as {'root' if user == 0 else 'a user'}", done)
