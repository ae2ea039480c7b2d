"""A kill and nine errors at single calls of the system (R1 to R3), by a shim that strace vouches for (R14)."""

from __future__ import annotations

import json
from itertools import cycle
from pathlib import Path

import pytest

from crash import shimmed, syscalls
from crash.arena import remove, sweep
from crash.judge import fingerprint
from crash.passage import Passage
from crash.scenarios import SCENARIOS, WITHOUT_EXCHANGE
from crash.shim import ERRNOS
from lib.by_turns import by_turns

FLOORS = json.loads((Path(__file__).parent / "floors.json").read_text())
LASTING = tuple(f"{one}+" for one in ERRNOS)
DONE = ("EIO!", "ENOSPC!", "ESTALE!")
"""Reported as failed although it was done: what a network's file system or a dying disk may say."""
KINDS = (*ERRNOS, *LASTING, *DONE)
PARTS = 8

every_scenario = pytest.mark.parametrize("name", SCENARIOS)
some_scenarios = pytest.mark.parametrize("name", by_turns(list(SCENARIOS), every=3, share=1))
"""What vouches for the shim itself: of the others the long run."""
the_other_half = pytest.mark.parametrize("name", by_turns(list(SCENARIOS), every=2, share=1, first=1))
"""Kills and errors at points take the scenarios between them (`test_failpoints.py`)."""
in_parts = pytest.mark.parametrize("part", range(PARTS))

_NAMES = {
    "openat": "open", "mkdirat": "mkdir", "renameat": "rename", "renameat2": "rename", "unlinkat": "unlink",
    "rmdir": "unlink", "symlinkat": "symlink", "linkat": "link", "fallocate": "posix_fallocate", "fchmodat": "chmod",
    "fchownat": "chown", "utimensat": "utime", "fsetxattr": "setxattr",
}  # fmt: skip


def _one_name(name: str) -> str:
    return _NAMES.get(name, name)


@pytest.mark.skipif(bool(syscalls.objection()), reason=f"the shim is not compared: {syscalls.objection()}")
@some_scenarios
def test_the_shim_hears_every_changing_call_that_the_kernel_sees(arenas, name):
    """R14: call by call, in order, of the command as its real process makes them."""
    if name == WITHOUT_EXCHANGE:
        pytest.skip("the real process is on a file system that exchanges names")
    arena = arenas(name)
    seen = [_one_name(call.partition(":")[0]) for call in arena.system_calls]
    assert [_one_name(made.name) for made in shimmed.known_calls(arena)] == seen


def _share(name: str, cases: list[str], number: int) -> list[str]:
    """About NUMBER of CASES, evenly; scenarios begin at different ones."""
    stride = max(len(cases) // number, 1)
    return cases[list(SCENARIOS).index(name) % stride :: stride]


def _failing(numbers: list[int], *, shift: int) -> list[str]:
    """Each of NUMBERS with a kind, which take turns so that a stride meets them all."""
    kinds = cycle(KINDS[(5 * turn + turn // len(KINDS) + shift) % len(KINDS)] for turn in range(len(KINDS) ** 2))
    return [f"shim/{number}/{kind}" for number, kind in zip(numbers, kinds, strict=False)]


@the_other_half
def test_a_kill_at_a_call_loses_nothing(arenas, name):
    """R1, G1, G3, G4: a deterministic share of the ways to a call, before it and after it by turns."""
    arena = arenas(name)
    found = shimmed.known_calls(arena)
    assert len(found) >= FLOORS[name]["shim"]
    cases = [f"shim/{number}" + "/killed" * (number % 2) for number in shimmed.telling(found)]
    assert sweep(arena, _share(name, cases, 2), shimmed.trial) == []


@the_other_half
def test_an_error_at_a_call_is_told_truly_and_loses_nothing(arenas, name):
    """R3: nine errnos, once, lasting, and of a call that was done; a failed sync is final."""
    arena = arenas(name)
    found = shimmed.known_calls(arena)
    cases = _failing(shimmed.telling(found), shift=list(SCENARIOS).index(name))
    syncs = [f"shim/{number}/EIO" for number in shimmed.telling(found) if found[number - 1].name in shimmed.SYNCS]
    assert sweep(arena, [*_share(name, cases, 2), *_share(name, syncs, 1)], shimmed.trial) == []


def test_a_failed_sync_is_no_refusal_of_a_second_name(arenas):
    """G1: what may not have a second name is passed over where a database comes home; a failed sync is final."""
    arena = arenas("sets")
    found = enumerate(shimmed.known_calls(arena), 1)
    of_shared = (number for number, made in found if (made.name, made.place[-7:]) == ("fsync", "/shared"))
    syncs = [f"shim/{number}/ESTALE!" for number in of_shared]
    assert len(syncs) > 4
    assert sweep(arena, syncs, shimmed.trial) == []


@pytest.mark.parametrize("name", ["deploy-later", "rollback", "link-live", "prune"])
def test_a_kill_of_the_recovery_at_a_call_loses_nothing_either(arenas, name):
    """R2: a small share of the pairs of a call and a call of the recovery after it."""
    arena = arenas(name)
    numbers = shimmed.telling(shimmed.known_calls(arena))
    pairs = [f"shim/{first}/then/{second}" for first in numbers[7::90] for second in (3, 17)]
    assert sweep(arena, pairs, shimmed.trial) == []


@some_scenarios
def test_a_killed_command_leaves_the_site_that_it_passes_through(arenas, name):
    """R1: so that one run of a command shows the judge what a kill at each of its calls leaves."""
    arena = arenas(name)
    calls = len(shimmed.known_calls(arena))
    some = _share(name, list(range(1, calls + 1)), 2)
    site = arena.copy()
    passage = Passage(arena.fresh(), site, arena.act(site), only=[number - 1 for number in some])
    assert passage.calls == calls
    for number in some:
        killed, passed = shimmed.stopped(arena, number), passage.site(number - 1)
        assert fingerprint(killed, times=False) == fingerprint(passed, times=False)
        remove(killed)


@pytest.mark.soak(share=7)
@in_parts
@every_scenario
def test_a_kill_at_every_call_loses_nothing(arenas, name, part):
    """R1: all of them, before and after the call."""
    arena = arenas(name)
    numbers = range(1, len(shimmed.known_calls(arena)) + 1)
    cases = [f"shim/{number}{how}" for number in numbers for how in ("", "/killed")]
    assert sweep(arena, cases[part::PARTS], shimmed.passed) == []


@pytest.mark.soak(share=70)
@pytest.mark.parametrize("kind", KINDS)
@every_scenario
def test_an_error_of_each_kind_at_every_call(arenas, name, kind):
    """R3: all of them."""
    arena = arenas(name)
    cases = [f"shim/{number}/{kind}" for number in range(1, len(shimmed.known_calls(arena)) + 1)]
    assert sweep(arena, cases, shimmed.trial) == []


@pytest.mark.soak(share=45)
@in_parts
@every_scenario
def test_a_kill_of_the_recovery_at_each_of_its_calls(arenas, name, part):
    """R2: from the first call on each way, every call of the recovery after it."""
    arena = arenas(name)
    firsts = shimmed.telling(shimmed.known_calls(arena))[part::PARTS]
    cases = [f"shim/{one}/then/{two}" for one in firsts for two in range(1, shimmed.recovery_calls(arena, one) + 1)]
    assert sweep(arena, cases, shimmed.passed) == []
