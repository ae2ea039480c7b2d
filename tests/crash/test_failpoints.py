"""A kill, an error and an interrupt at every named point of every command (G1, G3, G4; SQLite's habit of loops)."""

from __future__ import annotations

import json
from itertools import cycle
from pathlib import Path

import pytest

from crash import trials, victim
from crash.arena import Arena, recovering, remove, sweep
from crash.scenarios import SCENARIOS
from lib.by_turns import by_turns

FLOORS = json.loads((Path(__file__).parent / "floors.json").read_text())
KINDS = ("ENOSPC", "ENOSPC+", "EIO", "EIO+", "EPERM", "EPERM+", "interrupt", "crash")
"""An error once, and from there on; a person's Ctrl-C; what nothing in the engine may catch."""

EVENLY, BY_NAME = 1, 2
"""So many kills of one scenario are tried in every run: evenly from first to last, and of names that take turns."""

every_scenario = pytest.mark.parametrize("name", SCENARIOS)


def _names(points: list[tuple[str, int]]) -> set[str]:
    return {point.partition(":")[0] for point, _ in points}


@every_scenario
def test_a_command_reaches_at_least_the_points_that_it_always_reached(arenas, name):
    """The harness checks itself: points that vanish are points that are no longer killed."""
    points = arenas(name).points
    found = {"points": len(points), "ways": len(victim.telling(points)), "names": len(_names(points))}
    assert {what: number for what, number in found.items() if number < FLOORS[name][what]} == {}


@pytest.mark.parametrize("name", by_turns(list(SCENARIOS), every=2, share=1))
def test_a_kill_at_a_point_loses_nothing_and_the_next_command_goes_on(arenas, name):
    """G1, G3 and G4 at a deterministic share of the ways through the code to each point; the long run takes all, and
    every run kills the other commands at calls (`test_shim.py`).
    """
    arena = arenas(name)
    ways = victim.telling(arena.points)
    assert sweep(arena, _share(ways, list(SCENARIOS).index(name)), trials.kill) == []


def _share(ways: list[str], turn: int) -> list[str]:
    """Some of WAYS; each TURN begins at another way and at other names of points."""
    stride = max(len(ways) // EVENLY, 1)
    evenly = ways[turn % stride :: stride]
    first = {way.partition(":")[0]: way for way in reversed(ways)}
    others = [first[name] for name in sorted(first.keys() - {way.partition(":")[0] for way in evenly})]
    at = turn * BY_NAME % max(len(others), 1)
    return evenly + (others[at:] + others[:at])[:BY_NAME]


@pytest.mark.parametrize("name", by_turns(list(SCENARIOS), every=2, share=1))
def test_an_error_at_a_point_ends_in_words_and_loses_nothing(arenas, name):
    """A full disk, a broken one, a refusal, Ctrl-C: the kinds take turns."""
    arena = arenas(name)
    cases = _each_with_a_kind(victim.telling(arena.points), shift=list(SCENARIOS).index(name))
    assert sweep(arena, cases[:: max(len(cases) // 2, 2)], trials.fail) == []


def _each_with_a_kind(points: list[str], *, shift: int) -> list[str]:
    """The kinds take turns; steps of 3 and 7 share no factor with their number, so that a stride meets them all."""
    kinds = cycle(KINDS[(3 * turn + turn // 8 + shift) % len(KINDS)] for turn in range(64))
    return [f"{point}/{kind}" for point, kind in zip(points, kinds, strict=False)]


def pairs(arena: Arena, *, stride: int) -> list[str]:
    """Points of the command with points of the recovery after it: every STRIDEth of all, counted through."""
    found, turn = [], 0
    for point in victim.telling(arena.points)[:: max(stride // 8, 1)]:
        site = arena.copy()
        victim.perform(arena.act(site), victim.fate(point))
        for second, _ in victim.points_of(recovering(site)) if (site / ".holdfast/site.json").exists() else ():
            turn += 1
            if turn % stride == 0:
                found.append(f"{point}/then/{second}")
        remove(site)
    return found


@pytest.mark.parametrize("name", by_turns(["deploy-later", "rollback", "restore"], every=3, share=1))
def test_a_kill_of_the_recovery_loses_nothing_either(arenas, name):
    """G4 holds for the recovery as well: a deterministic sample of pairs."""
    arena = arenas(name)
    cases = pairs(arena, stride=97 if name != "restore" else 13)
    assert len(cases) >= FLOORS[name]["pairs"]
    assert sweep(arena, cases, trials.kill_recovery) == []


def test_a_judge_that_sees_a_lost_byte_says_so(arenas):
    """The harness checks itself: a byte taken away, a link that leads nowhere and litter are each noticed."""
    arena = arenas("restore")
    site = arena.copy()
    assert arena.at_the_crash(site) == []
    (site / "shared/public/uploads/old.jpg").unlink()
    assert arena.account.lost(site) == ["lost: shared/public/uploads/old.jpg"]
    (site / "shared/.env").rename(site / "shared/.env-elsewhere")
    assert "served wrongly: .env" in arena.account.broken(site)
    assert arena.litter(site) == []
    (site / "releases/left").mkdir(mode=0o700)
    (site / "shared/loop").symlink_to("loop")
    (site / ".holdfast/current").symlink_to("releases/left")
    assert arena.litter(site) == [
        "litter: .holdfast/current waits",
        f"litter: {site}/shared/loop",
        "unknown release: left",
        "half a release: left",
    ]
    remove(site)


PARTS = 8
"""A long sweep is run in parts, so that none of them comes near the time that a test may take."""
in_parts = pytest.mark.parametrize("part", range(PARTS))


@pytest.mark.soak(share=6)
@in_parts
@every_scenario
def test_a_kill_at_all_points_followed_by_either_command(arenas, name, part):
    """Every point, not only the first on each way; after it `recover` first, and the next command first."""
    arena = arenas(name)
    cases = [point for point, _ in arena.points]
    assert sweep(arena, cases[part::PARTS], trials.kill_both_ways) == []


@pytest.mark.soak(share=10)
@in_parts
@every_scenario
def test_every_kind_of_error_at_all_points(arenas, name, part):
    """Every point with every kind."""
    arena = arenas(name)
    cases = [f"{point}/{kind}" for point, _ in arena.points for kind in KINDS]
    assert sweep(arena, cases[part::PARTS], trials.fail) == []


@pytest.mark.soak(share=4)
@in_parts
@every_scenario
def test_a_kill_of_the_recovery_at_many_pairs(arenas, name, part):
    """Every ninth pair, of recoveries from every point."""
    arena = arenas(name)
    assert sweep(arena, pairs(arena, stride=9)[part::PARTS], trials.kill_recovery) == []
