"""An application that an operation stopped runs again, however the operation ends (G4): by a step, or by recovery."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Optional

from holdfast_engine.activation.programs import run
from holdfast_engine.guarding.moments import MAY_BE_DOWN, by_hand_in, environment
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import DONE, DOWN, NOTE, UP, Record
from holdfast_engine.model.event import Event
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.values import dataclass
from holdfast_engine.site.handle import Site
from holdfast_engine.site.survey import current_release

START = "start"
"""The name of the step that starts the application in the release that was made live."""


@dataclass(frozen=True)
class Starters:
    """What starts the application: in the NEW release, once that is live, and in the OLD one as long as it is not."""

    new: tuple[str, ...] = ()
    old: tuple[str, ...] = ()

    def note(self, operation: Operation) -> None:
        """On disk before the application is stopped: who finds the journal after a crash knows how to start it."""
        operation.note(**{DOWN: {"new": list(self.new), "old": list(self.old)}})

    @classmethod
    def noted(cls, facts: dict[str, Any]) -> Starters:
        return cls(tuple(map(str, facts.get("new", ()))), tuple(map(str, facts.get("old", ()))))


def went_down(history: Sequence[Record]) -> Optional[Starters]:
    """What starts the application that was stopped under this journal; None where it runs, as far as that says."""
    found: Optional[Starters] = None
    for record in history:
        if record.kind == NOTE and DOWN in record.facts:
            found = Starters.noted(record.facts[DOWN])
        elif (record.kind == NOTE and UP in record.facts) or (record.kind == DONE and record.facts["step"] == START):
            found = None
    return found


def bring_up(site: Site, operation: Optional[Operation], history: Sequence[Record]) -> bool:
    """The application that was stopped under the journal of HISTORY runs again, in the release that is live; True where
    nothing is down. What a person must type where that failed is in `site.down`. OPERATION, where there is one, notes
    that it runs.

    Once more where it runs already and a crash came before the note: that is why `start` must do no harm then.
    """
    starters = went_down(history)
    if starters is None:
        return True
    live, begin = current_release(site.root), history[0].facts
    is_new = live is not None and live == Layout.releases / str(begin.get("release"))
    commands, where = (starters.new if is_new else starters.old), live or RelPath("")
    site.down = tuple(_failing(site, commands, where)) if commands else (_AS_BEFORE,)
    if site.down:
        return False
    if operation is not None:
        with suppress(OSError):  # a full disk keeps no application down
            operation.note(**{UP: where})
    site.notice(START, f"the application was stopped, and is being started again in `{where}`")
    return True


_AS_BEFORE = "as it was started before: `[hooks] stop` has ended it, and there is no `start`"


def told_of(site: Site) -> list[str]:
    """What a person reads where an application that was stopped could not be started again."""
    return [f"the application may be down; start it by hand: {site.down[0]}"] if site.down else []


def saying_so(problem: Problem, site: Site) -> Problem:
    """PROBLEM, which says as well that the application may be down, and first of all how it is started."""
    if site.down:
        problem.state = "; ".join(one for one in (problem.state, MAY_BE_DOWN) if one)
        problem.hint = "; ".join(one for one in (f"start the application by hand: {site.down[0]}", problem.hint) if one)
    return problem


def _failing(site: Site, commands: Sequence[str], where: RelPath) -> list[str]:
    """What a person must type, of COMMANDS, each of which was run in the release WHERE."""
    left = []
    for command in commands:
        try:
            ran = run(
                command,
                directory=site.root.absolute(where),
                environment=environment(site, where, ""),
                hear=lambda line: site.tell(Event("output", START, line)),
            )
            why = "" if ran.well else f"ended with exit code {ran.code}"
        except OSError as error:
            why = f"could not be run ({error.strerror})"
        if why:
            left.append(f"`{by_hand_in(site, where, command)}`")
            site.notice(START, f"the application may be down: `{command}` {why}")
    return left
