"""What is written into a release that is not live is served by the live one, after any command that brings it home."""

from __future__ import annotations

import errno
import os
import shutil
import time

import pytest

from holdfast_engine.data import adopt
from holdfast_engine.data import baseline as baselines
from holdfast_engine.model.request import Settings
from lib.killing import killed_at_point, points
from lib.world import PLAIN, World

SETTLED = 0.05
"""After so many seconds a directory's times are older than a tick of the clock."""


@pytest.fixture
def world(tmp_path):
    """Three releases; workers may still run in the first two."""
    made = World(tmp_path, PLAIN, env=None, kind="directory")
    for _ in range(3):
        made.ship()
    time.sleep(SETTLED)
    return made


def releases(world):
    return sorted((world.site / "releases").iterdir())


def saved_at(path, seconds):
    """PATH was last written so many SECONDS from now."""
    when = time.time() + seconds
    os.utime(path, (when, when))


def retired(world):
    [found] = [one for one in world.perform("checklist")["checks"] if one["name"] == "retired-releases"]
    return found


ACTS = {
    "deploy": World.ship,
    "unchanged": World.deploy,
    "rollback": World.rollback,
    "recover": lambda world: world.perform("recover"),
    "sweep": lambda world: world.perform("sweep"),
}


@pytest.mark.parametrize("act", ACTS)
def test_what_a_worker_makes_in_the_release_it_stayed_in_is_served_after_any_command(world, act):
    """I59: a directory and a single file, made long after the late sweep, in two releases."""
    elder, old, _ = releases(world)
    world.precious.write("certificates/42.pdf", into=old)
    world.precious.write("jobs.log", into=elder)
    said = retired(world)
    assert said["verdict"] == "warn"
    assert all(word in said["why"] for word in (old.name, elder.name, "certificates", "jobs.log"))
    ACTS[act](world)
    world.precious.assert_served()
    assert retired(world)["verdict"] == "pass"
    world.perform("prune", keep=0)
    world.precious.assert_served()
    world.precious.assert_none_lost()


def test_a_deploy_brings_home_what_was_written_where_current_led_before_it_was_lost(world):
    """G2, G11: nothing is live when the next one is deployed, and the release that was left is swept all the same."""
    world.precious.write("certificates/42.pdf", into=world.live.resolve())
    world.live.unlink()
    world.commit()
    plan = world.perform("plan", source=world.source, only_plan=True)
    assert [step["name"] for step in plan["steps"]][:2] == ["fetch", "adopt"]
    world.deploy()
    world.precious.assert_served()


def test_a_plan_shows_what_comes_home_from_which_release(world):
    """G8: the release that holds it is named, and nothing is changed."""
    old = releases(world)[1]
    world.precious.write("certificates/42.pdf", into=old)
    world.commit()
    for command in ("plan", "rollback", "sweep"):
        plan = world.perform(command, only_plan=True, **({"source": world.source} if command == "plan" else {}))
        assert [(row["path"], row["from"]) for row in plan["adopt"]] == [("certificates", old.name)]
    assert not (world.live / "certificates").exists()
    assert world.deploy()["data"]["adopted"] == ["certificates"]


@pytest.mark.parametrize("newer", ["old", "live"])
def test_of_two_versions_the_one_that_was_saved_last_is_served_and_the_other_kept(world, newer):
    """G2: a worker in an old release and the live application both save a file and a directory of the same name."""
    old = releases(world)[1]
    for path in ("state.json", "orders/7.json"):
        for where, sign in ((old, 1), (world.live, -1)):
            world.precious.write(path, text=f"{path} in {where.name}\n", into=where)
            saved_at(where / path, -60 + sign * (30 if newer == "old" else -30))
        world.precious.written[f"elder {path}"] = (
            f"{path} in {world.live.name if newer == 'old' else old.name}\n".encode()
        )
        world.precious.written[path] = f"{path} in {old.name if newer == 'old' else world.live.name}\n".encode()
    world.precious.write("orders/8.json", into=old)
    report = world.ship()["data"]
    world.precious.assert_served(but=["elder state.json", "elder orders/7.json"])
    world.precious.assert_none_lost()
    assert sorted(row["path"] for row in report["attic"]) == ["orders/7.json", "state.json"]


