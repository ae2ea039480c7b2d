"""Where a deploy will write in `shared/` because the source ships another version of a seed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from typing import Optional

from holdfast_engine.fs.probe import is_immutable
from holdfast_engine.model.listing import FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.site.handle import Site
from holdfast_engine.site.records import ReleaseRecord


def changed_seeds_in(site: Site, previous: Optional[ReleaseRecord], rules: Rules) -> tuple[RelPath, ...]:
    """The directories of `shared/` in which a seed is added or replaced. For root, who may write anywhere, none is
    looked for.
    """
    if os.geteuid() == 0:
        return ()
    before = previous.seeds if previous is not None else {}
    changed = [path for path in _shipped(rules) if _differs(rules, path, before)]
    parents = (site.links.layout.in_shared(path).parent for path in changed)
    return tuple(dict.fromkeys(path for path in parents if site.root.kind(path) == "dir"))


def new_seeds(site: Site, previous: ReleaseRecord, rules: Rules) -> list[str]:
    """Files that the release ships at shared paths for the first time, and that nothing stands in the way of."""
    fresh = (path for path in _shipped(rules) if path not in previous.seeds)
    return [path for path in fresh if not site.root.has(site.links.layout.in_shared(path))]


def frozen_seeds(site: Site, previous: Optional[ReleaseRecord], rules: Rules) -> tuple[RelPath, ...]:
    """The seeds in `shared/` that are to be replaced, and are immutable or lie in a directory that is."""
    before = previous.seeds if previous is not None else {}
    found = [path for path in _shipped(rules) if path in before]
    shut = {directory: is_immutable(site.root, directory) for directory in _directories(site, found)}
    return tuple(
        here if is_immutable(site.root, here) else here.parent
        for path in found
        for here in (site.links.layout.in_shared(path),)
        if (shut[here.parent] or is_immutable(site.root, here)) and _differs(rules, path, before)
    )


def _shipped(rules: Rules) -> Iterator[str]:
    """Every file that the release ships at or below a shared path."""
    every = (path for one in rules.shared for path in (one.path, *rules.listing.files_below(one.path)))
    return (path for path in every if rules.listing.kind(path) == FILE)


def _directories(site: Site, paths: list[str]) -> set[RelPath]:
    return {site.links.layout.in_shared(path).parent for path in paths}


def _differs(rules: Rules, path: str, before: dict[str, str]) -> bool:
    content = rules.listing.read(path) if path in before else None
    return content is None or hashlib.sha256(content).hexdigest() != before[path]
