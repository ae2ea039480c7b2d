"""Deploy one release: the story of DESIGN 6, step by step."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from shlex import quote
from typing import Any

from holdfast_engine.activation.seal import seal
from holdfast_engine.activation.switch import require_switchable
from holdfast_engine.checks.checklist import accepted, require_acceptable
from holdfast_engine.checks.linkage import linkage
from holdfast_engine.commands import activating, counting
from holdfast_engine.commands.answering import answer, answering, told_by, warned
from holdfast_engine.commands.applying import Journey
from holdfast_engine.commands.building import build, listing_of
from holdfast_engine.commands.homing import Homing, Report, sweep
from holdfast_engine.commands.hooks import run_guarded
from holdfast_engine.commands.linking import announce_seeds, bring_made, link_release, seeds_before, web_user
from holdfast_engine.commands.planning import Prospect, look_ahead, subject_for
from holdfast_engine.commands.prune import prune_beyond
from holdfast_engine.commands.rules import Rules, rules_for
from holdfast_engine.commands.workplace import Workplace, changing, make_site_directory, require_apart
from holdfast_engine.data import baseline as baselines
from holdfast_engine.data.classify_settings import Configured
from holdfast_engine.data.seeds import Seeded
from holdfast_engine.fs import access, durable
from holdfast_engine.fs.extract import TreeWriter
from holdfast_engine.fs.root import Root
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.event import Event, Listener
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.manifest import Entry
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import REFUSE, Plan, verdict_of
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request
from holdfast_engine.sources import open_source
from holdfast_engine.state import records
from holdfast_engine.state.records import ReleaseRecord

Ask = Callable[[dict[str, Any]], bool]


def deploy(request: Request, tell: Listener, ask: Ask) -> dict[str, Any]:
    """One release is live, or everything is as it was and a Problem says why; no byte of data is lost either way.

    A state of the host that changed while a person read the plan is planned again (G8).
    """
    if request.source is None:
        raise Problem(
            "source-unset",
            "no source is given",
            hint="`holdfast deploy --source PATH-OR-URL`, or `[source]` in holdfast.toml",
        )
    require_acceptable(request.accept)
    Configured(request.settings)  # a path that cannot be meant is told before even an empty site is made (I14, I27)
    require_apart(request.source, request.site)
    fresh = require_deployable(request.site)
    make_site_directory(request.site)
    with changing(request, tell, manage=fresh) as place, answering(place) as standing:
        require_switchable(place.root)
        source = open_source(request.source, place.root.absolute(Layout.cache))
        try:
            prospect = _agreed(place, look_ahead(place, source), ask)
            if prospect.plan.unchanged:
                return _unchanged(place, prospect)
            standing.journey = Deployment(place, prospect)
            return standing.journey.run()
        finally:
            source.close()


def require_deployable(site: str) -> bool:
    """True for a place where a first deploy makes a site: missing, empty, or holding only `shared/`; `not-a-site` for
    others.
    """
    if not os.path.isdir(site):
        return True
    with Root(site) as root:
        if root.has(Layout.site_file):
            return False
        names = [name for name in root.names("") if name not in ("shared", Layout.state)]
        if names:
            raise Problem(
                "not-a-site",
                f"`{site}` is not a Holdfast site and not empty",
                context=[f"it holds {', '.join(names[:6])}"],
                state="nothing was changed",
                hint=f"`holdfast adopt {quote(site)}` turns what is live there into a site, in place",
            )
    return True


def _agreed(place: Workplace, prospect: Prospect, ask: Ask) -> Prospect:
    """The plan that is run: shown, free of refusals, agreed to, and still true of the host."""
    while True:
        place.tell(Event("planned", "plan", data=prospect.plan.to_json()))
        refuse_on_refusal(place, prospect.plan)
        if prospect.plan.unchanged or place.request.yes:
            return prospect
        if not ask(prospect.plan.to_json()):
            raise Problem(
                "declined", "the deploy was declined", state="nothing was changed", hint="`--yes` answers yes"
            )
        place.refresh()
        again = look_ahead(place, prospect.source, release=prospect.plan.release)
        if again.plan.token == prospect.plan.token:
            return again
        place.notice("plan", "the site changed meanwhile, so here is the plan as it is now")
        prospect = again


def refuse_on_refusal(place: Workplace, plan: Plan) -> None:
    """`checklist-refused` when a check says no; nothing was changed."""
    if verdict_of(plan.checks) != REFUSE:
        return
    refused = [check for check in plan.checks if check.verdict == REFUSE]
    raise Problem(
        "checklist-refused",
        f"the checklist says no: {', '.join(check.name for check in refused)}",
        context=[f"{check.name}: {check.why}" for check in refused],
        state="nothing was changed" + (f"; `{plan.previous}` is live as before" if plan.previous else ""),
        whereabouts=[place.root.absolute(place.bench.layout.shared)],
        hint=refused[0].mend,
    )


def _unchanged(place: Workplace, prospect: Prospect) -> dict[str, Any]:
    """Nothing new to activate; strays are still brought home."""
    active = place.survey.active
    found = replace(prospect.found, spared={})  # what builds and tools left stays where it is: nobody leaves
    report = Report(warnings=told_by(prospect.plan))
    coming = counting.coming(place, place.survey.current, prospect.found.homeless)
    before = counting.files(place) + coming
    if active is not None and found:
        operation = Operation.begin(
            place.root, "sweep", at=place.request.now, facts={"release": active.id, "who": place.request.who}
        )
        homing = Homing(place, operation, report)
        homing.bring(active.path, found, wins="live")
        homing.link_home(active.path, found.homeless)
        rules = rules_for(place, prospect.listing, place.request.settings)
        activating.remember(place, rules)
        records.write(place.root, active.but(shared=rules.shared))  # so that the next deploy finds nothing new
        operation.end("swept", at=place.request.now)
    activating.remember_environment(place, prospect.rules)
    release = active.id if active else None
    return {
        **answer("unchanged", release=release, previous=release, steps=[], before=before, place=place, report=report),
    }


@dataclass
class Deployment(Journey):
    """One deploy under way: what it was planned from, and what it has made so far."""

    place: Workplace
    prospect: Prospect
    report: Report = field(default_factory=Report)

    def __post_init__(self) -> None:
        plan = self.prospect.plan
        self.path = Layout.releases / plan.release
        self.report.warnings.extend(told_by(plan))  # who answered --yes has not seen it
        self.previous = self.place.survey.active
        self.left = self.place.survey.current
        self.rules: Rules = self.prospect.rules
        self.baseline = self.prospect.baseline
        self.digests: dict[str, Entry] = {}
        self.seeded = Seeded()
        self.seen: dict[str, activating.Stamp] = {}
        self.before = counting.files(self.place) + counting.coming(self.place, self.left, self.prospect.found.homeless)
        self.record = ReleaseRecord(
            id=plan.release,
            path=self.path,
            counter=self.place.survey.site.counter + 1,
            created=self.place.request.now,
            source=plan.source,
            settings=self.place.request.settings.to_json(),
        )

    def run(self) -> dict[str, Any]:
        """Every step in order; a failure before the switch is undone, one after it is told (G4)."""
        plan = self.prospect.plan
        facts = {
            "release": plan.release,
            "previous": plan.previous,
            "who": self.place.request.who,
            "left": self.left or "",
        }
        self.begin("deploy", facts)
        self.before_the_switch(self._prepare)
        return self.after_the_switch(self._conclude)

    def _prepare(self) -> None:
        self.step("fetch", self._fetch)
        if self.prospect.plan.build:
            self.step("build", self._build)
        if self.left is not None:
            self.step("adopt", self._adopt)
        self.step("link", self._link)
        if self.prospect.plan.hooks["before_activation"]:
            self.step("hooks", self._hooks)
        self.step("seal", self._seal)
        self.step("verify", self._verify)
        self.step("activate", self._activate)

    def _conclude(self) -> dict[str, Any]:
        self.step("remember", self._remember)
        if self.prospect.plan.hooks["after_activation"]:
            self.late_problem(lambda: self.step("after", self._after))
        if self.left is not None:
            self.late_problem(lambda: self.step("late-sweep", self._late_sweep))
        self.late_problem(lambda: self.step("prune", self._prune))
        plan = self.prospect.plan
        return self.finish(
            "deployed",
            lambda: answer(
                "deployed",
                release=plan.release,
                previous=plan.previous,
                steps=self.timings,
                before=self.before,
                place=self.place,
                report=self.report,
            ),
        )

    def _fetch(self) -> None:
        """The whole source lies in the release's directory, which is 0700 until it is complete."""
        root, plan = self.place.root, self.prospect.plan
        records.write(root, self.record)
        activating.count_release(self.place, self.record.counter)
        durable.make_directories(root, Layout.releases)
        durable.make_directories(root, self.path, mode=0o700)
        sealed = not (plan.build or plan.hooks["before_activation"])
        with root.directory(self.path) as top:
            writer = TreeWriter(top, sealed=sealed, keep_writable=self._stays_data)
            try:
                self.prospect.source.extract(writer)
            finally:
                writer.close()
        self.digests = {} if not sealed else writer.entries
        self.record = self.record.but(tree=self.prospect.source.tree_id)

    def _stays_data(self, path: str) -> bool:
        return any(RelPath(path).is_within(one) for one in self.rules.shared_paths)

    def _build(self) -> None:
        previous = self.previous.path if self.previous else ""
        build(self.place, self.operation, self.path, self.prospect.plan.build, previous=previous)
        self.rules = rules_for(self.place, listing_of(self.place, self.path), self.place.request.settings)

    def _adopt(self) -> None:
        """What the live release holds comes home; then the rules see it in `shared/`."""
        if self.left is None:
            return
        self._homing().bring(self.left, self.prospect.found, wins="live", rival=self.path)
        if self.baseline is None and self.previous is not None:
            self._observe(self.left, self.previous.id)
        self._bring_again()

    def _observe(self, left: RelPath, release: str) -> None:
        """Nothing was known of what is live; now that its data is home, what is left of it is what it shipped.

        Written after the data went home, so that a crash in between finds it all again.
        """
        taken = baselines.now_ns()
        entries = baselines.take(self.place.bench, left, digests={}, skip=self.rules.classifier.is_cache)
        record = records.read(self.place.root, release)
        if record is not None and not record.pinned:
            # what a build left and what users wrote beside it look alike in it: it proves nothing to prune by (G6, G7)
            records.write(self.place.root, record.but(pinned="its baseline was lost; nothing proves what it shipped"))
        baselines.write(self.place.root, release, entries, taken_ns=taken)
        self.baseline = baselines.read(self.place.root, release)

    def _homing(self) -> Homing:
        return Homing(self.place, self.operation, self.report)

    def _bring_again(self) -> None:
        """Strays that came since the last look come home too."""
        self.rules = rules_for(self.place, self.rules.listing, self.place.request.settings)
        if self.left is None or self.baseline is None:
            return
        found = sweep(self.place, self.left, self.rules, baseline=self.baseline)
        if found.homeless or found.displaced.keys() - self.prospect.found.displaced.keys():
            self._homing().bring(self.left, found, wins="live", rival=self.path)
            self.rules = rules_for(self.place, self.rules.listing, self.place.request.settings)

    def _link(self) -> None:
        before = seeds_before(self.previous, self.baseline, self.rules)
        self.record = announce_seeds(self.place, self.record, self.rules, self.digests)
        self.seeded = link_release(self._homing(), self.path, self.rules, before=before)

    def _hooks(self) -> None:
        previous = self.previous.path if self.previous else ""
        commands = self.prospect.plan.hooks["before_activation"]
        run_guarded(self.place, self.rules, commands, release=self.path, previous=previous, code="hook-failed")
        self.rules = rules_for(self.place, listing_of(self.place, self.path), self.place.request.settings)
        bring_made(self._homing(), self.path, self.rules)

    def _seal(self) -> None:
        """Read-only, measured and on disk: from here the release is complete."""
        root, taken = self.place.root, baselines.now_ns()
        self._let_web_user_in()
        seal(root, self.path, stays_writable=self.rules.stays_writable)
        entries = baselines.take(self.place.bench, self.path, digests=self.digests, skip=self.rules.classifier.is_cache)
        baselines.write(root, self.record.id, entries, taken_ns=baselines.now_ns() if not self.digests else taken)
        self.record = self.record.but(
            state=records.SEALED,
            framework=self.rules.detection.framework,
            web_root=self.rules.web_root,
            shared=self.rules.shared,
            seeds=self.seeded.digests,
            hooks_due=bool(self.prospect.plan.hooks["after_activation"]),
        )
        records.write(root, self.record)
        durable.sync_file_system(root, self.path)

    def _let_web_user_in(self) -> None:
        """Directories of the release that the application writes to although they hold no data, as
        `bootstrap/cache`.
        """
        user = web_user(self.place, self.rules)
        for path in self.rules.classifier.writable():
            if user is not None and user != os.geteuid() and self.place.root.kind(self.path / path) == "dir":
                access.let_in(self.place.root, self.path / path, web_user=user)

    def _verify(self) -> None:
        """The last look at the live release, and every link of the new one checked before anybody is
        sent there (G3).
        """
        known = self.rules.shared_paths
        self._bring_again()
        self._homing().link_home(self.path, sorted(self.rules.shared_paths - known))
        self.seen = activating.stamps_of_files(self.place, self.rules)
        subject = subject_for(self.place, self.rules, release=self.path)
        checks = accepted(linkage(subject), subject.accept)
        # no plan can know it before
        self.report.warnings.extend(warned(check for check in checks if check.name == "artifacts-present"))
        broken = [check for check in checks if check.verdict == REFUSE]
        if broken:
            raise Problem(
                "links-broken",
                f"the new release is not well linked: {broken[0].why}",
                state="the previous release is live, as before",
                hint=broken[0].mend,
            )

    def _activate(self) -> None:
        activating.switch_to(self.place, self.operation, self.path, seen=self.seen)

    def _remember(self) -> None:
        self.record = activating.mark_active(self.place, self.record)
        activating.remember(self.place, self.rules)
        activating.remember_environment(self.place, self.rules)

    def _after(self) -> None:
        previous = self.previous.path if self.previous else ""
        commands = self.prospect.plan.hooks["after_activation"]
        run_guarded(
            self.place, self.rules, commands, release=self.path, previous=previous, code="hook-failed-after-activation"
        )
        activating.hooks_ended(self.place, self.record.id)

    def _late_sweep(self) -> None:
        if self.left is not None and self.left != self.path:
            activating.late_sweep(self._homing(), self.left, self.previous, self.path, seen=self.seen)

    def _prune(self) -> None:
        """Not while something is wrong with what is live: what could be gone back to stands until that is mended
        (I05).
        """
        if self.late is not None:
            self.report.warnings.append("nothing was pruned: what came after the switch did not end well")
            return
        prune_beyond(self.place, self.operation, self.report, keep=self.place.request.settings.keep)
