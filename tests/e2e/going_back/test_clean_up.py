"""Cleaning up removes the wrong thing, or more than one thing (I37 to I49)."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from contextlib import contextmanager
from zlib import crc32

import pytest

from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Settings, Source
from lib.refusals import assert_refused, failing_at, failing_in_step, fails, releases
from lib.snapshot import assert_unchanged, snapshot
from lib.world import World

WRITER = """
import itertools, sys
with open(sys.argv[1], "a") as log:
    for line in itertools.chain(["first"], sys.stdin):
        log.write(line.strip() + "\\n")
        log.flush()
        print("written", flush=True)
"""


@contextmanager
def writing(log, *, below):
    """A worker of the application with its directory BELOW; `say(line)` has it append a line to its open LOG."""
    worker = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(log)], cwd=below, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )

    def say(line: str) -> None:
        worker.stdin.write(f"{line}\n")
        worker.stdin.flush()
        assert worker.stdout.readline() == "written\n"

    assert worker.stdout.readline() == "written\n"
    try:
        yield worker, say
    finally:
        worker.stdin.close()
        worker.wait()
        worker.stdout.close()


def _fail(world: World, how: str) -> None:
    """One deploy that fails, each time with something new to deploy; only the deploy fails, never the set-up."""
    world.settings = {
        "build": Settings(keep=world.settings.keep, build=("exit 3",)),
        "hook": Settings(keep=world.settings.keep, before_activation=("exit 3",)),
        "step": Settings(keep=world.settings.keep),
    }[how]
    world.commit()
    if how != "step":
        fails(world.deploy, exits=50, code=f"{how}-failed")
        return
    with failing_in_step(world, "seal", OSError(5, "input/output error")):
        fails(world.deploy, exits=50, code="step-failed")


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_i37_failed_releases_take_no_place_of_good_ones(world):
    """I37: keep three; five good, ten failed, one good: the live one, the three newest before it, nothing else."""
    world.settings = Settings(keep=3)
    good = [world.ship()["release"] for _ in range(5)]
    for number in range(10):
        _fail(world, ("build", "hook", "step")[number % 3])
    world.settings = Settings(keep=3)

    good.append(world.ship()["release"])

    assert releases(world) == set(good[-4:])
    for wanted in reversed(good[-4:-1]):
        assert world.rollback()["current"] == wanted


def test_i37_fewer_good_releases_than_are_kept_all_stay(world):
    """I37, I40: three good releases where five may be kept are three releases to go back to."""
    good = [world.ship()["release"] for _ in range(4)]

    done = world.perform("prune", keep=5)
    assert (done["removed"], done["kept"], done["warnings"]) == ([], [], [])
    assert releases(world) == set(good)


@pytest.mark.parametrize("how", ["build", "hook", "step"])
def test_i38_five_failures_in_a_row_leave_what_is_live(world, how):
    """I38: with the smallest number to keep, no failure counts against the live release or its data."""
    world.settings = Settings(keep=1)
    live = world.ship()["release"]
    world.precious.write("public/uploads/a.jpg")

    for _ in range(5):
        _fail(world, how)

    assert os.readlink(world.live) == f"releases/{live}"
    world.assert_code_is(1)
    world.precious.assert_served()


@pytest.mark.parametrize("stale", ["live", "missing", "file", "elsewhere"])
def test_i39_a_left_over_link_is_followed_by_nothing(world, tmp_path, stale):
    """I39: whatever a stale working link points to, the live release and strangers' trees are as they were."""
    live = world.ship()["release"]
    world.precious.write("storage/app/a.pdf")
    other = tmp_path / "other"
    other.mkdir()
    (other / "index.php").write_text("another project\n")
    target = {"live": f"../releases/{live}", "missing": "../releases/none", "file": "site.json", "elsewhere": other}
    for name in ("current", f"scratch/own-{crc32(b'.holdfast/site.json'):08x}", "trash/000001-deploy-old"):
        (world.site / ".holdfast" / name).symlink_to(target[stale])
    (world.site / "releases/leftover").symlink_to(world.site / "releases" / live)

    for act in (world.ship, lambda: world.perform("prune", keep=1), world.rollback):
        act()

    assert world.live.resolve().name == live
    world.assert_code_is(1)
    world.precious.assert_served()
    assert (other / "index.php").read_text() == "another project\n"


@pytest.mark.parametrize("keep", [0, 1])
def test_i40_keeping_one_or_none_never_takes_the_live_release(world, keep):
    """I40: the live one is not counted; after each deploy and prune it stands, with KEEP more to go back to."""
    world.settings = Settings(keep=keep)
    for number in range(1, 4):
        live = world.ship()["release"]
        world.perform("prune", keep=keep)
        assert len(releases(world)) == min(number, keep + 1)
        assert world.live.resolve().name == live
        world.assert_code_is(number)


