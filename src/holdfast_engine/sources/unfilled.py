"""Submodules that a copy of a repository leaves empty, as archives that a forge makes do."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast_engine.model.listing import Listing
from holdfast_engine.model.words import named

_FILE = ".gitmodules"


def unfilled(listing: Listing) -> Iterator[str]:
    """A sentence that names the submodules of which a tree that is no repository holds nothing, if any."""
    declared = _paths(listing.text(_FILE)) if listing.kind(_FILE) == "file" else []
    empty = [path for path in declared if path and not (listing.has(path) and listing.files_below(path))]
    if empty:
        yield f"the source holds nothing of its submodules ({len(empty)}): {named(empty)}; its repository has them"


def _paths(text: str) -> list[str]:
    """What stands behind `path =`, line by line: no pattern that a long line could keep busy."""
    rows = (line.partition("=") for line in text.splitlines())
    return [value.strip().strip('"') for key, _, value in rows if key.strip() == "path"]
