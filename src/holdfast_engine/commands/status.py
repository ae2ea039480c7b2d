"""Where the site stands."""

from __future__ import annotations

from typing import Any

from holdfast_engine.checks.data_memory import words
from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.plan import REFUSE
from holdfast_engine.model.request import Request
from holdfast_engine.operations.look import reading
from holdfast_engine.operations.status import _lies, _made_live, _row, _shared, not_linked, standing_checks, unfinished
from holdfast_engine.persistence.attic_retention import figures
from holdfast_engine.persistence.missing import missing
from holdfast_engine.persistence.review import counted, reviewable
from holdfast_engine.persistence.review_note import to_review
from holdfast_engine.persistence.shipped import rules_now


def status(request: Request, tell: Listener, _ask: Ask) -> dict[str, Any]:
    """Where the site stands: releases with their strays, shared paths with their sizes, and what is unfinished."""
    with reading(request, tell) as site:
        rules, rows = rules_now(site), reviewable(site)
        current = site.survey.current
        return {
            "site": site.root.path,
            "current": current.name if current else None,
            "framework": rules.detection.framework,
            "releases": [_row(site, record, rules) for record in reversed(site.survey.releases)],
            "shared": [_shared(site, one.path, one.kind) for one in rules.shared if _lies(site, one)],
            "attic": figures(site),
            "unfinished": unfinished(site),
            "review": counted(rows),
            "notes": to_review(site, rows),
            "warnings": [
                *(check.why for check in standing_checks(site) if check.verdict == REFUSE),
                *([f"something else switched `current`: `{_made_live(site)}` was live"] if _made_live(site) else []),
                *(words(one) for one in missing(site, rules)),
                *not_linked(site, rules),
            ],
        }