def test_i41_times_of_directories_decide_nothing(world):
    """I41: with random times on every release, and a clock that goes backwards, the oldest by number goes."""
    good = [world.ship(now=1_700_000_000.0 - 100_000 * number)["release"] for number in range(4)]
    for name in sorted(releases(world)):
        moment = random.Random(name).randrange(2_000_000_000)
        os.utime(world.site / "releases" / name, (moment, moment))

    answer = world.perform("prune", keep=1)

    assert answer["removed"] == good[:2]
    assert world.rollback()["current"] == good[2]


@pytest.mark.parametrize("copy", [("cp", "-a"), ("cp", "-r", "--no-preserve=timestamps")])
def test_i41_a_site_that_was_copied_elsewhere_prunes_as_the_original(world, tmp_path, copy):
    """I41: order, links and data are those of the site, whatever times and inodes the copy has."""
    world.settings = Settings(keep=9)
    good = [world.ship()["release"] for _ in range(4)]
    world.precious.write("public/uploads/a.jpg")
    subprocess.run([*copy, str(world.site), str(tmp_path / "copy")], check=True)
    before = snapshot(world.site, without=())

    answer = world.perform("prune", site=str(tmp_path / "copy"), keep=1)

    assert answer["removed"] == good[:2]
    assert (tmp_path / "copy/current/public/uploads/a.jpg").read_bytes() == world.precious.written[
        "public/uploads/a.jpg"
    ]
    assert_unchanged(before, snapshot(world.site, without=()))


def test_i43_a_source_that_contains_or_is_the_site_is_refused(world, tmp_path):
    """I43: no path of the site or above it can be meant as where code comes from."""
    world.ship()
    world.precious.write("public/uploads/a.jpg")
    inside = world.site / "shared/storage"

    for place in (world.site, inside, world.site / "current", tmp_path):
        assert_refused(
            tmp_path,
            lambda place=place: world.deploy(source=Source("directory", str(place))),
            exits=30,
            code="source-overlaps-site",
        )


@pytest.mark.parametrize("place", ["", "/", "/usr"])
def test_i43_a_root_like_or_empty_deploy_root_is_refused(tmp_path, place):
    """I43: an empty variable or a system's directory as the deploy root: nothing is made or removed there."""
    world = World(tmp_path, kind="git")
    world.commit()
    before = sorted(os.listdir(place or "."))

    with pytest.raises(Problem) as caught:
        world.deploy(site=place)

    assert caught.value.exit_code in (2, 11, 20)
    assert sorted(os.listdir(place or ".")) == before


@pytest.mark.parametrize("instead", ["missing", "file", "link"])
def test_i44_a_release_that_is_gone_or_something_else_takes_nothing_with_it(world, tmp_path, instead):
    """I44, G9: where the directory to remove is missing, a file or a link, no other path changes."""
    first = world.ship()["release"]
    world.ship()
    world.precious.write("public/uploads/a.jpg")
    other = tmp_path / "other"
    (other / ".git").mkdir(parents=True)
    (other / ".git/config").write_text("[core]\n")
    victim = world.site / "releases" / first
    shutil.rmtree(victim)
    if instead == "file":
        victim.write_text("a note somebody left\n")
    if instead == "link":
        victim.symlink_to(other)
    before = snapshot(other), snapshot(world.live.resolve()), snapshot(world.site / "shared")

    for _ in range(2):
        world.perform("prune", keep=0)

    assert (snapshot(other), snapshot(world.live.resolve()), snapshot(world.site / "shared")) == before
    world.precious.assert_served()


@pytest.mark.parametrize("pattern", [".*", "*", "**", "../*", "..", ".", "", "/", "~", "public/../.."])
@pytest.mark.parametrize("where", ["shared", "code"])
def test_i45_a_pattern_that_reaches_upward_or_everywhere_is_refused(world, tmp_path, pattern, where):
    """I45, I27: a path names one place inside the application, or nothing is begun."""
    world.ship()
    world.settings = Settings(**{where: (pattern,)})
    world.commit()

    assert_refused(tmp_path, world.deploy, exits=10, code="path-invalid")


@pytest.mark.parametrize("pattern", ["../*", "..", "/etc", "public/../../*"])
def test_i45_a_pattern_of_build_output_that_leaves_the_application_is_refused(world, tmp_path, pattern):
    """I45: patterns are allowed there and never match anything above the application."""
    world.ship()
    world.settings = Settings(artifacts=(pattern,))
    world.commit()

    assert_refused(tmp_path, world.deploy, exits=10, code="path-invalid")


def test_i46_two_environments_on_one_host_prune_their_own_alone(tmp_path):
    """I46: staging and production of one application, deployed and pruned often: each can go back."""
    both = [World(tmp_path / name) for name in ("staging", "production")]
    for world in both:
        world.settings = Settings(keep=1)
    for _ in range(3):
        for world in both:
            world.ship()
            world.precious.write(f"public/uploads/{world.version}.jpg")
            world.perform("prune", keep=1)
    staging, production = both
    before = snapshot(production.site)

    staging.perform("prune", keep=0)

    assert_unchanged(before, snapshot(production.site))
    production.rollback()
    production.assert_code_is(2)
    for world in both:
        world.precious.assert_served()


