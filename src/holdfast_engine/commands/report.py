"""A whole site in one answer."""

from __future__ import annotations

from typing import Any

from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.request import Request
from holdfast_engine.operations.look import reading
from holdfast_engine.operations.report import report as whole
from holdfast_engine.operations.report_place import refuse_place


def report(request: Request, tell: Listener, _ask: Ask) -> dict[str, Any]:
    """How the site stands, what it is made of, what was done to it and what is to be done. Where the request names the
    file that a page of it is to be written to (PATH), a place that is served is refused first. Nothing is changed.
    """
    with reading(request, tell) as site:
        if request.path:
            refuse_place(site, request.path)
        return whole(site)
