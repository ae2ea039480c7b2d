"""What the attic holds is kept for a stated time, and goes by way of the trash (G6)."""

from __future__ import annotations

import time

import pytest

from holdfast_engine.model.request import Settings
from lib.oracle import attic_texts
from lib.world import World

PHP = {"index.php": "<?php // version {version}\n", "lib/code.php": "<?php 'shipped {version}';\n"}
DAY = 24 * 3600
EDITED = "<?php 'edited here';\n"


@pytest.fixture
def world(tmp_path):
    """A site with one edited file in its attic, put there now."""
    world = World(tmp_path, PHP, env=None)
    world.ship(now=time.time())
    edit(world, EDITED)
    world.ship(now=time.time())
    assert kept(world) == [EDITED]
    return world


def edit(world: World, text: str) -> None:
    code = world.live / "lib/code.php"
    code.parent.chmod(0o755)
    code.chmod(0o644)
    code.write_text(text)


def kept(world: World, path: str = "lib/code.php") -> list[str]:
    return attic_texts(world.site, path)


def trash(world: World) -> list[str]:
    return sorted(one.name for one in (world.site / ".holdfast/trash").iterdir())


def days(number: float) -> float:
    return time.time() + number * DAY


def test_what_was_kept_for_its_time_goes_to_the_trash_and_is_deleted_by_a_later_command(world):
    """G6: 90 days are stated, a plan shows what leaves, and what lies in the trash is looked at once more."""
    plan = world.perform("prune", only_plan=True, now=days(91))
    assert [row["path"] for row in plan["expired"]] == ["lib/code.php"]
    assert kept(world) == [EDITED]
    answer = world.perform("prune", now=days(91))
    assert [(row["path"], row["why"]) for row in answer["expired"]] == [("lib/code.php", "it was kept for 90 days")]
    assert kept(world) == []
    assert any("expired@lib%2Fcode.php" in name for name in trash(world))
    world.perform("prune", now=days(92))
    assert trash(world) == kept(world) == []
    assert not list((world.site / ".holdfast/attic").iterdir())


@pytest.mark.parametrize(
    ("said", "after"), [("90 days", 89), ("for ever", 9999), ("2 years", 700), ("3 fortnights", 9999)]
)
def test_what_a_person_has_not_had_its_time_for_stays(world, said, after):
    """G6, G7: nor does anything go by a word that is not understood."""
    for more in ({"only_plan": True}, {}):
        answer = world.perform(
            "prune", now=days(after), settings=Settings(attic_keep=said), said=("attic_keep",), **more
        )
        assert answer["expired"] == []
    assert kept(world) == [EDITED]


def test_a_deploy_clears_what_was_kept_for_its_time_and_says_so_in_its_plan(world):
    """G6, G8: as a step of its own words."""
    world.commit()
    plan = world.perform("plan", source=world.source, now=days(91))
    assert any("1 entry of the attic" in step["text"] and "`lib/code.php`" in step["text"] for step in plan["steps"])
    answer = world.deploy(now=days(91))
    assert [row["path"] for row in answer["data"]["expired"]] == ["lib/code.php"]
    assert answer["data"]["lost"] == 0
    assert kept(world) == []


def test_what_is_put_aside_again_has_its_whole_time_once_more(world):
    """G6: the age of an entry counts from when it was put there last."""
    edit(world, EDITED)
    world.ship(now=days(80))
    world.perform("prune", now=days(100))
    assert kept(world) == [EDITED]
    world.perform("prune", now=days(172))
    assert kept(world) == []


def test_what_was_written_to_it_in_the_trash_comes_back_to_the_attic(world):
    """G6, G11: a process may have it open from before; the last look finds what it wrote."""
    world.perform("prune", now=days(91))
    (gone,) = [one for one in (world.site / ".holdfast/trash").iterdir() if "expired" in one.name]
    gone.write_text("written late\n")
    world.perform("prune", now=days(92))
    assert kept(world) == ["written late\n"]


def test_what_an_application_deleted_is_kept_for_its_time(world):
    """G2: the second name of a carried file goes to the attic, and leaves that when its time is over."""
    note = world.live / "lib/note.txt"
    note.write_text("appeared here\n")
    world.ship(now=days(0))
    note.unlink()
    world.ship(now=days(1))
    assert kept(world, "lib/note.txt") == ["appeared here\n"]
    world.perform("prune", now=days(90))
    assert kept(world, "lib/note.txt") == ["appeared here\n"]
    world.perform("prune", now=days(93))
    assert kept(world, "lib/note.txt") == []


def test_a_rollback_brings_no_old_retention_back(world):
    """G5, G6: what was said last counts, whichever code is live."""
    world.settings = Settings(attic_keep="for ever")
    world.ship(now=days(0))
    world.rollback()
    assert world.perform("attic", said=())["keep"] == "for ever"
    world.perform("prune", now=days(365), said=())
    assert kept(world) == [EDITED]


def test_two_copies_under_one_path_become_the_newer_one(world):
    """G1: never fewer than one copy of each content, and never two after a prune."""
    shelf = world.site / ".holdfast/attic"
    (elder,) = shelf.iterdir()
    twin = shelf / "000002-sweep"
    (twin / "files/lib").mkdir(parents=True)
    for name in ("files/lib/code.php", "notes.jsonl"):
        (twin / name).write_bytes((elder / name).read_bytes())
    world.perform("prune", now=days(1))
    assert kept(world) == [EDITED]
    world.perform("prune", now=days(2))
    assert (kept(world), trash(world)) == ([EDITED], [])


def test_status_says_how_much_the_attic_holds_and_when_the_first_of_it_may_go(world):
    """INTERFACE, status: how many entries, how many bytes, until when."""
    found = world.perform("status")["attic"]
    assert (found["entries"], found["keep"]) == (1, "90 days")
    assert found["bytes"] >= len(EDITED)
    assert abs(found["oldest_expiry"] - days(90)) < DAY
    (row,) = world.perform("attic")["entries"]
    assert row["expires"] == found["oldest_expiry"]


def test_what_gives_way_again_and_again_is_kept_once_and_its_time_begins_anew(tmp_path):
    """G6, DESIGN 4: a shipped file that is no program stays as it was edited here; what ships is there to compare."""
    world = World(tmp_path, {**PHP, "notes.txt": "shipped\n"}, env=None)
    world.ship(now=days(0))
    (world.live / "notes.txt").chmod(0o644)
    (world.live / "notes.txt").write_text("edited here\n")
    for day in (0, 60, 60.01, 120, 180):
        world.ship(now=days(day))
        assert (world.live / "notes.txt").read_text() == "edited here\n"
        assert kept(world, "notes.txt") == ["shipped\n"]
        assert not [name for name in trash(world) if "notes" in name]
    world.ship({"notes.txt": "shipped anew\n"}, now=days(181))
    assert (world.live / "notes.txt").read_text() == "edited here\n"
    assert set(kept(world, "notes.txt")) == {"shipped anew\n", "shipped\n"}
    world.perform("prune", now=days(272))
    assert kept(world, "notes.txt") == []
