"""A hook that fails in a rollback: what is live is said truly, and the hint helps (G5, G11)."""

from __future__ import annotations

import os
import subprocess

import pytest

from holdfast_engine.model.request import Settings
from lib.refusals import fails
from lib.world import LARAVEL, World


@pytest.fixture
def world(tmp_path):
    """Two releases, each with a later hook that works as long as a service is there."""
    world = World(tmp_path, {**LARAVEL, "public/uploads/.gitkeep": ""})
    service = tmp_path / "service"
    service.touch()
    world.settings = Settings(after_activation=(f"test -e '{service}' && echo \"$PWD\" >> '{tmp_path}/ran'",))
    world.first, world.second = world.ship()["release"], world.ship()["release"]
    world.service = service
    service.unlink()
    return world


def test_a_failing_later_hook_names_the_release_that_the_rollback_went_to(world):
    """Nothing is "the new release" in a rollback: its name is said, in the state and in the answer."""
    problem = fails(world.rollback, exits=1, code="hook-failed-after-activation")
    assert problem.state == f"the rollback made `releases/{world.first}` live"
    assert problem.answer["current"] == world.first
    world.assert_code_is(1)


def test_the_hint_runs_the_hook_by_hand_and_leaves_the_release_live(world, tmp_path):
    """A release's hooks are those that it was deployed with: no newer holdfast.toml mends them."""
    hint = fails(world.rollback, exits=1, code="hook-failed-after-activation").hint
    assert "deploy" not in hint
    assert "holdfast rollback" not in hint
    world.service.touch()
    subprocess.run(["/bin/sh", "-c", hint.split("`")[1]], check=True)
    assert (tmp_path / "ran").read_text().splitlines()[-1] == str(world.site / "releases" / world.first)
    world.assert_code_is(1)


def test_a_hook_that_is_run_by_hand_finds_the_places_of_the_site(tmp_path):
    """A variable that is not set would make `$HOLDFAST_SHARED/x` lead to `/x`."""
    world = World(tmp_path)
    told = tmp_path / "told"
    world.settings = Settings(after_activation=(f'test -e "{told}" && echo "$HOLDFAST_SHARED" > "{told}"',))
    told.touch()
    world.ship()
    world.ship()
    told.unlink()
    hint = fails(world.rollback, exits=1, code="hook-failed-after-activation").hint
    told.touch()
    subprocess.run(["/bin/sh", "-c", hint.split("`")[1]], check=True)
    assert told.read_text() == f"{world.site}/shared\n"


def test_a_stop_that_fails_in_a_rollback_leaves_the_newer_release_live(world):
    """Before the switch: the newer release is live as before, by its name."""
    world.settings = Settings(stop=("exit 3",))
    problem = fails(world.rollback, exits=50, code="hook-failed")
    assert f"`releases/{world.second}` is live, as before" in problem.state
    assert "roll back again" in problem.hint
    world.assert_code_is(2)


def test_what_a_stop_takes_in_a_rollback_is_accepted_by_name(world):
    """`--accept` for the rest: what the hint names is what helps."""
    for number in range(5):
        world.precious.write(f"public/uploads/{number}.jpg")
    world.service.touch()
    saved = {path: content for path, content in world.precious.written.items() if path.startswith("public/uploads")}
    takes = 'rm -f "$HOLDFAST_SHARED"/public/uploads/*.jpg'
    world.settings = Settings(stop=(takes,), start=("true",))
    problem = fails(world.rollback, exits=50, code="data-shrank")
    assert "holdfast rollback --accept data-shrank" in problem.hint
    assert "is still live" in problem.state
    world.assert_code_is(2)
    for path, content in saved.items():
        (world.site / "shared" / path).write_bytes(content)
        del world.precious.written[path]
    answer = world.perform("rollback", accept=("data-shrank",))
    assert any(line.startswith("accepted: ") for line in answer["warnings"])
    world.assert_code_is(1)
    world.precious.assert_served()


def test_a_rollback_accepts_nothing_else(world):
    """What is missing keeps nobody from going back, so that there is nothing to accept."""
    problem = fails(lambda: world.perform("rollback", accept=("data-memory",)), exits=2, code="usage")
    assert "data-shrank" in problem.context[0]
    assert os.readlink(world.live).endswith(world.second)
