"""The memory of data in the site file: what is written there, when, and what is never forgotten (data.md, memory)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Optional

from holdfast_engine.checks import environment
from holdfast_engine.data.baseline import now_ns
from holdfast_engine.fs.probe import random_salt
from holdfast_engine.model.memory import (
    DATA_MEMORY,
    SHARED_IDENTITY,
    Missing,
    Remembered,
    Taken,
    databases_of,
    is_evidence,
    kept_of,
    taken_of,
)
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import REFUSE
from holdfast_engine.model.rules import SharedPath
from holdfast_engine.persistence import census, given_way
from holdfast_engine.persistence.missing import (
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
    without_accepted,
)
from holdfast_engine.persistence.preset_versions import memory_of
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.persistence.subject import subject_for
from holdfast_engine.site import format as site_format
from holdfast_engine.site.format import SiteFile
from holdfast_engine.site.handle import Site
from holdfast_engine.site.mounts import replaced, unmounted


def remember_environment(site: Site, rules: Rules) -> None:
    """The site file knows what the environment files of a deploy that went through hold: names and fingerprints (I34,
    I35).
    """
    site.refresh()
    file, subject = site.survey.site, subject_for(site, rules)
    found = environment.remembered(subject, random_salt())
    if found != file.options.get("environment"):
        site_format.write(site.root, replace(file, options={**file.options, "environment": found}))


def remember_preset(site: Site, rules: Rules) -> None:
    """The site file knows with which version of its preset the shared paths were decided, or agreed to (I10)."""
    file = site_format.read(site.root) or site_format.SiteFile()
    now = memory_of(rules.classifier.preset, file, site.survey.active, site.request)
    if now != file.options.get("preset"):
        site_format.write(site.root, replace(file, options={**file.options, "preset": now}))


def remember(site: Site, rules: Rules, *, accept: tuple[str, ...] = ()) -> tuple[Missing, ...]:
    """The site file knows what is shared today and how much lies there (I10, I29); returns what stays missing.

    No alarm is forgotten: of data that is gone, emptied or halved the old figure, its date and its inode stay,
    whichever command comes by, until it is back or a person ACCEPTs it by name.
    """
    file = site_format.read(site.root) or SiteFile()
    began, counted = now_ns(), census.count(site)
    every = missing(site, rules, counted, file=file, accept=accept)
    lost = tuple(one for one in every if not _is_let_go(site, one, accept))
    census.keep(site, counted, at=began, lost=[one.path for one in lost])
    identity, memory = _today(site, rules, counted, empty_by_name(file, accept))
    alarmed = _is_alarmed(site, file, lost, accept)
    if alarmed:
        identity, memory = dict(file.identity), kept_of(file.identity, file.options)
    _keep_alarms(file, lost, identity, memory)
    kept = {one.path: memory[one.path] for one in lost if one.path in memory}
    memory.update({path: without_accepted(site, rules, file, path, kept[path], accept) for path in kept})
    if SHARED_IDENTITY not in accept:
        swapped = replaced(site.root, site.links.layout, file.identity)
        identity.update({path: file.identity[path] for path in swapped})
    taken = [one for one in taken_now(rules, file, accept) if DATA_MEMORY not in accept and absent(site, one)]
    empty = empty_by_name(file, accept)
    databases = databases_of(file.options) if alarmed else _databases(site, rules, counted, file, lost, empty)
    _write(site, rules, file, identity=identity, options=_options(file, memory, taken, empty, databases))
    return lost


def _write(
    site: Site, rules: Rules, file: SiteFile, *, identity: dict[str, list[Any]], options: dict[str, Any]
) -> None:
    """The site file says IDENTITY and OPTIONS, and what follows from RULES: what is shared, gave way, is linked."""
    options = given_way.remembered(options, given_way.memory_of(site, rules))
    options["links"] = dict(rules.links)
    options["preset"] = memory_of(rules.classifier.preset, file, site.survey.active, site.request)
    shared = _shared(site, rules, file)
    declared = tuple(path for path in rules.settings.shared if path.rstrip("/") not in rules.settings.reviewed)
    written = replace(file, shared=shared, declared=declared, options=options, identity=identity)
    site_format.write(site.root, written)


def _shared(site: Site, rules: Rules, file: SiteFile) -> tuple[SharedPath, ...]:
    """What RULES share; what lay where nothing is mounted now is shared still: it lies there again once it is back."""
    away = (one for one in file.shared if site.links.is_away(one.path) and not rules.is_shared(one.path))
    return (*rules.shared, *away)


def _is_alarmed(site: Site, file: SiteFile, lost: Iterable[Missing], accept: tuple[str, ...]) -> bool:
    """True while data is away and nobody has accepted that: nothing that is counted meanwhile is the site as it is, as
    what a rollback brings into the empty directory where a disk belongs.
    """
    if {DATA_MEMORY, SHARED_IDENTITY} & set(accept):
        return False
    away = unmounted(site.root, site.links.layout, file.identity)
    return bool(away) or any(one.verdict == REFUSE for one in lost)


def _today(
    site: Site, rules: Rules, counted: Rows, empty: tuple[str, ...]
) -> tuple[dict[str, list[Any]], dict[str, Remembered]]:
    """What lies there now, under the date of this operation."""
    identity = census.identity(site, rules, counted)
    now = figures(site, rules, counted, identity, empty=empty)
    return identity, {path: Remembered(data, site.request.now) for path, (data, _) in now.items()}


def _keep_alarms(
    site: SiteFile, lost: Iterable[Missing], identity: dict[str, list[Any]], memory: dict[str, Remembered]
) -> None:
    """What is LOST stays as it was remembered, marked where it is refused: a few new files do not make it good."""
    before = kept_of(site.identity, site.options)
    for one in lost:
        if one.path in before:
            memory[one.path] = replace(before[one.path], alarm=before[one.path].alarm or one.verdict == REFUSE)
        if one.path in site.identity:
            identity[one.path] = site.identity[one.path]


def _is_let_go(site: Site, one: Missing, accept: tuple[str, ...]) -> bool:
    """True for what a person accepted, and for a single file of the application's that a deploy has told of."""
    return DATA_MEMORY in accept or (one.passing and site.request.command == "deploy")


