"""Every release with its state."""

from __future__ import annotations

from typing import Any

from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.request import Request
from holdfast_engine.operations.look import reading
from holdfast_engine.operations.status import _row
from holdfast_engine.persistence.shipped import rules_now


def releases(request: Request, tell: Listener, _ask: Ask) -> dict[str, Any]:
    """Every release with its state, newest first."""
    with reading(request, tell) as site:
        rules = rules_now(site)
        current = site.survey.current
        rows = [_row(site, record, rules) for record in reversed(site.survey.releases)]
        return {"current": current.name if current else None, "releases": rows}
