"""Submodules that a copy of a repository leaves empty, as archives that a forge makes do."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast_engine.model.listing import Listing
from holdfast_engine.model.words import named


def unfilled(listing: Listing) -> Iterator[str]:
    """A sentence that names the submodules of which a tree that is no repository holds nothing, if any."""
    empty = [path for path in listing.submodules if not (listing.has(path) and listing.files_below(path))]
    if empty:
        yield f"the source has no content of its submodules ({len(empty)}): {named(empty)}; its repository has it"
