"""A person says what was shipped to a release that Holdfast did not deploy itself: it is noted, and holds for what is
live.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.values import dataclass
from holdfast_engine.model.words import count
from holdfast_engine.persistence import memory
from holdfast_engine.persistence.guessed import unshare
from holdfast_engine.persistence.note_shipped import follow, note
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.shipped import rules_now
from holdfast_engine.persistence.versions import Version
from holdfast_engine.persistence.was_shipped import WasShipped, compare
from holdfast_engine.site.handle import Site
from holdfast_engine.site.records import ReleaseRecord
from holdfast_engine.steps.step import Again, Step


@dataclass(frozen=True)
class Telling:
    """What WAS shipped to the release of RECORD, as VERSIONS have it. GUESSED was shared because it lay there, and
    something in it was shipped.
    """

    record: ReleaseRecord
    versions: Sequence[Version]
    was: WasShipped
    guessed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Noting:
    """One telling under way."""

    site: Site
    operation: Operation
    telling: Telling
    report: Report = field(default_factory=Report)


class Unshare(Step[Telling, Noting]):
    name = "unshare"

    def due(self, planned: Telling) -> bool:
        return bool(planned.guessed)

    def sentence(self, planned: Telling) -> str:
        return f"make {count(len(planned.guessed), 'path')} real again: shared by a guess, but shipped"

    def run(self, work: Noting) -> Noting:
        """What a guess once brought into `shared/` and was shipped is a real file in each release; a crash leaves it
        for the next deploy to carry.
        """
        unshare(work.site, work.operation, work.telling.guessed)
        work.site.refresh()
        return work


class NoteShipped(Step[Telling, Noting]):
    name = "note"

    def sentence(self, planned: Telling) -> str:
        what = count(len(planned.was.equal), "file")
        return f"note what was shipped to release `{planned.record.id}`: {what} and links are code"

    def run(self, work: Noting) -> Noting:
        """The release has a baseline of what was shipped, looked at now, when nothing moves any more."""
        site, telling = work.site, work.telling
        found = compare(site, telling.record.path, telling.versions)
        note(site, telling.record, found, place=telling.record.path)
        site.refresh()
        return work

    def redo(self, again: Again) -> None:
        """What is known is the old or the new; where it is the old, the sources are needed once more."""
        record = again.record
        if record is None or not record.told:
            again.site.notice(self.name, "what was shipped is not noted yet: run the command again")


class FollowShipped(Step[Telling, Noting]):
    name = "follow"

    def sentence(self, planned: Telling) -> str:  # noqa: ARG002
        return "the live release keeps none of it as data"

    def run(self, work: Noting) -> Noting:
        """What came into the live release from that one, and was shipped there, is code in it."""
        follow(work.site, work.telling.record.id)
        memory.remember(work.site, rules_now(work.site))
        return work

    def redo(self, again: Again) -> None:
        """From what is noted, without any source."""
        if again.record is not None and again.record.told:
            follow(again.site, again.record.id)