def _databases(
    site: Site, rules: Rules, counted: Rows, file: SiteFile, lost: Iterable[Missing], empty: tuple[str, ...]
) -> dict[str, float]:
    """Each database that lies there, under the date of this operation, and those of SITE that are LOST."""
    before, away = databases_of(file.options), list(lost)
    kept = {path: since for path, since in before.items() if any(RelPath(path).is_within(one.path) for one in away)}
    return {**kept, **dict.fromkeys(databases_now(site, rules, counted, empty=empty), site.request.now)}


def _options(
    site: SiteFile,
    memory: dict[str, Remembered],
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


def count_first(site: Site, rules: Rules, counted: Rows) -> None:
    """The site file knows what lies in `shared/` before a user's command runs that may take it away: what came since
    the last deploy is missed as well, also after a crash. Alarms stay as they are.
    """
    file = site_format.read(site.root) or SiteFile()
    accept = site.request.accept
    gone = missing(site, rules, counted, file=file, accept=accept)
    lost = {one.path for one in gone}
    before = kept_of(file.identity, file.options)
    paths = dict.fromkeys([*before, *(one.path for one in rules.shared)])
    now = figures(site, rules, counted, paths, empty=empty_by_name(file))
    fresh = {path: Remembered(data, site.request.now) for path, (data, _) in now.items() if path not in lost}
    taken = [one for one in taken_now(rules, file, accept) if absent(site, one)]
    databases = _databases(site, rules, counted, file, gone, empty_by_name(file))
    options = _options(file, {**before, **fresh}, taken, empty_by_name(file), databases)
    site_format.write(site.root, replace(file, options=options))


def gone_since(site: Site, rules: Rules) -> list[Missing]:
    """What `count_first` of this operation saw and is gone now, so much of it that something took it."""
    file = site_format.read(site.root) or SiteFile()
    kept = {path: one for path, one in remembered(rules, file).items() if one.since == site.request.now}
    rows = census.count(site)
    now, singles = figures(site, rules, rows, kept, empty=empty_by_name(file)), passing_singles(file.shared)
    if is_all({path: now[path][0] for path in singles if path in kept}):
        singles = frozenset()
    return [
        Missing(path, one.files, now[path][0], one.since, REFUSE)
        for path, one in kept.items()
        if path not in singles and is_evidence(one.files - now[path][0], one.files)
    ]


def raise_alarm(site: Site, lost: Iterable[Missing] = (), taken: Sequence[Taken] = ()) -> None:
    """The site file knows what is LOST, and what a command has TAKEN, until it is back or accepted."""
    file = site_format.read(site.root) or SiteFile()
    memory = kept_of(file.identity, file.options)
    marked = {one.path: replace(memory[one.path], alarm=True) for one in lost if one.path in memory}
    if not taken and marked.items() <= memory.items():
        return
    options = _options(file, {**memory, **marked}, [*taken, *taken_of(file.options)], empty_by_name(file))
    site_format.write(site.root, replace(file, options=options))


def count_less(site: Site, fewer: Mapping[str, int]) -> None:
    """Each path is remembered with FEWER files: a hook moved them, or a person accepted that they went."""
    file = site_format.read(site.root) or SiteFile()
    memory = kept_of(file.identity, file.options)
    lower = {
        path: replace(memory[path], files=max(0, memory[path].files - n)) for path, n in fewer.items() if path in memory
    }
    if lower:
        options = _options(file, {**memory, **lower}, taken_of(file.options), empty_by_name(file))
        site_format.write(site.root, replace(file, options=options))
