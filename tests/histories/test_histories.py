"""Whatever people, commands, kills and clocks do in whatever order: no byte lost, nothing hidden, never stuck."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from histories.actors import Actors
from histories.harm import Misfortunes
from histories.keeping import Keepers
from histories.machine import Histories

_COMMON = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck), "print_blob": True}


def run(machine: type[Histories], number: int, *, examples: int, steps: int, shrink: bool = True) -> None:
    """EXAMPLES histories of up to STEPS steps from the seed NUMBER, which replays them; without SHRINK as found."""
    phases = [Phase.generate, *([Phase.shrink] if shrink else [])]
    how = settings(max_examples=examples, stateful_step_count=steps, phases=phases, **_COMMON)
    run_state_machine_as_test(seed(number)(machine), settings=how)


MACHINES = pytest.mark.parametrize("machine", [Histories, Misfortunes, Keepers, Actors])


@MACHINES
def test_random_histories_lose_nothing_and_are_never_stuck(machine):
    """G1 to G5, G11 (R8): the deterministic share of every push."""
    run(machine, 1, examples=3, steps=20)


@pytest.mark.soak(share=62)
@MACHINES
@pytest.mark.parametrize("number", range(100, 300))
def test_many_random_histories_lose_nothing(machine, number):
    """G1 to G5, G11 (R8): the seed is the test's parameter. Shrinking would take the time of all other loops."""
    run(machine, number, examples=25, steps=50, shrink=False)
