"""What a deploy would do to code and to data; looks, and changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Optional

from holdfast_engine.checks.check_input import CheckInput
from holdfast_engine.checks.checklist import checklist
from holdfast_engine.data.baseline import Baseline
from holdfast_engine.data.explained import stamp_of
from holdfast_engine.data.found import Found
from holdfast_engine.fs.walk import walk
from holdfast_engine.journal import log
from holdfast_engine.model.layout import ENVIRONMENT, Layout
from holdfast_engine.model.listing import DIR, FILE, LINK
from holdfast_engine.model.manifest import Stamp
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import Plan
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Settings
from holdfast_engine.model.rules import STRAY, SharedPath
from holdfast_engine.model.sets import main_of
from holdfast_engine.operations.notes import notes_on
from holdfast_engine.operations.planned import Planned, hooks_of, stamp
from holdfast_engine.operations.sweep_pipeline import SWEEP
from holdfast_engine.persistence import census, elsewhere, led_out
from holdfast_engine.persistence.changed_seeds import changed_seeds_in, frozen_seeds, new_seeds
from holdfast_engine.persistence.guessed import WAS_SHARED, guessed
from holdfast_engine.persistence.missing import missing
from holdfast_engine.persistence.newer_here import newer_here
from holdfast_engine.persistence.outgoing import baseline_of_live, look_at_live
from holdfast_engine.persistence.placement import placed, placed_live
from holdfast_engine.persistence.shared_paths import Rules, rules_for
from holdfast_engine.persistence.stranded import stranded
from holdfast_engine.persistence.strays import missing_code
from holdfast_engine.persistence.subject import subject_for
from holdfast_engine.persistence.type_conflicts import refuse_changed_elsewhere, refuse_changed_kinds
from holdfast_engine.pruning.retention import beyond
from holdfast_engine.site.handle import Site
from holdfast_engine.site.records import ReleaseRecord
from holdfast_engine.site.survey import free_release_id
from holdfast_engine.sources import TreeSource
from holdfast_engine.steps.step import Steps, due, shown
from holdfast_engine.steps.work import Outlook, Work


def plan_deploy(site: Site, source: TreeSource, *, release: str = "") -> Planned:
    """Plan the deploy of SOURCE to the site as it is now; of what is live already, a sweep. Raises what rules and
    sources raise, and `seed-type-changed`.
    """
    _require_files(source)
    with site.root.looking():
        return _planned(site, source, release or free_release_id(site.root, stamp(site.request.now)))


def _planned(site: Site, source: TreeSource, name: str) -> Planned:
    outlook = _outlook(site, source, name)
    unchanged = not site.request.force and _is_unchanged(outlook, source)
    if unchanged:
        outlook = _staying(outlook)
    steps = due(SWEEP if unchanged else _every_step(), outlook)
    plan = replace(_plan(outlook, source, name, unchanged=unchanged), steps=shown(steps, outlook))
    return Planned(outlook.elsewhere.shown_in(plan), steps, outlook)


def _every_step() -> Steps[Outlook, Work]:
    from holdfast_engine.operations.pipelines import DEPLOY  # not read where nothing is new

    return DEPLOY


def _outlook(site: Site, source: TreeSource, release: str) -> Outlook:
    listing, settings, live = source.listing(), site.request.settings, site.survey.current
    rules, baseline = rules_for(site, listing, settings), baseline_of_live(site)
    found, seen = _look(site, source, rules, baseline)
    also = [_as_shared(site, found, path) for path in found.to_adopt if path not in rules.shared_paths]
    rules = rules_for(site, listing, settings, also=also) if also else rules
    refuse_changed_kinds(site, rules, found)
    counted, found_elsewhere = census.count(site), elsewhere.look(site, rules)
    refuse_changed_elsewhere(site, rules, found_elsewhere.held)
    return Outlook(
        site=site,
        record=_record(site, source, release),
        rules=rules,
        settings=settings,
        outgoing=live,
        found=found,
        baseline=baseline,
        elsewhere=found_elsewhere,
        counted=counted,
        missing=missing(site, rules, counted, accept=site.request.accept),
        source=source,
        seen=seen,
        guessed=guessed(site, rules),
        stranded=stranded(site, rules, found_elsewhere.carried),
        victims=tuple(_victims(site, settings.keep)),
    )


def _look(
    site: Site, source: TreeSource, rules: Rules, baseline: Optional[Baseline]
) -> tuple[Found, Mapping[str, Stamp]]:
    """What must come home from the live release, and where it has no baseline, what stood in it before the look."""
    live, settings = site.survey.current, site.request.settings
    if live is None or site.root.kind(live) != DIR:
        return Found(), {}
    there = walk(site.root, live, unreadable=[]) if baseline is None else ()
    seen = {path: stamp_of(kind, status) for path, kind, status in there}
    makers = bool(settings.build or settings.before_activation)
    return look_at_live(site, source, rules, baseline, unbuilt=makers), seen


def _record(site: Site, source: TreeSource, release: str) -> ReleaseRecord:
    return ReleaseRecord(
        id=release,
        path=Layout.releases / release,
        counter=site.survey.site.counter + 1,
        created=site.request.now,
        source=source.describe(),
        settings=site.request.settings.to_json(),
    )


def _staying(outlook: Outlook) -> Outlook:
    """The code and the settings are live already: nobody leaves, and what builds and tools left stays where it is."""
    active = outlook.site.survey.active
    assert active is not None
    return replace(outlook, record=active, found=replace(outlook.found, leftover_output={}), victims=())


def _require_files(source: TreeSource) -> None:
    """`source-unusable` for an empty directory: a mount that is not there or a wrong path, and no new version."""
    if all(entry.kind == DIR for entry in source.listing().entries.values()):
        raise Problem("source-unusable", "the source has no files", hint="check `--source`, and whether it is mounted")
    source.require_content()


def _as_shared(site: Site, found: Found, path: str) -> SharedPath:
    live, old = site.survey.current or RelPath(""), found.renamed.get(path)
    kind = site.root.kind(site.links.layout.in_shared(old) if old else live / path)
    return SharedPath(path, DIR if kind == DIR else FILE, STRAY)


def _plan(outlook: Outlook, source: TreeSource, release: str, *, unchanged: bool) -> Plan:
    site, settings, rules, found = outlook.site, outlook.settings, outlook.rules, outlook.found
    active = site.survey.active
    return Plan(
        command="deploy",
        release=release,
        previous=active.id if active else (site.survey.current.name if site.survey.current else None),
        source=source.describe(),
        framework=rules.detection.framework,
        web_root=rules.web_root,
        steps=(),
        shared=tuple(one for one in rules.shared if one.path not in outlook.guessed),
        actions={one.path: _action(site, one, rules, found) for one in rules.shared},
        adopt=dict(found.to_adopt),
        carried={
            **dict.fromkeys(outlook.guessed, WAS_SHARED),
            **outlook.stranded.goes_along(),
            **found.goes_along(),
        },
        displaced={**found.displaced, **found.leftover_output},
        prune=tuple(record.id for record in outlook.victims),
        checks=checklist(_subject(outlook, unchanged=unchanged)),
        build=() if unchanged else settings.build,
        hooks=hooks_of(outlook, unchanged=unchanged),
        notes=(*source.notices, *notes_on(outlook, unchanged=unchanged)),
        missing=tuple(one.to_json() for one in outlook.missing),
        seeds=() if unchanged or outlook.previous is None else tuple(new_seeds(site, outlook.previous, rules)),
        unchanged=unchanged,
    )


def _victims(site: Site, keep: int) -> list[ReleaseRecord]:
    """What a prune would look at: not what another command is making now, and not what is gone already."""
    making, found = log.making(site.root), beyond(site.survey, keep=keep, coming=True)
    return [one for one in found if one.id not in making and site.root.kind(one.path) == "dir"]


def _action(site: Site, one: SharedPath, rules: Rules, found: Found) -> str:
    if one.path in found.to_adopt:
        return "adopt"
    if rules.listing.files_below(one.path) if rules.listing.has(one.path) else ():
        return "seed"
    if site.root.has(site.links.layout.in_shared(one.path)):
        return "link"
    return "create" if one.kind == DIR else "missing"


def _subject(outlook: Outlook, *, unchanged: bool) -> CheckInput:
    site, rules = outlook.site, outlook.rules
    sizes = [entry.size for entry in rules.listing.entries.values()]
    current = site.survey.current or RelPath("")
    return subject_for(
        site,
        rules,
        incoming_bytes=sum(sizes),
        incoming_files=len(sizes),
        moving=tuple(current / path for path in outlook.found.to_adopt),
        carrying=tuple(current / path for path, one in outlook.found.carried.items() if one.kind == FILE),
        linking=_links_known(outlook, current),
        reading=_to_be_read(outlook),
        writing=changed_seeds_in(site, outlook.previous, rules),
        frozen=frozen_seeds(site, outlook.previous, rules),
        live=site.survey.current,
        missing=outlook.missing,
        placement=placed(rules),
        before=placed_live(site, outlook.baseline),
        newer={} if unchanged else newer_here(site, current, outlook.found.displaced, rules.listing),
    )


def _links_known(outlook: Outlook, current: RelPath) -> tuple[RelPath, ...]:
    """Links that go along, and those in `shared/` that led out of the site when they came."""
    along = (current / path for path, one in outlook.found.carried.items() if one.kind == LINK)
    return (*along, *led_out.known(outlook.site))


def _to_be_read(outlook: Outlook) -> tuple[RelPath, ...]:
    """The environment that a build is lent, and what stands at the place of a seed, which is compared."""
    site, rules = outlook.site, outlook.rules
    lent = (site.links.layout.in_shared(ENVIRONMENT),) if outlook.builds else ()
    shipped = (path for one in rules.shared for path in (one.path, *rules.listing.files_below(one.path)))
    seeds = (site.links.layout.in_shared(path) for path in shipped if rules.listing.kind(path) == FILE)
    return (*lent, *seeds)


def _is_unchanged(outlook: Outlook, source: TreeSource) -> bool:
    """Tree, settings and rules equal those of the active release, its links stand and its hooks have run; strays make
    no difference.
    """
    site, rules, active = outlook.site, outlook.rules, outlook.site.survey.active
    if active is None or active.hooks_due or active.tree != source.tree_id or active.state != "active":
        return False
    then = Settings.from_json(active.settings)
    same = (then, active.framework) == (outlook.settings, rules.detection.framework)
    if not (
        same and all(_stands(outlook, active, path) for path in rules.shared_paths - outlook.found.to_adopt.keys())
    ):
        return False
    return not missing_code(site, active.path, outlook.baseline, rules)


def _stands(outlook: Outlook, active: ReleaseRecord, path: str) -> bool:
    """True where PATH is served as the release that is live was left; what stands beside a database comes and goes."""
    links = outlook.site.links
    if main_of(path) in outlook.rules.shared_paths:
        return True
    if links.root.has(links.layout.in_shared(path)):
        return links.is_served(active.path, path)
    return path in {one.path for one in active.shared}
