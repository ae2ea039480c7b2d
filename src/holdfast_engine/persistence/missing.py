"""What of the data that was counted once is missing now (data.md, memory); looks, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Optional

from holdfast_engine.fs.census import Counted
from holdfast_engine.fs.root import kind_of
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.listing import DIR, FILE, LINK
from holdfast_engine.model.memory import (
    DATA_SHRANK,
    SOME,
    Missing,
    Remembered,
    Taken,
    databases_of,
    gone_database,
    is_database_name,
    is_evidence,
    is_flag,
    judged,
    kept_of,
    may_be_empty,
    passes,
    still_taken,
    taken_of,
)
from holdfast_engine.model.paths import RelPath, outermost
from holdfast_engine.model.plan import REFUSE, WARN
from holdfast_engine.model.rules import HAPPENED, SharedPath
from holdfast_engine.model.sets import main_of
from holdfast_engine.persistence import census
from holdfast_engine.persistence.shared_paths import Rules, unshared
from holdfast_engine.site.format import SiteFile
from holdfast_engine.site.handle import Site

Rows = Mapping[str, Counted]
"""How many files each directory of `shared/` holds."""


def missing(
    site: Site,
    rules: Rules,
    counted: Optional[Rows] = None,
    *,
    file: Optional[SiteFile] = None,
    accept: Iterable[str] = (),
) -> tuple[Missing, ...]:
    """Counted data that is gone, in the order of its paths. COUNTED is how `shared/` stands, SITE what is remembered;
    both are looked up where they are not given.

    A path that today's rules do not name is looked for all the same, unless a person named it as code or said, by
    ACCEPT or before, that it may be empty. What may not be read, or is mounted below, is not taken for gone.
    """
    file = file or site.survey.site
    wanted, taken = remembered(rules, file, accept), taken_now(rules, file, accept)
    bases = databases_then(rules, file, accept)
    if not (wanted or taken or bases):
        return ()
    rows = census.count(site) if counted is None else counted
    now = figures(site, rules, rows, wanted, empty=empty_by_name(file, accept))
    single = passing_singles(file.shared)
    if is_all({path: now[path][0] for path in single if path in wanted}):
        single = frozenset()
    wanted = {path: without_accepted(site, rules, file, path, kept, accept) for path, kept in wanted.items()}
    judgements = (judged(path, kept, now[path][kept.every], passing=path in single) for path, kept in wanted.items())
    found = {one.path: _as_far_as_seen(site, one) for one in judgements if one is not None}
    found = {path: one for path, one in found.items() if not _is_covered(one, file, accept)}
    gone = [gone_database(path, since) for path, since in bases.items() if _is_gone(site, path)]
    for one in (*gone, *(still_taken(each, absent(site, each)) for each in taken)):
        if one is not None and not _is_told(found.values(), one):
            found[one.path] = one
    return tuple(found[path] for path in sorted(found))


def passing_singles(shared: Iterable[SharedPath]) -> frozenset[str]:
    """Single files of SHARED that are so because somebody wrote them, and by no rule: applications delete such, but for
    databases.
    """
    single = (one.path for one in shared if one.kind != DIR and one.why in HAPPENED)
    return frozenset(path for path in single if not is_database_name(path.rpartition("/")[2]))


def is_all(now: Mapping[str, int]) -> bool:
    """True where at least three are gone and none is left: that is no application's everyday work."""
    return len(now) >= SOME and not any(now.values())


def remembered(rules: Rules, site: SiteFile, accept: Iterable[str] = ()) -> dict[str, Remembered]:
    """What was counted in each path that held files, without those whose going alarms nobody."""
    empty = empty_by_name(site, accept)
    every = kept_of(site.identity, site.options)
    return {path: kept for path, kept in every.items() if kept.files and _matters(rules, empty, path)}


def databases_then(rules: Rules, site: SiteFile, accept: Iterable[str] = ()) -> dict[str, float]:
    """The databases that were seen in `shared/`, without those whose going alarms nobody."""
    empty = empty_by_name(site, accept)
    return {path: since for path, since in databases_of(site.options).items() if _matters(rules, empty, path)}


def databases_now(site: Site, rules: Rules, rows: Rows, *, empty: tuple[str, ...]) -> list[str]:
    """The databases that lie in `shared/` by their names, but for what comes and goes by itself. An empty file is none
    yet.
    """
    goes = _passes(rules.classifier.is_cache, empty)
    every = (
        f"{directory}/{name}".lstrip("/")
        for directory, _, passing in _placed(rows, ("",), goes)
        for name in (() if passing else rows[directory].databases)
    )
    return [path for path in every if not _is_gone(site, path)]


def _is_gone(site: Site, database: str) -> bool:
    """True where DATABASE is not there, or empty; what may not be looked at is not taken for gone."""
    try:
        return not _single(site, database)[0]
    except PermissionError:
        return False


def taken_now(rules: Rules, site: SiteFile, accept: Iterable[str] = ()) -> list[Taken]:
    """What hooks took of paths that matter, and nobody accepts."""
    if DATA_SHRANK in accept:
        return []
    empty = empty_by_name(site, accept)
    return [one for one in taken_of(site.options) if _matters(rules, empty, one.path)]


def empty_by_name(site: SiteFile, accept: Iterable[str] = ()) -> tuple[str, ...]:
    """What a person said may be empty, now or before."""
    before = site.options.get("may_be_empty")
    return tuple(dict.fromkeys([*map(str, before if isinstance(before, list) else ()), *may_be_empty(accept)]))


