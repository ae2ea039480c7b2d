"""Single paths that an earlier version brought into `shared/` by a guess: carried from now on (data.md, carrying)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from holdfast_engine.data.programs import holds_program
from holdfast_engine.data.unshare import Unsharing
from holdfast_engine.fs.sets import companions, is_database
from holdfast_engine.fs.walk import walk
from holdfast_engine.journal import log
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import MOVE
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR, FILE, LINK
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.rules import CARRIED, CODE, HAPPENED, UNNAMED, SharedPath
from holdfast_engine.model.sets import main_of
from holdfast_engine.persistence import memory
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.site.handle import Site

WAS_SHARED = "was shared by a guess, and is a real file again"


def guessed(site: Site, rules: Rules) -> tuple[str, ...]:
    """What lies in `shared/` because a command of ours once met it beside code, is linked in the live release, and
    would be carried if it were met today. What a person laid into `shared/` stays there.
    """
    live = site.survey.current
    if live is None:
        return ()
    happened = [one for one in rules.shared if one.why in HAPPENED]
    wanted = [one for one in happened if one.path in brought_home(site) and site.links.is_linked(live, one.path)]
    return tuple(one.path for one in wanted if _would_be_carried(site, rules, one))


def _would_be_carried(site: Site, rules: Rules, one: SharedPath) -> bool:
    there, kind = site.links.layout.in_shared(one.path), site.root.kind(site.links.layout.in_shared(one.path))
    if kind == LINK or main_of(one.path) in rules.shared_paths:
        return False
    care, _ = rules.classifier.stray_target(one.path, kind or FILE)
    if kind == DIR:
        beside = care in (CARRIED, UNNAMED, CODE) and holds_program(site.root, there)
        return beside and not _holds_database(site, there)  # which has to stay in one place
    if rules.listing.kind(one.path) == FILE:
        return False  # a release that ships it now would win over what people have: it is a seed, and theirs stays (G2)
    return care in (CARRIED, UNNAMED, CODE) and not (is_database(site.root, there) or companions(site.root, there))


def _holds_database(site: Site, there: RelPath) -> bool:
    files = (there / path for path, kind, _ in walk(site.root, there, unreadable=[]) if kind == FILE)
    return any(is_database(site.root, path) for path in files)


def brought_home(site: Site) -> Collection[str]:
    """Every path that a journal of this site says was brought into `shared/`."""
    if "brought-home" not in site.made:
        site.made["brought-home"] = frozenset(_moved_home(site))
    found: frozenset[str] = site.made["brought-home"]
    return found


def _moved_home(site: Site) -> Iterable[str]:
    for operation in log.operations(site.root):
        try:
            records = log.read(site.root, operation)
        except Problem:
            continue  # a damaged journal says nothing, and what it brought home stays shared
        for record in records:
            if record.kind == MOVE and record.facts["what"] in ("adopt", "late", "carry"):
                yield str(record.facts["path"])


def unshare(site: Site, operation: Operation, paths: Iterable[str]) -> list[str]:
    """PATHS are real files in every release that shows them, and not in `shared/`; returns those that are."""
    unsharing = Unsharing(site.links, operation)
    releases = [Layout.releases / name for name in site.root.names(Layout.releases)]
    live = site.survey.current
    releases = [*([live] if live is not None else []), *(one for one in releases if one != live)]
    parted = [path for path in paths if unsharing.part(path, releases)]
    memory.count_less(site, dict.fromkeys(parted, _ALL))
    return parted


_ALL = 1 << 62
"""None of the files that were counted in a path is missed there any more."""
