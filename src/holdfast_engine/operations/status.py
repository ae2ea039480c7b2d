"""How a site stands: its releases, what is unfinished, what the checks say."""

from __future__ import annotations

from dataclasses import replace
from shlex import quote
from typing import Any, Optional

from holdfast_engine.checks.check_input import CheckInput
from holdfast_engine.checks.checklist import checklist as all_checks
from holdfast_engine.checks.live_release import live_release, nothing_live
from holdfast_engine.data.baseline import baseline_of
from holdfast_engine.data.found import Found
from holdfast_engine.fs.walk import size_of
from holdfast_engine.guarding.stopped import went_down
from holdfast_engine.journal import log
from holdfast_engine.journal.record import COMMIT
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import WARN, Check
from holdfast_engine.model.rules import SharedPath
from holdfast_engine.model.sets import main_of
from holdfast_engine.model.words import named
from holdfast_engine.persistence import retired_releases
from holdfast_engine.persistence.missing import missing
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.persistence.shipped import rules_now, rules_proven
from holdfast_engine.persistence.strays import sweep
from holdfast_engine.persistence.subject import subject_for
from holdfast_engine.persistence.wholeness import look_at
from holdfast_engine.site.handle import Site
from holdfast_engine.site.links import not_served
from holdfast_engine.site.lock import holder, is_locked
from holdfast_engine.site.records import ACTIVE, RETIRED, ReleaseRecord

_NAMED = 20
"""So many strays of a release are named; how many there are is always said."""


def _row(site: Site, record: ReleaseRecord, rules: Rules) -> dict[str, Any]:
    found = _strays(site, record, rules)
    strays = sorted(found.to_adopt if record.path != site.survey.current else found.every())
    return {
        "id": record.id,
        "state": _state(site, record),
        "created": record.created,
        "source": record.source,
        "strays": len(strays),
        "stray_paths": strays[:_NAMED],
        "edited": [path for path in strays[:_NAMED] if path in found.displaced],
        "pinned": record.pinned,
    }


def _state(site: Site, record: ReleaseRecord) -> str:
    """What is so, where that is not what its record says: the link is the truth, and a directory may be gone."""
    if record.path == site.survey.current:
        return ACTIVE
    if record.state not in (ACTIVE, RETIRED):
        return record.state
    return RETIRED if site.root.kind(record.path) == DIR else "gone"


def _strays(site: Site, record: ReleaseRecord, rules: Rules) -> Found:
    """What a sweep would bring home or carry along; nothing for what has no baseline or was never live."""
    baseline = baseline_of(site, record) if record.activated else None
    if baseline is None or site.root.kind(record.path) != "dir":
        return Found()
    return sweep(site, record.path, rules, baseline=baseline)


def _lies(site: Site, one: SharedPath) -> bool:
    """A directory is made by the next deploy; a file that is shared where it exists may never be there."""
    return one.kind == DIR or site.root.has(site.links.layout.in_shared(one.path))


def _shared(site: Site, path: str, kind: str) -> dict[str, Any]:
    files, size = size_of(site.root, site.links.layout.in_shared(path))
    return {"path": path, "kind": kind, "files": files, "bytes": size}


def unfinished(site: Site) -> Optional[dict[str, Any]]:
    """The operation that a crash left, or that a running command is at; None when there is none."""
    operation = site.survey.unfinished
    if operation is None:
        return None
    history = log.read(site.root, operation)
    begin, running = history[0].facts, is_locked(site.root)
    return {
        "operation": operation,
        "command": begin["command"],
        "release": begin.get("release"),
        "running": running,
        "holder": holder(site.root) if running else "",
        **({"stopped": True} if went_down(history) is not None else {}),
    }


def _on_what_is_live(site: Site) -> tuple[Check, ...]:
    current = site.survey.current
    if current is None:
        return tuple(standing_checks(site))
    look, left = look_at(site, site.survey.active, current), _left_unfinished(site)
    first = live_release(site.root, current, look.objection, look.missing, made_live=_made_live(site))
    return first, *left, *all_checks(_live(site))


def _left_unfinished(site: Site) -> list[Check]:
    """What a crash left, for a monitor; what another command is at work at is none of it."""
    found = unfinished(site)
    if found is None or found["running"]:
        return []
    down = ", and the application it stopped may be down" if found.get("stopped") else ""
    why = f"`{found['operation']}` was interrupted{down}"
    return [Check("unfinished", WARN, why, f"`holdfast recover --site {quote(site.root.path)}`, or any next command")]


def _made_live(site: Site) -> str:
    """The release that was made live here last, where `current` leads to another one; empty where it does not."""
    current, every = site.survey.current, site.survey.releases
    if current is None or _is_being_made_live(site, current):
        return ""
    return next((one.path for one in every if one.state == ACTIVE and one.path != current), "")


def _is_being_made_live(site: Site, current: RelPath) -> bool:
    """True while the operation that switched to CURRENT has not ended: its hooks run before the records say so."""
    operation = site.survey.unfinished
    history = log.read(site.root, operation) if operation is not None else ()
    return any(one.kind == COMMIT and one.facts.get("release") == current for one in history)


def _live(site: Site) -> CheckInput:
    """The live release, and what somebody wrote into others since they were left."""
    rules = rules_now(site)
    looks = retired_releases.look(site, rules)
    every = {one.record.id: (*one.found.to_adopt, *one.found.to_carry) for one in looks}
    strays = {release: paths for release, paths in every.items() if paths}
    linked, gone = _without_what_is_new(site, rules), missing(site, rules)
    return subject_for(site, linked, release=site.survey.current, strays=strays, missing=gone)


def _without_what_is_new(site: Site, rules: Rules) -> Rules:
    """RULES without what the application made since the release was adopted: where nothing tells what was shipped, its
    name makes it shared before a deploy or a `sweep` has moved it. It is served as it is, and no link of it is missing.
    """
    live, root = site.survey.current or RelPath(""), site.root
    if rules_proven(site) is not None:
        return rules
    known = {one.path for one in site.survey.site.shared}

    def is_new(path: str) -> bool:
        return path not in known and root.has(live / path) and not root.has(site.links.layout.in_shared(path))

    return replace(rules, shared=tuple(one for one in rules.shared if not is_new(one.path)))


def not_linked(site: Site, rules: Rules) -> list[str]:
    """What lies in `shared/` and nobody sees through the live release, in one line; the checklist names each (G7)."""
    live = site.survey.current
    if live is None or site.root.kind(live) != DIR:
        return []
    shared = [
        one.path for one in _without_what_is_new(site, rules).shared if main_of(one.path) not in rules.shared_paths
    ]
    gone = not_served(site.links, live, shared)
    if not gone:
        return []
    mend = f"`holdfast recover --site {quote(site.root.path)}`"
    return [
        f"{named(gone)} {'is' if len(gone) == 1 else 'are'} in `shared/` and not linked in the live release: {mend}"
    ]


def standing_checks(site: Site) -> list[Check]:
    """What there is to say of a site on which no release is live; nothing where one is."""
    if site.survey.current is not None:
        return []
    return nothing_live(site.root, [one.id for one in site.survey.releases if one.good])
