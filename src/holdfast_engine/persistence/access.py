"""The access of the application, as it is kept, given to a release (G10)."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Optional

from holdfast_engine.data.baseline import Baseline
from holdfast_engine.fs.access import give, give_file, is_let_in, take
from holdfast_engine.fs.accounts import groups_of
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.access import Access, Kept
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.rules.programs import is_code
from holdfast_engine.site.handle import Site

Placed = tuple[str, str, Access]
"""A path of a release, its kind, and the access that is kept for it."""


def give_access(
    site: Site,
    release: RelPath,
    kept: Kept,
    *,
    user: Optional[int],
    spared: Collection[str],
    writable: Callable[[str], bool],
) -> list[str]:
    """Every directory of RELEASE lets in whom the live one let in, and so do files that are no programs in a directory
    that the application may write; what is carried is SPARED, it has its own. WRITABLE says what a person or a preset
    names. Returns the directories that USER is kept out of still.
    """
    whom = user if user is not None else _runs_as(kept)
    groups, shut = groups_of(whom), []
    for path, kind, wanted in list(_placed(site, release, kept, kept.tops, spared)):
        if kind == DIR:
            shut += [] if give(site.root, release / path, wanted, user=whom) else [path]
        elif wanted.lets_in(whom, groups) and (not is_code(path) or path in kept.directories or writable(path)):
            give_file(site.root, release / path, wanted, user=whom)
    return shut


def keeps_out(site: Site, release: RelPath, kept: Kept, directories: Iterable[str]) -> bool:
    """True where one of these DIRECTORIES of RELEASE, as another tool or a person left it, keeps out whom the live one
    let in (G10).
    """
    user = _runs_as(kept)
    groups, there = groups_of(user), ((release / path, kept.of(path)) for path in directories)
    return any(wanted is not None and not is_let_in(site.root, one, wanted, user, groups) for one, wanted in there)


def change_access(
    site: Site,
    live: RelPath,
    kept: Kept,
    paths: Collection[str],
    *,
    baseline: Optional[Baseline],
    spared: Collection[str],
) -> list[str]:
    """PATHS of what is LIVE, and all below them, are as KEPT says now: shipped files too, where a BASELINE tells which
    those are. What came since is the application's own, and stays. Returns what could not be changed.
    """
    user = _runs_as(kept)
    groups, left = groups_of(user), []
    for path, kind, wanted in list(_placed(site, live, kept, paths, spared)):
        lets_in = wanted.lets_in(user, groups)
        if kind == FILE and (baseline is None or baseline.get(path) is None):
            continue
        if not lets_in:
            left += [] if take(site.root, live / path, wanted, user=user) else [path]
        elif kind == DIR:
            left += [] if give(site.root, live / path, wanted, user=user) else [path]
        elif not is_code(path) or path in kept.directories:
            give_file(site.root, live / path, wanted, user=user)
    return left


def _runs_as(kept: Kept) -> int:
    """Whom the application runs as, where that is kept; else whoever deploys."""
    return kept.user if kept.user is not None else os.geteuid()


def _placed(
    site: Site, release: RelPath, kept: Kept, tops: Collection[str], spared: Collection[str]
) -> Iterator[Placed]:
    """TOPS and all below them in RELEASE that has an access; a link is followed nowhere."""
    for top in tops:
        kind, own = site.root.kind(release / top), kept.of(top)
        if kind in (DIR, FILE) and own is not None and top not in spared:
            yield top, kind or "", own
        start = RelPath(top)
        below_it = walk(site.root, release / top, descend=_descending(start, spared)) if kind == DIR else ()
        for inner, below, _ in below_it:
            path = start / inner
            wanted = kept.directories.get(path) or kept.of(path if below == DIR else path.parent)
            if wanted is not None and path not in spared and below in (DIR, FILE):
                yield path, below, wanted


def _descending(top: RelPath, spared: Collection[str]) -> Callable[[str], bool]:
    return lambda path: top / path not in spared
