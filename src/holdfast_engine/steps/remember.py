"""The site knows what is live, what is shared and how much lies there."""

from __future__ import annotations

from dataclasses import replace

from holdfast_engine.data import baseline as baselines
from holdfast_engine.fs import durable
from holdfast_engine.journal.verdict import is_committed
from holdfast_engine.model.layout import Layout
from holdfast_engine.persistence import memory, old_document_root
from holdfast_engine.persistence.carrier import Carrier
from holdfast_engine.persistence.late_sweep import link_live
from holdfast_engine.persistence.leading_links import mend_leading
from holdfast_engine.site import records
from holdfast_engine.site.live import mark_active
from holdfast_engine.site.records import ReleaseRecord
from holdfast_engine.steps.access import access_of_parted, remember_access, remember_what_came
from holdfast_engine.steps.step import Again, Step
from holdfast_engine.steps.work import Outlook, Work


class Remember(Step[Outlook, Work]):
    name = "remember"

    def sentence(self, planned: Outlook) -> str:  # noqa: ARG002
        return "note what is live, what is shared and how much data there is"

    def run(self, work: Work) -> Work:
        """The records say what `current` says, and the site file what is shared and how much lies there (data.md)."""
        site, returns = work.site, work.outlook.returns
        record = mark_active(site, replace(work.record, hooks_due=_are_due(work)))
        mend_leading(site, work.operation, work.report)
        parted = access_of_parted(work)
        memory.remember(site, work.rules, accept=() if returns else site.request.accept)
        if not returns:
            memory.remember_environment(site, work.rules)
            remember_access(work, parted)
        old_document_root.open_up(site, work.path)
        return replace(work, record=record)

    def redo(self, again: Again) -> None:
        """The records say what `current` says. What lies in `shared/` is counted by a command that ended well alone."""
        record = again.record
        if record is None:
            return
        if again.begin["command"] == "rollback" and not again.done(self.name):
            record = _due(record)
        if is_committed(again.history):
            mark_active(again.site, record)
            if again.begin["command"] == "deploy":
                remember_what_came(again.site, record)
        else:
            _accept_as_live(again, record)


def _are_due(work: Work) -> bool:
    """True while hooks are to run that the release needs: those after the activation, and what did not start it."""
    return bool(work.outlook.hooks_after) or bool(work.outlook.start and not work.started)


def _due(record: ReleaseRecord) -> ReleaseRecord:
    """RECORD of a release that is gone back to: its hooks after the activation have to run again."""
    return replace(record, hooks_due=bool(record.settings.get("after_activation")))


def _accept_as_live(again: Again, record: ReleaseRecord) -> None:
    """Somebody else has switched to a release before it was complete: it is what users see, so it is served as well as
    it can be, and it is never taken for proven (G11).
    """
    site = again.site
    site.notice("finishing", f"`{Layout.current}` was switched to `{record.path}` by something else; it stays live")
    status = site.root.lstat(record.path)
    if status is not None and status.st_mode & 0o777 == 0o700:
        durable.set_mode(site.root, record.path, 0o755)
    if baselines.read(site.root, record.id) is None:
        record = replace(record, pinned="made live by hand before its deploy had ended; nothing proves what it shipped")
    mark_active(site, record)
    adopter = again.adopter
    link_live(adopter)
    previous = records.read(site.root, again.begin.get("previous") or "")
    if previous is not None and previous.id != record.id:
        Carrier(site, again.operation, adopter.report).bring_along(previous, record)
