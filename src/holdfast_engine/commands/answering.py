"""What a deploy or a rollback answers, whatever its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from shlex import quote
from typing import Any, Optional

from holdfast_engine.commands import counting
from holdfast_engine.commands.applying import Journey
from holdfast_engine.commands.homing import Report
from holdfast_engine.commands.missing import missing
from holdfast_engine.commands.rules import Rules
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.fs.walk import size_of
from holdfast_engine.model.plan import WARN, Check, Plan
from holdfast_engine.model.problem import Problem


@dataclass(frozen=True)
class Account:
    """What was done to data: how many files there were BEFORE, the REPORT, and the RULES by which to look for what is
    missing, where they are known.
    """

    before: int
    report: Report
    rules: Optional[Rules] = None


def answer(
    outcome: str,
    *,
    release: Optional[str],
    previous: Optional[str],
    steps: list[dict[str, Any]],
    place: Workplace,
    account: Account,
) -> dict[str, Any]:
    """The JSON that INTERFACE.md promises."""
    current, counted, report = place.refresh().current, counting.count(place, save=False), account.report
    gone = missing(place, account.rules, counted) if account.rules else ()
    return {
        "outcome": outcome,
        "release": release,
        "previous": previous,
        "current": current.name if current else None,
        "steps": steps,
        "data": {
            **measured(place, account.before, counting.total(counted), report),
            "missing": [one.to_json() for one in gone],
        },
        "warnings": list(dict.fromkeys([*report.warnings, *report.left])),
        "back": _way_back(place, outcome, previous) if release else "",
    }


def measured(place: Workplace, before: Optional[int], after: int, report: Report) -> dict[str, Any]:
    """What happened to data, by looking. LOST is what our own moves lost: each was looked for where it was to be.
    VANISHED is what was counted BEFORE and is not there AFTER, beyond what the moves set aside: it went by other hands.
    """
    return {
        **({} if before is None else {"files_before": before}),
        "files_after": after,
        "lost": len(report.unfound) + sum(not place.root.has(row["place"]) for row in report.attic),
        "vanished": None if before is None else _vanished(place, before - after, report),
        "adopted": report.adopted,
        "attic": report.attic,
        "seeded": report.seeded,
        "kept": report.kept,
    }


def _vanished(place: Workplace, fewer: int, report: Report) -> int:
    if fewer <= 0:
        return 0
    return max(0, fewer - sum(size_of(place.root, row["place"])[0] for row in report.attic))


def told_by(plan: Plan) -> list[str]:
    """What PLAN warns of and notes, for whoever has not seen it."""
    return list(dict.fromkeys([*plan.notes, *warned(plan.checks)]))


def warned(checks: Iterable[Check]) -> list[str]:
    """Each of CHECKS that warns, in words."""
    return [f"{check.why}; {check.mend}".rstrip("; ") for check in checks if check.verdict == WARN]


def _way_back(place: Workplace, outcome: str, previous: Optional[str]) -> str:
    """What to type to have the release back that was live before; nothing when there was none, or it is live still. By
    its name where a rollback without one would go to another: the newest of those before, whichever was live last.
    """
    if previous is None or outcome == "unchanged":
        return ""
    active = place.survey.active
    if active is not None and active.id == previous:
        return ""
    older = [one.id for one in place.survey.releases if one.good and active and one.counter < active.counter]
    named = "" if older and older[-1] == previous else f" {previous}"
    return f"holdfast rollback{named} --site {quote(place.root.path)}"


@dataclass
class Standing:
    """How far a command has come: JOURNEY is the operation under way, once there is one; RULES are those of the plan
    before.
    """

    journey: Optional[Journey] = None
    rules: Optional[Rules] = None


@contextmanager
def answering(place: Workplace) -> Iterator[Standing]:
    """A Problem that leaves the block carries the same answer as a success: what was taken, and what is live now.

    Where the site cannot even be looked at any more, it carries none.
    """
    standing, previous = Standing(), place.survey.active
    try:
        yield standing
    except Problem as problem:
        with suppress(OSError, Problem):
            problem.answer = _as_it_stands(place, standing, previous.id if previous else None, problem.kind)
        raise


def _as_it_stands(place: Workplace, standing: Standing, previous: Optional[str], kind: str) -> dict[str, Any]:
    """Nothing was done to data, as long as the release that was to come is not the one that is live."""
    journey = standing.journey
    current = place.refresh().current
    live = journey is not None and current is not None and current == journey.path
    return answer(
        kind,
        release=current.name if live and current else None,
        previous=previous,
        steps=getattr(journey, "timings", []),
        place=place,
        account=Account(
            before=journey.before if journey else counting.files(place),
            report=journey.report if journey and live else Report(unfound=journey.report.unfound if journey else []),
            rules=journey.rules if journey else standing.rules,
        ),
    )