def _matters(rules: Rules, empty: Iterable[str], path: str) -> bool:
    if is_flag(path) or _comes_with_a_database(path) or any(RelPath(path).is_within(one) for one in empty):
        return False
    return not path or not unshared(rules.classifier, path)


def _comes_with_a_database(path: str) -> bool:
    """True for a `-wal` and the like: whoever closes a database removes them, and the database itself is remembered."""
    return bool(main_of(path)) and is_database_name(main_of(path).name)


def without_accepted(
    site: Site, rules: Rules, file: SiteFile, path: str, kept: Remembered, accept: Iterable[str]
) -> Remembered:
    """KEPT of PATH without what lay in those parts of it that a person names now as such that may be empty: the rest is
    missed as before. What is not known to have lain there is not accepted with it.
    """
    before = empty_by_name(file)
    named = [RelPath(one) for one in may_be_empty(accept) if RelPath(one).is_within(path) and one != path]
    fresh = [one for one in outermost(named) if not any(one.is_within(known) for known in before)]
    goes = _passes(rules.classifier.is_cache, before)
    then = sum(_held_then(site, one, goes) for one in fresh)
    return replace(kept, files=max(0, kept.files - then)) if then else kept


def _held_then(site: Site, part: RelPath, goes: Callable[[str], bool]) -> int:
    """How many users' files PART held when it was counted last; what is no directory is one, where it is gone."""
    rows = census.files_then(site, part)
    if not rows:
        return int(not site.root.has(site.links.layout.in_shared(part)))
    return sum(files for one, files in rows.items() if not any(map(goes, (one, *RelPath(one).ancestors()))))


def _is_covered(one: Missing, site: SiteFile, accept: Iterable[str]) -> bool:
    """True where a person accepts what hooks took, and that is all of it."""
    took = sum(each.lost for each in taken_of(site.options) if RelPath(each.path).is_within(one.path))
    rest = one.files_then - one.files_now - took
    return DATA_SHRANK in accept and took > 0 and not is_evidence(rest, one.files_then)


def _is_told(found: Iterable[Missing], one: Missing) -> bool:
    """True where a path at or above that of ONE is refused already."""
    return any(RelPath(one.path).is_within(each.path) and each.verdict == REFUSE for each in found)


def absent(site: Site, taken: Taken) -> int:
    """How many of the files that were TAKEN are not back with content."""
    return sum(not _is_back(site, name) for name in taken.names)


def _is_back(site: Site, name: str) -> bool:
    status = site.root.lstat(site.links.layout.in_shared(name))
    return status is not None and (kind_of(status) != FILE or status.st_size > 0)


def _as_far_as_seen(site: Site, one: Missing) -> Missing:
    """ONE, told and not refused where part of it cannot be seen: the old figure stays until it can."""
    return replace(one, verdict=WARN) if _is_hidden(site, one.path) else one


def _is_hidden(site: Site, path: str) -> bool:
    """True where something at PATH may not be read, or lies on a disk that is mounted below it."""
    where = site.links.layout.in_shared(path) if path else site.links.layout.shared
    status = site.root.lstat(where)
    if status is None or kind_of(status) != DIR:
        return False
    unseen: list[str] = []
    try:
        inside = walk(site.root, where, unreadable=unseen)
        return any(kind == DIR and found.st_dev != status.st_dev for _, kind, found in inside) or bool(unseen)
    except PermissionError:
        return True


def figures(
    site: Site, rules: Rules, counted: Rows, paths: Iterable[str], *, empty: tuple[str, ...]
) -> dict[str, tuple[int, int]]:
    """Of each of PATHS how many users' files are there, and how many files in all. What may be EMPTY does not count."""
    found = dict.fromkeys(paths, (0, 0))
    for directory, tops, passing in _placed(counted, found, _passes(rules.classifier.is_cache, empty)):
        row = counted[directory]
        for top in tops if row.files else ():
            data, every = found[top]
            found[top] = (data + (0 if passing else row.data), every + row.files)
    with site.root.looking():
        singles = {path: _single(site, path) for path in found if path and path not in counted}
    return {**found, **singles}


def _passes(is_cache: Callable[[str], bool], empty: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether what a directory holds comes and goes by itself."""

    def passing(directory: str) -> bool:
        above, _, name = directory.rpartition("/")
        return passes(name, above.rpartition("/")[2]) or is_cache(directory) or directory in empty

    return passing


def _placed(
    counted: Iterable[str], paths: Iterable[str], goes: Callable[[str], bool]
) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """Each directory with those of PATHS that it lies in, and whether it GOES; parents come first, and are asked
    once.
    """
    wanted, known = frozenset(paths), dict[str, tuple[tuple[str, ...], bool]]()
    for directory in sorted(counted):
        above = known.get(directory.rpartition("/")[0], ((), False)) if directory else ((), False)
        tops = (*above[0], directory) if directory in wanted else above[0]
        known[directory] = (tops, above[1] or (bool(tops and directory) and goes(directory)))
        yield (directory, *known[directory])


def _single(site: Site, path: str) -> tuple[int, int]:
    """What is no directory: a file with content, or a link that leads somewhere, is one file."""
    where = site.links.layout.in_shared(path)
    status = site.root.lstat(where)
    if status is not None and kind_of(status) == LINK:
        leads = int(site.root.leads_somewhere(where))
        return leads, leads
    return int(bool(status and status.st_size)), int(status is not None)
