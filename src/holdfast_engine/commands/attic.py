"""The attic: what operations displaced."""

from __future__ import annotations

from typing import Any

from holdfast_engine.fs.root import Root
from holdfast_engine.fs.sets import companions, is_database
from holdfast_engine.fs.walk import size_of
from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.reasons import sentence
from holdfast_engine.model.request import Request
from holdfast_engine.operations.look import reading
from holdfast_engine.persistence.attic_entries import entries
from holdfast_engine.persistence.attic_retention import expiry, kept_for


def attic(request: Request, tell: Listener, _ask: Ask) -> dict[str, Any]:
    """Everything that operations displaced, newest last, with origin and reason, and until when it is kept."""
    with reading(request, tell) as site:
        kept = kept_for(site)
        return {"entries": [_row(site.root, note, kept) for note in entries(site.root)], "keep": kept}


def _row(root: Root, note: dict[str, Any], kept: str) -> dict[str, Any]:
    place = note["place"]
    parts = companions(root, place) if root.kind(place) == "file" and is_database(root, place) else []
    size = sum(size_of(root, place + end)[1] for end in ("", *parts))
    return {
        "operation": note["operation"],
        "path": note["path"],
        "place": str(note["place"]),
        "origin": note.get("origin", ""),
        "reason": sentence(note["reason"]),
        "kind": root.kind(note["place"]),
        "bytes": size,
        "at": note["at"],
        "expires": expiry(root, note, kept),
    }
