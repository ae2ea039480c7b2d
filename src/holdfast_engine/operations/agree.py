"""Asking a person: what is shown last, and refused by nothing, is what is run (G8, H1)."""

from __future__ import annotations

from collections.abc import Callable
from shlex import quote
from typing import Any, Generic, Optional, Protocol, TypeVar

from holdfast_engine.checks.check_input import accepting
from holdfast_engine.checks.checklist import ACCEPTABLE
from holdfast_engine.checks.shared_identity import not_mounted
from holdfast_engine.model.event import Ask, Event, Listener
from holdfast_engine.model.memory import DATA_MEMORY
from holdfast_engine.model.plan import REFUSE, Check, Plan, verdict_of
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.values import dataclass
from holdfast_engine.site.handle import Site

ANEW = "the site changed meanwhile: this is the new plan"
T = TypeVar("T")


@dataclass(frozen=True)
class Proposal(Generic[T]):
    """What a person is asked to agree to: THING is what is run then, SHOWN what is read. Two with one TOKEN are the
    same to whoever has read one of them. A QUIET one changes nothing, and is not asked about.
    """

    thing: T
    shown: dict[str, Any]
    token: object
    quiet: bool = False


Look = Callable[[], Proposal[T]]


@dataclass(frozen=True)
class Asking:
    """Who is asked, who listens, and whether the answer is YES already. WHAT is the command, for its words."""

    tell: Listener
    ask: Ask
    yes: bool
    what: str
    refresh: Callable[[], object] = object
    """Called before another look: what is known of the host is from the first one."""

    def agree(self, look: Look[T]) -> T:
        """What is run: shown, refused by nothing, agreed to, and still what the host is like.

        LOOK looks at the host and raises whatever speaks against it; after the answer it looks again: what refuses then
        is obeyed, and another proposal is shown and asked about anew (G8). Raises `declined`.
        """
        proposed = look()
        while True:
            self.tell(Event("planned", "plan", data=proposed.shown))
            if proposed.quiet or self.yes:
                return proposed.thing
            if not self.ask(proposed.shown):
                raise declined(self.what)
            self.refresh()
            now = look()
            if now.token == proposed.token:
                return now.thing
            self.tell(Event("noticed", "plan", ANEW))
            proposed = now


class Checked(Protocol):
    """Whatever is run by a plan with checks."""

    @property
    def plan(self) -> Plan: ...


def asking(site: Site, ask: Ask, what: str) -> Asking:
    return Asking(site.tell, ask, site.request.yes, what, site.refresh)


P = TypeVar("P", bound=Checked)


def proposed(site: Site, planned: P) -> Proposal[P]:
    """PLANNED, unless a check says no: then `checklist-refused`, after the plan was told."""
    plan = planned.plan
    if verdict_of(plan.checks) == REFUSE:
        site.tell(Event("planned", "plan", data=plan.to_json()))
    refuse_on_refusal(site, plan.checks, plan.previous)
    return Proposal(planned, plan.to_json(), plan.token, quiet=plan.unchanged)


def as_shown(thing: T, shown: dict[str, Any], *, quiet: bool = False) -> Proposal[T]:
    """A proposal without checks: it is what is shown."""
    return Proposal(thing, shown, shown, quiet)


def declined(what: str) -> Problem:
    """A person said no, or could not be asked."""
    hint = "the same command asks again; with `--plan` it only looks"
    return Problem("declined", f"{what} was declined", state="nothing was changed", hint=hint)


def require_mounted(site: Site) -> None:
    """`checklist-refused` while a disk is not mounted: what would be brought home then would lie beneath it (I29)."""
    if site.away:
        meant = accepting(DATA_MEMORY, "link" if site.request.command == "link" else "deploy")
        refuse_on_refusal(site, (not_mounted(site.away, REFUSE, meant),))


def refuse_on_refusal(site: Site, checks: tuple[Check, ...], previous: Optional[str] = None) -> None:
    """`checklist-refused` when a check says no; nothing was changed, and PREVIOUS is live."""
    if verdict_of(checks) != REFUSE:
        return
    refused = [check for check in checks if check.verdict == REFUSE]
    raise Problem(
        "checklist-refused",
        f"the checklist refuses: {', '.join(check.name for check in refused)}",
        context=[f"{check.name}: {check.why}" for check in refused],
        state="nothing was changed" + (f"; `{previous}` is live as before" if previous else ""),
        whereabouts=[site.root.absolute(site.links.layout.shared)],
        hint=_mend(refused, site),
    )


def _mend(refused: list[Check], site: Site) -> str:
    """What mends the first refusal; where all of them are a person's to accept, how to accept them together."""
    names = [check.name for check in refused]
    if len(names) == 1 or not set(names) <= set(ACCEPTABLE):
        return refused[0].mend
    flags = " ".join(f"--accept {name}" for name in names)
    others = f"`holdfast plan --site {quote(site.root.path)}` says how to fix the others"
    return f"{refused[0].mend}; {others}, `{flags}` accepts all of them"
