"""An application that keeps a file in memory and saves it whole is stopped for the last look, and runs again after it
(DESIGN 5, hooks; G2, G4).
"""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from holdfast_engine.model.request import Settings
from lib.keeper import Keeper
from lib.killing import killed_at_point, killed_in_step, points
from lib.refusals import failing_in_step, fails
from lib.world import World

SERVER = {"server.js": "// version {version}\n", "package.json": '{"name": "club"}\n', "lib/a.js": "// {version}\n"}
PLACES = {
    "carried": ("db.json", Settings()),
    "in a shared directory": ("data/db.json", Settings(shared=("data/",))),
    "a shared file": ("db.json", Settings(shared=("db.json",))),
}
WAYS = ("rename", "in place")
each_place = pytest.mark.parametrize("place", PLACES)
each_way = pytest.mark.parametrize("way", WAYS)


class Club:
    """A site whose application was started by its first deploy, and has acknowledged a row that no file holds yet."""

    def __init__(self, top, place="carried", way="rename"):
        path, settings = PLACES[place]
        self.world = World(top, SERVER, env=None)
        self.keeper = Keeper(top, path, way=way)
        self.world.settings = replace(settings, stop=(self.keeper.stop,), start=(self.keeper.start,))
        self.first = self.world.ship()["release"]
        self.keeper.tell()

    def settle(self, **changes):
        self.world.settings = replace(self.world.settings, **changes)

    @property
    def live(self):
        return os.path.basename(os.readlink(self.world.live))

    def assert_well(self, *, live):
        """LIVE is live, the application runs in it, and nothing that it acknowledged is missing."""
        assert self.live == live
        assert self.keeper.where == live
        self.keeper.assert_knows_all(self.world.live)


@pytest.fixture
def club(tmp_path):
    club = Club(tmp_path)
    yield club
    club.keeper.end()


@each_place
@each_way
def test_what_an_application_saves_when_it_is_stopped_is_served_after_a_deploy_and_a_rollback(tmp_path, place, way):
    """G2: acknowledged from memory, saved whole in the release that is left; the next start reads all of it."""
    club = Club(tmp_path, place, way)
    try:
        second = club.world.ship()["release"]
        club.keeper.tell()
        club.world.rollback()
        club.keeper.tell()
        club.world.rollback(second)
        club.assert_well(live=second)
    finally:
        club.keeper.end()


def test_it_is_stopped_where_it_runs_and_started_where_it_is_to_run(club):
    """INTERFACE.md: stop, sweep, switch, start; as steps of the one list that is planned, shown, run and timed."""
    club.world.commit()
    plan = club.world.perform("plan", source=club.world.source)
    answer = club.world.deploy()
    names = [one["name"] for one in answer["steps"]]
    assert [one["name"] for one in plan["steps"]] == names
    assert names[names.index("stop") :][:4] == ["stop", "verify", "activate", "start"]
    assert (plan["hooks"]["stop"], plan["hooks"]["start"]) == ([club.keeper.stop], [club.keeper.start])
    assert (club.keeper.top / "stopped").read_text().splitlines() == [str(club.world.site / "releases" / club.first)]
    assert club.keeper.where == answer["release"]


def test_nothing_is_stopped_where_nothing_was_live_and_nothing_where_nothing_is_new(club):
    """A first deploy starts it; one that finds nothing new leaves it alone."""
    assert not (club.keeper.top / "stopped").exists()
    assert club.world.deploy()["outcome"] == "unchanged"
    assert not (club.keeper.top / "stopped").exists()
    club.assert_well(live=club.first)


def test_a_stop_that_fails_refuses_before_the_switch_and_the_application_runs(club):
    """The first of two has ended it, the second fails: the old release is live, and it is started there again."""
    club.settle(stop=(club.keeper.stop, "echo no such unit; exit 5"))
    club.world.commit()
    problem = fails(club.world.deploy, exits=50, code="hook-failed")
    assert "exit code 5" in problem.message
    assert "may be down" not in problem.state
    club.assert_well(live=club.first)


@pytest.mark.parametrize("command", ["deploy", "rollback"])
@pytest.mark.parametrize("step", ["verify", "activate"])
def test_a_failure_between_stop_and_switch_starts_it_in_the_old_release(club, command, step):
    """The step after the stop fails, of a deploy or a rollback."""
    second = club.world.ship()["release"]
    club.keeper.tell()
    club.world.commit()
    with failing_in_step(club.world, step, OSError(5, "input/output error")):
        fails(getattr(club.world, command), exits=50, code="step-failed")
    club.assert_well(live=second)


def test_a_failure_right_after_the_switch_starts_it_in_the_new_release(club):
    """The start cannot even be written down: it runs all the same."""
    club.world.commit()
    with failing_in_step(club.world, "start", OSError(28, "no space left on device")):
        fails(club.world.deploy, exits=60, code="step-failed-after-activation")
    assert club.live != club.first
    club.assert_well(live=club.live)


@pytest.mark.parametrize("step", ["stop", "verify", "activate", "start", "remember"])
@pytest.mark.parametrize("command", ["deploy", "rollback"])
def test_the_next_command_starts_it_again_after_a_crash(club, command, step):
    """G4: killed as each step begins; recovery starts it in what is live, and nothing acknowledged is missing."""
    second = club.world.ship()["release"]
    club.keeper.tell()
    club.world.commit()
    request = club.world.request(command, source=club.world.source if command == "deploy" else None)
    killed_in_step(step, request)
    club.world.perform("recover")
    switched = step in ("start", "remember")
    assert (club.live != second) == switched
    club.assert_well(live=club.live)


