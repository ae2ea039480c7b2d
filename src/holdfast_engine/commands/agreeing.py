"""Asking a person: what is shown last, and refused by nothing, is what is run (G8, H1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from holdfast_engine.checks.checklist import ACCEPTABLE
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.model.event import Event
from holdfast_engine.model.plan import REFUSE, Check, Plan, verdict_of
from holdfast_engine.model.problem import Problem

Ask = Callable[[dict[str, Any]], bool]
ANEW = "the site changed meanwhile, so here is the plan as it is now"


class Planned(Protocol):
    """Whatever is run by a plan."""

    @property
    def plan(self) -> Plan: ...


P = TypeVar("P", bound=Planned)
Q = TypeVar("Q")


def agreed(place: Workplace, first: P, again: Callable[[], P], ask: Ask, *, what: str) -> P:
    """The plan that is run: shown, free of refusals, agreed to, and still true of the host.

    After the answer the host is looked at AGAIN: a check that refuses then is obeyed, and a plan that is another one is
    shown and asked for anew. Raises `checklist-refused` and `declined`; WHAT is the command, for its words.
    """
    found = first
    while True:
        plan = found.plan
        place.tell(Event("planned", "plan", data=plan.to_json()))
        refuse_on_refusal(place, plan)
        if plan.unchanged or place.request.yes:
            return found
        if not ask(plan.to_json()):
            raise declined(what)
        place.refresh()
        found = again()
        if found.plan.token == plan.token:
            return found
        place.notice("plan", ANEW)


def agreed_question(
    place: Workplace, first: Q, again: Callable[[], Q], ask: Ask, *, shown: Callable[[Q], dict[str, Any]], what: str
) -> Q:
    """As `agreed`, for what has no checks: what is asked last is what is there."""
    found = first
    while not place.request.yes:
        if not ask(shown(found)):
            raise declined(what)
        place.refresh()
        now = again()
        if shown(now) == shown(found):
            return now
        place.notice("plan", ANEW)
        found = now
    return found


def declined(what: str) -> Problem:
    """A person said no, or could not be asked."""
    return Problem("declined", f"{what} was declined", state="nothing was changed", hint="`--yes` answers yes")


def refuse_on_refusal(place: Workplace, plan: Plan) -> None:
    """`checklist-refused` when a check says no; nothing was changed."""
    if verdict_of(plan.checks) != REFUSE:
        return
    refused = [check for check in plan.checks if check.verdict == REFUSE]
    raise Problem(
        "checklist-refused",
        f"the checklist says no: {', '.join(check.name for check in refused)}",
        context=[f"{check.name}: {check.why}" for check in refused],
        state="nothing was changed" + (f"; `{plan.previous}` is live as before" if plan.previous else ""),
        whereabouts=[place.root.absolute(place.bench.layout.shared)],
        hint=_mend(refused),
    )


def _mend(refused: list[Check]) -> str:
    """What mends the first refusal; where all of them are a person's to accept, how to accept them together."""
    names = [check.name for check in refused]
    if len(names) == 1 or not set(names) <= set(ACCEPTABLE):
        return refused[0].mend
    flags = " ".join(f"--accept {name}" for name in names)
    return f"{refused[0].mend}; `holdfast plan` says how to mend the others, `{flags}` accepts all of them"
