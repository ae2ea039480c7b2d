"""Old releases are in the trash as far as they are proven."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.values import dataclass
from holdfast_engine.model.words import count, named
from holdfast_engine.persistence.report import Report
from holdfast_engine.pruning.attic import Leaving, expired
from holdfast_engine.pruning.given_way import put_away
from holdfast_engine.pruning.prune import keep_of, prune_beyond
from holdfast_engine.site.handle import Site
from holdfast_engine.steps.step import Step
from holdfast_engine.steps.work import Outlook, Work


class Prune(Step[Outlook, Work]):
    name = "prune"
    only_when_well = True
    """What could be gone back to stands until what is wrong with what is live is mended (I05)."""

    def due(self, planned: Outlook) -> bool:
        return bool(
            planned.victims
            or planned.site.root.names(Layout.trash)
            or planned.rules.given_way
            or expired(planned.site, planned.missing)
        )

    def sentence(self, planned: Outlook) -> str:
        gone = expired(planned.site, planned.missing)
        return "; ".join([self._of_releases(planned), *([of_attic(gone)] if gone else [])])

    def _of_releases(self, planned: Outlook) -> str:
        if not planned.victims:
            return "empty the trash of earlier commands, after one more check"
        what = count(len(planned.victims), "old release")
        return f"remove {what} once all their files are known to be kept elsewhere"

    def run(self, work: Work) -> Work:
        """What is beyond retention and proven lies in the trash; what earlier operations put there is deleted."""
        work.site.refresh()
        rules = work.with_rules().rules
        prune_beyond(work.site, work.operation, work.report, keep=work.outlook.settings.keep, rules=rules)
        put_away(work.adopter, work.rules.given_way)
        return work


def of_attic(gone: Sequence[Leaving]) -> str:
    """What leaves the attic, in words."""
    paths = [str(one.path) for one in gone]
    return f"move {count(len(gone), 'entry', 'entries')} of the attic to the trash, for {gone[0].why}: {named(paths)}"


@dataclass(frozen=True)
class Pruning:
    """One prune under way: which releases it REMOVED, and which it KEPT, with the reason."""

    site: Site
    operation: Operation
    report: Report
    removed: tuple[str, ...] = ()
    kept: tuple[dict[str, str], ...] = ()


class PruneAlone(Step[Sequence[str], Pruning]):
    """Planned from the names of the releases that are beyond retention."""

    name = "prune"

    def sentence(self, planned: Sequence[str]) -> str:
        return f"remove {count(len(planned), 'old release')} once all their files are known to be kept elsewhere"

    def run(self, work: Pruning) -> Pruning:
        """What is beyond retention and proven lies in the trash; what earlier operations put there is deleted."""
        removed, kept = prune_beyond(work.site, work.operation, work.report, keep=keep_of(work.site))
        return replace(work, removed=tuple(removed), kept=tuple(kept))
