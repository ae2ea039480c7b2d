"""Running the steps of an operation that switches `current`, with failure and crash on one path.

This is the one place that catches what a failing step raises: before the switch it calls at
once what recovery would call after a crash (ARCHITECTURE), after it the operation stays open for
the next command to complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import field
from shlex import quote
from typing import Any, Optional

from holdfast_engine.fs.refusals import mend_of, words_of
from holdfast_engine.guarding.guard import Watch
from holdfast_engine.guarding.stopped import bring_up, saying_so
from holdfast_engine.journal import log
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.values import dataclass
from holdfast_engine.operations.pipelines import parted
from holdfast_engine.operations.planned import Planned
from holdfast_engine.operations.recovery import UNFINISHED, finish
from holdfast_engine.operations.stepping import Timings, end_of, taken
from holdfast_engine.persistence import census
from holdfast_engine.persistence.missing import empty_by_name
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.wholeness import require_live
from holdfast_engine.site.free_space import make_room
from holdfast_engine.site.handle import Site
from holdfast_engine.site.live import as_before
from holdfast_engine.site.survey import current_release
from holdfast_engine.steps.step import Step, Steps
from holdfast_engine.steps.work import Outlook, Work

_STANDS = ("failed", "unfinished", "needs-person")
"""The classes of a problem beside which a new release may be live."""


def begun(command: str, planned: Planned, warnings: Iterable[str]) -> Run:
    """The run of what was PLANNED, its first record on disk. WARNINGS are told at its end."""
    outlook, site = planned.outlook, planned.outlook.site
    facts = {
        "release": outlook.record.id,
        "previous": planned.plan.previous,
        "who": site.request.who,
        "left": outlook.outgoing or "",
    }
    operation = Operation.begin(site.root, command, at=site.request.now, facts=facts)
    report = Report(warnings=list(warnings))
    accept = () if outlook.returns else site.request.accept
    watch = Watch(report.warnings, empty_by_name(site.survey.site, accept), emptied=_emptied(planned.outlook))
    return Run(Work.begun(outlook, operation, report, watch), planned.steps)


def _emptied(outlook: Outlook) -> frozenset[str]:
    """Where no hook is to blame for what vanishes; looked for before any hook runs, and only where one does."""
    if not (outlook.hooks_before or outlook.hooks_after or outlook.stop or outlook.start):
        return frozenset()
    census.note_emptied(outlook.site, outlook.counted)
    return census.emptied(outlook.site)


@dataclass
class Run:
    """An operation under way: its STEPS, and the WORK as far as they have come."""

    work: Work
    steps: Steps[Outlook, Work]
    timings: Timings = field(default_factory=list)
    late: Optional[Problem] = None
    """What went wrong first after the switch."""

    @property
    def site(self) -> Site:
        return self.work.site

    @property
    def path(self) -> RelPath:
        return self.work.path

    def go(self, outcome: str, answer: Callable[[Run], dict[str, Any]]) -> dict[str, Any]:
        """Every step in order; a failure before the switch is undone, one after it is told at the end (G4)."""
        before, after = parted(self.steps)
        self._before_the_switch(before)
        try:
            for step in after:
                self._take_late(step)
            return self._finish(outcome, answer)
        except OSError as error:
            self._bring_up()
            raise saying_so(self._left_open(error), self.site) from error
        except KeyboardInterrupt as error:
            self._bring_up()
            raise saying_so(self._interrupted_live(), self.site) from error

    @property
    def _live(self) -> str:
        """The release that is live after the switch, as a person calls it: a rollback makes no new one live."""
        return f"`{self.path}`" if self.work.outlook.returns else "the new release"

    def _bring_up(self) -> None:
        """The application runs, if this operation stopped it, whatever keeps that from being completed now."""
        operation = self.work.operation
        bring_up(self.site, operation, log.read(self.site.root, operation.name))

    def _take(self, step: Step[Outlook, Work]) -> None:
        self.work = taken(step, self.work, self.work.operation, self.site.tell, self.timings)

    def _before_the_switch(self, steps: Steps[Outlook, Work]) -> None:
        """STEPS ran whole; or what they began is undone, the old release is live, and the reason is raised (50).

        What fails once `current` is renamed undoes nothing: that is left to be completed (60). So what is told is
        what is live then: an interrupt may come between the rename and its record.
        """
        try:
            for step in steps:
                self._take(step)
        except (Problem, OSError, KeyboardInterrupt) as error:
            self.work.operation.close()
            # what filled the disk must not keep us from writing down that it is undone (I97)
            make_room(self.site.root)
            self._tell_of_data()
            if isinstance(error, OSError) and current_release(self.site.root) == self.path:
                bring_up(self.site, None, log.read(self.site.root, self.work.operation.name))
                raise saying_so(self._left_open(error), self.site) from error
            ended = finish(self.site, self.work.operation.name, own=True)
            if current_release(self.site.root) == self.path:
                raise saying_so(self._live_all_the_same(error), self.site) from error
            raise as_failed_back(error, self.site, undone=ended != UNFINISHED) from error

    def _take_late(self, step: Step[Outlook, Work]) -> None:
        """STEP ran, or its problem is told at the end: nothing after the switch takes the release back (I47)."""
        if step.only_when_well and self.late is not None:
            self.work.report.warnings.append(f"{step.name} was skipped: a step after the switch failed")
            return
        try:
            self._take(step)
        except Problem as problem:
            self._keep(problem)
        if step.lets_users_act:
            self._look_whether_live(deep=True)

    def _look_whether_live(self, *, deep: bool) -> None:
        """What was made live is live and complete, or that is the problem. DEEP after commands of the user's."""
        try:
            require_live(self.site, self.path, deep=deep)
        except Problem as problem:
            self._keep(problem)

    def _keep(self, problem: Problem) -> None:
        self.late = self.late or self._of_late(problem)
        self.site.notice(problem.code, problem.message, hint=problem.hint)

    def _of_late(self, problem: Problem) -> Problem:
        """PROBLEM as one that came after the switch: whatever it is, nobody may read it as "undone"."""
        if problem.kind in _STANDS:
            return problem
        return Problem(
            "step-failed-after-activation",
            f"{self._live} is live, but the steps after the switch could not be finished: {problem.message}",
            context=problem.context,
            state=f"{self._live} is live and complete",
            whereabouts=problem.whereabouts,
            hint=problem.hint or self._how_to_complete(),
        )

    def _finish(self, outcome: str, answer: Callable[[Run], dict[str, Any]]) -> dict[str, Any]:
        """The operation is over; a problem that came after the switch is raised now, everything else being done.

        The last look is at what is live: nothing is told that is not so (G11).
        """
        self._look_whether_live(deep=False)
        files = census.files(self.site)
        self.work.operation.end(outcome, at=end_of(self.site.request.now, self.timings), files=files)
        value = answer(self)
        if self.late is not None:
            self._tell_of_data()
            raise self.late
        return value

    def _tell_of_data(self) -> None:
        """Moves of data are not undone: what came home stays there, and is served as before."""
        report = self.work.report
        if report.adopted:
            self.site.notice("adopt", f"kept, and served from now on: {', '.join(report.adopted)}")
        for row in report.attic:
            self.site.notice("attic", f"`{row['path']}` is kept in `{row['place']}`: {row['reason']}")

    def _live_all_the_same(self, error: BaseException) -> Problem:
        """What is live is never taken away, whoever has switched to it: an interrupt came between the rename and its
        record, or a hook has pointed `current` at the release by itself (G11).
        """
        if isinstance(error, KeyboardInterrupt):
            return self._interrupted_live()
        why = _reason(error, self.site)
        back = f"holdfast rollback --site {quote(self.site.root.path)}"
        return Problem(
            "switched-meanwhile",
            "the deploy failed after another program had switched `current` to its release",
            context=[f"{why.code}: {why.message}", *why.context],
            state=f"`{self.path}` stays live; all data is still in its place",
            hint=f"`{back}` goes back; remove from the hooks what switches `current`",
        )

    def _interrupted_live(self) -> Problem:
        """An interrupt that came once `current` was renamed: whoever reads it must not deploy again for nothing."""
        return Problem(
            "interrupted",
            "interrupted after the switch",
            state=f"{self._live} is live and complete; the steps after the switch may not have finished",
            hint=self._how_to_complete(),
        )

    def _left_open(self, error: OSError) -> Problem:
        return Problem(
            "step-failed-after-activation",
            f"{self._live} is live, but the steps after the switch could not be finished: {words_of(error)}",
            state=f"{self._live} is live and complete",
            hint=f"{mend_of(error)}; {self._how_to_complete()}",
        )

    def _how_to_complete(self) -> str:
        return f"`holdfast recover --site {quote(self.site.root.path)}`, or any next command, completes it"


def as_failed_back(error: BaseException, site: Site, *, undone: bool) -> Problem:
    """ERROR as the reason why everything before the switch was undone; or is to be, once a disk is mounted again."""
    problem = _reason(error, site)
    begun = "the command was undone" if undone else "the command is undone once the missing mount is back"
    live = site.survey.current
    back = f"`{live}` is live, as before" if live and site.request.command == "rollback" else as_before(site.survey)
    problem.state = problem.state or f"{begun}; {back}"
    return saying_so(problem, site)


def _reason(error: BaseException, site: Site) -> Problem:
    if isinstance(error, KeyboardInterrupt):
        return Problem("interrupted", "interrupted", hint=f"holdfast status --site {quote(site.root.path)}")
    if isinstance(error, OSError):
        hint = f"{mend_of(error)}, then run the command again"
        return Problem("step-failed", f"a step failed: {words_of(error)}", hint=hint)
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