def test_a_release_in_which_nothing_changed_is_not_looked_into(world, monkeypatch):
    """The note of the last look says so: no baseline but the live one's is read. Without it all are looked into."""
    read = []
    really = baselines.read
    monkeypatch.setattr(baselines, "read", lambda root, release: read.append(release) or really(root, release))
    world.ship()
    live = world.live.resolve().name
    time.sleep(SETTLED)
    read.clear()
    world.perform("sweep")
    assert set(read) == {live}
    shutil.rmtree(world.site / ".holdfast/cache/looked")
    world.perform("sweep")
    assert len(set(read)) == 4
    time.sleep(SETTLED)
    for note in (world.site / ".holdfast/cache/looked").iterdir():
        note.write_text(note.read_text()[:-9])
    world.precious.write("late/x.pdf", into=releases(world)[0])
    world.perform("sweep")
    world.precious.assert_served()


def test_an_edit_of_code_that_later_releases_dropped_does_not_come_back(world):
    """G2: it lay in the attic when its time was over; a look without any note must not take it for data."""
    world.ship({"old.php": "<?php 'old';\n"})
    (world.live / "old.php").chmod(0o644)
    world.precious.write("old.php", text="<?php 'edited';\n")
    world.ship({"other.php": "<?php 'other';\n"})
    world.ship({"old.php": None})
    shutil.rmtree(world.site / ".holdfast/cache/looked")
    world.ship()
    assert not (world.live / "old.php").exists()
    world.precious.assert_none_lost()


@pytest.mark.parametrize("act", ACTS)
def test_what_was_served_before_somebody_switched_by_hand_goes_on_being_served(world, act):
    """G2: `ln -sfn` leaves a release that users wrote to and nobody looked through."""
    back, _, left = releases(world)
    world.precious.write("public/orders/1.pdf")
    world.precious.write("data/q.json")
    world.live.unlink()
    world.live.symlink_to(f"releases/{back.name}")
    assert left.name in retired(world)["why"]
    if act == "rollback":
        world.rollback(left.name)
    else:
        ACTS[act](world)
    world.precious.assert_served()
    states = {one["id"]: one["state"] for one in world.perform("releases")["releases"]}
    assert [states[name] for name in states].count("active") == 1
    assert states[world.live.resolve().name] == "active"


def refuse(path):
    """Another user's directory."""
    if "certificates" in path:
        raise PermissionError(errno.EACCES, "no")


def test_what_may_not_be_moved_is_told_of_and_keeps_no_deploy_from_working(world, monkeypatch):
    """G4, G7: a directory of another user's in an old release stays where it is, named in every answer."""
    old = releases(world)[1]
    world.precious.write("certificates/42.pdf", into=old)
    world.precious.write("jobs.log", into=old)
    world.commit()
    really = adopt.step_aside
    with monkeypatch.context() as refusing:
        refusing.setattr(adopt, "step_aside", lambda *words, **more: refuse(words[1]) or really(*words, **more))
        ended = world.deploy()
    assert ended["outcome"] == "deployed"
    assert any("certificates" in line for line in ended["warnings"])
    world.precious.assert_served(but=["certificates/42.pdf"])
    world.perform("sweep")
    world.precious.assert_served()


def test_a_sweep_with_nothing_to_do_changes_nothing(world):
    """INTERFACE, sweep: for cron."""
    ended = world.perform("sweep")
    assert (ended["outcome"], ended["data"]["adopted"], ended["data"]["lost"]) == ("unchanged", [], 0)
    operations = len(world.perform("history")["operations"])
    world.perform("sweep")
    assert len(world.perform("history")["operations"]) == operations


def test_a_sweep_moves_nothing_while_the_data_is_not_there(world):
    """I29: what comes home must not lie below a mount that is missing."""
    world.precious.write("uploads/a.jpg")
    world.ship()
    world.precious.write("late/b.pdf", into=releases(world)[0])
    shared = world.site / "shared"
    shared.rename(world.top / "elsewhere")
    shared.mkdir()
    with pytest.raises(Exception, match=r"shared-identity|data-memory|missing"):
        world.perform("sweep")
    assert list(shared.iterdir()) == []


