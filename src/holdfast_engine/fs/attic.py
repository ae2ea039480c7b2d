"""Setting things aside: displaced content keeps its bytes, its origin and the reason."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator
from typing import Any

from holdfast_engine.fs import durable
from holdfast_engine.fs.copy import copy_tree, same_file
from holdfast_engine.fs.discard import carry
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.rules import SEEDED, SHARED
from holdfast_engine.model.sets import suffixes_of

NOTES = "notes.jsonl"
_FILES, _MERGED = "files", "merged"


def _place(
    root: Root, operation: str, path: str, about: dict[str, Any], *, top: str = _FILES, suffixes: Collection[str] = ()
) -> RelPath:
    """Where content goes; its note, which says more ABOUT it, is on disk before the content moves (G1)."""
    shelf = Layout.attic / operation
    spot = _free_place(root, shelf / top, path, suffixes)
    durable.make_directories(root, spot.parent, mode=0o700)
    note = {"path": path, "place": str(spot.below(shelf)), **about}
    descriptor = durable.open_for_append(root, shelf / NOTES)
    durable.append_own(descriptor, json.dumps(note, sort_keys=True).encode() + b"\n")
    os.close(descriptor)
    return spot


def reserve_place(
    root: Root, source: str, *, path: str, operation: str, reason: str, at: float, merged: bool = False
) -> RelPath:
    """A free place in the attic for what is about to be exchanged away from SOURCE; its note is on disk.

    A directory that was MERGED lies apart from everything else, so that what is found in it came there by itself.
    """
    top = _MERGED if merged else _FILES
    about = {"origin": source, "reason": reason, "care": SHARED, "at": at}
    return _place(root, operation, path, about, top=top)


def reserve_for_set(root: Root, source: str, *, path: str, operation: str, reason: str, at: float) -> RelPath:
    """The same for the database SOURCE: nothing stands beside the place either. Its companions are kept there with it,
    under one note, and it opens from there.
    """
    about = {"origin": source, "reason": reason, "care": SHARED, "at": at}
    return _place(root, operation, path, about, suffixes=suffixes_of(path))


def _free_place(root: Root, top: RelPath, path: str, suffixes: Collection[str] = ()) -> RelPath:
    """PATH below TOP, TOP~2, TOP~3 … : the first at which nothing stands and whose parents are directories.

    The directory is numbered and not the name, which may be as long as a name can be.
    """
    here, count = top, 1
    while any(root.has(here / (path + end)) for end in ("", *suffixes)) or root.obstacle((here / path).parent):
        count += 1
        here = RelPath(f"{top}~{count}")
    return here / path


def _versions(root: Root, operation: str, path: str) -> Iterator[RelPath]:
    """Where OPERATION may have put something that stood at PATH."""
    shelf = Layout.attic / operation
    yield from (shelf / top / path for top in root.names(shelf) if top.partition("~")[0] == _FILES)


def set_aside(
    root: Root, source: str, *, path: str, operation: str, reason: str, at: float, care: str = SHARED
) -> RelPath:
    """What stood at SOURCE stands in the attic, with its note; returns where. CARE is what it was to us there.

    One rename; where SOURCE lies on another file system a verified copy that is on disk before the original goes.
    """
    spot = _place(root, operation, path, {"origin": source, "reason": reason, "care": care, "at": at})
    carry(root, source, spot)
    return spot


def keep_copy(
    root: Root, source: str, *, path: str, operation: str, reason: str, at: float, care: str = SHARED
) -> RelPath:
    """A verified copy of SOURCE stands in the attic, SOURCE untouched; returns where.

    What was kept of SOURCE before serves where it is equal still: of this operation whatever it kept, else the newest.
    So a deploy that is repeated puts nothing into the attic a second time.
    """
    for kept in (*_versions(root, operation, path), *_newest_of(root, source, path, care)):
        if same_content(root, source, kept):
            return kept
    spot = _place(root, operation, path, {"origin": source, "reason": reason, "care": care, "at": at})
    copy_tree(root, source, spot)
    return spot


def _newest_of(root: Root, source: str, path: str, care: str) -> list[RelPath]:
    """What came into the attic last from PATH at SOURCE, as long as it is there; of a seed, from any release."""
    for operation in reversed(root.names(Layout.attic)):
        for kept in reversed([one for one in _versions(root, operation, path) if root.has(one)]):
            note = _note_on(root, operation, kept)
            if note.get("origin") == source or care == note.get("care") == SEEDED:
                return [kept]
    return []


def _note_on(root: Root, operation: str, spot: RelPath) -> dict[str, Any]:
    """The note on what stands at SPOT; only lines that name it are parsed."""
    place = spot.below(Layout.attic / operation)
    content = root.read(Layout.attic / operation / NOTES) or b""
    found = (_note(line) for line in content.splitlines() if json.dumps(place).encode() in line)
    return next((note for note in found if note.get("place") == place), {})


def same_content(root: Root, one: str, two: str) -> bool:
    """True for two files, two links or two trees that hold the same, modes and owners aside."""
    kind = root.kind(one)
    if kind != root.kind(two) or kind not in ("file", "dir", "link"):
        return False
    if kind == "link":
        return root.link(one) == root.link(two)
    if kind == "file":
        return same_file(root, one, two)
    names, others = ({path: kind for path, kind, _ in walk(root, top) if kind != "other"} for top in (one, two))
    return names == others and all(
        kind == "dir" or same_content(root, RelPath(one) / path, RelPath(two) / path) for path, kind in names.items()
    )


def holds(root: Root, source: str, path: str) -> bool:
    """True when some operation's shelf has the file SOURCE under PATH with the same content."""
    return any(
        same_file(root, source, kept)
        for operation in root.names(Layout.attic)
        for kept in _versions(root, operation, path)
    )


def notes(root: Root) -> Iterator[dict[str, Any]]:
    """Every note in the attic with its operation and place, oldest operation first; a torn last line is passed over."""
    for operation in root.names(Layout.attic):
        content = root.read(Layout.attic / operation / NOTES) or b""
        for line in content.splitlines():
            note = _note(line)
            if isinstance(note.get("place"), str):
                place = Layout.attic / operation / note["place"]
                yield {**note, "operation": operation, "place": place}


def _note(line: bytes) -> dict[str, Any]:
    """The note that LINE holds; an empty one where the line is torn."""
    try:
        note = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return note if isinstance(note, dict) else {}
