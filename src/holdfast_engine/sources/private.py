"""What a plan says of files that fewer may read than is usual in their source."""

from __future__ import annotations

from holdfast_engine.model.readers import Readers
from holdfast_engine.model.words import named


def kept_private(readers: Readers) -> tuple[str, ...]:
    """A note on private files: a web server of another user cannot read them, and that may not be meant."""
    found = readers.private
    if not found:
        return ()
    return (f"not readable for every user, as in the source ({len(found)}): {named(found)}",)