def test_a_sweep_that_is_killed_anywhere_loses_and_hides_nothing(world, tmp_path):
    """G1, G3, G4: the next command goes on with what it left; at each moment one of two versions is served."""
    old = releases(world)[1]
    world.precious.write("state.json")
    world.perform("sweep")
    world.precious.written["elder"] = world.precious.written["state.json"]
    world.precious.write("state.json", into=old)
    saved_at(old / "state.json", 60)
    world.precious.write("late/x.pdf", into=old)
    copy = shutil.copytree(world.site, tmp_path / "copy", symlinks=True)
    total = points(lambda: world.perform("sweep", site=str(copy)))
    assert total > 20
    for number in range(1, total + 1, 3):
        other = World(tmp_path / f"site-{number}", PLAIN, env=None)
        shutil.copytree(world.site, other.site, symlinks=True)
        other.precious.written = dict(world.precious.written)
        killed_at_point(number, lambda other=other: other.perform("sweep"))
        served = (other.live / "state.json").read_bytes()
        assert served in (other.precious.written["elder"], other.precious.written["state.json"]), number
        other.perform("sweep")
        other.precious.assert_served(but=["elder"])
        other.precious.assert_none_lost()
        shutil.rmtree(other.top)


def written_in_place(top):
    """A site whose next deploy prunes its oldest release; a worker has written into a file of that, in place, so that
    no directory tells of it before the prune looks.
    """
    world = World(top, {**PLAIN, "public/page.txt": "shipped {version}\n"}, env=None, kind="directory")
    for changes in ({}, {"public/page.txt": None}, {}):
        world.ship(changes)
    time.sleep(SETTLED)
    page = releases(world)[0] / "public/page.txt"
    page.chmod(0o644)
    page.write_text("by a worker\n")
    world.settings = Settings(keep=2)
    world.commit()
    return world


def test_what_came_from_a_release_that_was_pruned_since_was_deleted_by_nobody(tmp_path):
    """G2, G4: killed after that, the deploy looks once more at what it left, where the file never was."""
    total = points(written_in_place(tmp_path / "counted").deploy)
    for back in range(0, 20, 4):
        world = written_in_place(tmp_path / f"site-{back}")
        assert killed_at_point(total - back, world.deploy)
        world.perform("recover")
        assert (world.live / "public/page.txt").read_text() == "by a worker\n", back


@pytest.mark.parametrize("umask", [0o022, 0o077])
@pytest.mark.parametrize("by", ["recover", "sweep", "deploy"])
def test_what_is_written_where_a_release_was_pruned_comes_home(world, by, umask):
    """A worker of an older release makes its directory anew: everything in it came since the release was pruned."""
    gone = releases(world)[0]
    world.perform("prune", keep=0)
    assert not gone.exists()
    gone.mkdir(mode=0o777 & ~umask)
    assert retired(world)["verdict"] == "pass"  # what holds no file is nothing yet
    world.precious.write("public/uploads/late.jpg", into=gone)
    assert retired(world)["verdict"] == "warn"
    assert gone.name in retired(world)["why"]
    world.perform("recover", only_plan=True)
    assert not (world.live / "public/uploads/late.jpg").exists()
    world.perform(by) if by != "deploy" else world.ship()
    assert (world.live / "public/uploads/late.jpg").is_file()
    world.precious.write("public/invoices/7.pdf", into=gone)  # it writes on
    assert retired(world)["verdict"] == "warn"
    world.ship()
    assert (world.live / "public/invoices/7.pdf").is_file()
    world.precious.assert_none_lost()


@pytest.mark.parametrize("act", ["deploy", "unchanged", "rollback", "sweep"])
def test_a_directory_of_data_from_a_retired_release_meets_one_that_is_carried(world, act):
    """I59: the live release has programs among its pictures, so all of it is carried; a worker that stayed behind makes
    the same directory with a picture alone, which is data.
    """
    world.precious.write("gallery/index.php")
    world.precious.write("gallery/1.jpg")
    world.ship()
    assert not (world.live / "gallery").is_symlink()
    world.precious.write("gallery/2.jpg", into=releases(world)[0])
    ACTS[act](world)
    world.precious.assert_served()
    world.ship()
    world.precious.assert_served()
