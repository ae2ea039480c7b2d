"""Give a site back: as the plain directory that it was, or as a layout that works without Holdfast."""

from __future__ import annotations

from typing import Any

from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.request import Request
from holdfast_engine.operations.leavable import how_to_leave
from holdfast_engine.operations.leave import leaving, question_of
from holdfast_engine.operations.look import shown
from holdfast_engine.operations.open import entering


def leave(request: Request, tell: Listener, ask: Ask) -> dict[str, Any]:
    """The site is none any more: what was live is served at its place, files belong to whom they belonged to and can be
    written again, nothing is deleted, and what is not served lies in a directory that the answer names.

    WORDS of the request say what it becomes: `plain`, `layout`, or what fits the site; `undo` asks for what was there
    before the adoption. Until the end every path resolves; a crash leaves a site that the next command gives back.
    """
    with entering(request, tell) as site:
        if request.only_plan:
            return shown(site, question_of(site, how_to_leave(site)))
        return leaving(site, ask)
