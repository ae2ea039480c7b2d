"""Every check on the live release."""

from __future__ import annotations

from typing import Any

from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.plan import verdict_of
from holdfast_engine.model.request import Request
from holdfast_engine.operations.look import reading
from holdfast_engine.operations.status import _on_what_is_live


def checklist(request: Request, tell: Listener, _ask: Ask) -> dict[str, Any]:
    """Every check on the live release; nothing is changed."""
    with reading(request, tell) as site:
        checks = _on_what_is_live(site)
        return {"verdict": verdict_of(checks), "checks": [check.to_json() for check in checks]}
