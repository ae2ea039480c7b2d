"""Framework, web root and the care of each path of a directory."""

from __future__ import annotations

from shlex import quote
from typing import Any

from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.listing import DIR, FILE, Listing
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request
from holdfast_engine.rules.detect_report import report
from holdfast_engine.sources.checkout import looked_at

_BARE = {"HEAD": FILE, "config": FILE, "objects": DIR, "refs": DIR}
"""What a repository without a work tree has at its top (gitrepository-layout(5))."""


def detect(request: Request, _tell: Listener, _ask: Ask) -> dict[str, Any]:
    """Framework, web root and the care of each path of the directory PATH, with evidence.

    A checkout of a repository is judged as its clone: what lies there beside it was not shipped (G2). Raises
    `source-unusable` for a repository that has no files but its history.
    """
    listing = looked_at(request.path).listing()
    _require_files(request.path, listing)
    return report(listing, request.settings)


def _require_files(path: str, listing: Listing) -> None:
    if all(listing.kind(name) == kind for name, kind in _BARE.items()):
        raise Problem(
            "source-unusable",
            f"`{path}` is a bare git repository: it holds a history, and no files to look at",
            state="nothing was changed",
            hint=f"git clone {quote(path)} /tmp/look && holdfast detect /tmp/look",
        )
