"""How much data there is: the quick proof over `shared/`, kept as a scan index in the cache."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Optional

from holdfast_engine.data.baseline import now_ns
from holdfast_engine.data.outward import why_not
from holdfast_engine.fs import durable
from holdfast_engine.fs.census import Counted, proven, quick
from holdfast_engine.fs.probe import mounts_below
from holdfast_engine.fs.root import kind_of
from holdfast_engine.fs.walk import size_of
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.sets import main_of
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.site.format import DAMAGE
from holdfast_engine.site.handle import Site

_INDEX = Layout.cache / "census.json"
_FORMAT = 3


def count(site: Site) -> Mapping[str, Counted]:
    """Each directory of `shared/` with its number of files; only directories that changed are listed anew."""
    return quick(site.root, site.links.layout.shared, _directories(_load(site)), now=now_ns())


def keep(site: Site, counted: Mapping[str, Counted], *, at: int, lost: Iterable[str]) -> None:
    """What was COUNTED from AT on is the index now; of what is LOST it goes on saying what lay there before."""
    before = _load(site)
    index = {
        "format": _FORMAT,
        "directories": proven(counted, at=at),
        "then": {path: _files_then(before, path) for path in lost},
        "emptied": [path for path in before.get("emptied", ()) if path in counted],
    }
    durable.replace_own(site.root, _INDEX, json.dumps(index).encode())


def note_emptied(site: Site, counted: Mapping[str, Counted]) -> None:
    """The index says which directories the application empties by itself: what was COUNTED before any hook of this
    operation ran holds nothing, and names came to it and went since the last operation.
    """
    index = _load(site)
    before, parents = _directories(index), {RelPath(path).parent for path in counted}
    seen = {path for path, row in counted.items() if path in before and _came_and_went(before[path], row)} - parents
    known = frozenset(index.get("emptied", ()))
    if seen - known:
        with suppress(OSError):  # a cache: without it hooks are blamed as before, and a full disk stops no rollback
            durable.replace_own(site.root, _INDEX, json.dumps({**index, "emptied": sorted(seen | known)}).encode())


def _came_and_went(before: Counted, now: Counted) -> bool:
    return now.data == 0 and bool(before.data or before.mtime != now.mtime)


def emptied(site: Site) -> frozenset[str]:
    """The directories of `shared/` that the application empties by itself, as far as that was seen."""
    return frozenset(_load(site).get("emptied", ()))


def files_then(site: Site, path: str) -> dict[str, int]:
    """How many users' files each directory at or below PATH held when it was counted last and nothing was missed there;
    nothing where that is not known any more.
    """
    return _files_then(_load(site), path)


def _files_then(index: dict[str, Any], path: str) -> dict[str, int]:
    missed = next((rows for top, rows in index.get("then", {}).items() if RelPath(path).is_within(top)), None)
    rows = {one: row.data for one, row in _directories(index).items()} if missed is None else missed
    return {one: files for one, files in rows.items() if RelPath(one).is_within(path)}


def directories_then(site: Site) -> dict[str, Counted]:
    """Every directory of `shared/` as it was counted last; nothing where that is not known any more."""
    return _directories(_load(site))


def inodes_then(site: Site, path: str) -> set[int]:
    """The inodes of the directories at and below PATH as they were counted last."""
    rows = directories_then(site).items()
    return {row.inode for one, row in rows if path and RelPath(one).is_within(path)}


def _load(site: Site) -> dict[str, Any]:
    """The index, if there is a usable one: deleting it costs time, and that less is accepted by name."""
    try:
        value = json.loads(site.root.read(_INDEX) or b"{}")
        if value["format"] != _FORMAT:  # any other is a cache as well: made anew
            return {}
        _directories(value)
        return dict(value)
    except DAMAGE:
        return {}


def _directories(index: dict[str, Any]) -> dict[str, Counted]:
    rows = index.get("directories", {})
    return {path: Counted(*row[:5], *map(tuple, row[5:])) for path, row in rows.items()}


def files(site: Site) -> int:
    """How many files `shared/` holds."""
    return total(count(site))


def total(counted: Mapping[str, Counted]) -> int:
    """The number of all files that were COUNTED."""
    return sum(row.files for row in counted.values())


def coming(site: Site, release: Optional[RelPath], to_adopt: Iterable[str]) -> int:
    """How many files of RELEASE will be counted in `shared/` once TO_ADOPT came home and are not there yet."""
    if release is None:
        return 0
    shared, coming_home = site.links.layout, (path for path in to_adopt if not why_not(site.links, release, path))
    paths = [path for path in coming_home if not any(map(site.root.has, map(shared.in_shared, _known_by(path))))]
    return sum(size_of(site.root, release / path)[0] for path in paths)


def _known_by(path: str) -> list[str]:
    """What of it in `shared/` says that PATH is counted, or stays where it is: itself, or the database it was parted
    from.
    """
    return [path, main_of(path)] if main_of(path) else [path]


def identity(site: Site, rules: Rules, counted: Mapping[str, Counted]) -> dict[str, list[Any]]:
    """Inode and number of files of each shared path: what a missing mount or a swapped directory lacks (I29, I76).

    A third number marks what is a mount: beneath it another directory would come to light. Of a link, as to a bigger
    disk, the text is kept as well. A database's companions come and go with those that have it open.
    """
    with site.root.looking():
        return _identity(site, rules, counted)


def _identity(site: Site, rules: Rules, counted: Mapping[str, Counted]) -> dict[str, list[Any]]:
    found, layout = {}, site.links.layout
    mounts = {path.below(layout.shared): [1] for path in mounts_below(site.root, layout.shared)}
    shared = (RelPath(one.path) for one in rules.shared if main_of(one.path) not in rules.shared_paths)
    for path in dict.fromkeys([*shared, *mounts]):
        status = site.root.lstat(layout.in_shared(path) if path else layout.shared)
        if status is not None:
            below = sum(row.files for inner, row in counted.items() if RelPath(inner).is_within(path))
            is_directory = kind_of(status) == "dir"
            text = site.root.link(layout.in_shared(path)) if path and kind_of(status) == "link" else None
            mark = mounts.get(path, []) if text is None else [0, text]
            found[str(path)] = [status.st_ino, below if is_directory else 1, *mark]
    return found
