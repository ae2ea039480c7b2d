"""Remove retired releases, each only when every byte of it is proven to exist elsewhere (G6)."""

from __future__ import annotations

from typing import Any

from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.request import Request
from holdfast_engine.operations.look import shown
from holdfast_engine.operations.open import entering
from holdfast_engine.operations.prune import pruned, question_of, victims_of


def prune(request: Request, tell: Listener, ask: Ask) -> dict[str, Any]:
    """Retired releases beyond the newest good ones are gone if proven reproducible; what is kept is named, with the
    reason.
    """
    with entering(request, tell, frugal=True) as site:
        if request.only_plan:
            return shown(site, question_of(site, victims_of(site)))
        return pruned(site, ask)
