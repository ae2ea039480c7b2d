"""`--dry-run` of the commands that take no source: the plan is told, and nothing is asked, locked or changed (G8)."""

from __future__ import annotations

import os

import pytest

from crash.victim import fate
from crash.victim import perform as in_a_child
from holdfast_engine.model.problem import Problem
from lib.precious import let_write
from lib.snapshot import assert_unchanged, snapshot
from lib.world import World


@pytest.fixture
def world(tmp_path):
    """Three releases, a stray in the oldest, and something in the attic."""
    made = World(tmp_path)
    made.ship()
    oldest = made.live.resolve()
    made.ship()
    (made.live.resolve() / "public/index.php").chmod(0o644)
    made.precious.write("public/index.php")
    made.ship()
    let_write(oldest / "public")
    (oldest / "public/invoice.pdf").write_text("an invoice\n")
    return made


def planned(world, command, **more):
    """The plan, after which the whole tree is as before, the lock and the cache included."""
    before = snapshot(world.top, without=())
    plan = world.perform(command, only_plan=True, yes=False, **more)
    assert_unchanged(before, snapshot(world.top, without=()))
    return plan


@pytest.mark.parametrize(
    ("command", "more"),
    [("rollback", {}), ("prune", {"keep": 0}), ("recover", {}), ("restore", {"path": "public/index.php"})],
)
def test_a_plan_changes_nothing_at_all(world, command, more):
    """G8: nobody is asked, and neither the lock nor a cache is touched."""
    assert planned(world, command, **more)["command"] == command


def test_a_plan_of_an_adoption_leaves_the_directory_as_it_is(tmp_path):
    """G8: and names what would become the first release."""
    world = World(tmp_path, env=None)
    (world.site / "uploads").mkdir(parents=True)
    (world.site / "index.php").write_text("<?php\n")

    plan = planned(world, "adopt", path=str(world.site))

    assert plan["entries"] == ["index.php", "uploads"]


def test_the_plan_of_a_rollback_names_the_release_that_is_then_live(world):
    """G8: what is shown is run."""
    plan = planned(world, "rollback")

    assert world.rollback()["release"] == plan["release"]


def test_the_plan_of_a_prune_is_what_it_then_does(world):
    """G6, G8: which releases go, and which data comes home before that."""
    plan = planned(world, "prune", keep=0)

    assert [row["path"] for row in plan["adopt"]] == ["public/invoice.pdf"]
    assert world.perform("prune", keep=0)["removed"] == plan["prune"]
    assert (world.live / "public/invoice.pdf").read_text() == "an invoice\n"


def test_the_plan_of_a_prune_names_what_stays_and_why(world):
    """G6: what cannot be proven is not promised to go."""
    oldest = min((world.site / "releases").iterdir())
    os.mkfifo(oldest / "public/pipe")

    plan = planned(world, "prune", keep=0)
    told = world.perform("prune", keep=0)

    assert oldest.name not in plan["prune"]
    assert plan["kept"] == told["kept"]
    assert "public/pipe" in plan["kept"][0]["why"]


def test_the_plan_of_a_recovery_finds_what_the_recovery_finds(world):
    """G8: although the state is gone and the releases have no record."""
    world.forget_state()

    plan = planned(world, "recover")
    told = world.perform("recover")

    assert [row["path"] for row in plan["found"]] == [row["path"] for row in told["found"]] == ["public/invoice.pdf"]


def test_a_plan_says_that_something_was_interrupted_and_does_not_finish_it(world):
    """G4: the run finishes it first, and the plan cannot know what comes of that."""
    world.commit()
    in_a_child(world.request("deploy", source=world.source), fate("place.switched:1"))

    plan = planned(world, "rollback")

    assert "was interrupted" in plan["notes"][-1]


def test_a_plan_of_what_cannot_be_done_says_so(world):
    """The same refusal as without `--dry-run`."""
    for command, more in (("rollback", {"release": "nosuch"}), ("restore", {"path": "nosuch"})):
        with pytest.raises(Problem) as raised:
            planned(world, command, **more)
        assert raised.value.code in ("release-missing", "path-missing")


def test_the_plan_of_a_deploy_calls_carried_what_a_retired_release_has_beside_its_code(world):
    """G8: a directory moves into `shared/`, a single file goes along."""
    retired = world.site / "releases" / world.perform("releases")["releases"][-1]["id"]
    let_write(retired / "notes.txt")
    (retired / "notes.txt").write_text("late\n")
    (retired / "exports").mkdir()
    (retired / "exports/may.csv").write_text("late too\n")

    plan = planned(world, "plan", source=world.source)

    late = {row["path"]: row["from"] for row in plan["adopt"] if row["path"] in ("notes.txt", "exports")}
    assert late == {"notes.txt": retired.name, "exports": retired.name}
    carried = {row["path"] for row in plan["carried"]}
    assert ("notes.txt" in carried, "exports" in carried) == (True, False)
    world.ship()
    assert not (world.site / "shared/notes.txt").exists()
    assert (world.live / "notes.txt").read_text() == "late\n"
