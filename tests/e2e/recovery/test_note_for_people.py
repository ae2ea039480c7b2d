"""`.holdfast/README`: whoever finds the directory reads what manages it, where the data is, and what to type."""

from __future__ import annotations

import errno
import re

import pytest

from holdfast.cli.table import TABLE
from lib.refusals import failing_at, fails
from lib.world import PLAIN, World


@pytest.fixture
def world(tmp_path):
    return World(tmp_path, PLAIN, env=None)


def note(world: World) -> str:
    return (world.site / ".holdfast/README").read_text()


def test_the_first_deploy_writes_the_note_and_everybody_may_read_what_is_in_it(world):
    """A person who has never heard of it: what, where the data is, which commands change nothing."""
    world.ship()
    said = note(world)
    assert str(world.site) in said
    assert "Holdfast, a program that puts new versions of a website live, manages this directory" in said
    assert re.search(r"^  shared/ +all data", said, re.MULTILINE)
    assert f"holdfast recover --plan --site {world.site}" in said
    assert "holdfast docs" in said
    assert (world.site / ".holdfast/README").stat().st_mode & 0o777 == 0o644
    assert max(map(len, said.splitlines())) <= 110 + len(str(world.site))


def test_every_command_in_the_note_exists(world):
    """Nothing is advertised that is not there."""
    world.ship()
    named = re.findall(r"holdfast ([a-z]+)", note(world))
    assert len(named) > 6
    assert [name for name in named if name not in TABLE] == []


def test_the_note_is_kept_current(world):
    """A site that was moved, or whose note was changed or deleted, has a right one after the next command."""
    world.ship()
    moved = world.top / "moved elsewhere"
    world.site.rename(moved)
    world.site = moved
    world.perform("sweep")
    assert f"--site '{moved}'" in note(world)
    (moved / ".holdfast/README").write_text("nothing")
    world.perform("sweep")
    assert f"--site '{moved}'" in note(world)
    (moved / ".holdfast/README").unlink()
    world.perform("recover")
    assert f"--site '{moved}'" in note(world)


def test_a_look_writes_no_note(world):
    """Looking changes nothing."""
    world.ship()
    (world.site / ".holdfast/README").unlink()
    for command in ("status", "checklist", "attic", "history"):
        world.perform(command)
    world.perform("recover", only_plan=True)
    assert not (world.site / ".holdfast/README").exists()


def test_what_cannot_be_written_there_stops_no_command(world):
    """Nothing relies on the note."""
    world.ship()
    (world.site / ".holdfast/README").unlink()
    (world.site / ".holdfast/README").mkdir()
    assert world.ship()["outcome"] == "deployed"


def test_an_adoption_that_is_undone_leaves_no_note(world):
    """What is no site is not said to be one."""
    world.site.mkdir()
    (world.site / "index.php").write_text("<?php")
    (world.site / "public").mkdir()
    (world.site / "public/index.php").write_text("<?php")
    with failing_at("place.switch", OSError(errno.EACCES, "refused")):
        fails(lambda: world.perform("adopt"), exits=50, code="step-failed")
    assert not (world.site / ".holdfast/README").exists()
    assert not (world.site / ".holdfast/site.json").exists()


def test_the_name_of_shared_is_the_one_that_the_site_has(world):
    """A script may call it otherwise."""
    (world.site / "releases/1/public").mkdir(parents=True)
    (world.site / "releases/1/index.php").write_text("<?php")
    (world.site / "data").mkdir()
    world.perform("link", release=str(world.site / "releases/1"), path=str(world.site / "data"))
    assert re.search(r"^  data/ +all data", note(world), re.MULTILINE)
