"""Framework, web root and the care of each path of a directory."""

from __future__ import annotations

from typing import Any

from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.request import Request
from holdfast_engine.rules.detect_report import report
from holdfast_engine.sources import looked_at


def detect(request: Request, _tell: Listener, _ask: Ask) -> dict[str, Any]:
    """Framework, web root and the care of each path of the directory PATH, with evidence.

    A checkout of a repository is judged as its clone: what lies there beside it was not shipped (G2).
    """
    return report(looked_at(request.path).listing(), request.settings)
