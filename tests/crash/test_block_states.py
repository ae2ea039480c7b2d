"""Power cuts on real file systems (G1, G3, G4): what was flushed is there, of the rest none, all or some."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from crash import block_states, victim
from crash.scenarios import SCENARIOS
from holdfast_engine.fs import durable
from lib import tally

every_scenario = pytest.mark.parametrize("name", SCENARIOS)
every_file_system = pytest.mark.parametrize("fs", block_states.FILE_SYSTEMS)


@pytest.fixture(autouse=True)
def mountable(request):
    fs = getattr(request.node, "callspec", None)
    objection = block_states.objection(fs.params.get("fs", "ext4") if fs else "ext4")
    if objection:
        pytest.skip(f"no file system can lose power here: {objection}")


def test_a_power_cut_on_ext4_loses_nothing(arenas):
    """G1, G3, G4: a dozen states of one deploy on the file system that most servers have."""
    tried, told = block_states.told_by(arenas("deploy-later"), "ext4", 12, every=3)
    assert tried >= 8
    assert told == []


def test_syncs_that_are_left_out_are_noticed_on_ext4(arenas, monkeypatch):
    """The harness checks itself: with no sync at all a deploy acknowledges what the disk does not hold."""
    arena = arenas("deploy-later")
    assert arena.account is not None
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)
    monkeypatch.setattr(durable, "_libc", SimpleNamespace(syncfs=lambda _descriptor: 0))
    assert block_states.told_by(arena, "ext4", 12, every=1 << 40)[1] != []


@pytest.mark.soak(share=16)
@every_file_system
@every_scenario
def test_a_power_cut_on_each_file_system_loses_nothing(arenas, name, fs):
    """G1, G3, G4: a hundred states of each command on each file system, sectors torn."""
    tried, told = block_states.told_by(arenas(name), fs, 100, every=4)
    tally.add(name, f"power cut, {fs}", tried, told)
    assert told == []


@pytest.mark.soak(share=5)
@pytest.mark.parametrize("fs", ["ext4", "xfs"])
@every_scenario
def test_a_file_system_that_is_shut_down_after_a_kill_loses_nothing(arenas, name, fs):
    """G4: a kill at each way through the code, and what the file system had not committed is gone as well."""
    arena = arenas(name)
    cases = [f"shutdown/{fs}/{point}" for point in victim.telling(arena.points)]
    tried, told = block_states.told_by(arena, fs, cases, every=4)
    tally.add(name, f"{fs} shut down", tried, told)
    assert told == []
