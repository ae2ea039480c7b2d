"""What a deploy and a rollback are planned from, and what they have come to; frozen, each step returns the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Optional

from holdfast_engine.data.baseline import Baseline
from holdfast_engine.data.found import Found
from holdfast_engine.data.seeds import Seeded
from holdfast_engine.guarding.guard import Watch
from holdfast_engine.guarding.stopped import Starters
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.carried import Base
from holdfast_engine.model.listing import Listing
from holdfast_engine.model.manifest import Entry, Stamp
from holdfast_engine.model.memory import Missing
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.request import Settings
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence import census
from holdfast_engine.persistence.adopt import Adopter
from holdfast_engine.persistence.elsewhere import Elsewhere
from holdfast_engine.persistence.missing import Rows
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.shared_paths import Rules, rules_for, settings_of, shared_by_rule
from holdfast_engine.persistence.stranded import Stranded
from holdfast_engine.site.handle import Site
from holdfast_engine.site.records import ReleaseRecord
from holdfast_engine.sources import TreeSource


@dataclass(frozen=True)
class Outlook:
    """The site and the release to come, RECORD, as they were looked at before anything is done.

    A deploy has a SOURCE; a rollback has none: SHIPPED is the baseline of the release to go back to, and TARGET what a
    sweep found in that. OUTGOING is what is live, BASELINE what that shipped as far as it is known; where it is not,
    SEEN stood in it before. FOUND is what must come home from it, ELSEWHERE from other places; STRANDED is what was
    carried, where nothing is live. GUESSED was shared by a guess, and is to be carried. VICTIMS are looked at for
    pruning.
    """

    site: Site
    record: ReleaseRecord
    rules: Rules
    settings: Settings
    outgoing: Optional[RelPath]
    found: Found
    baseline: Optional[Baseline]
    elsewhere: Elsewhere
    counted: Rows
    missing: tuple[Missing, ...]
    source: Optional[TreeSource] = None
    shipped: Optional[Baseline] = None
    target: Found = field(default_factory=Found)
    seen: Mapping[str, Stamp] = field(default_factory=dict)
    guessed: tuple[str, ...] = ()
    victims: tuple[ReleaseRecord, ...] = ()
    stranded: Stranded = field(default_factory=Stranded)

    @property
    def returns(self) -> bool:
        """True for a rollback."""
        return self.source is None

    @property
    def previous(self) -> Optional[ReleaseRecord]:
        return self.site.survey.active

    @property
    def builds(self) -> tuple[str, ...]:
        return () if self.returns else self.settings.build

    @property
    def hooks_before(self) -> tuple[str, ...]:
        return () if self.returns else self.settings.before_activation

    @property
    def hooks_after(self) -> tuple[str, ...]:
        return self.settings.after_activation

    @property
    def stop(self) -> tuple[str, ...]:
        """What stops the application that is live. A rollback asks what is said today, or else with what is live: the
        release that it goes to may be older than the hook.
        """
        return (self.returns and self.site.request.settings.stop) or self.settings.stop

    @property
    def start(self) -> tuple[str, ...]:
        """What starts the application in the release to come."""
        return self.settings.start or (self.site.request.settings.start if self.returns else ())

    @property
    def starters(self) -> Starters:
        """What starts it there, and what in the release that is live, as that was deployed, if nothing is switched."""
        own = self.site.request.settings if self.returns else settings_of(self.previous, self.settings)
        return Starters(self.start, own.start or self.start)

    @property
    def runs_commands(self) -> bool:
        """True where a user's commands run before the switch: builds are not guarded, and reach data by its path."""
        return bool(self.builds or self.hooks_before)

    def files_before(self, found: Found) -> int:
        """How many files were counted when this was planned, with those that are to come home."""
        coming = census.coming(self.site, self.outgoing, found.to_adopt.keys() - found.renamed.keys())
        coming -= len(found.renamed.keys() - found.to_adopt.keys())  # links within what comes home: their data is there
        return census.total(self.counted) + coming + self.elsewhere.coming(self.site)

    def rules_of(self, listing: Listing) -> Rules:
        """The rules on LISTING as the site is now. A rollback shares what is shared today, whatever shipped there."""
        also = shared_by_rule(self.site) if self.returns else ()
        return rules_for(self.site, listing, self.settings, also=also)


@dataclass(frozen=True)
class Work:
    """An operation under way, as far as its steps have come. PREVIOUS is the record of what is live before the switch,
    TO_BE_BUILT is true while output is still to be made, SEEN are the shared files at the last look before the switch.
    BASE is what is carried into the release, SHIPPED_TOO what the release itself ships at some of its paths. STOPPED is
    true once the application has ended, STARTED once it runs again.
    """

    outlook: Outlook
    operation: Operation
    report: Report
    watch: Watch
    record: ReleaseRecord
    previous: Optional[ReleaseRecord]
    rules: Rules
    found: Found
    baseline: Optional[Baseline]
    before: int
    to_be_built: bool
    digests: dict[str, Entry] = field(default_factory=dict)
    seeded: Seeded = field(default_factory=Seeded)
    seen: dict[str, Stamp] = field(default_factory=dict)
    base: Base = field(default_factory=dict)
    shipped_too: dict[str, Entry] = field(default_factory=dict)
    stopped: bool = False
    started: bool = False

    @classmethod
    def begun(cls, outlook: Outlook, operation: Operation, report: Report, watch: Watch) -> Work:
        """What is known before the first step: what was looked at."""
        return cls(
            outlook=outlook,
            operation=operation,
            report=report,
            watch=watch,
            record=outlook.record,
            previous=outlook.previous,
            rules=outlook.rules,
            found=outlook.found,
            baseline=outlook.baseline,
            before=outlook.files_before(outlook.found),
            to_be_built=outlook.runs_commands,
        )

    @property
    def site(self) -> Site:
        return self.outlook.site

    @property
    def path(self) -> RelPath:
        return self.record.path

    @property
    def outgoing(self) -> Optional[RelPath]:
        return self.outlook.outgoing

    @property
    def previous_path(self) -> str:
        return self.previous.path if self.previous else ""

    @property
    def adopter(self) -> Adopter:
        return Adopter(self.site, self.operation, self.report)

    def with_rules(self, listing: Optional[Listing] = None) -> Work:
        """With the rules of LISTING, or of what is shipped as before, as the site is now."""
        return replace(self, rules=self.outlook.rules_of(listing or self.rules.listing))
