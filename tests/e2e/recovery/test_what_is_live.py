"""The present is looked at before anything is taken away, undone or said to be so (G11)."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Settings
from lib.oracle import places
from lib.refusals import Killed, acting_at, failing_at, fails
from lib.world import PLAIN, World


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path, PLAIN, env=None)
    made.ship()
    made.ship()
    return made


def point_by_hand(world, release):
    """`ln -sfn`, as a person types it."""
    world.live.unlink()
    world.live.symlink_to(f"releases/{release}")


def killed_in_a_hook(world):
    """A deploy that dies while its hook runs; returns the name of its release."""

    def kill(event):
        if event.kind == "output" and event.text == "now":
            raise Killed

    before = set(os.listdir(world.site / "releases"))
    world.settings = Settings(before_activation=("echo now; sleep 9",))
    world.commit()
    heard, world.events = world.events, Heard(kill)
    with pytest.raises(Killed):
        world.deploy()
    world.events, world.settings = heard, Settings()
    (made,) = set(os.listdir(world.site / "releases")) - before
    return made


class Heard(list):
    def __init__(self, act):
        super().__init__()
        self.append = act


@pytest.mark.parametrize("then", ["recover", "deploy", "rollback", "prune"])
def test_a_release_that_somebody_switched_to_is_never_undone(world, then):
    """A deploy was killed, and a person pointed `current` at its complete release: users work in it."""
    release = killed_in_a_hook(world)
    point_by_hand(world, release)
    world.precious.write("public/certificates/a.pdf")
    world.precious.write("notes/b.txt")
    if then == "deploy":
        world.commit()
    world.perform(then, **({"source": world.source} if then == "deploy" else {}))
    assert (world.site / "releases" / release).is_dir()
    world.precious.assert_served()
    world.assert_code_is({"recover": 3, "prune": 3, "deploy": 4, "rollback": 2}[then])
    world.ship()
    world.precious.assert_served()


@pytest.mark.parametrize("then", ["recover", "deploy", "sweep"])
def test_what_was_carried_stands_in_a_release_that_somebody_switched_to_too_early(world, then):
    """A deploy was killed before it carried anything, and a person pointed `current` at what it left (G2)."""
    world.precious.write("notes.txt")
    world.precious.write("tools/pages/a.html")
    world.ship()
    before = set(os.listdir(world.site / "releases"))
    world.commit()
    with pytest.raises(Killed), failing_at("second_names.give", Killed()):
        world.deploy()
    (release,) = set(os.listdir(world.site / "releases")) - before
    point_by_hand(world, release)
    world.perform("recover")
    world.precious.assert_served()
    world.precious.write("notes/c.txt")
    if then == "deploy":
        world.commit()
    world.perform(then, **({"source": world.source} if then == "deploy" else {}))
    world.precious.assert_served()
    world.ship()
    world.precious.assert_served()


def test_what_was_written_into_a_release_before_it_is_undone_comes_home(world):
    """Switched to by hand, worked in, and switched back: the journal alone would throw it away (G2, G11)."""
    live, release = os.path.basename(os.readlink(world.live)), killed_in_a_hook(world)
    point_by_hand(world, release)
    world.precious.write("public/certificates/a.pdf")
    point_by_hand(world, live)
    world.perform("recover")
    world.precious.assert_served()
    assert not (world.site / "releases" / release).exists()


def test_a_release_that_nothing_tells_about_stays_where_it_is(world):
    """G7: its deploy was killed, its baseline is gone, and somebody wrote into it since."""
    release = killed_in_a_hook(world)
    shutil.rmtree(world.site / ".holdfast/baselines")
    text = world.precious.write("public/certificates/a.pdf", into=world.site / "releases" / release)
    world.perform("recover")
    assert places(world.site, text) != []
    world.ship()
    world.perform("prune", keep=0)
    assert places(world.site, text) != []


def test_a_hook_that_switches_by_itself_and_fails_leaves_code_live(world):
    """The last line of an old script stands in a hook: what users see stays, and the exit code says that it failed."""
    switch = "ln -sfn releases/$(basename $HOLDFAST_RELEASE) $HOLDFAST_SITE/current"
    world.settings = Settings(before_activation=(switch, "false"))
    with pytest.raises(Problem) as caught:
        world.ship()
    assert (caught.value.code, caught.value.exit_code) == ("switched-meanwhile", 61)
    world.assert_code_is(3)
    world.settings = Settings()
    world.rollback()
    world.assert_code_is(2)


def test_a_journal_of_an_older_day_takes_no_release_away(world, tmp_path):
    """A backup took `.holdfast/` in the middle of a deploy and the rest after it: what is live stays live."""
    world.settings = Settings(before_activation=(f"cp -a $HOLDFAST_SITE/.holdfast {tmp_path}/state",))
    world.ship()
    world.settings = Settings()
    shutil.rmtree(world.site / ".holdfast")
    shutil.move(str(tmp_path / "state"), str(world.site / ".holdfast"))
    world.precious.write("public/later/a.pdf")
    world.perform("recover")
    world.assert_code_is(3)
    world.precious.assert_served()
    world.ship()
    world.assert_code_is(4)
    world.precious.assert_served()


def test_what_an_older_release_shipped_never_wins_over_what_was_written_since(world):
    """It was code then and is shared now; somebody switched back by hand, and `recover` puts the link there (G2)."""
    world.ship({"content/home.md": "shipped home\n"})
    old = os.path.basename(os.readlink(world.live))
    world.settings = Settings(shared=("content/",))
    world.ship()
    world.precious.write("content/home.md")
    world.ship()
    point_by_hand(world, old)
    world.perform("recover")
    world.precious.assert_served()
    world.ship()
    world.precious.assert_served()


def test_a_release_that_somebody_deleted_is_passed_over_by_a_rollback(world):
    """I51: the next older one is whole."""
    world.ship()
    releases = sorted((world.site / "releases").iterdir())
    shutil.rmtree(releases[-2])
    assert world.rollback()["release"] == releases[-3].name


DESTROY = {
    "nothing at current": lambda world: world.live.unlink(),
    "current leads to nothing": lambda world: point_by_hand(world, "gone"),
    "its release is gone": lambda world: shutil.rmtree(world.live.resolve()),
    "links alone are left": lambda world: _links_alone(world.live.resolve()),
    "an empty directory": lambda world: (world.live.unlink(), world.live.mkdir()),
    "its door is gone": lambda world: (world.live / "public/index.php").unlink(),
}


UNHARMED = ("nothing at current", "current leads to nothing", "an empty directory")
"""What leaves the newest release whole."""


def _links_alone(release):
    for folder, _, names in os.walk(release):
        for name in names:
            if not (Path(folder) / name).is_symlink():
                (Path(folder) / name).unlink()


@pytest.mark.parametrize("what", DESTROY)
def test_a_site_without_a_whole_release_is_refused_by_the_checklist_and_revived_by_recover(world, what):
    """`live-release`: code must be there, not only links; the newest whole release becomes live."""
    world.precious.write("public/uploads/a.jpg")
    world.ship()
    DESTROY[what](world)
    assert verdict(world) == "refuse"
    done = world.perform("recover")
    assert done["found"][0]["action"] == "activate"
    assert verdict(world) == "pass"
    world.assert_code_is(3 if what in UNHARMED else 2)
    world.precious.assert_served()
    world.ship()
    world.assert_code_is(4)
    world.precious.assert_served()


def verdict(world):
    checks = {check["name"]: check["verdict"] for check in world.perform("checklist")["checks"]}
    return checks["live-release"]


@pytest.mark.parametrize("release", [False, True])
def test_what_was_live_last_is_revived_and_else_another_with_all_that_was_carried(world, release):
    """G11, G2: after a rollback somebody removes `current`, or the release itself: what stood there is served again."""
    world.precious.write("notes.txt")
    world.rollback()
    world.precious.write("later.txt")
    if release:
        shutil.rmtree(world.live.resolve())
    else:
        world.live.unlink()
    world.perform("recover")
    world.assert_code_is(2 if release else 1)
    assert (world.live / "notes.txt").is_file()
    if not release:
        world.precious.assert_served()
    world.ship()
    assert (world.live / "notes.txt").is_file()


@pytest.mark.parametrize("gone", [False, True])
def test_a_revived_release_has_what_was_carried_into_the_one_that_was_live_last(world, gone):
    """G2: the application deleted one file since the earlier release was live, and made another."""
    world.precious.write("notes.txt")
    world.ship()
    world.ship()
    live = world.live.resolve()
    world.precious.write("made-since.txt")
    (world.live / "notes.txt").unlink()
    world.perform("sweep")
    world.ship()
    newest = world.live.resolve()
    world.rollback()
    assert world.live.resolve() == live
    shutil.rmtree(newest)
    shutil.rmtree(live) if gone else (live / "index.php").unlink()
    world.perform("recover")
    assert world.live.resolve() not in (live, newest)
    assert not (world.live / "notes.txt").exists()
    assert (world.live / "made-since.txt").is_file()


def test_recover_says_61_where_no_release_is_left_and_makes_none_of_links(world):
    """G11: no links are made in a release that is not there."""
    world.precious.write("public/uploads/a.jpg")
    for release in (world.site / "releases").iterdir():
        shutil.rmtree(release)
    with pytest.raises(Problem) as caught:
        world.perform("recover")
    assert (caught.value.code, caught.value.exit_code) == ("nothing-live", 61)
    assert os.listdir(world.site / "releases") == []
    assert verdict(world) == "refuse"
    world.ship()
    world.precious.assert_served()


HARM = {
    "removes current": 'rm "$HOLDFAST_SITE/current"',
    "removes the release": 'chmod -R u+w "$HOLDFAST_RELEASE"; rm -rf "$HOLDFAST_RELEASE"',
    "makes a directory of current": 'cd "$HOLDFAST_SITE" && rm current && mkdir current',
    "points current elsewhere": 'ln -sfn releases/nowhere "$HOLDFAST_SITE/current"',
    "removes the door": 'chmod -R u+w "$HOLDFAST_RELEASE"; rm "$HOLDFAST_RELEASE/public/index.php"',
}


@pytest.mark.parametrize("what", HARM)
@pytest.mark.parametrize("command", ["deploy", "rollback"])
def test_a_hook_that_takes_the_site_down_is_no_good_end(world, what, command):
    """Every command that changes something ends with a look: is what I said so?"""
    mark = world.top / "mark"
    world.settings = Settings(after_activation=(f"if [ -e {mark} ]; then {HARM[what]}; fi",))
    for _ in range(2):
        world.ship()
    world.precious.write("public/uploads/a.jpg")
    mark.touch()
    world.commit()
    with pytest.raises(Problem) as caught:
        getattr(world, command)()
    assert caught.value.exit_code in (1, 61)
    mark.unlink()
    if verdict(world) == "refuse":
        world.perform("recover")
    world.precious.assert_served()
    assert verdict(world) == "pass"


def test_pruning_leaves_what_somebody_switches_to_at_that_moment(world):
    """G11: `current` is looked at right before a release goes, and after it went."""
    old = min(os.listdir(world.site / "releases"))
    world.ship()
    for point in ("discard.empty_trash", "place.move", "place.moved"):
        with acting_at(point, lambda: point_by_hand(world, old)):
            world.perform("prune", keep=0)
        assert (world.live / "public/index.php").is_file()


def test_a_switch_by_hand_is_told_and_a_deleted_release_is_gone(world):
    """`status` and `checklist` say what other hands did; `releases` calls nothing retired that is not there."""
    first, *_ = sorted((world.site / "releases").iterdir())
    world.ship()
    last = world.live.resolve()
    point_by_hand(world, first.name)
    told = next(one for one in world.perform("checklist")["checks"] if one["name"] == "live-release")
    assert (told["verdict"], last.name in told["why"]) == ("warn", True)
    assert any(last.name in line for line in world.perform("status")["warnings"])
    subprocess.run(["rm", "-rf", str(last)], check=True)
    assert {row["id"]: row["state"] for row in world.perform("releases")["releases"]}[last.name] == "gone"
    world.ship()
    assert (
        next(one for one in world.perform("checklist")["checks"] if one["name"] == "live-release")["verdict"] == "pass"
    )


def test_a_hook_that_removes_the_journal_ends_in_words(world):
    """What cannot be undone any more is said, and `recover` registers what is there."""
    world.settings = Settings(before_activation=('rm -rf "$HOLDFAST_SITE/.holdfast"',))
    world.commit()
    problem = fails(world.deploy, exits=61, code="journal-gone")
    assert "recover" in problem.hint
    world.settings = Settings()
    world.perform("recover")
    world.ship()
    world.precious.assert_none_lost()


def test_a_no_to_the_second_question_says_what_the_yes_to_the_first_did(world):
    """`recover` asks about the release that is made live, then about data: the first is done when the second is put."""
    world.precious.write("public/uploads/a.jpg")
    old = world.live.resolve()
    world.ship()
    old.joinpath("public").chmod(0o755)
    (old / "public/late").mkdir()
    (old / "public/late/a.pdf").write_text("late")
    world.live.unlink()
    asked = []

    def person(plan):
        asked.append([row["action"] for row in plan["found"]])
        return len(asked) == 1

    problem = fails(lambda: world.perform("recover", person=person), exits=31, code="declined")
    assert asked == [["activate"], ["adopt"]]
    assert problem.state == f"`releases/{world.live.resolve().name}` is live; nothing else was changed"
    assert not (world.site / "shared/public/late").exists()


def test_an_empty_state_directory_is_no_leaving_that_was_interrupted(world):
    """G4, R7: a `recover` without `.holdfast/` had room for that directory alone; the next one does its work."""
    world.precious.write("public/uploads/a.jpg")
    world.forget_state()
    (world.site / ".holdfast").mkdir(mode=0o700)
    assert world.perform("recover")["finished"] is None
    assert (world.site / ".holdfast/site.json").exists()
    world.precious.assert_served()
    world.ship()
    world.precious.assert_served()
