"""The attic: what operations displaced."""

from __future__ import annotations

from typing import Any

from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.request import Request
from holdfast_engine.operations.attic_rows import attic_rows
from holdfast_engine.operations.look import reading


def attic(request: Request, tell: Listener, _ask: Ask) -> dict[str, Any]:
    """Everything that operations displaced, newest last, with origin and reason, and until when it is kept."""
    with reading(request, tell) as site:
        return attic_rows(site)
