"""One deploy under way: the story of DESIGN 6, step by step."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import Any

from holdfast_engine.activation.seal import seal
from holdfast_engine.checks.checklist import accepted
from holdfast_engine.checks.linkage import linkage
from holdfast_engine.commands import activating, counting, doorstep, elsewhere, giving_way
from holdfast_engine.commands.answering import Account, answer, told_by, warned
from holdfast_engine.commands.applying import Journey
from holdfast_engine.commands.building import build, listing_behind_links, listing_of, served_environment
from holdfast_engine.commands.guarding import Watch
from holdfast_engine.commands.homing import Homing, Report, sweep
from holdfast_engine.commands.hooks import refuse_shrunk, run_guarded
from holdfast_engine.commands.linking import announce_seeds, bring_made, link_release, seeds_before, web_user
from holdfast_engine.commands.missing import empty_by_name
from holdfast_engine.commands.planning import Prospect, look_at_live, subject_for
from holdfast_engine.commands.prune import prune_beyond
from holdfast_engine.commands.remembering import count_first
from holdfast_engine.commands.rules import Rules, rules_for
from holdfast_engine.commands.wholeness import broken_links
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.data import baseline as baselines
from holdfast_engine.data.baseline import Baseline
from holdfast_engine.data.seeds import Seeded
from holdfast_engine.fs import access, durable
from holdfast_engine.fs.extract import TreeWriter
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.manifest import Entry
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import REFUSE
from holdfast_engine.model.rules import SharedPath
from holdfast_engine.state import records
from holdfast_engine.state.records import ReleaseRecord


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
        self.found = self.prospect.found
        self.baseline = self.prospect.baseline
        self.unproven = self.baseline is None or bool(self.previous and self.previous.pinned)
        self.to_be_built = bool(plan.build or plan.hooks["before_activation"])
        self.digests: dict[str, Entry] = {}
        self.seeded = Seeded()
        self.seen: dict[str, activating.Stamp] = {}
        self.before = self._counted_before()
        self.watch = Watch(self.report.warnings, empty_by_name(self.place.survey.site, self.place.request.accept))
        self.record = ReleaseRecord(
            id=plan.release,
            path=self.path,
            counter=self.place.survey.site.counter + 1,
            created=self.place.request.now,
            source=plan.source,
            settings=self.place.request.settings.to_json(),
        )

    def _counted_before(self) -> int:
        """How many files were counted when this was planned, with those that are to come home."""
        coming = counting.coming(self.place, self.left, self.found.homeless)
        return counting.total(self.prospect.counted) + coming + self.prospect.elsewhere.coming(self.place)

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
        if self._runs_commands:
            count_first(self.place, self.rules, self.prospect.counted)
        if self.prospect.plan.build:
            self.step("build", self._build)
        if self.left is not None or self.prospect.elsewhere:
            self.step("adopt", self._adopt)
        self.step("link", self._link)
        if self.prospect.plan.hooks["before_activation"]:
            self.step("hooks", self._hooks)
        self.step("seal", self._seal)
        self.step("verify", self._verify)
        self.step("activate", self._activate)

    @property
    def _runs_commands(self) -> bool:
        """True where a user's commands run before the switch: builds are not guarded, and reach data by its path."""
        return bool(self.prospect.plan.build or self.prospect.plan.hooks["before_activation"])

    def _conclude(self) -> dict[str, Any]:
        self.step("remember", self._remember)
        if self.prospect.plan.hooks["after_activation"]:
            self.late_problem(lambda: self.step("after", self._after))
            self.look_whether_live(deep=True)
        late = self._look_at_the_doorstep if self.left is None else lambda: self.step("late-sweep", self._late_sweep)
        self.late_problem(late)
        self.late_problem(lambda: self.step("prune", self._prune))
        plan = self.prospect.plan
        return self.finish(
            "deployed",
            lambda: answer(
                "deployed",
                release=plan.release,
                previous=plan.previous,
                steps=self.timings,
                place=self.place,
                account=Account(self.before, self.report, self.rules),
            ),
        )

    def _fetch(self) -> None:
        """The whole source lies in the release's directory, which is 0700 until it is complete."""
        root = self.place.root
        self._register_left()
        records.write(root, self.record)
        activating.count_release(self.place, self.record.counter)
        durable.make_directories(root, Layout.releases)
        durable.make_directories(root, self.path, mode=0o700)
        sealed = self._as_fetched
        with root.directory(self.path) as top:
            writer = TreeWriter(top, sealed=sealed, keep_writable=self._stays_data)
            try:
                self.prospect.source.extract(writer)
            finally:
                writer.close()
        self.digests = writer.entries
        self.record = self.record.but(tree=self.prospect.source.tree_id)

    @property
    def _as_fetched(self) -> bool:
        """True where nobody but us writes in the release before it is sealed."""
        plan = self.prospect.plan
        return not (plan.build or plan.hooks["before_activation"])

    def _register_left(self) -> None:
        """A live release that somebody made by hand has a record, so that what is written to it is looked for (G2)."""
        left = self.left
        if self.previous is not None or left is None or records.read(self.place.root, left.name) is not None:
            return
        self.previous = ReleaseRecord(
            id=left.name,
            path=left,
            counter=self.record.counter,
            state=records.ACTIVE,
            created=self.place.request.now,
            activated=True,
            pinned="made by hand; nothing proves what it shipped",
        )
        records.write(self.place.root, self.previous)
        self.record = self.record.but(counter=self.record.counter + 1)

    def _stays_data(self, path: str) -> bool:
        return any(RelPath(path).is_within(one) for one in self.rules.shared_paths)

    def _build(self) -> None:
        previous = self.previous.path if self.previous else ""
        lent = served_environment(self.place, self.left, self.prospect.found.homeless)
        build(self._homing(), self.path, self.prospect.plan.build, previous=previous, lent=lent)
        self.digests = {}  # a build may have written anywhere
        self.rules = rules_for(self.place, listing_of(self.place, self.path), self.place.request.settings)
        self.to_be_built = bool(self.prospect.plan.hooks["before_activation"])
        if self.left is not None and self.place.root.kind(self.left) == "dir":
            self._look_anew()

    def _look_anew(self) -> None:
        """Now it is known what the build makes: that is code, whatever the plan took it for (DESIGN 4)."""
        self.found = look_at_live(self.place, self.prospect.source, self.rules, self.baseline, unbuilt=self.to_be_built)
        self.before = self._counted_before()

    def _adopt(self) -> None:
        """What is to come home does, where nothing is live as well; then the rules see it in `shared/`."""
        homing, there = self._homing(), self.prospect.elsewhere
        if self.left is not None:
            self._adopt_live(homing, self.left)
        elsewhere.bring_left(homing, there)
        if there:
            self.rules = rules_for(self.place, self.rules.listing, self.place.request.settings)

    def _adopt_live(self, homing: Homing, left: RelPath) -> None:
        """What the live release LEFT holds comes home, and what was saved in the old document root with it."""
        homing.bring(left, self.found, wins="live", rival=self.path)
        elsewhere.bring_saved(homing, left, self.prospect.elsewhere, self._is_code)
        if self.baseline is None and self.previous is not None:
            self._observe(left, self.previous.id)
        self._bring_again()

    def _is_code(self, path: str) -> bool:
        """Without a baseline: what is a file in the live release still, now that its data is home."""
        return self.baseline is None or doorstep.shipped(self.place, self.left or RelPath(""), self.baseline)(path)

    def _observe(self, left: RelPath, release: str) -> None:
        """Nothing was known of what is live; now that its data is home, what is left of it is what it shipped.

        Written after the data went home, so that a crash in between finds it all again.
        """
        taken = baselines.now_ns()
        skip = self.rules.classifier.is_cache
        every = baselines.take(self.place.bench, left, digests={}, skip=skip, made=dict(self.rules.links))
        waiting = self.found.pending if self.to_be_built else ()  # until it is known what is built
        seen = [entry for entry in every if entry.path in self.prospect.seen]  # what came since is a stray
        entries = [one for one in seen if not any(RelPath(one.path).is_within(path) for path in waiting)]
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
        found = sweep(
            self.place,
            self.left,
            self.rules,
            baseline=self.baseline,
            unbuilt=self.to_be_built,
            unproven=self.unproven,
        )
        if found.homeless or found.displaced.keys() - self.found.displaced.keys():
            self._homing().bring(self.left, found, wins="live", rival=self.path)
            self.rules = rules_for(self.place, self.rules.listing, self.place.request.settings)

    def _link(self) -> None:
        self.report.warnings += giving_way.told(self.place, self.rules)
        late = self._late
        self._link_these([one for one in self.rules.shared if one not in late])

    def _link_these(self, shared: list[SharedPath]) -> None:
        before = seeds_before(self.place, self.previous, self.baseline, self.rules)
        self.record = announce_seeds(self.place, self.record, self.rules, self.digests)
        rules = replace(self.rules, shared=tuple(shared))
        self.seeded = link_release(self._homing(), self.path, rules, before={**before, **self.seeded.digests})

    @property
    def _late(self) -> list[SharedPath]:
        """Data in build output is linked once the hooks ran: they may empty that, or build it anew."""
        below = self.rules.classifier.is_below_output
        return [one for one in self.rules.shared if self.to_be_built and below(one.path)]

    def _hooks(self) -> None:
        previous, self.watch.homing = self.previous.path if self.previous else "", self._homing()
        commands = self.prospect.plan.hooks["before_activation"]
        shipped = self._note_what_is_shipped()
        linked = self.rules.shared_paths - {one.path for one in self._late}
        run_guarded(
            self.place,
            self.rules,
            commands,
            release=self.path,
            previous=previous,
            code="hook-failed",
            watch=self.watch,
        )
        listing = listing_behind_links(self.place, self.path, self.rules.listing, linked)
        self.rules = rules_for(self.place, listing, self.place.request.settings)
        bring_made(self._homing(), self.path, self.rules)
        if self._late:
            self._link_these(self._late)
        self.digests = baselines.untouched(self.place.root, self.path, shipped)

    def _note_what_is_shipped(self) -> Baseline:
        """A hook runs for minutes, and may switch by itself or be killed: what the release holds now tells what came
        to it from what was shipped, whatever becomes of this deploy (G11).
        """
        entries = self._entries()
        baselines.write(self.place.root, self.record.id, entries, taken_ns=baselines.now_ns())
        return Baseline({entry.path: entry for entry in entries}, baselines.now_ns())

    def _entries(self) -> list[Entry]:
        skip, made = self.rules.classifier.is_cache, dict(self.rules.links)
        return baselines.take(self.place.bench, self.path, digests=self.digests, skip=skip, made=made)

    def _seal(self) -> None:
        """Read-only, measured and on disk: from here the release is complete."""
        root, taken = self.place.root, baselines.now_ns()
        self._let_web_user_in()
        seal(root, self.path, stays_writable=self.rules.stays_writable)
        entries = self._entries()
        baselines.write(root, self.record.id, entries, taken_ns=taken if self._as_fetched else baselines.now_ns())
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
        known, self.to_be_built = self.rules.shared_paths, False
        if self._runs_commands:
            refuse_shrunk(self.place, self.rules, self.watch)
        self._bring_again()
        if self.found.pending and self.prospect.baseline is None and self.left and self.previous:
            self._observe(self.left, self.previous.id)
        self._homing().link_home(self.path, sorted(self.rules.shared_paths - known), wins="shared")
        self.record = self.record.but(shared=self.rules.shared)
        self.seen = activating.stamps_of_files(self.place, self.rules)
        subject = subject_for(self.place, self.rules, release=self.path)
        checks = accepted(linkage(subject), subject.accept)
        # no plan can know it before
        self.report.warnings.extend(warned(check for check in checks if check.name == "artifacts-present"))
        broken = [check for check in checks if check.verdict == REFUSE]
        if broken:
            raise broken_links(broken, self.prospect.plan.hooks["before_activation"])

    def _activate(self) -> None:
        activating.switch_to(self.place, self.operation, self.path, seen=self.seen)

    def _remember(self) -> None:
        self.record = activating.mark_active(self.place, self.record)
        activating.remember(self.place, self.rules, accept=self.place.request.accept)
        activating.remember_environment(self.place, self.rules)
        doorstep.open_up(self.place, self.path)

    def _after(self) -> None:
        previous = self.previous.path if self.previous else ""
        commands = self.prospect.plan.hooks["after_activation"]
        run_guarded(
            self.place,
            self.rules,
            commands,
            release=self.path,
            previous=previous,
            code="hook-failed-after-activation",
            watch=self.watch,
        )
        activating.hooks_ended(self.place, self.record.id)

    def _late_sweep(self) -> None:
        if self.left is not None and self.left != self.path:
            activating.late_sweep(self._homing(), self.left, self.previous, self.path, seen=self.seen)

    def _look_at_the_doorstep(self) -> None:
        """Nothing was live that what was saved in the old document root could have come into; now something is."""
        self.place.refresh()
        saved = doorstep.saved(self.place, self.rules)
        baseline = baselines.read(self.place.root, self.record.id) if saved else None
        doorstep.bring_home(self._homing(), self.path, self.rules, baseline, saved)

    def _prune(self) -> None:
        """Not while something is wrong with what is live: what could be gone back to stands until that is mended
        (I05).
        """
        if self.late is not None:
            self.report.warnings.append("nothing was pruned: what came after the switch did not end well")
            return
        prune_beyond(self.place, self.operation, self.report, keep=self.place.request.settings.keep)
        giving_way.put_away(self._homing(), self.rules.given_way)
