"""Framework, web root and the care of each path of a directory."""

from __future__ import annotations

from typing import Any

from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.request import Request
from holdfast_engine.rules.detect_report import report
from holdfast_engine.sources import DirectorySource


def detect(request: Request, _tell: Listener, _ask: Ask) -> dict[str, Any]:
    """Framework, web root and the care of each path of the directory PATH, with evidence."""
    source = DirectorySource(request.path)
    source.prepare()
    return report(source.listing(), request.settings)
