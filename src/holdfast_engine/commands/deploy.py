"""Deploy one release: look ahead, agree, and run the plan that was agreed to."""

from __future__ import annotations

from shlex import quote
from typing import Any

from holdfast_engine.checks.checklist import require_acceptable
from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request
from holdfast_engine.operations.deploy import deployed, deployed_first
from holdfast_engine.operations.deployable import require_apart, require_deployable
from holdfast_engine.rules.classify_settings import Configured


def deploy(request: Request, tell: Listener, ask: Ask) -> dict[str, Any]:
    """One release is live, or everything is as it was and a Problem says why; no byte of data is lost either way.

    A state of the host that changed while a person read the plan is planned again (G8).
    """
    if request.source is None:
        raise Problem(
            "source-unset",
            "no source is given",
            hint=f"`holdfast deploy --site {quote(request.site)} --source PATH-OR-URL`, or `[source]` in holdfast.toml",
        )
    require_acceptable(request.accept)
    Configured(request.settings)  # a path that cannot be meant is told before even an empty site is made (I14, I27)
    require_apart(request.source, request.site)
    act = deployed_first if require_deployable(request.site) else deployed
    return act(request, request.source, tell, ask)
