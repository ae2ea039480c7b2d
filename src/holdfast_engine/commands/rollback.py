"""Activate an earlier good release. Code goes back, data does not (G5)."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from shlex import quote
from typing import Any

from holdfast_engine.activation.seal import seal
from holdfast_engine.activation.switch import require_switchable
from holdfast_engine.checks.data_memory import as_warning
from holdfast_engine.checks.host import permissions
from holdfast_engine.checks.linkage import linkage
from holdfast_engine.commands import activating, counting, doorstep, elsewhere
from holdfast_engine.commands.agreeing import agreed
from holdfast_engine.commands.answering import Account, answer, warned
from holdfast_engine.commands.applying import Journey
from holdfast_engine.commands.guarding import Watch
from holdfast_engine.commands.homing import Homing, Report, as_shipped, baseline_of, missing_code, sweep
from holdfast_engine.commands.hooks import run_guarded
from holdfast_engine.commands.kinds import refuse_blocked
from holdfast_engine.commands.linking import announce_seeds, link_release, seeds_before
from holdfast_engine.commands.lookout import entering, shown
from holdfast_engine.commands.missing import empty_by_name, missing
from holdfast_engine.commands.planning import stray_words, subject_for
from holdfast_engine.commands.rules import Rules, rules_for, settings_of
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.data.sweep import Found
from holdfast_engine.model.event import Listener
from holdfast_engine.model.listing import DIR, Listing
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import REFUSE, Check, Plan, Step
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request
from holdfast_engine.model.rules import HAPPENED, STRAY, SharedPath
from holdfast_engine.model.words import count
from holdfast_engine.state.records import ReleaseRecord
from holdfast_engine.state.survey import Survey

Ask = Callable[[dict[str, Any]], bool]


def rollback(request: Request, tell: Listener, ask: Ask) -> dict[str, Any]:
    """The wanted earlier release is live with today's data, or everything is as it was and a Problem says why."""
    with entering(request, tell, frugal=True) as place:
        require_switchable(place.root)
        target = choose(place, request.release)
        if target.path == place.survey.current:
            return _stays(place, target)

        def look() -> Return:
            return Return(place, choose(place, request.release))

        journey = look()
        if request.only_plan:
            return shown(place, journey.plan.to_json())
        return agreed(place, journey, look, ask, what="the rollback").run()


def _stays(place: Workplace, target: ReleaseRecord) -> dict[str, Any]:
    """The release that is wanted is the one that is live: nothing to do."""
    if place.request.only_plan:
        return shown(place, {"command": "rollback", "release": target.id, "current": target.id, "unchanged": True})
    place.notice("rollback", f"release `{target.id}` is live already")
    files = counting.files(place)
    live = {"release": target.id, "previous": target.id}
    return answer("unchanged", **live, steps=[], place=place, account=Account(files, Report()))


def choose(place: Workplace, wanted: str) -> ReleaseRecord:
    """The release called WANTED, or the newest that was live and good with a lower counter than the active one's
    (I51); one that somebody deleted is passed over.
    """
    survey, site = place.survey, place.root.path
    if wanted:
        return _named(survey, wanted, f"holdfast releases --site {quote(site)}")
    ceiling = survey.active.counter if survey.active else float("inf")
    good = [one for one in survey.releases if one.good and one.counter < ceiling]
    if not good:
        raise Problem(
            "nothing-to-roll-back-to",
            "there is no earlier release that was live and good",
            state="nothing was changed",
            hint=f"`holdfast releases --site {quote(site)}` lists what there is",
        )
    return next((one for one in reversed(good) if place.root.kind(one.path) == DIR), good[-1])


def _named(survey: Survey, wanted: str, listing: str) -> ReleaseRecord:
    found = survey.release(wanted)
    names = [one.id for one in survey.releases if one.good]
    if found is None:
        near = difflib.get_close_matches(wanted, names, n=1)
        raise Problem(
            "release-missing",
            f"there is no release `{wanted}`",
            state="nothing was changed",
            hint=f"did you mean `{near[0]}`?" if near else f"`{listing}` lists what there is",
        )
    if not found.good:
        raise Problem(
            "nothing-to-roll-back-to",
            f"release `{wanted}` is {found.state} and was never found good",
            state="nothing was changed",
            hint=f"`{listing}` lists those that were live and good",
        )
    return found


