"""What of the attic means something to a person."""

from __future__ import annotations

import os
from typing import Any

from holdfast_engine.fs import attic as shelves
from holdfast_engine.fs.copy import same_file
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.sets import belongs_to
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.reasons import COPIED, EMPTIED, EQUAL, FOREIGN_LINK, MERGED
from holdfast_engine.model.sets import main_of
from holdfast_engine.site import format as site_format

_QUIET = (EMPTIED, FOREIGN_LINK)


def entries(root: Root) -> list[dict[str, Any]]:
    """Notes of content that is in the attic now and means something to a person; of a database the one on its main
    file, for the rest comes with it.
    """
    return [note for note in shelves.notes(root) if _means_something(root, note) and not _goes_along(root, note)]


def _goes_along(root: Root, note: dict[str, Any]) -> bool:
    return bool(main_of(note["place"])) and bool(belongs_to(root, note["place"]))


def _means_something(root: Root, note: dict[str, Any]) -> bool:
    """True for content that is nowhere else: a quiet entry speaks up once somebody wrote to it where it lies."""
    place = note["place"]
    if root.kind(place) not in ("file", "dir", "link"):
        return False
    if note["reason"] in (EQUAL, COPIED, MERGED):
        return _differs(root, place, site_format.layout_of(root).in_shared(note["path"]))
    if note["reason"] in _QUIET:
        return bool(led_out_to(root, note)) or any(kind == "file" for _, kind, _ in walk(root, place))
    return True


def led_out_to(root: Root, note: dict[str, Any]) -> str:
    """Where a displaced link led, by names, if that is a place of a person's own, as a disk that was not mounted then;
    empty for any other thing, and where what is shared leads there.
    """
    text = root.link(note["place"])
    if text is None:
        return ""
    there = site_format.layout_of(root).in_shared(note["path"])
    origin = RelPath(str(note.get("origin", note["path"])))
    end = os.path.realpath(os.path.join(root.absolute(origin.parent), text))
    inside = end.startswith(os.path.realpath(root.path) + "/") or os.path.realpath(root.absolute(there)) == end
    return "" if inside else end


def _differs(root: Root, place: RelPath, there: RelPath) -> bool:
    """True when a file at or below PLACE is not THERE with the same content."""
    if root.kind(place) != "dir":
        return not same_file(root, place, there)
    files = (RelPath(path) for path, kind, _ in walk(root, place) if kind == "file")
    return any(not same_file(root, place / path, there / path) for path in files)
