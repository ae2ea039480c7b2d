"""Bringing displaced content back into `shared/`, without a moment in which its path does not resolve (G3, G5)."""

from __future__ import annotations

import errno
import os
from typing import Any, Optional
from zlib import crc32

from holdfast_engine.data.links import Bench
from holdfast_engine.fs import attic, durable
from holdfast_engine.fs.copy import copy_tree, same_file
from holdfast_engine.fs.discard import drop_copied
from holdfast_engine.fs.place import UNSUPPORTED, exchange, move
from holdfast_engine.fs.walk import walk
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath

REPLACED = "replaced by a restore"
"""Why content is in the attic that stood where something was restored."""


def bring_back(bench: Bench, operation: Operation, *, source: RelPath, path: str) -> Optional[RelPath]:
    """A copy of SOURCE, which stays in the attic, is served at PATH; returns where what stood there lies now, or None.

    The copy is made and verified in the scratch directory and takes its place in one step, so
    that PATH resolves to the old or to the new content and never to half of it. A crash
    leaves a copy in the scratch directory, or what was replaced: `settle_restore`.
    """
    there = bench.layout.in_shared(path)
    waiting = Layout.scratch / f"restore-{operation.name}-{crc32(os.fsencode(path)):08x}"
    operation.move(what="restore", path=path, source=source, target=there, waiting=waiting)
    copy_tree(bench.root, source, waiting)
    durable.make_directories(bench.root, there.parent, mode=0o2775)
    try:
        return _take_the_place(bench, operation, waiting, there, path)
    except OSError as error:
        if error.errno not in (errno.EXDEV, *UNSUPPORTED):
            raise
    return _step_by_step(bench, operation, waiting, there, path)


def _take_the_place(
    bench: Bench, operation: Operation, waiting: RelPath, there: RelPath, path: str
) -> Optional[RelPath]:
    if not bench.root.has(there):
        move(bench.root, waiting, there)
        return None
    exchange(bench.root, waiting, there)
    return _keep(bench, operation, waiting, path)


def _step_by_step(bench: Bench, operation: Operation, waiting: RelPath, there: RelPath, path: str) -> Optional[RelPath]:
    """Where names cannot be exchanged: first what stands there is kept, then the copy comes."""
    spot = _keep(bench, operation, there, path) if bench.root.has(there) else None
    copy_tree(bench.root, waiting, there)
    drop_copied(bench.root, waiting, there)
    return spot


def _keep(bench: Bench, operation: Operation, source: RelPath, path: str) -> RelPath:
    return attic.set_aside(bench.root, source, path=path, operation=operation.name, reason=REPLACED, at=operation.at)


def settle_restore(bench: Bench, operation: Operation, facts: dict[str, Any]) -> None:
    """Nothing waits in the scratch directory: what equals its original in the attic goes, the rest is what was replaced
    and is kept.
    """
    waiting = RelPath(facts["waiting"])
    if bench.root.has(waiting) and not drop_copied(bench.root, waiting, facts["source"]):
        _keep(bench, operation, waiting, facts["path"])


def is_back(bench: Bench, source: RelPath, path: str) -> bool:
    """True when every file of SOURCE is served at PATH with the same content."""
    there = bench.layout.in_shared(path)
    if bench.root.kind(source) != "dir":
        return same_file(bench.root, source, there)
    found = [RelPath(below) for below, kind, _ in walk(bench.root, source) if kind == "file"]
    return bench.root.kind(there) == "dir" and all(same_file(bench.root, source / one, there / one) for one in found)
