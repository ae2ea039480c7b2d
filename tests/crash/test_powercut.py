"""A power cut at every change of every command (G1, G3, G4), by models of what a disk may hold then."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from crash import heard, judge, powercut, syscalls, trials, victim
from crash.arena import sweep
from crash.model import MODELS
from crash.recorder import SYNC, SYNC_ALL
from crash.scenarios import SCENARIOS

FLOORS = json.loads((Path(__file__).parent / "floors.json").read_text())
PARTS = 8
every_scenario = pytest.mark.parametrize("name", SCENARIOS)
with_a_journal = pytest.mark.parametrize("model", [model for model in MODELS if model != "split"])


@every_scenario
def test_a_command_makes_at_least_the_changes_that_it_always_made(arenas, name):
    """The harness checks itself: changes that are not heard are states that are not tried."""
    assert len(powercut.recording_of(arenas(name), "weak").changes) >= FLOORS[name]["changes"]


@pytest.mark.skipif(bool(syscalls.objection()), reason=f"nothing to compare with: {syscalls.objection()}")
@pytest.mark.parametrize("name", ["deploy-later", "prune"])
def test_the_recorder_hears_every_call_that_strace_sees(arenas, name):
    """The harness checks itself: calls by ctypes and those of a forked child are heard as well."""
    inside, outside = heard.both(arenas(name))
    assert inside == outside


@with_a_journal
@every_scenario
def test_a_power_cut_loses_nothing_that_was_on_disk_or_acknowledged(arenas, name, model):
    """G1, G3, G4: of each model a share of the states; every ninth of them goes on to the next command."""
    arena = arenas(name)
    assert sweep(arena, powercut.sample(arena, model, 5), partial(powercut.cut, every=9)) == []


@pytest.mark.parametrize("name", ["deploy-later", "rollback"])
def test_a_power_cut_after_a_recovery_takes_back_nothing_that_it_relied_on(arenas, name):
    """G4: what `recover` reads after a kill need not be on disk; what it acknowledges is."""
    arena = arenas(name)
    points = [point for point, _ in arena.points if point.startswith("place.switched")][:1]
    cases = [case for point in points for case in powercut.last(arena, f"kill@{point}", 3, random=1)]
    assert len(cases) >= 2
    assert sweep(arena, cases, powercut.cut) == []


@pytest.mark.parametrize("forgotten", [SYNC, SYNC_ALL])
def test_a_sync_that_is_left_out_is_noticed(arenas, forgotten, monkeypatch):
    """The harness checks itself: without its syncs a deploy acknowledges what is not on disk."""
    arena = arenas("deploy-later")
    whole = powercut.recording_of(arena, "weak")
    changes = tuple(change for change in whole.changes if change.kind != forgotten)
    story = "without-" + forgotten
    monkeypatch.setitem(powercut._recordings, (str(arena.top), "weak", story), replace(whole, changes=changes))
    last = [case.replace(story, powercut.ONCE) for case in powercut.last(arena, story, 3, random=4)]
    monkeypatch.setitem(powercut._recordings, (str(arena.top), "weak", powercut.ONCE), replace(whole, changes=changes))
    assert sweep(arena, last, partial(powercut.cut, every=1 << 40)) != []


def _syncs(arena) -> list[str]:
    calls = [change.call for change in powercut.recording_of(arena, "weak").changes]
    return [f"fsync/{number}" for number in range(1, calls.count("fsync") + 1)]


@pytest.mark.parametrize("name", ["deploy-later", "rollback", "prune", "adopt-plain"])
def test_a_failed_fsync_is_final(arenas, name):
    """G1, G4: nothing that ends well follows it, whatever a second try would answer; nothing is lost either."""
    arena = arenas(name)
    assert sweep(arena, _syncs(arena)[6::29], trials.fail_sync) == []


@pytest.mark.parametrize("name", ["deploy-later", "rollback"])
def test_a_switch_whose_fsync_fails_is_told_as_a_switch(arenas, name):
    """G3, G7: the new release is live, so nobody is told that it was undone."""
    arena = arenas(name)
    site = arena.copy()
    ended = victim.perform(arena.act(site), victim.fate("place.switched:1", "EIO"))
    assert (ended.what[1], judge.live(site) != arena.account.live_before) == (trials.STANDS, True)


def _may_be_halved(arena, case: str) -> bool:
    """True while one half of an exchange or a move between two directories may be on disk without the other."""
    _, _, _, point, _ = case.split("/")
    recording = powercut.recording_of(arena, "split")
    later = {number + step for number in recording.pending(int(point)) for step in (0, 1)}
    return any(recording.changes[n].call == "renameat2" for n in later if n < len(recording.changes))


def test_without_a_journal_only_a_rename_between_directories_is_unsafe(arenas):
    """G1 on ext2 and the like is not promised: half of an exchange may be on disk, until the fsyncs right after it.

    Outside of that moment nothing is lost there either; and the model that can lose something does.
    """
    arena = arenas("adopt-plain")
    cases = powercut.cases(arena, "split", random=2)
    halved = [case for case in cases if _may_be_halved(arena, case)]
    whole = [case for case in cases if case not in halved]
    look = partial(powercut.cut, every=25)
    assert sweep(arena, whole[::20], look) == []
    assert sweep(arena, halved[::2], partial(powercut.cut, every=1 << 40)) != []


@pytest.mark.soak(share=20)
@pytest.mark.parametrize("part", range(PARTS))
@with_a_journal
@every_scenario
def test_a_power_cut_in_every_state_of_a_hundred_random_ones_per_point(arenas, name, model, part):
    """G1, G3, G4: none, all, each change missing or alone, and a hundred random subsets at each point."""
    arena = arenas(name)
    cases = powercut.cases(arena, model, single=True, random=100, part=part, of=PARTS)
    assert sweep(arena, cases, powercut.cut_and_look) == []


@pytest.mark.soak(share=5)
@with_a_journal
@every_scenario
def test_a_power_cut_after_the_recovery_from_each_kill(arenas, name, model):
    """G4: a kill at each way through the code, `recover`, and the power goes as soon as it has answered."""
    arena = arenas(name)
    cases = [case for point in _recoverable(arena) for case in _at_the_end(arena, model, f"kill@{point}")]
    assert sweep(arena, cases, partial(powercut.cut, every=2)) == []


def _recoverable(arena) -> list[str]:
    """The points after which there is a site to recover."""
    reading = [(point, arena.copy()) for point in victim.telling(arena.points)[::2]]
    for point, site in reading:
        victim.perform(arena.act(site), victim.fate(point))
    return [point for point, site in reading if (site / ".holdfast/site.json").exists() or (site / "releases").exists()]


def _at_the_end(arena, model: str, story: str) -> list[str]:
    end = len(powercut.recording_of(arena, model, story).changes)
    return [f"model/{model}/{story}/{end}/{subset}" for subset in ("none", "all", "random:0", "random:1")]


@pytest.mark.soak(share=5)
@with_a_journal
@pytest.mark.parametrize("name", ["deploy-later", "rollback", "adopt-plain", "restore"])
def test_a_power_cut_of_the_recovery_from_a_power_cut(arenas, name, model):
    """G4: the recovery is cut as well, on the disk that the first cut left."""
    arena = arenas(name)
    points = range(len(powercut.recording_of(arena, model).changes) // 4, 10**6, 40)
    stories = [f"cut@{point}@all" for point in points if point < len(powercut.recording_of(arena, model).changes)]
    cases = [case for story in stories for case in powercut.cases(arena, model, story, random=2)]
    assert sweep(arena, cases, powercut.cut_and_look) == []


@pytest.mark.soak(share=3)
@every_scenario
def test_every_failed_fsync_is_final(arenas, name):
    """G1, G4: each fsync of each command."""
    arena = arenas(name)
    assert sweep(arena, _syncs(arena), trials.fail_sync) == []
