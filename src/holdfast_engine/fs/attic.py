"""Setting things aside: displaced content keeps its bytes, its origin and the reason."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from holdfast_engine.fs import durable
from holdfast_engine.fs.copy import copy_tree, digest_of, same_file
from holdfast_engine.fs.discard import transfer
from holdfast_engine.fs.place import is_same
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.reasons import word
from holdfast_engine.model.rules import CARRIED, SHARED
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
    write_notes(root, shelf, [{"path": path, "place": str(spot.below(shelf)), **about}])
    return spot


def write_notes(root: Root, shelf: RelPath, notes: Iterable[dict[str, Any]]) -> None:
    """NOTES are on disk, at the end of those of SHELF; a crash leaves some of them."""
    lines = (json.dumps(note, sort_keys=True).encode() + b"\n" for note in notes)
    descriptor = durable.open_for_append(root, shelf / NOTES)
    durable.append_own(descriptor, b"".join(lines))
    os.close(descriptor)


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
    """What stood at SOURCE stands in the attic, with its note; returns where. CARE is what it was to us there; the note
    on a file that was carried has its digest, by which it is found again.

    One rename; where SOURCE lies on another file system a verified copy that is on disk before the original goes.
    """
    about: dict[str, Any] = {"origin": source, "reason": reason, "care": care, "at": at}
    if care == CARRIED and root.kind(source) == FILE:
        about["digest"] = digest_of(root, source)
    spot = _place(root, operation, path, about)
    transfer(root, source, spot)
    return spot


def keep_copy(
    root: Root, source: str, *, path: str, operation: str, reason: str, at: float, care: str = SHARED
) -> RelPath:
    """A verified copy of SOURCE stands in the attic, SOURCE untouched; returns where.

    Of each content of a path there is one copy: what was kept of it before serves, and is the newest again.
    """
    about = {"origin": source, "reason": reason, "care": care, "at": at}
    for operation_then, kept in _every_version(root, path):
        if same_content(root, source, kept) and not any(root.has(kept + end) for end in suffixes_of(kept)):
            _renew(root, operation_then, kept, {"path": path, "by": operation, **about})
            return kept
    spot = _place(root, operation, path, about)
    copy_tree(root, source, spot)
    return spot


def keeps(root: Root, source: str, *, path: str, operation: str, reason: str, at: float, care: str = SHARED) -> bool:
    """True when the file SOURCE lies under PATH in the attic with the same content, which is kept from now on: as long
    as if it had been put there AT this time. Whoever takes SOURCE away for that reason asks this, and not `holds`.
    """
    for operation_then, kept in _every_version(root, path):
        if same_file(root, source, kept):
            about = {"origin": source, "reason": reason, "care": care, "at": at}
            _renew(root, operation_then, kept, {"path": path, "by": operation, **about})
            return True
    return False


_RENEWED_EACH = 3600
"""One note an hour is enough of what is put aside again and again: so much longer all of it is kept (`keeps_until`)."""


def keeps_until(at: float, seconds: int) -> float:
    """When what was put aside AT, and is kept so many SECONDS, may go at the earliest."""
    return at + seconds + _RENEWED_EACH


def _renew(root: Root, operation: str, kept: RelPath, about: dict[str, Any]) -> None:
    """What lies at KEPT, on the shelf of OPERATION, is the newest of its path, and its time begins anew."""
    known = [note for note in notes(root) if note.get("path") == about["path"]]
    if not known or is_stale(known[-1], kept, about["by"], about["at"]):
        shelf = Layout.attic / operation
        write_notes(root, shelf, [{**about, "place": str(kept.below(shelf))}])


def is_stale(newest: dict[str, Any], kept: str, by: str, at: float) -> bool:
    """True where the NEWEST note on a path is not on what lies at KEPT, or so old that what is put aside again AT this
    time, BY an operation, needs another.
    """
    return newest.get("place") != kept or not (newest["by"] == by or _is_recent(newest.get("at"), at))


def _is_recent(then: object, now: float) -> bool:
    return isinstance(then, (int, float)) and 0 <= now - then < _RENEWED_EACH


def _every_version(root: Root, path: str) -> Iterator[tuple[str, RelPath]]:
    """Where PATH is kept, on the shelf of which operation; the newest shelf first."""
    for operation in reversed(root.names(Layout.attic)):
        yield from ((operation, kept) for kept in reversed(list(_versions(root, operation, path))) if root.has(kept))


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
    return any(same_file(root, source, kept) for _, kept in _every_version(root, path))


def has_very(root: Root, source: str, path: str) -> bool:
    """True when the very file SOURCE lies on some operation's shelf under PATH, by another of its names."""
    return any(is_same(root, source, kept) for _, kept in _every_version(root, path))


def notes(root: Root) -> Iterator[dict[str, Any]]:
    """Every note in the attic with its operation and place, in the order in which operations put things there. Of
    several notes on one place the last one counts: BY is the operation that put its content aside last.

    A torn last line is passed over.
    """
    found = {note["place"]: note for operation in root.names(Layout.attic) for note in _notes_of(root, operation)}
    yield from sorted(found.values(), key=lambda note: str(note["by"]))


def _notes_of(root: Root, operation: str) -> Iterator[dict[str, Any]]:
    content = root.read(Layout.attic / operation / NOTES) or b""
    for line in content.splitlines():
        note = _note(line)
        if isinstance(note.get("place"), str):
            place, reason = Layout.attic / operation / note["place"], word(str(note.get("reason", "")))
            yield {"by": operation, **note, "reason": reason, "operation": operation, "place": place}


def _note(line: bytes) -> dict[str, Any]:
    """The note that LINE holds; an empty one where the line is torn."""
    try:
        note = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return note if isinstance(note, dict) else {}


class Shelves:
    """The attic as its notes say it is at this moment."""

    def __init__(self, root: Root) -> None:
        self._root = root
        self._by_content: dict[tuple[str, str], dict[str, Any]] = {}
        self._newest: dict[str, dict[str, Any]] = {}
        for note in notes(root):
            self._newest[str(note.get("path"))] = note
            if note.get("digest"):
                self._by_content[str(note.get("path")), str(note["digest"])] = note

    def keep(self, contents: Mapping[str, tuple[str, int]], **about: Any) -> set[str]:
        """Those paths of CONTENTS (by digest and size in bytes) whose content lies in the attic, and is kept there as
        if it had been put there with ABOUT: each note that this needs is on disk (G6).
        """
        with self._root.looking():
            kept = {path for path, (digest, size) in contents.items() if self._lies_there(path, digest, size)}
        self._renew({path: contents[path][0] for path in kept}, about)
        return kept

    def _lies_there(self, path: str, digest: str, size: int) -> bool:
        note = self._by_content.get((path, digest))
        status = self._root.lstat(note["place"]) if note else None
        return status is not None and status.st_size == size

    def _renew(self, digests: Mapping[str, str], about: Mapping[str, Any]) -> None:
        due: dict[str, list[dict[str, Any]]] = {}
        for path, digest in digests.items():
            note = self._by_content[path, digest]
            place, shelf = note["place"], str(note["operation"])
            if is_stale(self._newest[path], place, about["operation"], about["at"]):
                inner = RelPath(place).below(Layout.attic / shelf)
                said = {key: value for key, value in about.items() if key != "operation"}
                said.update({"origin": note["origin"]} if "origin" in note else {})
                due.setdefault(shelf, []).append(
                    {"path": path, "by": about["operation"], "digest": digest, "place": str(inner), **said}
                )
        for shelf, renewed in due.items():
            write_notes(self._root, Layout.attic / shelf, renewed)
