"""What was written to the release that was left, while and after the switch, is served by the new one (I59)."""

from __future__ import annotations

from holdfast_engine.data import baseline as baselines
from holdfast_engine.model.paths import RelPath
from holdfast_engine.persistence import old_document_root
from holdfast_engine.persistence.late_sweep import late_sweep, seen_before
from holdfast_engine.site import document_root, records
from holdfast_engine.steps.step import Again, Step
from holdfast_engine.steps.work import Outlook, Work


class LateSweep(Step[Outlook, Work]):
    name = "late-sweep"

    def due(self, planned: Outlook) -> bool:
        site = planned.site
        return planned.outgoing is not None or bool(document_root.entries(site.root, site.survey.site))

    def sentence(self, planned: Outlook) -> str:  # noqa: ARG002
        return "collect uploads that arrived during the switch"

    def run(self, work: Work) -> Work:
        if work.outgoing is None:
            _look_at_the_doorstep(work)
        else:
            listing = work.rules.listing
            late_sweep(work.adopter, work.outgoing, work.previous, work.path, seen=work.seen, listing=listing)
        old_document_root.open_up(work.site, work.path)  # once more: hooks have made names since
        return work

    def redo(self, again: Again) -> None:
        """Again, whether it ran or not: a late save wins after a crash as well."""
        record, left = again.record, RelPath(again.begin.get("left", ""))
        if record is None or not left or left == record.path or not again.site.root.has(left):
            return
        previous = records.read(again.site.root, again.begin.get("previous") or "")
        late_sweep(again.adopter, left, previous, record.path, seen=seen_before(again.history))


def _look_at_the_doorstep(work: Work) -> None:
    """Nothing was live that what was saved in the old document root could have come into; now something is."""
    site = work.site
    site.refresh()
    saved = old_document_root.saved(site, work.rules)
    baseline = baselines.read(site.root, work.record.id) if saved else None
    old_document_root.bring_home(work.adopter, work.path, work.rules, baseline, saved)
