"""Running steps under a journal, with failure and crash on one path.

This is the one place that catches what a failing step raises: before the switch it calls at
once what recovery would call after a crash (DESIGN 7), after it the operation stays open for
the next command to complete.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable
from shlex import quote
from typing import Any, Optional, TypeVar

from holdfast_engine.commands.finishing import finish
from holdfast_engine.commands.homing import Report
from holdfast_engine.commands.workplace import Workplace, as_before, make_room, words
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.verdict import FORWARD
from holdfast_engine.model.event import Event
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem

T = TypeVar("T")


class Journey:
    """An operation that switches `current`, in two halves: what comes before the switch and what comes after."""

    place: Workplace
    path: RelPath
    before: int
    report: Report
    operation: Operation
    timings: list[dict[str, Any]]
    late: Optional[Problem] = None

    def begin(self, command: str, facts: dict[str, Any]) -> None:
        self.timings = []
        self.operation = Operation.begin(self.place.root, command, at=self.place.request.now, facts=facts)

    def step(self, name: str, act: Callable[[], None]) -> None:
        """ACT is done as the step NAME: told, journalled, timed."""
        self.place.tell(Event("started", name))
        began = time.monotonic()
        with self.operation.step(name):
            act()
        seconds = time.monotonic() - began
        self.timings.append({"name": name, "seconds": round(seconds, 3)})
        self.place.tell(Event("finished", name, seconds=seconds))

    def before_the_switch(self, act: Callable[[], None]) -> None:
        """ACT ran whole; or what it began is undone, the old release is live, and the reason is raised (50)."""
        try:
            act()
        except (Problem, OSError, KeyboardInterrupt) as error:
            self.operation.close()
            make_room(
                self.place.root
            )  # what filled the disk must not keep us from writing down that it is undone (I97)
            ended = finish(self.place, self.operation.name, own=True)
            if ended["verdict"] == FORWARD:  # only what follows the rename over `current` failed, its fsync: not undone
                raise _as_failed_late(_reason(error, self.place).message, self.place) from error
            raise as_failed_back(error, self.place) from error

    def after_the_switch(self, act: Callable[[], T]) -> T:
        """The new release is live whatever happens here; what is left undone, the next command does (60)."""
        try:
            return act()
        except OSError as error:
            raise _as_failed_late(words(error), self.place) from error

    def late_problem(self, act: Callable[[], None]) -> None:
        """ACT ran, or its problem is told at the end: nothing after the switch takes the release back (I47)."""
        try:
            act()
        except Problem as problem:
            self.late = self.late or problem
            self.place.notice(problem.code, problem.message, hint=problem.hint)

    def finish(self, outcome: str, result: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The operation is over; a problem that came after the switch is raised now, everything else being done."""
        self.operation.end(outcome, at=self.place.request.now + sum(one["seconds"] for one in self.timings))
        value = result()
        if self.late is not None:
            raise self.late
        return value


def _as_failed_late(why: str, place: Workplace) -> Problem:
    return Problem(
        "step-failed-after-activation",
        f"the new release is live, but what follows could not be finished: {why}",
        state="the new release is live and complete",
        hint=f"`holdfast recover --site {quote(place.root.path)}`, or any next command, completes it",
    )


def as_failed_back(error: BaseException, place: Workplace) -> Problem:
    """ERROR as the reason why everything before the switch was undone."""
    problem = _reason(error, place)
    problem.state = problem.state or f"what was begun is undone; {as_before(place.survey)}"
    return problem


def _reason(error: BaseException, place: Workplace) -> Problem:
    if isinstance(error, KeyboardInterrupt):
        return Problem("interrupted", "interrupted", hint=f"holdfast status --site {quote(place.root.path)}")
    if isinstance(error, OSError):
        code = "disk full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "a step failed"
        return Problem(
            "step-failed",
            f"{code}: {words(error)}",
            hint="make room, or mend what the message names, then deploy again",
        )
    if isinstance(error, Problem) and error.kind != "failed-back":
        return Problem(
            "step-failed",
            error.message,
            context=error.context,
            state=error.state,
            whereabouts=error.whereabouts,
            hint=error.hint,
        )
    return error if isinstance(error, Problem) else Problem("bug", repr(error))
