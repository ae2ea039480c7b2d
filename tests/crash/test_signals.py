"""SIGKILL of the real process at its system calls (G4): what a failpoint does not name is met as well."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crash import syscalls, trials
from crash.arena import sweep

FLOORS = json.loads((Path(__file__).parent / "floors.json").read_text())
MANY = 6
COMMANDS = ("deploy-later", "link-live", "rollback", "prune")


@pytest.fixture(autouse=True)
def traceable():
    if syscalls.objection():
        pytest.skip(f"no kill at a system call: {syscalls.objection()}")


@pytest.mark.parametrize("name", COMMANDS[:1])
def test_a_kill_at_system_calls_of_every_kind_loses_nothing(arenas, name):
    """G4: the first call of each kind that changes something below the site, others spread from first to last."""
    arena = arenas(name)
    assert len(arena.system_calls) >= FLOORS[name]["calls"]
    chosen = [f"call/{call}" for call in syscalls.spread(arena.system_calls, MANY)]
    assert len(chosen) >= MANY
    assert sweep(arena, chosen, trials.kill_at_call) == []


@pytest.mark.soak(share=10)
@pytest.mark.parametrize("part", range(8))
@pytest.mark.parametrize("name", [*COMMANDS, "deploy-first", "link-fresh"])
def test_a_kill_at_every_system_call_loses_nothing(arenas, name, part):
    """G4: all of them, in parts."""
    arena = arenas(name)
    assert sweep(arena, [f"call/{call}" for call in arena.system_calls[part::8]], trials.kill_at_call) == []
