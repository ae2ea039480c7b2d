"""What the application may write, as it is kept; and a person's word on it."""

from __future__ import annotations

from functools import partial
from typing import Any

from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.request import Request
from holdfast_engine.operations.access import changed, makes_a_difference, question_of, table
from holdfast_engine.operations.access_words import change_of
from holdfast_engine.operations.agree import Proposal, as_shown, asking
from holdfast_engine.operations.look import reading, shown
from holdfast_engine.operations.open import entering
from holdfast_engine.site.handle import Site
from holdfast_engine.steps.change_access import Change


def access(request: Request, tell: Listener, ask: Ask) -> dict[str, Any]:
    """Without a verb: who the web user is, and each path with its access. With `allow`, `deny`, `user` or `measure`,
    the request's intent, and the words behind it: that holds at once in what is live, and in every later release.
    """
    if not request.intent:
        with reading(request, tell) as site:
            return table(site)
    with entering(request, tell) as site:
        if request.only_plan:
            return shown(site, question_of(site, _wanted(site)))
        return changed(site, asking(site, ask, "the change").agree(partial(_proposed, site)))


def _wanted(site: Site) -> Change:
    return change_of(site, site.request.intent, tuple(site.request.words))


def _proposed(site: Site) -> Proposal[Change]:
    change = _wanted(site)
    return as_shown(change, question_of(site, change), quiet=not makes_a_difference(site, change))
