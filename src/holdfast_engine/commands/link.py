"""The persistence step alone, for people whose own script deploys: adopt, seed and link, nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable
from shlex import quote
from typing import Any, Optional

from holdfast_engine.checks.data_memory import as_warning
from holdfast_engine.commands import activating, counting
from holdfast_engine.commands.answering import measured, warned
from holdfast_engine.commands.building import listing_of
from holdfast_engine.commands.homing import Homing, Report, as_shipped, baseline_of, sweep
from holdfast_engine.commands.kinds import refuse_changed_kinds
from holdfast_engine.commands.linking import link_release, seeds_before
from holdfast_engine.commands.lookout import looking
from holdfast_engine.commands.rules import Rules, rules_for
from holdfast_engine.commands.searching import CODE_ENDINGS
from holdfast_engine.commands.workplace import Workplace, changing
from holdfast_engine.data import baseline as baselines
from holdfast_engine.data.baseline import Baseline
from holdfast_engine.data.classify_settings import Configured
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
        self.live = place.survey.current
        self.is_live = self.live == release
        records.refuse_too_long(place.root, self.record.id if self.record else self._free_id())
        self.listing = self._shipped()
        self.rules: Rules = rules_for(place, self.listing, place.request.settings)
        self.found = self._look()
        refuse_changed_kinds(place, self.rules, self.found)

    def _shipped(self) -> Listing:
        """What RELEASE ships: of a live one what it was seen to ship before, for what came since is data."""
        baseline = baseline_of(self.place, self.record) if self.is_live else None
        return as_shipped(self.place, self.path, baseline) if baseline else listing_of(self.place, self.path)

    def _look(self) -> Found:
        """What the live release holds that must come home."""
        if self.live is None or self.place.root.kind(self.live) != "dir":
            return Found()
        baseline = self._live_baseline()
        found = sweep(self.place, self.live, self.rules, baseline=baseline)
        if baseline is None:
            _only_certain(self.place.root, self.live, found.homeless, self.rules)
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
        place, live = self.place, next((one for one in self.place.survey.releases if one.path == self.live), None)
        left = next(
            (one for one in place.survey.releases if one.state == records.ACTIVE and one.path != self.live), None
        )
        if live is None or live.state == records.ACTIVE:
            return
        activating.mark_active(place, live)
        if left is not None and place.root.kind(left.path) == "dir":
            activating.late_sweep(self.homing, left.path, left, live.path)
        self.record = records.read(place.root, self.record.id) if self.record else None
        place.refresh()

    def _adopt_from_live(self) -> None:
        """What the live release holds comes home first, so that nothing of it is hidden by an empty directory (I08)."""
        if self.live is not None:
            self.homing.bring(self.live, self.found, wins="live")
        self.rules = rules_for(self.place, self.listing, self.place.request.settings)

    def _live_baseline(self) -> Optional[Baseline]:
        live = next((one for one in self.place.survey.releases if one.path == self.live), None)
        return baseline_of(self.place, live)

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
        records.write(
            place.root,
            record.but(
                settings=place.request.settings.to_json(),
                framework=self.rules.detection.framework,
                web_root=self.rules.web_root,
                shared=self.rules.shared,
                seeds=seeds,
            ),
        )
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
