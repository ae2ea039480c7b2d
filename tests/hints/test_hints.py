"""What Holdfast says to type next is typed, in the state for which it was said: it helps, or is refused and changes
nothing for the worse (G2; every refusal names the next command).
"""

from __future__ import annotations

import shutil

import pytest

from hints.states import STATES
from hints.typed import agreed, commands, objections, typed
from lib.snapshot import assert_unchanged, snapshot
from lib.world import World


@pytest.fixture
def world(tmp_path):
    return World(tmp_path, kind="git")


@pytest.mark.parametrize("name", STATES)
def test_what_is_said_to_be_typed_helps_or_is_refused_safely(world, name):
    """G2, G5: no usage error, no mistake inside, and nothing that users wrote is lost by it."""
    told = typed(world.top, f"holdfast {STATES[name](world)}")
    assert told.returncode in range(1, 62), told.stdout
    assert "Traceback" not in told.stderr
    assert "try: " in told.stderr or "do: " in told.stdout + told.stderr, told.stderr
    for line in commands(told.stderr + told.stdout):
        assert objections(world.top, line) == []
    if name not in ("data_is_gone", "data_is_gone_at_a_deploy"):
        world.precious.assert_none_lost()


def test_the_way_back_from_an_adoption_is_typed_as_it_is_shown(world):
    """G8, G2: what it was before, and the next step is refused for want of a source alone."""
    site = world.top / "club"
    (site / "uploads").mkdir(parents=True)
    (site / "index.php").write_text("<?php echo 1;\n")
    (site / "uploads/a.jpg").write_text("a photo\n")
    before, source = snapshot(site), world.top / "new"
    shutil.copytree(site, source)
    told = typed(world.top, f"holdfast adopt {site} --yes")
    shown = dict(line.split(maxsplit=1) for line in told.stdout.splitlines() if line.startswith(("back", "next")))
    planned = typed(world.top, shown["next"].replace("DIR", str(source)))
    assert (planned.returncode, "run this?" in planned.stdout) == (0, False)
    assert agreed(world.top, shown["back"]).returncode == 0
    assert_unchanged(before, snapshot(site))
