"""The persistence step alone, for people whose own script deploys: adopt, seed and link, nothing else."""

from __future__ import annotations

from dataclasses import replace
from shlex import quote
from typing import Any

from holdfast_engine.checks.checklist import require_acceptable
from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request
from holdfast_engine.operations.agree import require_mounted
from holdfast_engine.operations.link import linked, plan_link
from holdfast_engine.operations.link_places import places
from holdfast_engine.operations.look import looking
from holdfast_engine.operations.open import changing
from holdfast_engine.rules.classify_settings import Configured


def link(request: Request, tell: Listener, _ask: Ask) -> dict[str, Any]:
    """Every shared path of the release is linked, data of the live release and of this one is in SHARED; safe to
    repeat.

    The request's `release` is RELEASE and its `path` SHARED; state lies in `.holdfast/` beside
    SHARED. Nothing is activated, sealed, pruned or built.
    """
    require_acceptable(request.accept)
    Configured(request.settings)  # a path that cannot be meant is told before even `.holdfast/` is made (I14, I27)
    root, shared, release = places(request.release, request.path)
    with looking(replace(request, site=root), tell, shared_name=shared) as there:
        if not there.survey.managed:
            plan_link(there, release)  # what refuses it, refuses before `.holdfast/` is made
    with changing(replace(request, site=root), tell, shared_name=shared, manage=True) as site:
        if site.links.layout.shared_name != shared:
            raise Problem(
                "path-missing",
                f"this site's shared directory is `{site.links.layout.shared_name}`, not `{shared}`",
                state="nothing was changed",
                hint=f"holdfast link {quote(request.release)} {quote(site.root.absolute(site.links.layout.shared))}",
            )
        require_mounted(site)
        return linked(plan_link(site, release))
