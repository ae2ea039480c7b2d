"""The commit point: `current` leads to the release."""

from __future__ import annotations

from holdfast_engine.activation.switch import activate
from holdfast_engine.steps.step import Again, Step
from holdfast_engine.steps.work import Outlook, Work


class Activate(Step[Outlook, Work]):
    name = "activate"

    def sentence(self, planned: Outlook) -> str:
        return f"switch `current` to `{planned.record.path}` in one rename"

    def run(self, work: Work) -> Work:
        """`current` leads to the release. The commit is on disk before the rename: from here on it is only ever
        completed (G4), with what was seen at the last look, so that a late save wins after a crash as well (I59).
        """
        work.site.require_ours()
        work.operation.commit(release=work.path, seen=work.seen)
        activate(work.site.root, work.path)
        return work

    def redo(self, again: Again) -> None:
        """Anew: nobody knows whether the rename that is seen has reached the disk."""
        if again.record is not None:
            activate(again.site.root, again.record.path)


ACTIVATE = Activate.name
"""What comes before it vanishes without trace; what comes after it is only ever completed."""
