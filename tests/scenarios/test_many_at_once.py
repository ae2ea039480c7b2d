"""Scenarios S20 and S24 to S26 of incidents.md: others at work, other runs, no room, much data."""

from __future__ import annotations

import os
import stat

from crash import victim
from crash.shim import Shim
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Settings
from lib import tally
from scenarios.faults import play_through, shares
from scenarios.play import Play, Step, Story, wrote
from scenarios.writers import Busy

_PHP = Settings(framework="generic-php", shared=("uploads/",))
_ROLLBACK = Step("rollback")
_PRUNED = Step("prune", more={"keep": 0})


@shares
def test_what_processes_write_before_during_and_after_a_switch_is_kept_and_served_in_the_end(top, share):
    """S20 (I59, I60, I64): one writer stays in the release that was left, one looks through `current` each time."""
    story = Story(
        "S20",
        (
            Step("deploy", 1),
            Step("deploy", 2, people=wrote("uploads/a.jpg", "late/first.jpg")),
            _ROLLBACK,
            Step("deploy", 3),
            Step("deploy", 4),
        ),
        settings=_PHP,
    )
    assert play_through(story, top, share, fault=Busy) == []


_TWO = Story("S24", (Step("deploy", 1), Step("deploy", 2)), settings=_PHP)


def _at_once(play: Play, faults: list[Shim | None]) -> list[str]:
    """As many starts of one command at the same moment as there are FAULTS, each with its own; how each ended."""
    reading, writing = os.pipe()
    children = []
    for fault in faults:
        child = os.fork()
        if child == 0:
            os.close(writing)
            os.read(reading, 1)  # all of them wait for the end of this
            _end(play, fault)
        children.append(child)
    os.close(reading)
    os.close(writing)
    return [_how(os.waitpid(child, 0)[1]) for child in children]


def _end(play: Play, fault: Shim | None) -> None:
    code = 70
    try:
        if fault:
            fault.arm()
        victim.run(play.request(1))
        code = 0
    except Problem as problem:
        code = problem.exit_code
    finally:
        os._exit(code)


def _how(status: int) -> str:
    return victim.KILLED if os.WIFSIGNALED(status) else str(os.waitstatus_to_exitcode(status))


@shares
def test_of_twenty_runs_at_once_one_at_a_time_works_and_a_killed_one_leaves_nothing_in_the_way(top, share):
    """S24 (I93 to I96): twenty starts; whoever holds the lock is killed at some call; 0 or 21 for the others."""
    play = Play(_TWO, top)
    play.step(0)
    wrote("uploads/a.jpg", "late/b.jpg")(play)
    calls = range(3 + share[1], 400, 400 // min(share[0], 25))
    for call in calls:
        twin = play.copy()
        ended = _at_once(twin, [Shim(str(twin.site), call) for _ in range(19)] + [None])
        wrong = [f"one of twenty ended with {how}" for how in ended if how not in ("0", "21", victim.KILLED)]
        wrong += twin.lost() + twin.unserved() + twin.step(1) + twin.lost() + twin.unserved()
        wrong += [] if twin.version == 2 else [f"version {twin.version} is live"]
        wrong += [f"stuck: {name}" for name in os.listdir(twin.site / ".holdfast/scratch")]
        tally.add("scenario S24", "twenty at once, SIGKILL", 20, wrong)
        assert wrong == [], call


@shares
def test_with_no_byte_no_inode_and_no_quota_left_nothing_is_lost_and_with_room_it_goes_on(top, share):
    """S25 (I97 to I99): from some call on everything that needs room fails, in every command; then there is room."""
    story = Story(
        "S25",
        (
            Step("deploy", 1),
            Step("deploy", 2, people=wrote("uploads/a.jpg", "late/b.jpg")),
            Step("deploy", 3, people=wrote("uploads/c.jpg")),
            _ROLLBACK,
            _PRUNED,
        ),
        settings=_PHP,
        kinds=("ENOSPC+", "kill", "EDQUOT+", "killed", "ENOSPC", "EDQUOT", "kill"),
    )
    assert play_through(story, top, share) == []


def _as_the_application_has_it(play: Play) -> None:
    """Folders and files with owners, modes, times and attributes that nobody would choose."""
    for number, path in enumerate(("uploads/a.jpg", "uploads/deep/b.jpg", "uploads/c.sh")):
        play.precious.write(path, into=play.shared)
        where = play.shared / path
        where.chmod((0o600, 0o664, 0o755)[number])
        os.utime(where, (1_000_000_000 + number,) * 2)
        if os.geteuid() == 0:
            os.chown(where, 33 + number, 1000)
    (play.shared / "uploads/deep").chmod(0o2770)
    (play.top / "as-it-was").write_text(_standing(play))


def _standing(play: Play) -> str:
    """Mode, owner and time of everything in the uploads, and the time of no directory, for their names are counted."""
    rows = []
    for path in sorted((play.shared / "uploads").rglob("*")):
        one = path.lstat()
        time = one.st_mtime_ns if stat.S_ISREG(one.st_mode) else 0
        rows.append(f"{path.name} {one.st_mode:o} {one.st_uid} {one.st_gid} {time}")
    return "\n".join(rows)


@shares
def test_modes_owners_and_times_of_data_are_what_they_were_whatever_breaks_off(top, share):
    """S26 (I100, I101): nobody changes who may read or write an upload."""
    story = Story(
        "S26",
        (
            Step("deploy", 1),
            Step("deploy", 2, people=_as_the_application_has_it),
            Step("deploy", 3),
            _ROLLBACK,
            _PRUNED,
        ),
        settings=_PHP,
        rule=lambda play: (
            [] if _standing(play) == (play.top / "as-it-was").read_text() else ["lost: an owner or a mode"]
        ),
    )
    assert play_through(story, top, share) == []
