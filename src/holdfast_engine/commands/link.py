"""The persistence step alone, for people whose own script deploys: adopt, seed and link, nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from shlex import quote
from typing import Any, Optional

from holdfast_engine.checks.data_memory import as_warning
from holdfast_engine.commands import activating, counting, elsewhere, lingering
from holdfast_engine.commands.answering import measured, warned
from holdfast_engine.commands.building import listing_of
from holdfast_engine.commands.homing import Homing, Report, as_shipped, baseline_of, sweep
from holdfast_engine.commands.kinds import refuse_changed_kinds
from holdfast_engine.commands.linking import link_release, seeds_before
from holdfast_engine.commands.lookout import looking
from holdfast_engine.commands.rules import Rules, rules_for
from holdfast_engine.commands.searching import CODE_ENDINGS
from holdfast_engine.commands.served import live_releases
from holdfast_engine.commands.workplace import Workplace, changing
from holdfast_engine.data import baseline as baselines
from holdfast_engine.data.baseline import Baseline
from holdfast_engine.data.classify_settings import Configured
from holdfast_engine.data.moved import LIVE, NEWEST
from holdfast_engine.data.sweep import Found
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.walk import walk
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.event import Listener
from holdfast_engine.model.layout import STATE, Layout
from holdfast_engine.model.listing import Listing
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request
from holdfast_engine.state import records
from holdfast_engine.state.records import ReleaseRecord
from holdfast_engine.state.survey import current_release

Ask = Callable[[dict[str, Any]], bool]


def link(request: Request, tell: Listener, _ask: Ask) -> dict[str, Any]:
    """Every shared path of the release is linked, data of the live release and of this one is in SHARED; safe to
    repeat.

    The request's `release` is RELEASE and its `path` SHARED; state lies in `.holdfast/` beside
    SHARED. Nothing is activated, sealed, pruned or built.
    """
    Configured(request.settings)  # a path that cannot be meant is told before even `.holdfast/` is made (I14, I27)
    root, shared, release = places(request.release, request.path)
    with looking(request.but(site=root), tell, shared_name=shared) as there:
        if not there.survey.managed:
            Linking(there, release)  # what refuses it, refuses before `.holdfast/` is made
    with changing(request.but(site=root), tell, shared_name=shared, manage=True) as place:
        if place.bench.layout.shared_name != shared:
            raise Problem(
                "path-missing",
                f"this site's shared directory is `{place.bench.layout.shared_name}`, not `{shared}`",
                state="nothing was changed",
                hint=f"holdfast link {quote(request.release)} {quote(place.root.absolute(place.bench.layout.shared))}",
            )
        return Linking(place, release).run()


def places(release: str, shared: str) -> tuple[str, str, RelPath]:
    """The deploy root, the name of its shared directory and the release below it; refuses what cannot be meant.

    A SHARED below `releases/`, as `X/current/../shared` resolves to, would be lost with a
    release; a RELEASE elsewhere could not be linked relatively.
    """
    real = os.path.realpath(shared)
    root, name = os.path.split(real)
    if os.path.basename(root) == "releases":
        right = os.path.join(os.path.dirname(root), name)
        raise Problem(
            "shared-inside-releases",
            f"`{shared}` is `{real}`, a directory among the releases",
            state="nothing was changed",
            hint=f"give the directory itself: `{right}`",
        )
    inside = os.path.relpath(os.path.realpath(release), root)
    if not os.path.isdir(release):
        raise Problem(
            "release-missing",
            f"`{release}` is not a directory",
            state="nothing was changed",
            hint="check the first path",
        )
    if inside.split("/")[0] in ("..", ".", name, STATE):
        raise Problem(
            "release-outside",
            f"`{release}` does not lie below `{root}`, where `{name}` lies",
            state="nothing was changed",
            hint=f"put releases below `{root}`, as in `{root}/releases/1`",
        )
    _refuse_whole_site(release, root, RelPath(inside))
    return root, name, RelPath(inside)


def _refuse_whole_site(release: str, root: str, inside: RelPath) -> None:
    """`release-outside` for a directory that holds releases, as `releases/$N` is with an empty N: its children are
    releases, and none of them is data.
    """
    live = os.path.realpath(os.path.join(root, Layout.current))
    above = os.path.join(root, inside)
    if inside == Layout.releases or live.startswith(above + "/"):
        raise Problem(
            "release-outside",
            f"`{release}` is no release: releases lie in it",
            state="nothing was changed",
            hint="name one of them, as in `releases/1`",
        )


class Linking:
    """One run of the step on one release."""

    def __init__(self, place: Workplace, release: RelPath) -> None:
        self.place, self.path, self.report = place, release, Report()
        self.record = next((one for one in place.survey.releases if one.path == release), None)
        self.lives = live_releases(place, release)
        self.is_live = release in self.lives
        self._see()
        records.refuse_too_long(place.root, self.record.id if self.record else self._free_id())
        self.listing = self._shipped()
        self.rules: Rules = rules_for(place, self.listing, place.request.settings)
        self.found = {live: self._look(live) for live in self.lives}
        self.elsewhere = elsewhere.look(place, self.rules, but=(release, *self.lives))
        for live, found in self.found.items():
            self._see(live)
            refuse_changed_kinds(place, self.rules, found)
        self._see()

    def _shipped(self) -> Listing:
        """What RELEASE ships: of a live one what it was seen to ship before, for what came since is data."""
        baseline = baseline_of(self.place, self.record) if self.is_live else None
        return as_shipped(self.place, self.path, baseline) if baseline else listing_of(self.place, self.path)

    def _see(self, live: Optional[RelPath] = None) -> None:
        """The site as if `current` named LIVE: a script may have another name for its link."""
        live = live or next(iter(self.lives), None)
        self.place.survey = replace(self.place.survey, current=live)

    def _look(self, live: RelPath) -> Found:
        """What a live release holds that must come home."""
        self._see(live)
        if self.place.root.kind(live) != "dir":
            return Found()
        baseline = self._baseline_of(live)
        found = sweep(self.place, live, self.rules, baseline=baseline)
        if baseline is None:
            _only_certain(self.place.root, live, found.homeless, self.rules)
            found.displaced.clear()
        return found

    def run(self) -> dict[str, Any]:
        """Idempotent: each part finds what it did before and goes on."""
        place = self.place
        facts = {"release": self.path.name, "path": self.path, "who": place.request.who}
        before = counting.files(place)
        self.operation = Operation.begin(place.root, "link", at=place.request.now, facts=facts)
        self.homing = Homing(place, self.operation, self.report)
        self._follow_the_switch()
        self._adopt_from_live()
        seeds = self._link()
        self._remember(seeds)
        self.operation.end("linked", at=place.request.now)
        return self._answer(before)

    def _follow_the_switch(self) -> None:
        """Somebody's script has switched since the last run: what was written meanwhile to the release that it left is
        brought home and served by the live one (I59).
        """
        place = self.place
        live = next(map(self._record_of, self.lives), None)
        left = next(
            (one for one in place.survey.releases if one.state == records.ACTIVE and one.path not in self.lives), None
        )
        if len(self.lives) != 1 or (live is not None and live.state == records.ACTIVE):
            return
        if live is not None:
            activating.mark_active(place, live)
        if left is not None and place.root.kind(left.path) == "dir":
            self._sweep_left(left, self.lives[0])
        self.record = records.read(place.root, self.record.id) if self.record else None
        place.refresh()
        self._see()

    def _sweep_left(self, left: ReleaseRecord, live: RelPath) -> None:
        """Of one without a baseline what `link` takes for data while it is live; others are among those looked at
        elsewhere too, which knows no more than what stands in them now.
        """
        if baseline_of(self.place, left) is None:
            self.homing.bring(left.path, self._look(left.path), wins=NEWEST)
        elif live == current_release(self.place.root):
            activating.late_sweep(self.homing, left.path, left, live)

    def _adopt_from_live(self) -> None:
        """What the live release holds comes home first, so that nothing of it is hidden by an empty directory (I08); of
        several that links name, what was saved last.
        """
        for live, found in self.found.items():
            self.homing.bring(live, found, wins=LIVE if len(self.found) == 1 else NEWEST)
        elsewhere.bring_left(self.homing, self.elsewhere)
        self.rules = rules_for(self.place, self.listing, self.place.request.settings)
        for live in self.lives if self.elsewhere else ():
            lingering.serve(self.homing, live, self.rules, self.report.adopted)

    def _record_of(self, release: RelPath) -> Optional[ReleaseRecord]:
        return next((one for one in self.place.survey.releases if one.path == release), None)

    def _baseline_of(self, release: RelPath) -> Optional[Baseline]:
        return baseline_of(self.place, self._record_of(release))

    def _link(self) -> dict[str, str]:
        previous = self.place.survey.active
        before = seeds_before(self.place, previous, baseline_of(self.place, previous), self.rules)
        if self.record:
            before.update(self.record.seeds)
        return link_release(self.homing, self.path, self.rules, before=before, live=self.is_live).digests

    def _remember(self, seeds: dict[str, str]) -> None:
        """What the release holds now is its baseline, unless it is live: then what it had at its first linking stays
        so.
        """
        place = self.place
        record = self.record or ReleaseRecord(
            id=self._free_id(),
            path=self.path,
            counter=place.survey.site.counter + 1,
            state=records.SEALED,
            created=place.request.now,
            pinned="linked into a release of another tool, which prunes by itself",
        )
        activating.count_release(place, record.counter)
        if not self.is_live:
            skip, made = self.rules.classifier.is_cache, dict(self.rules.links)
            entries = baselines.take(place.bench, self.path, digests={}, skip=skip, made=made)
            baselines.write(place.root, record.id, entries, taken_ns=baselines.now_ns())
        kept = record.but(
            settings=place.request.settings.to_json(),
            framework=self.rules.detection.framework,
            web_root=self.rules.web_root,
            shared=self.rules.shared,
            seeds=seeds,
        )
        records.write(place.root, kept)
        if self.lives == (self.path,):
            activating.mark_active(place, kept)
        self.gone = activating.remember(place, self.rules)
        self.report.warnings.extend(warned(as_warning(self.gone)))

    def _free_id(self) -> str:
        taken = {one.id for one in self.place.survey.releases}
        name = self.path.replace("/", "-") if self.path.parent != "releases" else self.path.name
        return name if name not in taken else f"{name}-{self.place.survey.site.counter + 1}"

    def _answer(self, before: int) -> dict[str, Any]:
        place, report = self.place, self.report
        missing = [one.path for one in self.rules.shared if not place.bench.resolves(self.path, one.path)]
        report.warnings.extend(f"`shared/{path}` does not exist yet, so it is not linked" for path in missing)
        return {
            "outcome": "linked",
            "release": self.path,
            "shared": [one.to_json() for one in self.rules.shared if one.path not in missing],
            "data": {
                **measured(place, before, counting.files(place), report),
                "missing": [one.to_json() for one in self.gone],
            },
            "warnings": [*report.warnings, *report.left],
        }


def _only_certain(root: Root, live: RelPath, homeless: dict[str, str], rules: Rules) -> None:
    """Nothing is known of what the live release shipped: data is what rules name, and what is no code by its name; a
    directory outside the web root with code in it may be one that this release left out.
    """
    web = rules.web_root
    for path in list(homeless):
        in_web = RelPath(path).is_within(web) if web not in ("", ".") else True
        looked_at = [path] if in_web else [path, *(below for below, _, _ in walk(root, live / path))]
        if path not in rules.shared_paths and any(one.endswith(CODE_ENDINGS) for one in looked_at):
            del homeless[path]
