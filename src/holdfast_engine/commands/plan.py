"""What a deploy would do."""

from __future__ import annotations

from typing import Any

from holdfast_engine.checks.checklist import require_acceptable
from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request
from holdfast_engine.operations.deployable import require_apart, require_deployable
from holdfast_engine.operations.look import looking
from holdfast_engine.operations.plan_deploy import plan_deploy
from holdfast_engine.operations.source_cache import looked_into


def plan(request: Request, tell: Listener, _ask: Ask) -> dict[str, Any]:
    """What a deploy would do to code and to data; the site is not touched, not even its cache."""
    if request.source is None:
        raise Problem("source-unset", "no source is given", hint="name one with `--source PATH-OR-URL`")
    require_acceptable(request.accept)
    require_apart(request.source, request.site)
    require_deployable(request.site)
    with looking(request, tell) as site:
        return looked_into(request, request.source, lambda source: plan_deploy(site, source).plan.to_json())
