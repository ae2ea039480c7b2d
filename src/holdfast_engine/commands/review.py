"""What was taken for data or carried and looks like code: listed, compared, and decided on."""

from __future__ import annotations

from functools import partial
from typing import Any

from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.request import Request
from holdfast_engine.model.reviewed import DIFF
from holdfast_engine.operations.agree import Proposal, as_shown, asking, require_mounted
from holdfast_engine.operations.look import reading, shown
from holdfast_engine.operations.open import entering
from holdfast_engine.operations.review import decided, question_of, table
from holdfast_engine.operations.review_diff import difference
from holdfast_engine.operations.review_words import decision_of
from holdfast_engine.site.handle import Site
from holdfast_engine.steps.review import Decision


def review(request: Request, tell: Listener, ask: Ask) -> dict[str, Any]:
    """Without a verb the list; with `diff` one path of it against what there is to compare with: both look alone. With
    `keep`, `drop`, `share` or `forget`, the request's intent, and a path: that holds from then on.
    """
    if request.intent in ("", DIFF):
        with reading(request, tell) as site:
            return difference(site, request.words) if request.intent else table(site)
    with entering(request, tell) as site:
        require_mounted(site)
        if request.only_plan:
            return shown(site, question_of(site, _wanted(site)))
        return decided(site, asking(site, ask, "the decision").agree(partial(_proposed, site)))


def _wanted(site: Site) -> Decision:
    return decision_of(site, site.request.intent, tuple(site.request.words))


def _proposed(site: Site) -> Proposal[Decision]:
    decision = _wanted(site)
    return as_shown(decision, question_of(site, decision))
