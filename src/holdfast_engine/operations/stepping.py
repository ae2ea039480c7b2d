"""Taking one step after another: told, journalled and timed alike for every command."""

from __future__ import annotations

import time
from typing import Any, TypeVar

from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.event import Event, Listener
from holdfast_engine.steps.step import Step, Steps

P = TypeVar("P")
W = TypeVar("W")
Timings = list[dict[str, Any]]
"""Name and seconds of each step that was taken, in order."""


def taken(step: Step[P, W], work: W, operation: Operation, tell: Listener, timings: Timings) -> W:
    """STEP is intended in the journal, run, and done there; told before and after, and timed."""
    tell(Event("started", step.name))
    began = time.monotonic()
    with operation.step(step.name):
        work = step.run(work)
    seconds = time.monotonic() - began
    timings.append({"name": step.name, "seconds": round(seconds, 3)})
    tell(Event("finished", step.name, seconds=seconds))
    return work


def all_taken(steps: Steps[P, W], work: W, operation: Operation, tell: Listener) -> tuple[W, Timings]:
    """Every one of STEPS, of an operation that only goes forward: what fails leaves it open for the next command."""
    timings: Timings = []
    for step in steps:
        work = taken(step, work, operation, tell, timings)
    return work, timings


def end_of(at: float, timings: Timings) -> float:
    """The time at which an operation ended that began AT: the clock that was given, and what its steps took."""
    return at + sum(float(one["seconds"]) for one in timings)
