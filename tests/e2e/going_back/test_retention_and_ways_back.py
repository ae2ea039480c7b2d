"""Retention and ways back under failures, strangers and odd clocks (I05, I38, I41 to I44, I47, I51, I96)."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

import holdfast_engine
from holdfast_engine.model.request import Settings, Source
from lib import users
from lib.killing import killed_in_step
from lib.refusals import ending, failing_in_step, fails, releases
from lib.snapshot import snapshot
from lib.world import STATIC, World

STEPS = ["fetch", "build", "adopt", "link", "hooks", "seal", "verify", "activate"]
LATE = ["remember", "after", "late-sweep", "prune"]
BROKEN = OSError(5, "input/output error")
_HOME = os.path.dirname(os.path.dirname(holdfast_engine.__file__))


def _every_step(keep):
    """With these every step of a deploy is gone through."""
    return Settings(keep=keep, build=("true",), before_activation=("true",), after_activation=("true",))


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


@pytest.fixture
def top():
    """A directory that other users may enter, as `tmp_path` is not."""
    made = tempfile.mkdtemp(prefix="holdfast-users-")
    yield Path(made)
    shutil.rmtree(made)


@pytest.mark.parametrize("when", ["before", "after"])
def test_i05_with_nothing_to_keep_a_hook_that_shrinks_data_prunes_nothing(world, when):
    """I05: until the data is what it was, every release that could be gone back to stands."""
    world.settings = Settings(keep=5)
    good = {world.ship()["release"] for _ in range(3)}
    world.precious.write("public/uploads/a.jpg")
    world.ship()
    good.add(world.live.resolve().name)
    world.settings = Settings(keep=0, **{f"{when}_activation": ("rm public/uploads/a.jpg",)})
    world.commit()

    late = when == "after"
    problem = fails(
        world.deploy, exits=61 if late else 50, code="data-shrank-after-activation" if late else "data-shrank"
    )

    assert problem.context == ("shared/public/uploads/a.jpg",)
    assert good <= releases(world)


@pytest.mark.parametrize("step", STEPS)
def test_i38_failing_five_times_at_any_step_keeps_the_good_ones(world, step):
    """I38: keep one: the live release and the one before it stand after every failure, and can be gone back to."""
    world.settings = _every_step(keep=1)
    good = [world.ship()["release"] for _ in range(2)]
    world.precious.write("public/uploads/a.jpg")

    for _ in range(5):
        world.commit()
        with failing_in_step(world, step, BROKEN):
            fails(world.deploy, exits=50, code="step-failed")
        assert set(good) <= releases(world)
        assert os.readlink(world.live) == f"releases/{good[1]}"
        world.precious.assert_served()

    assert world.rollback()["current"] == good[0]


@pytest.mark.parametrize("step", LATE)
def test_i38_failing_five_times_after_the_switch_keeps_one_to_go_back_to(world, step):
    """I38, I47: the new release is live each time, complete, with the good one before it beside it."""
    world.settings = _every_step(keep=1)
    last = world.ship()["release"]
    world.precious.write("public/uploads/a.jpg")

    for _ in range(5):
        world.commit()
        with failing_in_step(world, step, BROKEN):
            assert ending(world.deploy) in (0, 60)
        now = world.live.resolve().name
        assert {last, now} <= releases(world)
        assert last != now
        world.precious.assert_served()
        last = now


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/New_York", "Asia/Kathmandu"])
def test_i41_neither_zone_nor_summer_time_nor_times_of_directories_decide_anything(world, monkeypatch, zone):
    """I41: deployed across the end of summer time, with scrambled times: the oldest by number goes."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    autumn = 1_699_163_400.0  # half an hour before the clocks go back in New York
    good = [world.ship(now=autumn + moment)["release"] for moment in (0, 1800, 3600, -7200, 1800)]
    for name in releases(world):
        moment = random.Random(zone + name).randrange(2_000_000_000)
        os.utime(world.site / "releases" / name, (moment, moment))

    assert world.perform("prune", keep=2)["removed"] == good[:2]
    assert world.rollback()["current"] == good[3]
    assert world.rollback()["current"] == good[2]


