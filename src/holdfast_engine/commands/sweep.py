"""Bring home what was written since the last look, wherever it is still written to. For cron."""

from __future__ import annotations

from typing import Any, Optional

from holdfast_engine.checks.checklist import require_acceptable
from holdfast_engine.checks.old_document_root import NAME as OLD_DOCUMENT_ROOT
from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.plan import Check
from holdfast_engine.model.request import Request
from holdfast_engine.operations.agree import refuse_on_refusal
from holdfast_engine.operations.look import shown
from holdfast_engine.operations.open import entering
from holdfast_engine.operations.status import standing_checks
from holdfast_engine.operations.sweep import plan_sweep, swept, worth_a_review
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.persistence.shipped import rules_now
from holdfast_engine.site.handle import Site
from holdfast_engine.site.live import follow

_PRESENT = ("shared-identity", "data-memory", "live-release")
"""Checks without which nothing is moved: data must not come home to a place that is not mounted."""


def sweep(request: Request, tell: Listener, _ask: Ask) -> dict[str, Any]:
    """What was written to the live release, to others and to document roots since the last look is in `shared/`
    and served; nothing else is changed, and nothing is asked.

    Safe to repeat: a crash leaves moves that the next command settles. `checklist-refused` where nothing is live, or
    where the data that was there is not.
    """
    require_acceptable(request.accept, (OLD_DOCUMENT_ROOT,))
    with entering(request, tell) as site:
        _refuse(site, tuple(standing_checks(site)), rules=None)
        rules = rules_now(site)
        planned = plan_sweep(site, rules)
        _refuse(site, planned.plan.checks, rules)
        if request.only_plan:
            return shown(site, planned.plan.to_json())
        outcome = "swept" if planned.steps else "unchanged"
        found = swept(site, planned, worth_a_review(planned.outlook), outcome=outcome)
        follow(site)
        return found


def _refuse(site: Site, checks: tuple[Check, ...], rules: Optional[Rules]) -> None:
    kept = tuple(check for check in checks if rules is None or check.name in _PRESENT)
    refuse_on_refusal(site, kept)
