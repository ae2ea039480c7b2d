"""Bringing displaced content back, without a moment in which its path does not resolve (G3, G5).

It comes into `shared/`, or, where it was none of the shared data, into the live release: LINKS say which.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any, Optional
from zlib import crc32

from holdfast_engine.data.restore_sets import bring_set, is_set, refuse_in_use, settle_set_restore
from holdfast_engine.fs import attic
from holdfast_engine.fs.access import make_like
from holdfast_engine.fs.copy import copy_tree
from holdfast_engine.fs.discard import drop_copied
from holdfast_engine.fs.place import change_places, move, settle_places
from holdfast_engine.fs.probe import waiting_place
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.sets import belongs_to, same_set
from holdfast_engine.fs.walk import walk
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.reasons import REPLACED
from holdfast_engine.model.sets import main_of, suffixes_of
from holdfast_engine.site.links import Links, opened


def in_release(links: Links, live: RelPath) -> Links:
    """LINKS for what is put back into the release LIVE itself, as a real file beside its code."""
    return Links(links.root, Layout(str(live)))


Stands = dict[str, Optional[list[int]]]
"""What is to be brought back, by path, with how that which stands there now looked when it was decided."""


def look(links: Links, source: RelPath, path: str) -> Stands:
    """What of SOURCE is not served at PATH: a directory in the place of a directory is merged file by file, so that
    what only today's has stays (I56).
    """
    root = links.root
    return {
        inner: _stamp(links, inner)
        for inner in _inner(links, source, path)
        if not _goes_along(root, _place_in(source, inner, path), links.layout.in_shared(inner))
        and not same_set(root, _place_in(source, inner, path), links.layout.in_shared(inner))
    }


def _goes_along(root: Root, place: RelPath, there: RelPath) -> bool:
    """True for what stands beside a database, in the attic or in `shared/`: it comes with its own, or never (DESIGN
    5).
    """
    return bool(main_of(place)) and bool(belongs_to(root, place) or belongs_to(root, there))


def _place_in(source: RelPath, inner: str, path: str) -> RelPath:
    return source / RelPath(inner).below(path)


def _inner(links: Links, source: RelPath, path: str) -> Iterator[str]:
    """The shallowest paths at or below PATH that are no directory on both sides."""

    def goes_on(below: str) -> bool:
        there = links.layout.in_shared(f"{path}/{below}" if below else path)
        return links.root.kind(source / below) == links.root.kind(there) == "dir"

    if not goes_on(""):
        yield path
        return
    for below, kind, _ in walk(links.root, source, descend=goes_on):
        if kind != "dir" or not goes_on(below):
            yield f"{path}/{below}"


def _stamp(links: Links, path: str) -> Optional[list[int]]:
    """Of a database its newest rows as well."""
    there = links.layout.in_shared(path)
    found = [links.root.lstat(there), *(links.root.lstat(there + end) for end in suffixes_of(there)[:1])]
    stamps = [
        number
        for status in found
        if status
        for number in (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    ]
    return stamps or None


def blocked_by(links: Links, path: str) -> Optional[RelPath]:
    """What stands above PATH in `shared/` and is no directory, so that nothing can be put there; None when nothing
    does.
    """
    return links.root.obstacle(links.layout.in_shared(path).parent)


def bring_back(
    links: Links, operation: Operation, *, source: RelPath, path: str, stands: Mapping[str, Optional[list[int]]]
) -> list[tuple[str, RelPath]]:
    """A copy of SOURCE, which stays in the attic, is served at PATH; returns what it replaced: path, and where it lies.

    Of STANDS only what is still as it was is replaced: what somebody saved since is the newer one.
    Each copy is made and verified where its place can be taken in one step, so that its path
    resolves to the old or to the new content and never to half of it. A crash leaves the
    waiting copy, or what was replaced, in that place: `settle_restore`.
    """
    saved = []
    for inner, stamp in stands.items():
        if _stamp(links, inner) == stamp and blocked_by(links, inner) is None:
            spot = _bring_one(links, operation, _place_in(source, inner, path), inner)
            saved += [(inner, spot)] if spot else []
    return saved


def _bring_one(links: Links, operation: Operation, source: RelPath, path: str) -> Optional[RelPath]:
    there = links.layout.in_shared(path)
    make_like(links.root, there.parent, links.layout.shared)
    name = f"restore-{operation.name}-{crc32(os.fsencode(path)):08x}"
    waiting = waiting_place(links.root, name, there)
    refuse_in_use(links, [path])
    if is_set(links, source, path):
        return next(iter(bring_set(links, operation, source, path, waiting)), None)
    operation.move(what="restore", path=path, source=source, target=there, waiting=waiting)
    copy_tree(links.root, source, waiting)
    with opened(links.root, [there.parent]):
        if not links.root.has(there):
            move(links.root, waiting, there)
            return None
        change_places(links.root, waiting, there)
    return _keep(links, operation, waiting, path)


def _keep(links: Links, operation: Operation, source: RelPath, path: str) -> RelPath:
    return attic.set_aside(links.root, source, path=path, operation=operation.name, reason=REPLACED, at=operation.at)


def settle_restore(links: Links, operation: Operation, facts: dict[str, Any]) -> None:
    """Nothing waits any more: what equals its original in the attic goes, the rest is what was replaced and is kept.

    Where a crash came between two renames, the place is empty first of all: the copy comes into it.
    """
    if "spot" in facts:
        settle_set_restore(links, operation, facts)
        return
    waiting = RelPath(facts["waiting"])
    spare = settle_places(links.root, waiting, facts["target"])
    for left in (spare, waiting):
        if left and links.root.has(left) and not drop_copied(links.root, left, facts["source"]):
            _keep(links, operation, left, facts["path"])
