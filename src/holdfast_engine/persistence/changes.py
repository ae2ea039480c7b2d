"""What each release changed, against the one before: by what both shipped, as their baselines tell it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from heapq import nsmallest
from typing import Any, NamedTuple

from holdfast_engine.data import baseline as baselines
from holdfast_engine.model.listing import DIR
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.persistence.site_map import BUILT, Cares
from holdfast_engine.site.handle import Site
from holdfast_engine.site.records import ReleaseRecord

_NAMED = 12
"""So many names of each kind are told; how many there are is always said."""
Shipped = Mapping[str, str]
"""What a release shipped: each path that is no directory with the proof of its content."""


class Changes(NamedTuple):
    """The paths that were ADDED, that CHANGED, and that were REMOVED."""

    added: list[str]
    changed: list[str]
    removed: list[str]


def changes(before: Shipped, after: Shipped) -> Changes:
    return Changes(
        [path for path in after if path not in before],
        [path for path, proof in after.items() if before.get(path, proof) != proof],
        [path for path in before if path not in after],
    )


def history_of_code(site: Site, rules: Rules) -> dict[str, dict[str, Any]]:
    """For each release of which it is known what it shipped: the release before it that is known as well, and what it
    added, changed and removed. The oldest has nothing to be compared with.
    """
    told, cares = dict[str, dict[str, Any]](), Cares(rules, None)
    before, older = "", dict[str, str]()
    for record in site.survey.releases:
        shipped = _shipped(site, record)
        if not shipped:
            continue
        if before:
            found = changes(older, shipped)._asdict()
            told[record.id] = {"against": before, **{what: _row(paths, cares) for what, paths in found.items()}}
        before, older = record.id, shipped
    return told


def _shipped(site: Site, record: ReleaseRecord) -> dict[str, str]:
    """Read for itself, and let go of: of all baselines only two are in memory at a time."""
    baseline = baselines.read(site.root, record.id) if record.activated else None
    entries = baseline.entries.values() if baseline is not None else ()
    return {one.path: one.digest for one in entries if one.kind != DIR}


def _row(paths: Iterable[str], cares: Cares) -> dict[str, Any]:
    """How many PATHS there are, and the first of them: code before what was built."""
    every = list(paths)
    first = nsmallest(_NAMED, every, key=lambda path: (cares.of(path.rpartition("/")[0], path) == BUILT, path))
    return {"files": len(every), "first": first}
