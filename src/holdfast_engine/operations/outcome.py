"""The JSON that a deploy, a rollback or a sweep answers: what is live, which steps, what happened to data."""

from __future__ import annotations

from shlex import quote
from typing import Any, Optional

from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence import census
from holdfast_engine.persistence.missing import missing
from holdfast_engine.persistence.report import Report, measured
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.site.handle import Site


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
    site: Site,
    account: Account,
) -> dict[str, Any]:
    """The JSON that docs/reference/commands.md promises."""
    current, counted, report = site.refresh().current, census.count(site), account.report
    gone = missing(site, account.rules, counted) if account.rules else ()
    return {
        "outcome": outcome,
        "release": release,
        "previous": previous,
        "current": current.name if current else None,
        "steps": steps,
        "data": {
            **measured(site, account.before, census.total(counted), report),
            "missing": [one.to_json() for one in gone],
        },
        "warnings": list(dict.fromkeys([*report.warnings, *report.unmoved])),
        "back": _way_back(site, outcome, previous) if release else "",
    }


def _way_back(site: Site, outcome: str, previous: Optional[str]) -> str:
    """What to type to have the release back that was live before; nothing when there was none, or it is live still. By
    its name where a rollback without one would go to another: the newest of those before, whichever was live last.
    """
    if previous is None or outcome == "unchanged":
        return ""
    active = site.survey.active
    if active is not None and active.id == previous:
        return ""
    older = [one.id for one in site.survey.releases if one.good and active and one.counter < active.counter]
    named = "" if older and older[-1] == previous else f" {previous}"
    return f"holdfast rollback{named} --site {quote(site.root.path)}"
