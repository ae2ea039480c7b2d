"""What a deploy would do to code and to data; looks, and changes nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Optional

from holdfast_engine.checks.checklist import checklist
from holdfast_engine.checks.subject import Subject
from holdfast_engine.commands import counting, elsewhere
from holdfast_engine.commands.elsewhere import Elsewhere
from holdfast_engine.commands.expecting import expected
from holdfast_engine.commands.homing import baseline_of, left_alone, missing_code, sweep
from holdfast_engine.commands.kinds import refuse_changed_kinds
from holdfast_engine.commands.linking import web_user
from holdfast_engine.commands.missing import Rows, missing
from holdfast_engine.commands.narrowing import unconfirmed
from holdfast_engine.commands.retention import beyond
from holdfast_engine.commands.rules import Rules, rules_for, unshared
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.data.baseline import Baseline
from holdfast_engine.data.sweep import Found
from holdfast_engine.fs.probe import may_change_places
from holdfast_engine.fs.walk import walk
from holdfast_engine.journal import log
from holdfast_engine.model.exposure import served
from holdfast_engine.model.listing import DIR, FILE, Listing
from holdfast_engine.model.memory import Missing
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import Plan, Step
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.rules import STRAY, SharedPath
from holdfast_engine.model.sets import main_of
from holdfast_engine.model.words import count
from holdfast_engine.sources import GitSource, TreeSource
from holdfast_engine.state.records import ReleaseRecord
from holdfast_engine.state.survey import free_release_id


@dataclass(frozen=True)
class Prospect:
    """A deploy as it stands before it is run: the plan and what it was made from."""

    plan: Plan
    source: TreeSource
    listing: Listing
    rules: Rules
    found: Found
    baseline: Optional[Baseline]
    counted: Rows
    missing: tuple[Missing, ...]
    seen: frozenset[str] = frozenset()
    """What stood in a live release without a baseline before it was looked through."""
    elsewhere: Elsewhere = field(default_factory=Elsewhere)
    """What is to come home from places that are not live."""


def stamp(now: float) -> str:
    """A release id: UTC, for people; the counter orders."""
    return time.strftime("%Y%m%d-%H%M%S", time.gmtime(now))


def look_ahead(place: Workplace, source: TreeSource, *, release: str = "") -> Prospect:
    """Plan the deploy of SOURCE to the site as it is now. Raises what rules and sources raise, and
    `seed-type-changed`.
    """
    listing, settings = _something(source), place.request.settings
    release = release or free_release_id(place.root, stamp(place.request.now))
    rules = rules_for(place, listing, settings)
    baseline = baseline_of(place, place.survey.active)
    found, seen = Found(), frozenset[str]()
    if place.survey.current is not None and place.root.kind(place.survey.current) == "dir":
        if baseline is None:
            seen = frozenset(path for path, _, _ in walk(place.root, place.survey.current, unreadable=[]))
        makers = bool(settings.build or settings.before_activation)
        found = look_at_live(place, source, rules, baseline, unbuilt=makers)
        also = [_as_shared(place, path) for path in found.homeless if path not in rules.shared_paths]
        rules = rules_for(place, listing, settings, also=also)
    refuse_changed_kinds(place, rules, found)
    counted = counting.count(place, save=False)
    lost = missing(place, rules, counted, accept=place.request.accept)
    there = elsewhere.look(place, rules)
    plan = there.shown_in(_plan(place, source, release, rules, found, lost, there))
    return Prospect(plan, source, listing, rules, found, baseline, counted, lost, seen, there)


def look_at_live(
    place: Workplace, source: TreeSource, rules: Rules, baseline: Optional[Baseline], *, unbuilt: bool
) -> Found:
    """What the live release holds that must come home when RULES hold; UNBUILT as long as output is still to be made.

    Where nothing is known of what it shipped, the code of SOURCE and of its history, and of what was built from it, is
    no data.
    """
    live = place.survey.current or RelPath("")
    pinned = bool(place.survey.active and place.survey.active.pinned)
    found = sweep(place, live, rules, baseline=baseline, unbuilt=unbuilt, unproven=pinned)
    if baseline is None:
        _spare_old_code(place, source, rules.listing, found)
    return found


def _something(source: TreeSource) -> Listing:
    """What SOURCE holds; an empty directory is a mount that is not there or a wrong path, and no new version."""
    listing = source.listing()
    if all(entry.kind == DIR for entry in listing.entries.values()):
        raise Problem("source-unusable", "the source holds no file", hint="check `--source`, and what is mounted there")
    source.require_content()
    return listing


def _as_shared(place: Workplace, path: str) -> SharedPath:
    kind = place.root.kind((place.survey.current or RelPath("")) / path)
    return SharedPath(path, DIR if kind == DIR else FILE, STRAY)


def _spare_old_code(place: Workplace, source: TreeSource, listing: Listing, found: Found) -> None:
    """Nothing is known of what the live release shipped: what the source holds, or its history has there, is code.

    By content, not by name (DESIGN 9); everything else is user data.
    """
    current = place.survey.current
    if current is None:
        return
    for group in (found.homeless, found.displaced):
        for path in list(group):
            content = place.root.read(current / path) if place.root.kind(current / path) == FILE else None
            if content is not None and (content == listing.read(path) or _was_shipped(source, path, content)):
                del group[path]


def _was_shipped(source: TreeSource, path: str, content: bytes) -> bool:
    return isinstance(source, GitSource) and source.contains_blob(path, content)


def _plan(
    place: Workplace,
    source: TreeSource,
    release: str,
    rules: Rules,
    found: Found,
    lost: tuple[Missing, ...],
    there: Elsewhere,
) -> Plan:
    settings, active = place.request.settings, place.survey.active
    unchanged = not place.request.force and _is_unchanged(place, source, rules, found)
    victims = [] if unchanged else _victims(place, settings.keep)
    hooks = {"before_activation": settings.before_activation, "after_activation": settings.after_activation}
    return Plan(
        command="deploy",
        release=release,
        previous=active.id if active else (place.survey.current.name if place.survey.current else None),
        source=source.describe(),
        framework=rules.detection.framework,
        web_root=rules.web_root,
        steps=(_sweep_step(found),) if unchanged else tuple(_steps(place, release, rules, found, victims, there)),
        shared=rules.shared,
        actions={one.path: _action(place, one, rules, found) for one in rules.shared},
        adopt=dict(found.homeless),
        displaced={**found.displaced, **found.spared},
        prune=tuple(record.id for record in victims),
        checks=checklist(_subject(place, rules, found, lost)),
        build=() if unchanged else settings.build,
        hooks={when: [] if unchanged else list(commands) for when, commands in hooks.items()},
        notes=(*source.notices, *_notes(place, rules, found)),
        missing=tuple(one.to_json() for one in lost),
        unchanged=unchanged,
    )


def _victims(place: Workplace, keep: int) -> list[ReleaseRecord]:
    """What a prune would look at: not what another command is making now, and not what is gone already."""
    making = log.read(place.root, place.survey.unfinished)[0].facts.get("release") if place.survey.unfinished else None
    found = beyond(place.survey, keep=keep, coming=True)
    return [one for one in found if one.id != making and place.root.kind(one.path) == "dir"]


def _sweep_step(found: Found) -> Step:
    """All that happens where the code and the settings are live already."""
    return Step(
        "sweep", stray_words(found.count()) if found else "look for strays in the live release; there is none now"
    )


def _notes(place: Workplace, rules: Rules, found: Found) -> list[str]:
    notes = []
    if found.homeless and place.survey.current is not None:
        notes += _gaps(place, place.survey.current)
    if found.pending:
        what = f"{count(len(found.pending), 'path')} of the live release, as `{min(found.pending)}`"
        notes.append(f"in build output lies {what}: what the build does not make itself comes home after it")
    if place.request.settings.public_html:
        where = served(place.root.path, rules.web_root)
        notes.append(f"`public_html` is read and not acted on yet: point the web server at `{where}`")
    return notes + left_alone(place.survey.current or RelPath(""), found)


def _gaps(place: Workplace, live: RelPath) -> list[str]:
    """What a file system does not let us do without a gap, said before it happens (G7)."""
    shared = place.bench.layout.shared
    if place.root.kind(shared) == DIR and not may_change_places(place.root, live, shared):
        how = "strays are copied, and each is absent for a moment; what a process goes on writing to an original"
        return [f"`{shared}` lies on another file system: {how} is brought home by the next deploys"]
    if not place.survey.site.options.get("exchange", True):
        how = "each stray comes home by two renames, and is absent for a moment between them"
        return [f"this file system cannot exchange two names: {how}"]
    return []


def _action(place: Workplace, one: SharedPath, rules: Rules, found: Found) -> str:
    if one.path in found.homeless:
        return "adopt"
    if rules.listing.files_below(one.path) if rules.listing.has(one.path) else ():
        return "seed"
    if place.root.has(place.bench.layout.in_shared(one.path)):
        return "link"
    return "create" if one.kind == DIR else "missing"


def _steps(
    place: Workplace, release: str, rules: Rules, found: Found, victims: list[Any], there: Elsewhere
) -> list[Step]:
    settings = place.request.settings
    steps = [Step("fetch", f"fetch the source into `releases/{release}`: {_measure(rules.listing)}")]
    if settings.build:
        commands = count(len(settings.build), "build command")
        steps.append(Step("build", f"run {commands} there, before any link to data exists"))
    if place.survey.current is not None:
        steps.append(Step("adopt", stray_words(found.count()) if found else "sweep the live release"))
    elif there:
        steps.append(Step("adopt", f"bring {count(len(there.origins), 'stray')} home from releases that are not live"))
    steps.append(Step("link", f"link {count(len(rules.shared), 'shared path')}"))
    if settings.before_activation:
        steps.append(
            Step("hooks", f"run {count(len(settings.before_activation), 'hook')} between two counts of the data")
        )
    steps += [
        Step("seal", "take the baseline and make the release read-only"),
        Step("verify", "check every link again"),
    ]
    steps.append(Step("activate", f"switch `current` to `releases/{release}` in one rename"))
    if settings.after_activation:
        steps.append(Step("after", f"run {count(len(settings.after_activation), 'hook')}"))
    if place.survey.current is not None:
        steps.append(Step("late-sweep", "bring home what was written to the previous release meanwhile"))
    if victims:
        steps.append(
            Step("prune", f"remove {count(len(victims), 'old release')} where all of it is proven to be kept elsewhere")
        )
    return steps


def _measure(listing: Listing) -> str:
    files = [entry.size for entry in listing.entries.values() if entry.kind != DIR]
    return f"{count(len(files), 'file')}, {count(sum(files), 'byte')}"


def stray_words(number: int) -> str:
    return f"bring {count(number, 'stray')} of the live release home"


def _subject(place: Workplace, rules: Rules, found: Found, lost: tuple[Missing, ...]) -> Subject:
    sizes = [entry.size for entry in rules.listing.entries.values()]
    current = place.survey.current or RelPath("")
    return subject_for(
        place,
        rules,
        incoming_bytes=sum(sizes),
        incoming_files=len(sizes),
        moving=tuple(current / path for path in found.homeless),
        live=place.survey.current,
        missing=lost,
    )


def subject_for(place: Workplace, rules: Rules, **more: Any) -> Subject:
    """What the checklist looks at."""
    classifier = rules.classifier
    return Subject(
        root=place.root,
        layout=place.bench.layout,
        site=place.survey.site,
        settings=place.request.settings,
        listing=rules.listing,
        shared=rules.shared,
        needs=classifier.needs,
        web_root=rules.web_root,
        may_need=tuple(path for path in classifier.preset.files if RelPath(path).name.startswith(".env")),
        expected=expected(rules),
        outputs=tuple(path for path in map(RelPath.parse, place.request.settings.shared) if classifier.builds(path)),
        accept=place.request.accept,
        dropped=_dropped(place, rules),
        links=rules.links,
        web_user=web_user(place, rules),
        is_code=lambda path: unshared(classifier, path),
        retired=tuple(one.path for one in place.survey.releases if one.activated and one.path != place.survey.current),
        **more,
    )


def _dropped(place: Workplace, rules: Rules) -> tuple[str, ...]:
    """What a narrower preset left out and nobody agreed to yet; what the configuration unshared is told elsewhere."""
    found = unconfirmed(rules.classifier.preset, place.survey.site, place.survey.active)
    return tuple(path for path in found if path in rules.shared_paths)


def _is_unchanged(place: Workplace, source: TreeSource, rules: Rules, found: Found) -> bool:
    """Tree, settings and rules equal those of the active release, its links stand and its hooks have run; strays make
    no difference.
    """
    active = place.survey.active
    if active is None or active.hooks_due or active.tree != source.tree_id:
        return False
    known = {one.path for one in active.shared}
    stands = all(
        place.bench.is_served(active.path, path)
        if place.root.has(place.bench.layout.in_shared(path))
        else path in known
        for path in rules.shared_paths - found.homeless.keys()
        if main_of(path) not in rules.shared_paths  # what stands beside a database comes and goes
    )
    same = (active.settings, active.framework) == (place.request.settings.to_json(), rules.detection.framework)
    if active.state != "active" or not (same and stands):
        return False
    return not missing_code(place, active.path, baseline_of(place, active), rules)
