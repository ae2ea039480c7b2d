"""Emptying the trash of earlier operations, after one more look into it (G6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Optional

from holdfast_engine.commands.homing import Report
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.data import baseline as baselines
from holdfast_engine.data.baseline import Baseline
from holdfast_engine.fs import attic
from holdfast_engine.fs.copy import digest_of
from holdfast_engine.fs.discard import Proof, empty_trash, to_trash
from holdfast_engine.fs.probe import users_of
from holdfast_engine.fs.walk import walk
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import FILE
from holdfast_engine.model.manifest import Entry
from holdfast_engine.model.paths import RelPath


def empty_old_trash(
    place: Workplace,
    operation: Operation,
    report: Report,
    used: dict[int, frozenset[str]],
    *,
    is_cache: Callable[[str], bool],
) -> None:
    """What earlier operations put into the trash is deleted, unless something uses it or it holds what is nowhere else.

    USED says what processes have open. What was written into a release after it was removed, by a
    worker that had stayed in it, goes to the attic first.
    """
    for name in place.root.names(Layout.trash):
        if name.startswith(operation.name):
            continue
        if users_of(used, Layout.trash / name):
            report.warnings.append(f"`{name}` stays in the trash: processes work in it")
            continue
        release = _release_in(place, name)
        if release is not None:
            _last_look(place, operation, report, name, release, is_cache)
        elif name.rpartition("-")[2].partition("~")[0] == "merged":
            _keep_late(place, operation, report, name)
        if not empty_trash(place.root, name):
            report.warnings.append(f"`{name}` stays in the trash: something in it could not be deleted")
        elif release is not None:
            spent = f"{release}.jsonl"
            to_trash(place.root, Layout.baselines / spent, spent, Proof(release, "its release is deleted"))


def _keep_late(place: Workplace, operation: Operation, report: Report, name: str) -> None:
    """A merged directory held links of ours alone; a file in it was written by a worker that had stayed in it."""
    top = Layout.trash / name
    for path, kind, _ in list(walk(place.root, top)):
        if kind == FILE:
            operation.move(what="keep", path=path, source=top / path)
            reason = "written into a directory after it was merged into shared/"
            spot = attic.set_aside(
                place.root, top / path, path=path, operation=operation.name, reason=reason, at=operation.at
            )
            report.set_aside(path, spot, reason)


def _release_in(place: Workplace, name: str) -> Optional[str]:
    """The release that trash item NAME was, known by the baseline that still waits for it."""
    for kept in place.root.names(Layout.baselines):
        release = kept[: -len(".jsonl")]
        if name.endswith(f"-{release}") and not place.root.has(Layout.records / f"{release}.json"):
            return release
    return None


def _last_look(
    place: Workplace, operation: Operation, report: Report, name: str, release: str, is_cache: Callable[[str], bool]
) -> None:
    baseline = baselines.read(place.root, release)
    if baseline is None:
        return
    top = Layout.trash / name
    for path, kind, status in list(walk(place.root, top)):
        stamp = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        if kind == FILE and not is_cache(path) and not _is_known(place, top / path, path, baseline, stamp):
            operation.move(what="keep", path=path, source=top / path)
            reason = f"written into release {release} after it was removed"
            spot = attic.set_aside(
                place.root, top / path, path=path, operation=operation.name, reason=reason, at=operation.at
            )
            report.set_aside(path, spot, reason)


def _is_known(place: Workplace, here: RelPath, path: str, baseline: Baseline, stamp: tuple[int, int, int, int]) -> bool:
    """True for what the release shipped, and for what the attic or `shared/` holds with the same content."""
    entry: Optional[Entry] = baseline.get(path)
    if entry is not None and (baseline.proves(entry, stamp) or digest_of(place.root, here) == entry.digest):
        return True
    return attic.holds(place.root, here, path)
