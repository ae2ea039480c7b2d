"""The memory of data in the site file: what is written there, when, and what is never forgotten (DESIGN 5, memory)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Optional

from holdfast_engine.checks.shared_identity import unmounted
from holdfast_engine.commands import counting, giving_way
from holdfast_engine.commands.missing import (
    Rows,
    absent,
    databases_now,
    empty_by_name,
    figures,
    is_all,
    missing,
    passing_singles,
    remembered,
    taken_now,
)
from holdfast_engine.commands.narrowing import memory_of
from holdfast_engine.commands.rules import Rules
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.model.memory import (
    DATA_MEMORY,
    SHARED_IDENTITY,
    Kept,
    Missing,
    Taken,
    databases_of,
    is_evidence,
    kept_of,
    taken_of,
)
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import REFUSE
from holdfast_engine.state import format as site_format
from holdfast_engine.state.format import SiteFile


def remember(place: Workplace, rules: Rules, *, accept: tuple[str, ...] = ()) -> tuple[Missing, ...]:
    """The site file knows what is shared today and how much lies there (I10, I29); returns what stays missing.

    No alarm is forgotten: of data that is gone, emptied or halved the old figure, its date and its inode stay,
    whichever command comes by, until it is back or a person ACCEPTs it by name.
    """
    site = site_format.read(place.root) or SiteFile()
    counted = counting.count(place, save=True)
    every = missing(place, rules, counted, site=site, accept=accept)
    lost = tuple(one for one in every if not _is_let_go(place, one, accept))
    identity, memory = _today(place, rules, counted, empty_by_name(site, accept))
    alarmed = _is_alarmed(place, site, lost, accept)
    if alarmed:
        identity, memory = dict(site.identity), kept_of(site.identity, site.options)
    _keep_alarms(site, lost, identity, memory)
    taken = [one for one in taken_now(rules, site, accept) if DATA_MEMORY not in accept and absent(place, one)]
    empty = empty_by_name(site, accept)
    databases = databases_of(site.options) if alarmed else _databases(place, rules, counted, site, lost, empty)
    options = _options(site, memory, taken, empty, databases)
    preset = memory_of(rules.classifier.preset, site, place.survey.active, place.request)
    options = {**giving_way.remembered(options, giving_way.memory_of(place, rules)), "links": dict(rules.links)}
    options["preset"] = preset
    written = site.but(shared=rules.shared, declared=rules.settings.shared, options=options, identity=identity)
    site_format.write(place.root, written)
    return lost


def _is_alarmed(place: Workplace, site: SiteFile, lost: Iterable[Missing], accept: tuple[str, ...]) -> bool:
    """True while data is away and nobody has accepted that: nothing that is counted meanwhile is the site as it is, as
    what a rollback brings into the empty directory where a disk belongs.
    """
    if {DATA_MEMORY, SHARED_IDENTITY} & set(accept):
        return False
    return any(one.verdict == REFUSE for one in lost) or bool(unmounted(place.root, place.bench.layout, site.identity))


def _today(
    place: Workplace, rules: Rules, counted: Rows, empty: tuple[str, ...]
) -> tuple[dict[str, list[int]], dict[str, Kept]]:
    """What lies there now, under the date of this operation."""
    identity = counting.identity(place, rules, counted)
    now = figures(place, rules, counted, identity, empty=empty)
    return identity, {path: Kept(data, place.request.now) for path, (data, _) in now.items()}


def _keep_alarms(
    site: SiteFile, lost: Iterable[Missing], identity: dict[str, list[int]], memory: dict[str, Kept]
) -> None:
    """What is LOST stays as it was remembered, marked where it is refused: a few new files do not make it good."""
    before = kept_of(site.identity, site.options)
    for one in lost:
        if one.path in before:
            memory[one.path] = before[one.path].but(alarm=before[one.path].alarm or one.verdict == REFUSE)
        if one.path in site.identity:
            identity[one.path] = site.identity[one.path]


def _is_let_go(place: Workplace, one: Missing, accept: tuple[str, ...]) -> bool:
    """True for what a person accepted, and for a single file of the application's that a deploy has told of."""
    return DATA_MEMORY in accept or (one.passing and place.request.command == "deploy")


