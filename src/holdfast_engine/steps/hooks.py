"""The user's hooks ran, between two counts of the data."""

from __future__ import annotations

from dataclasses import replace

from holdfast_engine.data import baseline as baselines
from holdfast_engine.guarding.hooks import run_guarded
from holdfast_engine.guarding.moments import Moment
from holdfast_engine.model.words import count
from holdfast_engine.persistence.link_release import bring_made
from holdfast_engine.persistence.shipped import listing_behind_links
from holdfast_engine.site.live import hooks_ended
from holdfast_engine.steps.link import linked_late, with_links
from holdfast_engine.steps.shipped import note_what_is_shipped
from holdfast_engine.steps.step import Again, Step
from holdfast_engine.steps.work import Outlook, Work


class HooksBefore(Step[Outlook, Work]):
    name = "hooks"

    def due(self, planned: Outlook) -> bool:
        return bool(planned.hooks_before)

    def sentence(self, planned: Outlook) -> str:
        return f"run {count(len(planned.hooks_before), 'hook')}, and count the data before and after"

    def run(self, work: Work) -> Work:
        """Every hook before the switch ran well, and no data is missing; what they made that is data is home, and the
        rest is written down as shipped. The rules are made of what was shipped and what came beside it, never of what
        is seen through links (H3).
        """
        work.watch.adopter, shipped = work.adopter, note_what_is_shipped(work)
        linked = work.rules.shared_paths - {one.path for one in linked_late(work)}
        _run(work, work.outlook.hooks_before, Moment())
        work = work.with_rules(listing_behind_links(work.site, work.path, work.rules.listing, linked))
        bring_made(work.adopter, work.path, work.rules)
        late = linked_late(work)
        work = with_links(work, late) if late else work
        work = replace(work, digests=baselines.untouched(work.site.root, work.path, shipped))
        return replace(work, digests=baselines.untouched(work.site.root, work.path, note_what_is_shipped(work)))


class HooksAfter(Step[Outlook, Work]):
    name = "after"
    lets_users_act = True

    def due(self, planned: Outlook) -> bool:
        return bool(planned.hooks_after)

    def sentence(self, planned: Outlook) -> str:
        return f"run {count(len(planned.hooks_after), 'hook')}"

    def run(self, work: Work) -> Work:
        """Every hook after the switch ran, and the record says that all of them ended well, the one too that starts."""
        _run(work, work.outlook.hooks_after, Moment(after=True, returns=work.outlook.returns))
        if work.started or not work.outlook.start:
            hooks_ended(work.site, work.record.id)
        return work

    def redo(self, again: Again) -> None:
        """Nobody knows how far a hook came, so none is run again by itself: the record says that they are due."""
        if again.begun(self.name) and not again.done(self.name):
            again.site.notice(
                "finishing",
                "hooks after the switch may not have finished; the next deploy runs them again, or run them by hand",
            )


def _run(work: Work, commands: tuple[str, ...], moment: Moment) -> None:
    run_guarded(
        work.site,
        work.rules,
        commands,
        release=work.path,
        previous=work.previous_path,
        moment=moment,
        watch=work.watch,
    )
