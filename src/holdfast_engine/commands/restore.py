"""Bring displaced content back."""

from __future__ import annotations

from typing import Any

from holdfast_engine.data import restore as restores
from holdfast_engine.data.restore_sets import refuse_in_use
from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.request import Request
from holdfast_engine.operations.agree import Proposal, as_shown, asking, require_mounted
from holdfast_engine.operations.look import shown
from holdfast_engine.operations.open import entering
from holdfast_engine.operations.restore import home_of, question_of, restored, wanted_path
from holdfast_engine.steps.restore import at_home


def restore(request: Request, tell: Listener, ask: Ask) -> dict[str, Any]:
    """The newest version of PATH in the attic is served again; what it replaces is saved in the attic first (G5).

    The request's `release` may name an operation to take it from. The attic keeps its copy.
    """
    with entering(request, tell) as site:
        require_mounted(site)
        wanted = wanted_path(site, request.path)
        if request.only_plan:
            question, note = question_of(site, wanted)
            links = at_home(site, home_of(site, wanted, note["place"]))
            refuse_in_use(links, restores.look(links, note["place"], wanted))
            return shown(site, question)

        def look() -> Proposal[RelPath]:
            question, note = question_of(site, wanted)
            return as_shown(note["place"], question)

        return restored(site, wanted, asking(site, ask, "the restore").agree(look))