def test_i42_two_sites_with_different_histories_prune_and_go_back_by_their_own(tmp_path):
    """I42: each site's ledger decides for that site alone."""
    one, two = World(tmp_path / "one"), World(tmp_path / "two")
    history = {world: [world.ship()["release"] for _ in range(number)] for world, number in ((one, 5), (two, 3))}
    two.settings = Settings(before_activation=("exit 3",))
    two.commit()
    fails(two.deploy, exits=50, code="hook-failed")

    removed = {world: world.perform("prune", keep=2)["removed"] for world in (one, two)}

    assert removed[one] == history[one][:2]
    assert [name for name in removed[two] if name in history[two]] == []
    for world in (one, two):
        assert history[world][-3:] == sorted(releases(world))
        assert [world.rollback()["current"] for _ in range(2)] == history[world][-2:-4:-1]


def _strange(top):
    """Somebody's own directory with a repository in it."""
    for path in (".git/config", ".git/objects/ab/cdef", "notes.txt", "public/draft.html", "public/.svn/entries"):
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text(f"{path} of a stranger\n")


def test_i43_another_directory_under_the_name_of_a_retired_release_is_not_removed(world):
    """I43, G7: what shipped nothing of it is not that release; it stays, and the reason is given."""
    first = world.ship()["release"]
    world.ship()
    place = world.site / "releases" / first
    shutil.rmtree(place)
    _strange(place)
    before = snapshot(place)

    for _ in range(2):
        answer = world.perform("prune", keep=0)
        assert answer["removed"] == []
        assert [row["release"] for row in answer["kept"]] == [first]

    assert snapshot(place) == before
    assert not list((world.site / "shared").rglob(".git"))


def test_i44_a_repository_that_stands_in_a_release_is_kept_and_never_served(world):
    """I44: somebody worked in a retired release: its history goes to the attic whole, and into no shared path."""
    first = world.ship()["release"]
    world.ship()
    _strange(world.site / "releases" / first)

    answer = world.perform("prune", keep=0)

    assert answer["removed"] == [first]
    assert not [path for path in (world.site / "shared").rglob("*") if path.name in (".git", ".svn")]
    assert not (world.live / ".git").exists()
    [spot] = [row["place"] for row in world.perform("attic")["entries"] if row["path"] == ".git"]
    assert (world.site / spot / "config").read_text() == ".git/config of a stranger\n"
    assert (world.site / spot / "objects/ab/cdef").read_text() == ".git/objects/ab/cdef of a stranger\n"
    assert (world.live / "notes.txt").read_text() == "notes.txt of a stranger\n"


@pytest.mark.parametrize("name", [".git", ".hg", ".svn", "public/.git", "bootstrap/.svn"])
def test_i44_a_repository_in_the_live_release_is_not_carried_into_the_next(world, name):
    """I44: what would be served to everybody stays behind, byte by byte in the attic."""
    world.ship()
    (world.live / name).mkdir()
    (world.live / name / "config").write_text("[core]\n")

    assert world.deploy()["data"]["attic"] == []
    assert (world.live / name / "config").read_text() == "[core]\n"
    world.ship()

    assert not (world.live / name).exists()
    assert not (world.site / "shared" / name).exists()
    places = [row["place"] for row in world.perform("attic")["entries"] if row["path"] == name]
    assert [(world.site / place / "config").read_text() for place in places] == ["[core]\n"] * len(places)
    assert places


@pytest.mark.skipif(bool(users.why_not()), reason=users.why_not())
def test_i47_what_another_user_left_in_an_old_release_is_named_on_a_good_deploy(top):
    """I47: neither may it be moved nor removed by us: the deploy is well, the release stays, the file is named."""
    world = users.Hosted(top, files=STATIC, env=None)
    first = world.ship()["release"]
    world.ship()
    strange = world.site / "releases" / first / "reports"
    strange.mkdir()
    (strange / "1.pdf").write_text("of somebody else\n")
    users.give(strange, 0)
    strange.chmod(0o700)
    world.settings = Settings(keep=0)

    answer = world.ship()

    assert answer["outcome"] == "deployed"
    world.assert_code_is(3, "index.html")
    where = [path for path in world.site.rglob("1.pdf") if path.is_file()]
    assert [path.read_text() for path in where] == ["of somebody else\n"] * len(where)
    assert where
    assert any("reports" in line for line in answer["warnings"]), answer["warnings"]


