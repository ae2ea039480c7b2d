"""Bringing displaced content back into `shared/`, without a moment in which its path does not resolve (G3, G5)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any, Optional
from zlib import crc32

from holdfast_engine.data.links import Bench
from holdfast_engine.data.restore_sets import REPLACED, bring_set, is_set, refuse_in_use, settle_set_restore
from holdfast_engine.fs import attic, durable
from holdfast_engine.fs.copy import copy_tree
from holdfast_engine.fs.discard import drop_copied
from holdfast_engine.fs.place import change_places, move, settle_places
from holdfast_engine.fs.probe import waiting_place
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.sets import belongs_to, same_set
from holdfast_engine.fs.walk import walk
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.sets import main_of, suffixes_of

Stands = dict[str, Optional[list[int]]]
"""What is to be brought back, by path, with how that which stands there now looked when it was decided."""


def look(bench: Bench, source: RelPath, path: str) -> Stands:
    """What of SOURCE is not served at PATH: a directory in the place of a directory is merged file by file, so that
    what only today's has stays (I56).
    """
    root = bench.root
    return {
        inner: _stamp(bench, inner)
        for inner in _inner(bench, source, path)
        if not _goes_along(root, _place_in(source, inner, path), bench.layout.in_shared(inner))
        and not same_set(root, _place_in(source, inner, path), bench.layout.in_shared(inner))
    }


def _goes_along(root: Root, place: RelPath, there: RelPath) -> bool:
    """True for what stands beside a database, in the attic or in `shared/`: it comes with its own, or never (DESIGN
    5).
    """
    return bool(main_of(place)) and bool(belongs_to(root, place) or belongs_to(root, there))


def _place_in(source: RelPath, inner: str, path: str) -> RelPath:
    return source / RelPath(inner).below(path)


def _inner(bench: Bench, source: RelPath, path: str) -> Iterator[str]:
    """The shallowest paths at or below PATH that are no directory on both sides."""

    def goes_on(below: str) -> bool:
        there = bench.layout.in_shared(f"{path}/{below}" if below else path)
        return bench.root.kind(source / below) == bench.root.kind(there) == "dir"

    if not goes_on(""):
        yield path
        return
    for below, kind, _ in walk(bench.root, source, descend=goes_on):
        if kind != "dir" or not goes_on(below):
            yield f"{path}/{below}"


def _stamp(bench: Bench, path: str) -> Optional[list[int]]:
    """Of a database its newest rows as well."""
    there = bench.layout.in_shared(path)
    found = [bench.root.lstat(there), *(bench.root.lstat(there + end) for end in suffixes_of(there)[:1])]
    stamps = [
        number
        for status in found
        if status
        for number in (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    ]
    return stamps or None


def blocked_by(bench: Bench, path: str) -> Optional[RelPath]:
    """What stands above PATH in `shared/` and is no directory, so that nothing can be put there; None when nothing
    does.
    """
    return bench.root.obstacle(bench.layout.in_shared(path).parent)


def bring_back(
    bench: Bench, operation: Operation, *, source: RelPath, path: str, stands: Mapping[str, Optional[list[int]]]
) -> list[tuple[str, RelPath]]:
    """A copy of SOURCE, which stays in the attic, is served at PATH; returns what it replaced: path, and where it lies.

    Of STANDS only what is still as it was is replaced: what somebody saved since is the newer one.
    Each copy is made and verified where its place can be taken in one step, so that its path
    resolves to the old or to the new content and never to half of it. A crash leaves the
    waiting copy, or what was replaced, in that place: `settle_restore`.
    """
    saved = []
    for inner, stamp in stands.items():
        if _stamp(bench, inner) == stamp and blocked_by(bench, inner) is None:
            spot = _bring_one(bench, operation, _place_in(source, inner, path), inner)
            saved += [(inner, spot)] if spot else []
    return saved


def _bring_one(bench: Bench, operation: Operation, source: RelPath, path: str) -> Optional[RelPath]:
    there = bench.layout.in_shared(path)
    durable.make_directories(bench.root, there.parent, mode=0o2775)
    name = f"restore-{operation.name}-{crc32(os.fsencode(path)):08x}"
    waiting = waiting_place(bench.root, name, there)
    refuse_in_use(bench, [path])
    if is_set(bench, source, path):
        return next(iter(bring_set(bench, operation, source, path, waiting)), None)
    operation.move(what="restore", path=path, source=source, target=there, waiting=waiting)
    copy_tree(bench.root, source, waiting)
    if not bench.root.has(there):
        move(bench.root, waiting, there)
        return None
    change_places(bench.root, waiting, there)
    return _keep(bench, operation, waiting, path)


def _keep(bench: Bench, operation: Operation, source: RelPath, path: str) -> RelPath:
    return attic.set_aside(bench.root, source, path=path, operation=operation.name, reason=REPLACED, at=operation.at)


def settle_restore(bench: Bench, operation: Operation, facts: dict[str, Any]) -> None:
    """Nothing waits any more: what equals its original in the attic goes, the rest is what was replaced and is kept.

    Where a crash came between two renames, the place is empty first of all: the copy comes into it.
    """
    if "spot" in facts:
        settle_set_restore(bench, operation, facts)
        return
    waiting = RelPath(facts["waiting"])
    spare = settle_places(bench.root, waiting, facts["target"])
    for left in (spare, waiting):
        if left and bench.root.has(left) and not drop_copied(bench.root, left, facts["source"]):
            _keep(bench, operation, left, facts["path"])
