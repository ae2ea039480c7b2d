"""Plans and answers name what they speak of: a number alone tells nobody what to look for."""

from __future__ import annotations

import shutil
import time

import pytest

from holdfast_engine.commands import perform
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request, Settings
from lib.world import World

PHP = {"index.php": "<?php // version {version}\n", "lib/code.php": "<?php 'shipped';\n", "uploads/.gitkeep": ""}


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path, PHP, env=None)
    for _ in range(2):
        world.ship()
    return world


def edit(world: World) -> None:
    code = world.live / "lib/code.php"
    code.parent.chmod(0o755)
    code.chmod(0o644)
    code.write_text("<?php 'edited here';\n")


def test_status_names_the_strays_of_each_release(world):
    """G2: what a deploy would take up is named before it."""
    edit(world)
    world.put("lib/note.txt", "a note\n")
    row = world.perform("status")["releases"][0]
    assert (row["strays"], row["stray_paths"], row["edited"]) == (2, ["lib/code.php", "lib/note.txt"], ["lib/code.php"])


def test_a_plan_names_what_a_release_puts_among_data_that_is_served(world):
    """G8: a picture that came with a version lay among those of users, and no plan had said so."""
    world.precious.write("uploads/of-a-user.jpg")
    world.ship()
    world.commit({"uploads/shipped.jpg": "shipped\n"})
    assert world.perform("plan", source=world.source)["seeds"] == ["uploads/shipped.jpg"]
    world.deploy()
    assert world.perform("plan", source=world.source)["seeds"] == []


def test_history_names_what_a_prune_took_away(world):
    """G6: the releases, and what had been kept in the attic for its time."""
    edit(world)
    world.ship(now=time.time())
    oldest = world.perform("releases")["releases"][-1]["id"]
    world.perform("prune", now=time.time() + 91 * 24 * 3600, keep=1)
    row = world.perform("history")["operations"][0]
    assert (row["removed"], row["expired"]) == ([oldest], ["lib/code.php"])


def test_a_plan_of_a_rollback_names_what_was_edited_in_the_live_release(world):
    """G2, G8: the edit goes to the attic, and the plan says so."""
    edit(world)
    plan = world.perform("rollback", only_plan=True)
    assert [row["path"] for row in plan["displaced"]] == ["lib/code.php"]


def test_a_plan_of_an_adoption_names_the_data(tmp_path):
    """G8: what moves into `shared/` is named before it moves."""
    for path in ("index.php", "lib/code.php", "uploads/a.png"):
        (tmp_path / "club" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "club" / path).write_text("<?php\n")
    club = str(tmp_path / "club")
    request = Request("adopt", club, 1.7e9, path=club, only_plan=True)
    plan = perform(request, tell=lambda _event: None, ask=lambda _plan: False)
    assert [row["path"] for row in plan["shared"]] == ["uploads"]
    assert sorted(one.name for one in (tmp_path / "club").iterdir()) == ["index.php", "lib", "uploads"]


def test_recover_shows_which_directories_it_makes_anew_and_asks_first(world):
    """G8: nothing is made that a person has not been shown."""
    (world.site / "shared/other").mkdir()
    world.ship()
    shutil.rmtree(world.site / "shared/uploads")
    plan = world.perform("recover", only_plan=True)
    assert plan["made"] == ["shared/uploads"]
    assert "`shared/uploads` is missing, and is created again, empty" in plan["notes"]
    with pytest.raises(Problem) as caught:
        world.perform("recover", person=lambda _plan: False)
    assert caught.value.code == "declined"
    assert not (world.site / "shared/uploads").exists()
    world.perform("recover")
    assert (world.site / "shared/uploads").is_dir()


def test_what_lies_in_a_retired_release_is_not_said_to_be_in_the_live_one(world):
    """G2: the sentence of a step tells where a stray was found."""
    retired = world.live.resolve()
    world.ship()
    (retired / "lib").chmod(0o755)
    (retired / "lib/late.db").mkdir()
    (retired / "lib/late.db/a.png").write_text("late\n")
    texts = [step["text"] for step in world.perform("sweep", only_plan=True)["steps"]]
    assert texts == ["keep 1 file or folder that appeared in places that are not live, in `shared/` or the attic"]


def test_a_plan_with_output_to_be_built_promises_no_more_than_the_attic_keeps(tmp_path):
    """G8: what the next release ships there goes to the attic, and does not come home."""
    world = World(tmp_path, {"package.json": '{"devDependencies": {"vite": "^5"}}\n', "dist/x.js": "1\n"}, env=None)
    world.settings = Settings(framework="vite", build=("true",))
    world.ship()
    (world.live / "dist").chmod(0o755)
    (world.live / "dist/x.js").chmod(0o644)
    (world.live / "dist/x.js").write_text("edited\n")
    world.commit({"package.json": '{"devDependencies": {"vite": "^6"}}\n'})
    notes = " ".join(world.perform("plan", source=world.source)["notes"])
    assert "stays, and the rest goes to the attic" in notes
    assert [row["path"] for row in world.deploy()["data"]["attic"]] == ["dist/x.js"]


def test_a_hint_names_the_site_wherever_it_is_typed():
    """INTERFACE: one thing to type next, from any directory."""
    with pytest.raises(Problem) as caught:
        perform(Request("deploy", "/srv/club", 1.7e9), tell=lambda _event: None, ask=lambda _plan: False)
    assert "--site /srv/club" in caught.value.hint
