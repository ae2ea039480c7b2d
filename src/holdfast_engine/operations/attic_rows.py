"""What the attic holds, one row for each entry, as a person reads it."""

from __future__ import annotations

from typing import Any

from holdfast_engine.fs.root import Root
from holdfast_engine.fs.sets import companions, is_database
from holdfast_engine.fs.walk import size_of
from holdfast_engine.model.reasons import sentence
from holdfast_engine.persistence.attic_entries import entries
from holdfast_engine.persistence.attic_retention import expiry, kept_for
from holdfast_engine.site.handle import Site


def attic_rows(site: Site) -> dict[str, Any]:
    """Everything that operations displaced, newest last, with origin and reason, and until when it is kept."""
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
        "origin": note.get("origin", note["path"]),  # a note that was renewed by an earlier version has none
        "reason": sentence(note["reason"]),
        "kind": root.kind(note["place"]),
        "bytes": size,
        "at": note["at"],
        "expires": expiry(root, note, kept),
    }
