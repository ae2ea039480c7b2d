"""What a rollback would do: today's data in yesterday's release; looks, and changes nothing (G5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from shlex import quote
from typing import Optional

from holdfast_engine.checks.data_memory import as_warning
from holdfast_engine.checks.downgrade import downgraded
from holdfast_engine.checks.permissions import permissions
from holdfast_engine.checks.shared_identity import not_mounted
from holdfast_engine.data.baseline import Baseline, baseline_of
from holdfast_engine.data.found import Found
from holdfast_engine.data.outward import why_not
from holdfast_engine.fs.copy import same_file
from holdfast_engine.fs.probe import is_immutable
from holdfast_engine.model.carried import Base
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import WARN, Check, Plan
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.rules import STRAY, SharedPath
from holdfast_engine.model.words import named
from holdfast_engine.operations.pipelines import ROLLBACK
from holdfast_engine.operations.planned import Planned, hooks_of, notes_on_hooks
from holdfast_engine.persistence import census, elsewhere
from holdfast_engine.persistence.guessed import WAS_SHARED, guessed
from holdfast_engine.persistence.missing import missing
from holdfast_engine.persistence.newer_here import newer_here
from holdfast_engine.persistence.shared_paths import Rules, rules_for, settings_of, shared_by_rule
from holdfast_engine.persistence.shipped import as_shipped
from holdfast_engine.persistence.stranded import stranded
from holdfast_engine.persistence.strays import missing_code, sweep
from holdfast_engine.persistence.subject import subject_for
from holdfast_engine.persistence.type_conflicts import refuse_blocked, refuse_changed_elsewhere
from holdfast_engine.persistence.wholeness import lacking
from holdfast_engine.site.bases import base_of
from holdfast_engine.site.handle import Site
from holdfast_engine.site.records import ReleaseRecord
from holdfast_engine.steps.step import due, shown
from holdfast_engine.steps.work import Outlook


def plan_rollback(site: Site, target: ReleaseRecord) -> Planned:
    """The way back to TARGET as it would go; what is missing is told, and keeps nobody from going it.

    Raises `release-altered` where TARGET cannot be proven whole, and `path-split-impossible`.
    """
    outlook = _outlook(site, target, _proven(site, target))
    steps = due(ROLLBACK, outlook)
    plan = outlook.elsewhere.shown_in(replace(_plan(outlook), steps=shown(steps, outlook)))
    return Planned(_without_what_stays(site, plan), steps, outlook)


def _without_what_stays(site: Site, plan: Plan) -> Plan:
    """PLAN with what cannot come home as `shared/` is now among its notes."""
    live = site.survey.current or RelPath("")
    places = {one.id: one.path for one in site.survey.releases}
    every = {path: why_not(site.links, places.get(plan.origins.get(path, ""), live), path) for path in plan.adopt}
    stays = {path: why for path, why in every.items() if why}
    adopt = {path: why for path, why in plan.adopt.items() if path not in stays}
    return replace(plan, adopt=adopt, notes=(*plan.notes, *(f"`{path}` {why}" for path, why in stays.items())))


def _proven(site: Site, target: ReleaseRecord) -> Baseline:
    baseline = baseline_of(site, target)
    if baseline is None or site.root.kind(target.path) != DIR:
        raise _altered(site, target, f"its {'list of shipped files' if baseline is None else 'directory'} is missing")
    return baseline


def _altered(site: Site, target: ReleaseRecord, why: str) -> Problem:
    return Problem(
        "release-altered",
        f"release `{target.id}` cannot be proven complete: {why}",
        state="nothing was changed",
        hint=f"choose another: `holdfast releases --site {quote(site.root.path)}`",
    )


def _outlook(site: Site, target: ReleaseRecord, shipped: Baseline) -> Outlook:
    settings, outgoing = settings_of(target, site.request.settings), site.survey.current
    # what is shared today is shared in the target too, whatever it shipped there then
    rules = rules_for(site, as_shipped(site, target.path, shipped), settings, also=shared_by_rule(site))
    baseline = baseline_of(site, site.survey.active)
    found = sweep(site, outgoing, rules, baseline=baseline) if outgoing is not None else Found()
    rules = _with_strays(site, rules, found)
    refuse_blocked(rules)
    there = sweep(site, target.path, rules, baseline=shipped)
    _refuse_incomplete(site, target, lacking(target, missing_code(site, target.path, shipped, rules, found=there)))
    counted, found_elsewhere = census.count(site), elsewhere.look(site, rules)
    refuse_changed_elsewhere(site, rules, found_elsewhere.held)
    return Outlook(
        site=site,
        record=target,
        rules=rules,
        settings=settings,
        outgoing=outgoing,
        found=found,
        baseline=baseline,
        elsewhere=found_elsewhere,
        counted=counted,
        missing=missing(site, rules, counted),
        shipped=shipped,
        target=there,
        guessed=guessed(site, rules),
        stranded=stranded(site, rules, found_elsewhere.carried),
    )


def _with_strays(site: Site, rules: Rules, found: Found) -> Rules:
    """RULES with what is to come home: it is shared from then on."""
    live: Optional[RelPath] = site.survey.current
    if live is None or not found.to_adopt:
        return rules
    coming = [path for path in found.to_adopt if not why_not(site.links, live, path)]
    place = {path: site.links.layout.in_shared(old) for path, old in found.renamed.items()}
    also = [SharedPath(path, site.root.kind(place.get(path, live / path)) or FILE, STRAY) for path in coming]
    return rules_for(site, rules.listing, rules.settings, also=[*rules.shared, *also])


def _refuse_incomplete(site: Site, target: ReleaseRecord, gone: Sequence[str]) -> None:
    if gone:
        more = f", and {len(gone) - 1} more" if gone[1:] else ""
        raise _altered(site, target, f"`{gone[0]}` is missing in it{more}")


def _plan(outlook: Outlook) -> Plan:
    target, previous, found = outlook.record, outlook.previous, outlook.found
    return Plan(
        command="rollback",
        release=target.id,
        previous=previous.id if previous else None,
        source=target.source,
        framework=target.framework,
        web_root=target.web_root,
        steps=(),
        shared=tuple(one for one in outlook.rules.shared if one.path not in outlook.guessed),
        adopt=dict(found.to_adopt),
        carried={
            **dict.fromkeys(outlook.guessed, WAS_SHARED),
            **outlook.stranded.goes_along(),
            **found.goes_along(),
        },
        displaced={**found.displaced, **found.leftover_output},
        checks=(_may_move(outlook), *warnings_of(outlook)),
        hooks=hooks_of(outlook),
        notes=("a rollback changes only code: data stays as it is", *_deleted(outlook), *notes_on_hooks(outlook)),
        missing=tuple(one.to_json() for one in outlook.missing),
    )


def _deleted(outlook: Outlook) -> tuple[str, ...]:
    gone = sorted(outlook.record.deleted.difference(outlook.target.present))
    return (f"deleted on the server while it was live: {named(gone)}",) if gone else ()


def warnings_of(outlook: Outlook) -> tuple[Check, ...]:
    """Data that is not there: told to who goes back, and stops nobody."""
    away = outlook.site.away
    lost = (not_mounted(away, WARN, "its files stay where they are until then"),) if away else ()
    return (*lost, *as_warning(outlook.missing), *_older(outlook))


def _older(outlook: Outlook) -> tuple[Check, ...]:
    """What updated itself on the server gives way to what was shipped then: told, for its database may be newer."""
    live, found = outlook.outgoing or RelPath(""), outlook.found
    newer = newer_here(outlook.site, live, found.displaced, outlook.rules.listing)
    return (replace(downgraded(newer), verdict=WARN),) if newer else ()


def _may_move(outlook: Outlook) -> Check:
    """What must be moved can be; who may write what the web user needs is no reason against a way back."""
    live, links = outlook.outgoing or RelPath(""), outlook.site.links
    moving = tuple(live / path for path in outlook.found.to_adopt if not why_not(links, live, path))
    subject = subject_for(
        outlook.site, outlook.rules, moving=moving, frozen=_frozen(outlook, live), writing=_changed_in(outlook)
    )
    return permissions(replace(subject, web_user=None))


def _changed_in(outlook: Outlook) -> tuple[RelPath, ...]:
    """Directories of the target in which names are given to what is carried now, or taken from what was carried then:
    the application may have made them itself.
    """
    root, target = outlook.site.root, outlook.record.path
    then, now = base_of(outlook.site, outlook.record.id), outlook.found.carried
    changed = (path for path in {*then, *now} if _inode(then, path) != _inode(now, path))
    every = {target / RelPath(path).parent for path in changed}
    return tuple(sorted(path for path in every if root.kind(path) == DIR))


def _inode(base: Base, path: str) -> int:
    """Which file PATH is in BASE; directories are all alike, and 0 is none."""
    one = base.get(path)
    return 0 if one is None else 1 if one.kind == DIR else one.inode


def _frozen(outlook: Outlook, live: RelPath) -> tuple[RelPath, ...]:
    """What is immutable in the target, and has to give way to what is carried there: by its inode then it is another
    file than the one that is live, and what it holds is another thing.
    """
    root, target = outlook.site.root, outlook.record
    then, now = base_of(outlook.site, target.id), outlook.found.carried
    other = [path for path, one in then.items() if one.kind == FILE and path in now and now[path].inode != one.inode]
    places = [target.path / path for path in other if not same_file(root, target.path / path, live / path)]
    return tuple(place for place in places if is_immutable(root, place))