def test_i47_a_release_that_cannot_be_removed_is_a_warning_on_a_good_deploy(world):
    """I47: what follows the switch never takes it back: the deploy is well, and says what was kept and why."""
    world.settings = Settings(keep=1)
    first = world.ship()["release"]
    world.ship()
    os.mkfifo(world.site / "releases" / first / "public/queue")

    answer = world.ship()

    assert answer["outcome"] == "deployed"
    assert any(first in warning and "public/queue" in warning for warning in answer["warnings"])
    assert first in releases(world)
    world.assert_code_is(3)


def test_i47_a_clean_up_that_the_system_refuses_is_a_warning_on_a_good_deploy(world):
    """I47: permission denied while the old release is moved away: the new one is live and stays it."""
    world.settings = Settings(keep=1)
    first = world.ship()["release"]
    world.ship()
    world.commit()

    def pruning() -> bool:
        return bool(world.events) and (world.events[-1].kind, world.events[-1].name) == ("started", "prune")

    with failing_at("place.move", PermissionError(13, "permission denied", first), when=pruning):
        answer = world.deploy()

    assert answer["outcome"] == "deployed"
    assert any(first in warning for warning in answer["warnings"])
    world.assert_code_is(3)
    assert world.perform("prune", keep=1)["removed"] == [first]


def test_i47_what_a_stranger_left_in_an_old_release_is_named_and_kept(world):
    """I47: a file that no rule explains is a sign of data that should have been shared; it is served from then on."""
    first = world.ship()["release"]
    world.ship()
    world.precious.write("public/certificates/1.pdf", into=world.site / "releases" / first)

    answer = world.perform("prune", keep=0)

    assert answer["removed"] == [first]
    world.precious.assert_served()


def test_i48_a_release_that_a_process_works_in_is_not_removed_yet(world):
    """I48: an open log outside every shared path keeps its release, which goes once the process has ended."""
    first = world.ship()["release"]
    with writing(world.live / "bootstrap/cache/worker.log", below=world.live.resolve()) as (worker, say):
        world.ship()
        answer = world.perform("prune", keep=0)
        assert [(row["release"], str(worker.pid) in row["why"]) for row in answer["kept"]] == [(first, True)]
        say("second")
        assert (world.site / "releases" / first / "bootstrap/cache/worker.log").read_text() == "first\nsecond\n"

    assert world.perform("prune", keep=0)["removed"] == [first]


def test_i48_every_line_of_a_worker_that_goes_on_writing_is_kept(world):
    """I48: its log came home while it was open; what it appends after the release is gone is served."""
    first = world.ship()["release"]
    log = world.live.resolve() / "var/log/worker.log"
    log.parent.mkdir(parents=True)
    with writing(log, below="/") as (_, say):
        world.ship()
        say("second")
        assert world.perform("prune", keep=0)["removed"] == [first]
        say("third")
        world.ship()
        say("fourth")

    assert (world.live / "var/log/worker.log").read_text() == "first\nsecond\nthird\nfourth\n"


def test_i48_what_is_written_into_the_trash_late_is_not_deleted_while_it_is_used(world):
    """I48, G6: a process that still works in the removed release keeps it in the trash."""
    first = world.ship()["release"]
    world.ship()
    world.perform("prune", keep=0)
    [trashed] = [path for path in (world.site / ".holdfast/trash").iterdir() if path.name.endswith(first)]
    with writing(trashed / "public/late.txt", below=trashed):
        answer = world.perform("prune", keep=0)

    assert any(first in warning for warning in answer["warnings"])
    assert (trashed / "public/late.txt").read_text() == "first\n"


def test_i49_what_is_pruned_is_what_was_written_down_before(world):
    """I49, G8: one list, made once: the question, the journal and the deed name the same releases."""
    world.settings = Settings(keep=9)
    good = [world.ship()["release"] for _ in range(4)]
    asked = []

    answer = world.perform("prune", keep=1, person=lambda plan: asked.append(plan["prune"]) or True)

    journal = (world.site / ".holdfast/journal/000005-prune.jsonl").read_text()
    begun = json.loads(journal.splitlines()[0].partition(" ")[2])
    assert asked == [good[:2]]
    assert begun[2]["victims"] == answer["removed"] == good[:2]


def test_i49_a_deploy_prunes_what_its_plan_names(world):
    """I49, G8: the plan that was shown is the plan that is run, in what it removes too."""
    world.settings = Settings(keep=1)
    for _ in range(3):
        world.ship()
    world.commit()
    before = releases(world)

    answer = world.deploy()

    planned = next(event.data["prune"] for event in reversed(world.events) if event.kind == "planned")
    assert sorted(before - releases(world)) == planned
    assert answer["release"] in releases(world)