@pytest.mark.parametrize(("step", "stopped"), [("stop", False), ("verify", True), ("start", True), ("remember", False)])
def test_who_looks_after_a_crash_reads_whether_the_application_may_be_down(club, step, stopped):
    """A monitor's word, and nobody is told that other hands switched what the deploy itself had switched."""
    club.world.commit()
    killed_in_step(step, club.world.request("deploy", source=club.world.source))
    status = club.world.perform("status")
    assert status["unfinished"].get("stopped", False) is stopped
    checks = {one["name"]: one["why"] for one in club.world.perform("checklist")["checks"]}
    assert ("may be down" in checks["unfinished"]) is stopped
    assert "something else" not in f"{status} {checks}"
    club.world.perform("recover")
    club.assert_well(live=club.live)


def test_a_crash_at_any_instruction_leaves_it_running_after_the_next_command(club):
    """G4: from the stop on, a kill at each place at which the engine may be killed."""
    club.world.commit()
    every = points(club.world.deploy)
    for number in range(every // 3, every, every // 15):
        club.world.commit()
        killed_at_point(number, club.world.deploy)
        club.world.perform("recover")
        assert club.keeper.runs
        assert club.keeper.where == club.live
        club.keeper.tell()
    club.assert_well(live=club.live)


def test_an_application_that_cannot_be_started_is_said_to_be_down(club):
    """Exit 1: what is live is said truly, and what to type is named."""
    club.settle(start=("echo the port is taken; exit 3",))
    club.world.commit()
    problem = fails(club.world.deploy, exits=1, code="hook-failed-after-activation")
    assert problem.state == "the new release is live; the application may be down"
    assert f"cd {club.world.site}/releases/{club.live} && echo the port" in problem.hint
    assert club.live != club.first
    club.settle(start=(club.keeper.start,))
    club.world.deploy()
    club.assert_well(live=club.live)


def test_one_that_cannot_be_started_again_after_a_failure_is_said_to_be_down(club):
    """Exit 50: undone, the old release is live, and the message begins with what starts the application."""
    club.settle(start=("exit 3",))
    fails(club.world.ship, exits=1, code="hook-failed-after-activation")
    club.settle(stop=("exit 5",))
    problem = fails(club.world.ship, exits=50, code="hook-failed")
    assert problem.state.endswith("the application may be down")
    assert problem.hint.startswith("start the application by hand: `cd ")


def test_a_start_that_failed_is_due_again_although_nothing_is_new(club):
    """`unchanged` would leave it down."""
    flag = club.keeper.top / "closed"
    club.settle(start=(f"test ! -e '{flag}'", club.keeper.start))
    flag.touch()
    fails(club.world.ship, exits=1, code="hook-failed-after-activation")
    flag.unlink()
    assert club.world.deploy()["outcome"] == "deployed"
    club.assert_well(live=club.live)


def test_a_rollback_to_a_release_of_before_the_hooks_stops_and_starts_as_today(tmp_path):
    """The application that is live keeps its file in memory, whatever its older release was deployed with."""
    world, keeper = World(tmp_path, SERVER, env=None), Keeper(tmp_path)
    first = world.ship()["release"]
    world.settings = Settings(stop=("true",), start=(keeper.start,))
    world.ship()
    try:
        keeper.tell()
        world.settings = Settings(stop=(keeper.stop,), start=(keeper.start,))
        assert world.rollback()["release"] == first
        assert keeper.where == first
        keeper.assert_knows_all(world.live)
    finally:
        keeper.end()


def test_what_an_application_puts_away_as_it_ends_is_no_harm(club):
    """DESIGN 5: its own place is its own to empty, and a mark that it runs is nobody's data."""
    tasks = club.world.site / "shared/tasks"
    for name in ("run/app.pid", *(f"spooled/{number}" for number in range(4)), *(f"kept/{n}" for n in range(9))):
        (tasks / name).parent.mkdir(parents=True, exist_ok=True)
        (tasks / name).write_text(f"{name} is here\n")
    club.world.ship()
    empties = f"{club.keeper.stop}; rm '{tasks}/run/app.pid' '{tasks}'/spooled/*"
    club.settle(stop=(empties,))
    told = club.world.ship()["warnings"]
    assert any("4 files are missing or shorter: shared/tasks/spooled/0" in line for line in told)
    club.assert_well(live=club.live)


def test_a_stop_that_takes_data_is_refused_and_the_application_runs(club):
    """G5, guarded hook: all of a shared path is more than an application puts away."""
    uploads = club.world.site / "shared/uploads"
    uploads.mkdir(parents=True)
    for number in range(5):
        (uploads / f"{number}.jpg").write_text(f"photo {number}\n")
    second = club.world.ship()["release"]
    club.settle(stop=(f"{club.keeper.stop}; rm '{uploads}'/*",))
    problem = fails(club.world.ship, exits=50, code="data-shrank")
    assert "--accept data-shrank" in problem.hint
    club.assert_well(live=second)


def test_the_plan_says_what_stays_down_and_what_is_not_stopped(club):
    """G7: said before it happens."""
    club.settle(start=())
    club.world.commit()
    assert any("nothing starts it" in note for note in club.world.perform("plan", source=club.world.source)["notes"])
    club.settle(stop=())
    notes = club.world.perform("plan", source=club.world.source)["notes"]
    assert any("may be saved too late" in note for note in notes)
