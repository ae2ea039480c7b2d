"""How much data there is: the quick proof over `shared/`, kept as a scan index in the cache."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Optional

from holdfast_engine.commands.rules import Rules
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.data.baseline import now_ns
from holdfast_engine.fs import durable
from holdfast_engine.fs.census import Counted, proven, quick
from holdfast_engine.fs.probe import mounts_below
from holdfast_engine.fs.root import kind_of
from holdfast_engine.fs.walk import size_of
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.sets import main_of
from holdfast_engine.state.format import DAMAGE

_INDEX = Layout.cache / "census.json"
_FORMAT = 2


def count(place: Workplace, *, save: bool) -> Mapping[str, Counted]:
    """Each directory of `shared/` with its number of files; only directories that changed are listed anew."""
    known, began = _load(place), now_ns()
    counted = quick(place.root, place.bench.layout.shared, known, now=began)
    if save:
        lasting = proven(counted, at=began)
        durable.replace_own(place.root, _INDEX, json.dumps({"format": _FORMAT, "directories": lasting}).encode())
    return counted


def _load(place: Workplace) -> dict[str, Counted]:
    """The index, if there is a usable one: deleting it costs time, never knowledge."""
    try:
        value = json.loads(place.root.read(_INDEX) or b"{}")
        known = value["directories"] if value["format"] == _FORMAT else {}  # any other is a cache as well: made anew
        return {path: Counted(*row)._replace(databases=tuple(row[5])) for path, row in known.items()}
    except DAMAGE:
        return {}


def files(place: Workplace) -> int:
    """How many files `shared/` holds."""
    return total(count(place, save=False))


def total(counted: Mapping[str, Counted]) -> int:
    """The number of all files that were COUNTED."""
    return sum(row.files for row in counted.values())


def coming(place: Workplace, release: Optional[RelPath], homeless: Iterable[str]) -> int:
    """How many files of RELEASE will be counted in `shared/` once HOMELESS came home and are not there yet."""
    if release is None:
        return 0
    shared = place.bench.layout
    paths = [path for path in homeless if not any(map(place.root.has, map(shared.in_shared, _known_by(path))))]
    return sum(size_of(place.root, release / path)[0] for path in paths)


def _known_by(path: str) -> list[str]:
    """What of it in `shared/` says that PATH is counted, or stays where it is: itself, or the database it was parted
    from.
    """
    return [path, main_of(path)] if main_of(path) else [path]


def identity(place: Workplace, rules: Rules, counted: Mapping[str, Counted]) -> dict[str, list[int]]:
    """Inode and number of files of each shared path: what a missing mount or a swapped directory lacks (I29, I76).

    A third number marks what is a mount: beneath it another directory would come to light. A database's companions
    come and go with those that have it open.
    """
    found, layout = {}, place.bench.layout
    mounts = {path.below(layout.shared): [1] for path in mounts_below(place.root, layout.shared)}
    shared = (RelPath(one.path) for one in rules.shared if main_of(one.path) not in rules.shared_paths)
    for path in dict.fromkeys([*shared, *mounts]):
        status = place.root.lstat(layout.in_shared(path) if path else layout.shared)
        if status is not None:
            below = sum(row.files for inner, row in counted.items() if RelPath(inner).is_within(path))
            is_directory = kind_of(status) == "dir"
            found[str(path)] = [status.st_ino, below if is_directory else 1, *mounts.get(path, [])]
    return found
