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
from holdfast_engine.commands.rules import Rules
from holdfast_engine.commands.wholeness import require_live
from holdfast_engine.commands.workplace import Workplace, as_before, make_room, words
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.event import Event
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.state.survey import current_release

T = TypeVar("T")
_STANDS = ("failed", "unfinished", "needs-person")
"""The classes of a problem beside which a new release may be live."""


class Journey:
    """An operation that switches `current`, in two halves: what comes before the switch and what comes after."""

    place: Workplace
    path: RelPath
    before: int
    report: Report
    rules: Rules
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
        """ACT ran whole; or what it began is undone, the old release is live, and the reason is raised (50).

        What fails once `current` is renamed undoes nothing: that is left to be completed (60). So what is told is
        what is live then: an interrupt may come between the rename and its record.
        """
        try:
            act()
        except (Problem, OSError, KeyboardInterrupt) as error:
            self.operation.close()
            # what filled the disk must not keep us from writing down that it is undone (I97)
            make_room(self.place.root)
            self._tell_of_data()
            if isinstance(error, OSError) and current_release(self.place.root) == self.path:
                raise self._left_open(error) from error
            finish(self.place, self.operation.name, own=True)
            if current_release(self.place.root) == self.path:
                raise self._live_all_the_same(error) from error
            raise as_failed_back(error, self.place) from error

    def _tell_of_data(self) -> None:
        """Moves of data are not undone: what came home stays there, and is served as before."""
        if self.report.adopted:
            self.place.notice("adopt", f"brought home, and served: {', '.join(self.report.adopted)}")
        for row in self.report.attic:
            self.place.notice("attic", f"`{row['path']}` is kept in `{row['place']}`: {row['reason']}")

    def after_the_switch(self, act: Callable[[], T]) -> T:
        """The new release is live whatever happens here; what is left undone, the next command does (60)."""
        try:
            return act()
        except OSError as error:
            raise self._left_open(error) from error
        except KeyboardInterrupt as error:
            raise self._interrupted_live() from error

    def _live_all_the_same(self, error: BaseException) -> Problem:
        """What is live is never taken away, whoever has switched to it: an interrupt came between the rename and its
        record, or a hook has pointed `current` at the release by itself (G11).
        """
        if isinstance(error, KeyboardInterrupt):
            return self._interrupted_live()
        why = _reason(error, self.place)
        back = f"holdfast rollback --site {quote(self.place.root.path)}"
        return Problem(
            "switched-meanwhile",
            "the deploy failed, and something else had switched `current` to its release before",
            context=[f"{why.code}: {why.message}", *why.context],
            state=f"`{self.path}` is live and is left as it is; no data was moved out of sight",
            hint=f"`{back}` goes back; take out of the hooks what switches `current`",
        )

    def _interrupted_live(self) -> Problem:
        """An interrupt that came once `current` was renamed: whoever reads it must not deploy again for nothing."""
        return Problem(
            "interrupted",
            "interrupted after the switch",
            state="the new release is live and complete; what follows the switch may not have run to its end",
            hint=self._how_to_complete(),
        )

    def _how_to_complete(self) -> str:
        return f"`holdfast recover --site {quote(self.place.root.path)}`, or any next command, completes it"

    def _left_open(self, error: OSError) -> Problem:
        return Problem(
            "step-failed-after-activation",
            f"the new release is live, but what follows could not be finished: {words(error)}",
            state="the new release is live and complete",
            hint=self._how_to_complete(),
        )

    def late_problem(self, act: Callable[[], None]) -> None:
        """ACT ran, or its problem is told at the end: nothing after the switch takes the release back (I47)."""
        try:
            act()
        except Problem as problem:
            self.late = self.late or self._of_late(problem)
            self.place.notice(problem.code, problem.message, hint=problem.hint)

    def _of_late(self, problem: Problem) -> Problem:
        """PROBLEM as one that came after the switch: whatever it is, nobody may read it as "undone"."""
        if problem.kind in _STANDS:
            return problem
        return Problem(
            "step-failed-after-activation",
            f"the new release is live, but what follows could not be finished: {problem.message}",
            context=problem.context,
            state="the new release is live and complete",
            whereabouts=problem.whereabouts,
            hint=problem.hint or self._how_to_complete(),
        )

    def look_whether_live(self, *, deep: bool) -> None:
        """What was made live is live and whole, or that is the problem. DEEP after commands of the user's."""
        self.late_problem(lambda: require_live(self.place, self.path, deep=deep))

    def finish(self, outcome: str, result: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The operation is over; a problem that came after the switch is raised now, everything else being done.

        The last look is at what is live: nothing is told that is not so (G11).
        """
        self.look_whether_live(deep=False)
        self.operation.end(outcome, at=self.place.request.now + sum(one["seconds"] for one in self.timings))
        value = result()
        if self.late is not None:
            self._tell_of_data()
            raise self.late
        return value


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