@dataclass
class Return(Journey):
    """One rollback under way."""

    place: Workplace
    target: ReleaseRecord
    report: Report = field(default_factory=Report)

    def __post_init__(self) -> None:
        self.path = self.target.path
        self.left = self.place.survey.current
        self.previous = self.place.survey.active
        self.baseline = baseline_of(self.place, self.target)
        if self.baseline is None or self.place.root.kind(self.target.path) != "dir":
            raise self._altered(f"its {'baseline' if self.baseline is None else 'directory'} is missing")
        self.settings = settings_of(self.target, self.place.request.settings)
        self.seen: dict[str, activating.Stamp] = {}
        self.rules: Rules = self._rules()
        self.found = self._look()
        self.elsewhere = elsewhere.look(self.place, self.rules)
        refuse_blocked(self.rules)
        gone = missing_code(self.place, self.target.path, self.baseline, self.rules)
        if gone:
            raise self._altered(f"`{gone[0]}` is missing in it" + (f", and {len(gone) - 1} more" if gone[1:] else ""))
        counted = counting.count(self.place, save=False)
        self.missing = missing(self.place, self.rules, counted)
        self.report.warnings.extend(warned(as_warning(self.missing)))
        coming = counting.coming(self.place, self.left, self.found.homeless) + self.elsewhere.coming(self.place)
        self.before = counting.total(counted) + coming

    def _altered(self, why: str) -> Problem:
        return Problem(
            "release-altered",
            f"release `{self.target.id}` cannot be proven whole: {why}",
            state="nothing was changed",
            hint=f"name another: `holdfast releases --site {quote(self.place.root.path)}`",
        )

    def _rules(self) -> Rules:
        """What is shared today is shared in the target too, whatever it shipped there then."""
        listing = as_shipped(self.place, self.target.path, self.baseline) if self.baseline else Listing({})
        today = [
            one
            for one in self.place.survey.site.shared
            if one.why not in HAPPENED and self.place.root.has(self.place.bench.layout.in_shared(one.path))
        ]
        return rules_for(self.place, listing, self.settings, also=today)

    def _look(self) -> Found:
        if self.left is None or self.left == self.target.path:
            return Found()
        found = sweep(self.place, self.left, self.rules, baseline=baseline_of(self.place, self.previous))
        also = [SharedPath(path, self.place.root.kind(self.left / path) or "file", STRAY) for path in found.homeless]
        self.rules = rules_for(self.place, self.rules.listing, self.settings, also=[*self.rules.shared, *also])
        return found

    @cached_property
    def plan(self) -> Plan:
        """The way back as it would go; what is missing is told, and keeps nobody from going it."""
        steps = [
            Step("adopt", stray_words(self.found.count())),
            Step("link", f"link {count(len(self.rules.shared), 'shared path')} of today into `{self.target.path}`"),
            Step("verify", "compare it with its baseline and check every link"),
            Step("activate", f"switch `current` to `{self.target.path}` in one rename"),
            Step("late-sweep", "bring home what was written to the release that is left"),
        ]
        plan = Plan(
            command="rollback",
            release=self.target.id,
            previous=self.previous.id if self.previous else None,
            source=self.target.source,
            framework=self.target.framework,
            web_root=self.target.web_root,
            steps=tuple(steps),
            shared=self.rules.shared,
            adopt=dict(self.found.homeless),
            displaced={**self.found.displaced, **self.found.spared},
            checks=(self._may_move(), *as_warning(self.missing)),
            hooks={"before_activation": [], "after_activation": list(self.settings.after_activation)},
            notes=("data stays as it is: a rollback changes code alone",),
            missing=tuple(one.to_json() for one in self.missing),
        )
        return self.elsewhere.shown_in(plan)

    def _may_move(self) -> Check:
        """What must be moved can be; who may write what the web user needs is no reason against a way back."""
        moving = tuple((self.left or RelPath("")) / path for path in self.found.homeless)
        return permissions(replace(subject_for(self.place, self.rules, moving=moving), web_user=None))

    def run(self) -> dict[str, Any]:
        facts = {"release": self.target.id, "previous": self.previous.id if self.previous else None}
        self.begin("rollback", {**facts, "who": self.place.request.who, "left": self.left or ""})
        self.before_the_switch(self._prepare)
        return self.after_the_switch(self._conclude)

    def _prepare(self) -> None:
        self.step("adopt", self._adopt)
        self.step("link", self._link)
        self.step("verify", self._verify)
        self.step(
            "activate", lambda: activating.switch_to(self.place, self.operation, self.target.path, seen=self.seen)
        )

    def _conclude(self) -> dict[str, Any]:
        self.step("remember", self._remember)
        self.late_problem(self._after)
        if self.settings.after_activation:
            self.look_whether_live(deep=True)
        self.late_problem(lambda: self.step("late-sweep", self._late_sweep))
        return self.finish(
            "activated",
            lambda: answer(
                "activated",
                release=self.target.id,
                previous=self.previous.id if self.previous else None,
                steps=self.timings,
                place=self.place,
                account=Account(self.before, self.report, self.rules),
            ),
        )

    def _homing(self) -> Homing:
        return Homing(self.place, self.operation, self.report)

    def _adopt(self) -> None:
        if self.left is not None and self.left != self.target.path:
            homing, baseline = self._homing(), baseline_of(self.place, self.previous)
            homing.bring(self.left, self.found, wins="live")
            is_code = doorstep.shipped(self.place, self.left, baseline)
            if elsewhere.bring_saved(homing, self.left, self.elsewhere, is_code):
                homing.bring(self.left, sweep(self.place, self.left, self.rules, baseline=baseline), wins="live")
            elsewhere.bring_left(homing, self.elsewhere)
            self.rules = self._rules()

    def _link(self) -> None:
        """Today's links in yesterday's release; what it holds at their paths is shipped code or data, and kept either
        way.
        """
        self._bring_target_home()
        before = seeds_before(self.place, self.previous, baseline_of(self.place, self.previous), self.rules)
        before = {**self.target.seeds, **before}
        self.target = announce_seeds(self.place, self.target, self.rules, {})
        seeded = link_release(self._homing(), self.target.path, self.rules, before=before)
        self.target = self.target.but(seeds=seeded.digests)
        seal(self.place.root, self.target.path, stays_writable=self.rules.stays_writable)

    def _bring_target_home(self) -> None:
        """What was written to the target while it was retired is older than what is shared: shared wins."""
        found = sweep(self.place, self.target.path, self.rules, baseline=self.baseline)
        found.displaced.clear()
        self._homing().bring(self.target.path, found, wins="shared")

    def _verify(self) -> None:
        """Altered code in the target is told; a link that does not stand stops the rollback."""
        self._bring_again()
        found = sweep(self.place, self.target.path, self.rules, baseline=self.baseline)
        self.report.warnings.extend(
            f"`{path}` in release {self.target.id} differs from its baseline" for path in found.displaced
        )
        gone = missing_code(self.place, self.target.path, self.baseline, self.rules)
        if gone:
            raise Problem("links-broken", f"`{gone[0]}`, which the release ships, would not be served")
        for check in linkage(subject_for(self.place, self.rules, release=self.target.path)):
            if check.verdict == REFUSE and check.name.endswith("-linked") and check.name != "environment-linked":
                raise Problem("links-broken", check.why, hint=check.mend)
            if check.name == "environment-linked" and check.verdict == REFUSE:
                self.report.warnings.append(f"{check.why}; {check.mend}")

    def _bring_again(self) -> None:
        """The last look at the live release before the switch: strays that came since the first come home too."""
        if self.left is not None and self.left != self.target.path:
            found = sweep(self.place, self.left, self.rules, baseline=baseline_of(self.place, self.previous))
            self._homing().bring(self.left, found, wins="live", rival=self.target.path)
            self.rules = self._rules()
            self._homing().link_home(self.target.path, sorted(self.rules.shared_paths), wins="shared")
        self.seen = activating.stamps_of_files(self.place, self.rules)

    def _remember(self) -> None:
        activating.mark_active(self.place, self.target.but(hooks_due=bool(self.settings.after_activation)))
        activating.remember(self.place, self.rules)
        doorstep.open_up(self.place, self.path)

    def _after(self) -> None:
        previous = self.previous.path if self.previous else ""
        run_guarded(
            self.place,
            self.rules,
            self.settings.after_activation,
            release=self.target.path,
            previous=previous,
            code="hook-failed-after-activation",
            watch=Watch(self.report.warnings, empty_by_name(self.place.survey.site)),
        )
        activating.hooks_ended(self.place, self.target.id)

    def _late_sweep(self) -> None:
        if self.left is not None and self.left != self.target.path:
            activating.late_sweep(self._homing(), self.left, self.previous, self.target.path, seen=self.seen)
