"""What was done to the site."""

from __future__ import annotations

from typing import Any

from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.request import Request
from holdfast_engine.operations.look import reading
from holdfast_engine.site.history import history as all_operations


def history(request: Request, tell: Listener, _ask: Ask) -> dict[str, Any]:
    """What was done to the site, newest first."""
    with reading(request, tell) as site:
        return {"operations": all_operations(site.root)}