def _databases(
    place: Workplace, rules: Rules, counted: Rows, site: SiteFile, lost: Iterable[Missing], empty: tuple[str, ...]
) -> dict[str, float]:
    """Each database that lies there, under the date of this operation, and those of SITE that are LOST."""
    before, away = databases_of(site.options), list(lost)
    kept = {path: since for path, since in before.items() if any(RelPath(path).is_within(one.path) for one in away)}
    return {**kept, **dict.fromkeys(databases_now(place, rules, counted, empty=empty), place.request.now)}


def _options(
    site: SiteFile,
    memory: dict[str, Kept],
    taken: Iterable[Taken],
    empty: tuple[str, ...],
    databases: Optional[dict[str, float]] = None,
) -> dict[str, Any]:
    """The options of SITE with this memory; what there is nothing of is not written. DATABASES stay as they are where
    they are not given.
    """
    found = {
        "memory": {path: kept.to_json() for path, kept in memory.items() if not kept.every},
        "taken": [one.to_json() for one in taken],
        "may_be_empty": list(empty),
        "databases": databases_of(site.options) if databases is None else databases,
    }
    rest = {name: value for name, value in site.options.items() if name not in found}
    return {**rest, **{name: value for name, value in found.items() if value}}


def count_first(place: Workplace, rules: Rules, counted: Rows) -> None:
    """The site file knows what lies in `shared/` before a user's command runs that may take it away: what came since
    the last deploy is missed as well, also after a crash. Alarms stay as they are.
    """
    site = site_format.read(place.root) or SiteFile()
    accept = place.request.accept
    gone = missing(place, rules, counted, site=site, accept=accept)
    lost = {one.path for one in gone}
    before = kept_of(site.identity, site.options)
    paths = dict.fromkeys([*before, *(one.path for one in rules.shared)])
    now = figures(place, rules, counted, paths, empty=empty_by_name(site))
    fresh = {path: Kept(data, place.request.now) for path, (data, _) in now.items() if path not in lost}
    taken = [one for one in taken_now(rules, site, accept) if absent(place, one)]
    databases = _databases(place, rules, counted, site, gone, empty_by_name(site))
    options = _options(site, {**before, **fresh}, taken, empty_by_name(site), databases)
    site_format.write(place.root, site.but(options=options))


def gone_since(place: Workplace, rules: Rules) -> list[Missing]:
    """What `count_first` of this operation saw and is gone now, so much of it that something took it."""
    site = site_format.read(place.root) or SiteFile()
    kept = {path: one for path, one in remembered(rules, site).items() if one.since == place.request.now}
    rows = counting.count(place, save=False)
    now, singles = figures(place, rules, rows, kept, empty=empty_by_name(site)), passing_singles(site.shared)
    if is_all({path: now[path][0] for path in singles if path in kept}):
        singles = frozenset()
    return [
        Missing(path, one.files, now[path][0], one.since, REFUSE)
        for path, one in kept.items()
        if path not in singles and is_evidence(one.files - now[path][0], one.files)
    ]


def raise_alarm(place: Workplace, lost: Iterable[Missing] = (), taken: Sequence[Taken] = ()) -> None:
    """The site file knows what is LOST, and what a command has TAKEN, until it is back or accepted."""
    site = site_format.read(place.root) or SiteFile()
    memory = kept_of(site.identity, site.options)
    marked = {one.path: memory[one.path].but(alarm=True) for one in lost if one.path in memory}
    if not taken and marked.items() <= memory.items():
        return
    options = _options(site, {**memory, **marked}, [*taken, *taken_of(site.options)], empty_by_name(site))
    site_format.write(place.root, site.but(options=options))


def count_less(place: Workplace, fewer: Mapping[str, int]) -> None:
    """Each path is remembered with FEWER files: a hook moved them, or a person accepted that they went."""
    site = site_format.read(place.root) or SiteFile()
    memory = kept_of(site.identity, site.options)
    lower = {
        path: memory[path].but(files=max(0, memory[path].files - n)) for path, n in fewer.items() if path in memory
    }
    if lower:
        options = _options(site, {**memory, **lower}, taken_of(site.options), empty_by_name(site))
        site_format.write(place.root, site.but(options=options))
