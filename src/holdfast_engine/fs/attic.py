"""Setting things aside: displaced content keeps its bytes, its origin and the reason."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from typing import Any

from holdfast_engine.fs import durable
from holdfast_engine.fs.copy import copy_tree, same_file
from holdfast_engine.fs.discard import drop_copied
from holdfast_engine.fs.place import move
from holdfast_engine.fs.root import Root
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.rules import SHARED

NOTES = "notes.jsonl"


def _place(root: Root, operation: str, path: str, *, at: float, reason: str, origin: str, care: str) -> RelPath:
    """Where content from ORIGIN goes; its note is on disk before the content moves (G1)."""
    shelf = Layout.attic / operation
    spot = free_name(root, shelf / "files" / path)
    durable.make_directories(root, spot.parent, mode=0o700)
    note = {"path": path, "place": str(spot.below(shelf)), "origin": origin, "reason": reason, "care": care, "at": at}
    descriptor = durable.open_for_append(root, shelf / NOTES)
    durable.append_own(descriptor, json.dumps(note, sort_keys=True).encode() + b"\n")
    os.close(descriptor)
    return spot


def reserve_place(root: Root, source: str, *, path: str, operation: str, reason: str, at: float) -> RelPath:
    """A free place in the attic for what is about to be exchanged away from SOURCE; its note is on disk."""
    return _place(root, operation, path, at=at, reason=reason, origin=source, care=SHARED)


def free_name(root: Root, wanted: RelPath) -> RelPath:
    """WANTED, or WANTED~2, WANTED~3 … : the first at which nothing stands and whose parents are directories."""
    for step in wanted.ancestors():
        if root.kind(step) not in (None, "dir"):
            wanted = RelPath(f"{step}~dir") / wanted.below(step)
            return free_name(root, wanted)
    spot, count = wanted, 1
    while root.has(spot):
        count += 1
        spot = RelPath(f"{wanted}~{count}")
    return spot


def set_aside(
    root: Root, source: str, *, path: str, operation: str, reason: str, at: float, care: str = SHARED
) -> RelPath:
    """What stood at SOURCE stands in the attic, with its note; returns where. CARE is what it was to us there.

    One rename; where SOURCE lies on another file system a verified copy, after which the
    original goes file by file, each only while its copy is equal.
    """
    spot = _place(root, operation, path, at=at, reason=reason, origin=source, care=care)
    try:
        move(root, source, spot)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        copy_tree(root, source, spot)
        drop_copied(root, source, spot)
    return spot


def keep_copy(
    root: Root, source: str, *, path: str, operation: str, reason: str, at: float, care: str = SHARED
) -> RelPath:
    """A verified copy of SOURCE stands in the attic, SOURCE untouched; an equal copy of this operation serves."""
    shelf = Layout.attic / operation / "files" / path
    if same_file(root, source, shelf):
        return shelf
    spot = _place(root, operation, path, at=at, reason=reason, origin=source, care=care)
    copy_tree(root, source, spot)
    return spot


def holds(root: Root, source: str, path: str) -> bool:
    """True when some operation's shelf has the file SOURCE under PATH with the same content."""
    return any(
        same_file(root, source, Layout.attic / operation / "files" / path) for operation in root.names(Layout.attic)
    )


def notes(root: Root) -> Iterator[dict[str, Any]]:
    """Every note in the attic with its operation and place, oldest operation first; a torn last line is passed over."""
    for operation in root.names(Layout.attic):
        content = root.read(Layout.attic / operation / NOTES) or b""
        for line in content.splitlines():
            try:
                note = json.loads(line)
            except ValueError:
                continue
            place = Layout.attic / operation / note["place"]
            yield {**note, "operation": operation, "place": place}
