"""What a person decided on what looks like code holds: at once, and at everything that comes (G2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from holdfast_engine.fs import attic
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.reviewed import DATA, DROP, SHARE, Reviewed, Said
from holdfast_engine.model.rules import CARRIED
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.adopt import Adopter, cannot_move
from holdfast_engine.persistence.dropped import drop_carried, drop_data, miss_no_more, part_with, share
from holdfast_engine.persistence.report import Report
from holdfast_engine.site.handle import Site
from holdfast_engine.site.reviewed import keep_words
from holdfast_engine.steps.step import Again, Step


@dataclass(frozen=True)
class Decision:
    """One decision: VERB and PATH, WHAT the path was (nothing where a word is taken back), and what is SAID of it from
    now on. INODE is that of what is moved, at PLACE: what stands there later is another thing.
    """

    verb: str
    path: RelPath
    what: str = ""
    said: Optional[Said] = None
    place: str = ""
    inode: int = 0

    @property
    def goes(self) -> bool:
        """True where something goes to the attic."""
        return self.verb == DROP and self.what in (CARRIED, DATA)

    def words(self, before: Reviewed) -> Reviewed:
        """What is said from now on, where this was said BEFORE."""
        return before.forgetting(self.path) if self.said is None else before.saying(self.path, self.said)

    def to_json(self) -> dict[str, Any]:
        said = self.said.to_json() if self.said is not None else None
        return {**vars(self), "said": said}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Decision:
        """The decision that a journal tells of."""
        said = Said.from_json(value["said"]) if value["said"] is not None else None
        path = RelPath(value["path"])
        return cls(value["verb"], path, value["what"], said, value["place"], value["inode"])


@dataclass(frozen=True)
class Deciding:
    """One decision under way."""

    site: Site
    operation: Operation
    report: Report
    decision: Decision

    @property
    def adopter(self) -> Adopter:
        return Adopter(self.site, self.operation, self.report)

    @property
    def is_still_there(self) -> bool:
        """True while what was decided on stands where it stood."""
        status = self.site.root.lstat(self.decision.place)
        return status is not None and status.st_ino == self.decision.inode


class Say(Step[Decision, Deciding]):
    name = "say"

    def sentence(self, planned: Decision) -> str:
        if planned.said is None:
            return f"forget the decision on `{planned.path}`: the rules decide, and it is listed again"
        if planned.said.setting == "carried":
            return f"keep `{planned.path}` as yours: this version wins, even if a release ships this path"
        return f"note your decision on `{planned.path}`, so that it is not asked again"

    def due(self, planned: Decision) -> bool:
        return not planned.goes

    def run(self, work: Deciding) -> Deciding:
        """The site file has the word, before anything is moved by it: what a crash leaves is done again from it."""
        keep_words(work.site, work.decision.words(work.site.survey.site.reviewed))
        return work

    def redo(self, again: Again) -> None:
        work = _again(again)
        if self.due(work.decision):
            self.run(work)


class SetAside(Step[Decision, Deciding]):
    name = "set-aside"

    def sentence(self, planned: Decision) -> str:
        return f"move `{planned.path}` into the attic; `restore` brings it back"

    def due(self, planned: Decision) -> bool:
        return planned.goes

    def run(self, work: Deciding) -> Deciding:
        """It lies in the attic whole, by one rename where it is one file system, and is served no more; no release
        brings it back. A crash leaves it where it was or in the attic, with a note.
        """
        decision = work.decision
        try:
            (drop_data if decision.what == DATA else drop_carried)(work.adopter, decision.path)
        except PermissionError as error:
            raise cannot_move(work.site, RelPath(decision.place), error) from error
        return work

    def redo(self, again: Again) -> None:
        """What still stands there is moved; of what was moved, nothing says any more that it is carried or missing."""
        work = _again(again)
        if not self.due(work.decision):
            return
        if work.is_still_there:
            self.run(work)
            return
        path = work.decision.path
        spots = [note["place"] for note in attic.notes(again.site.root) if note["operation"] == again.operation.name]
        if work.decision.what == DATA:
            miss_no_more(again.site, path, 1)
        elif spots:
            part_with(work.adopter, path, spots[-1])


class ShareNow(Step[Decision, Deciding]):
    name = "share"

    def sentence(self, planned: Decision) -> str:
        return f"move `{planned.path}` into `shared/` in one step; every release links it from now on"

    def due(self, planned: Decision) -> bool:
        return planned.verb == SHARE

    def run(self, work: Deciding) -> Deciding:
        """It lies in `shared/`, is linked in what is live, and a shared path like any other. A crash leaves it where it
        was or shared, and the word on it in the site file.
        """
        share(work.adopter, work.decision.path)
        return work

    def redo(self, again: Again) -> None:
        work = _again(again)
        if self.due(work.decision):
            self.run(work)


def _again(again: Again) -> Deciding:
    return Deciding(again.site, again.operation, Report(), Decision.from_json(again.begin))
