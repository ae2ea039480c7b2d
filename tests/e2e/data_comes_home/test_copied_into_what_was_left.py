"""A deploy is killed, and a person copies something into the release that it left, with its old times (cp -a, rsync -a,
tar x): it is kept, wherever the deploy had come to (G1, G4, G11).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from holdfast_engine.model.request import Settings
from lib.oracle import litter, places
from lib.refusals import Killed, failing_in_step, killed_at, releases
from lib.world import World

CODE = {
    "composer.json": "{}\n",
    "public/index.php": "<?php // version {version}\n",
    "public/img/logo.svg": "<svg>{version}</svg>\n",
    "public/uploads/.gitkeep": "",
}
STEPS = ["build", "adopt", "link", "hooks", "seal", "verify", "activate"]
LONG_AGO = 1_500_000_000
ONLY_COPY = "the only copy\n"


@pytest.fixture
def world(tmp_path):
    """One release is live; the next one has a build and a hook."""
    made = World(tmp_path, CODE, env=None)
    made.settings = Settings(
        build=("sleep 0.02; echo made > public/built.css; echo built",), before_activation=("echo made > storage.txt",)
    )
    made.ship()
    made.commit({"public/new.php": "<?php // version {version}\n"})
    return made


@contextmanager
def killed_in_build(world: World) -> Iterator[None]:
    """The kill comes once the build has said something."""
    heard = world.events

    class Listening(list):  # type: ignore[type-arg]
        def append(self, event):
            if (event.kind, event.name) == ("output", "build"):
                raise Killed
            list.append(self, event)

    world.events = Listening(heard)
    with suppress(Killed):
        yield
    world.events = list(world.events)


def kill(world: World, where: str) -> Path:
    """The deploy ends at WHERE; the release that it leaves."""
    before = releases(world)
    if where == "in fetch":
        with killed_at("extract.file", count=3):
            world.deploy()
    elif where == "in build":
        with killed_in_build(world):
            world.deploy()
    elif where == "in seal":
        with killed_at("durable.set_mode", count=4):
            world.deploy()
    else:
        with suppress(Killed), failing_in_step(world, where, Killed()):
            world.deploy()
    (name,) = releases(world) - before
    return world.site / "releases" / name


def copy_with_its_times(world: World, release: Path) -> None:
    inbox = world.top / "inbox"
    (inbox / "public/reports").mkdir(parents=True)
    (inbox / "public/reports/r.pdf").write_text(ONLY_COPY)
    (inbox / "public/index.php").write_text("<?php // mended by hand\n")
    for here, _, names in os.walk(inbox, topdown=False):
        for name in (*names, "."):
            os.utime(Path(here, name), (LONG_AGO, LONG_AGO))
    shutil.copytree(inbox, release, dirs_exist_ok=True, symlinks=True)
    shutil.rmtree(inbox)


@pytest.mark.parametrize("where", ["in fetch", "in build", "in seal", *STEPS])
def test_what_is_copied_with_old_times_into_what_a_kill_left_is_kept(world, where):
    """G1, G11: a ctime tells, which no program can set; a name that nothing explains stays, and is told of."""
    release = kill(world, where)
    copy_with_its_times(world, release)
    world.events.clear()
    world.perform("sweep")
    assert [event.text for event in world.events if event.name in ("undo", "adopt", "attic")] != []
    for _ in range(3):
        assert places(world.site, ONLY_COPY.encode()) != []
        world.ship()
    assert places(world.site, ONLY_COPY.encode()) != []


@pytest.mark.parametrize("where", ["in fetch", "in seal", *STEPS])
def test_what_a_kill_left_vanishes_where_nobody_has_touched_it(world, where):
    """G4: before the switch a deploy can vanish without trace."""
    before = releases(world)
    kill(world, where)
    world.perform("sweep")
    assert releases(world) == before
    assert litter(world.site) == []
    assert not (world.site / "shared/storage.txt").exists()
    world.ship()
    world.assert_code_is(3)


def test_what_a_killed_build_left_is_nobodys_to_judge_and_stays(world):
    """G7: its output and what a person put there look alike."""
    release = kill(world, "in build")
    world.perform("sweep")
    assert (release / "public/built.css").exists()
    told = [event.text for event in world.events if event.name == "undo"]
    assert any("public/built.css" in line and "rm -r" in line for line in told), told
