"""Activate an earlier good release. Code goes back, data does not (G5)."""

from __future__ import annotations

from typing import Any

from holdfast_engine.activation.switch import require_switchable
from holdfast_engine.checks.checklist import require_acceptable
from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.memory import DATA_SHRANK
from holdfast_engine.model.request import Request
from holdfast_engine.operations.choose import choose
from holdfast_engine.operations.look import shown
from holdfast_engine.operations.open import entering
from holdfast_engine.operations.plan_rollback import plan_rollback
from holdfast_engine.operations.rollback import rolled_back, stays


def rollback(request: Request, tell: Listener, ask: Ask) -> dict[str, Any]:
    """The wanted earlier release is live with today's data, or everything is as it was and a Problem says why."""
    require_acceptable(request.accept, among=(DATA_SHRANK,))  # nothing else keeps anybody from going back
    with entering(request, tell, frugal=True) as site:
        require_switchable(site.root)
        target = choose(site, request.release)
        is_live = target.path == site.survey.current
        if is_live and request.only_plan:
            return shown(site, {"command": "rollback", "release": target.id, "current": target.id, "unchanged": True})
        if is_live:
            return stays(site, target.id)
        if request.only_plan:
            return shown(site, plan_rollback(site, target).plan.to_json())
        return rolled_back(site, ask)