def _process(code, request):
    value = {**vars(request), "source": vars(request.source), "settings": request.settings.to_json()}
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": _HOME},
        text=True,
    )
    process.stdin.write(json.dumps(value))
    process.stdin.close()
    return process


@pytest.mark.parametrize("step", [*STEPS, *LATE])
def test_i51_two_rollbacks_after_a_kill_at_any_step_reach_the_right_releases(world, step):
    """I51, G4: what was live counts, what was under way does not; the second way back leads further back."""
    world.settings = _every_step(keep=5)
    good = [world.ship()["release"] for _ in range(3)]
    world.precious.write("public/uploads/a.jpg")
    world.commit()
    killed_in_step(step, world.request("deploy", source=world.source))
    if step in LATE:
        good.append(world.live.resolve().name)

    assert world.rollback()["current"] == good[-2]
    assert world.rollback()["current"] == good[-3]
    world.assert_code_is(len(good) - 2)
    world.precious.assert_served()


@pytest.mark.parametrize("step", ["adopt", "link", "verify", "activate", "remember", "late-sweep"])
def test_i51_a_rollback_that_is_killed_is_done_or_undone_by_the_next(world, step):
    """I51, G4: gone back or not, the next way back starts from what is live."""
    good = [world.ship()["release"] for _ in range(4)]
    killed_in_step(step, world.request("rollback", source=world.source))
    live = world.live.resolve().name

    assert live == (good[2] if step in ("remember", "late-sweep") else good[3])
    assert world.rollback()["current"] == good[good.index(live) - 1]


START = """
import json, sys
from holdfast_engine.commands import perform
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request, Settings, Source
value = json.load(sys.stdin)
value["source"] = Source(**value["source"])
value["settings"] = Settings.from_json(value["settings"])
try:
    print(perform(Request(**value), tell=lambda event: None, ask=lambda plan: True)["outcome"])
except Problem as problem:
    print(problem.code, problem.message, *problem.context)
    sys.exit(problem.exit_code)
"""


@pytest.mark.parametrize("fresh", [True, pytest.param(False, marks=pytest.mark.soak(share=1))])
def test_i96_of_twenty_starts_at_once_one_deploys_and_the_others_are_told_so(world, tmp_path, fresh):
    """I96: exit 21 for nineteen, who change nothing and take nobody's lock away; afterwards the site is free."""
    source = tmp_path / "code"
    source.mkdir()
    (source / "index.html").write_text("<h1>version 1</h1>\n")
    done = tmp_path / "done"
    if not fresh:
        world.perform("deploy", source=Source("directory", str(source)))
        (source / "index.html").write_text("<h1>version 2</h1>\n")
    world.settings = Settings(before_activation=(f"until test -e {done}; do sleep 0.02; done",))
    processes = [_process(START, world.request("deploy", source=Source("directory", str(source)))) for _ in range(20)]

    until = time.monotonic() + 60
    while sum(one.poll() is not None for one in processes) < 19 and time.monotonic() < until:
        time.sleep(0.02)
    ended = [one.poll() for one in processes]
    done.touch()
    said = [one.stdout.read() for one in processes]
    for one in processes:
        one.wait()
        one.stdout.close()
        one.stderr.close()

    assert sorted(one.returncode for one in processes) == [0, *[21] * 19], said
    assert ended.count(None) == 1, said
    assert [text for text in said if text == "deployed\n"] == ["deployed\n"]
    assert all("`deploy` by" in text or "note yet" in text for text in said if text.startswith("locked"))
    assert len(releases(world)) == (1 if fresh else 2)
    world.settings = Settings()
    (source / "index.html").write_text("<h1>version 3</h1>\n")
    assert world.perform("deploy", source=Source("directory", str(source)))["outcome"] == "deployed"
