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
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.model.plan import WARN, Check, Plan
from holdfast_engine.model.problem import Problem


def answer(
    outcome: str,
    *,
    release: Optional[str],
    previous: Optional[str],
    steps: list[dict[str, Any]],
    before: int,
    place: Workplace,
    report: Report,
) -> dict[str, Any]:
    """The JSON that INTERFACE.md promises."""
    current = place.refresh().current
    return {
        "outcome": outcome,
        "release": release,
        "previous": previous,
        "current": current.name if current else None,
        "steps": steps,
        "data": {
            "files_before": before,
            "files_after": counting.files(place),
            "lost": 0,
            "adopted": report.adopted,
            "attic": report.attic,
            "seeded": report.seeded,
            "kept": report.kept,
        },
        "warnings": list(dict.fromkeys([*report.warnings, *report.left])),
        "back": _way_back(place, outcome, previous) if release else "",
    }


def told_by(plan: Plan) -> list[str]:
    """What PLAN warns of and notes, for whoever has not seen it."""
    return list(dict.fromkeys([*plan.notes, *warned(plan.checks)]))


def warned(checks: Iterable[Check]) -> list[str]:
    """Each of CHECKS that warns, in words."""
    return [f"{check.why}; {check.mend}".rstrip("; ") for check in checks if check.verdict == WARN]


def _way_back(place: Workplace, outcome: str, previous: Optional[str]) -> str:
    """What to type to have the release back that was live before; nothing when there was none, or it is live still."""
    if previous is None or outcome == "unchanged":
        return ""
    named = f" {previous}" if outcome == "activated" else ""
    return f"holdfast rollback{named} --site {quote(place.root.path)}"


@dataclass
class Standing:
    """How far a command has come: JOURNEY is the operation under way, once there is one."""

    journey: Optional[Journey] = None


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
            problem.answer = _as_it_stands(place, standing.journey, previous.id if previous else None, problem.kind)
        raise


def _as_it_stands(place: Workplace, journey: Optional[Journey], previous: Optional[str], kind: str) -> dict[str, Any]:
    """Nothing was done to data, as long as the release that was to come is not the one that is live."""
    current = place.refresh().current
    live = journey is not None and current is not None and current == journey.path
    return answer(
        kind,
        release=current.name if live and current else None,
        previous=previous,
        steps=getattr(journey, "timings", []),
        before=journey.before if journey else counting.files(place),
        place=place,
        report=journey.report if journey and live else Report(),
    )
