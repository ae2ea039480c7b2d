"""An application that keeps files in memory saved them before the last look, and runs again after the switch."""

from __future__ import annotations

from dataclasses import replace

from holdfast_engine.guarding.hooks import run_guarded
from holdfast_engine.guarding.moments import Moment
from holdfast_engine.guarding.stopped import START, bring_up, went_down
from holdfast_engine.model.words import count
from holdfast_engine.site.live import hooks_ended
from holdfast_engine.steps.step import Again, Step
from holdfast_engine.steps.work import Outlook, Work


class Stop(Step[Outlook, Work]):
    name = "stop"

    def due(self, planned: Outlook) -> bool:
        return bool(planned.stop and planned.outgoing is not None)

    def sentence(self, planned: Outlook) -> str:
        return f"stop the application ({count(len(planned.stop), 'hook')}): what it saves then is kept"

    def run(self, work: Work) -> Work:
        """The application has ended, and what it kept in memory is in its files. How it is started again is on disk
        before, so that no failure and no crash from here on leaves it down.
        """
        assert work.outgoing is not None
        work.outlook.starters.note(work.operation)
        run_guarded(
            work.site,
            work.rules,
            work.outlook.stop,
            release=work.path,
            previous=work.outgoing,
            moment=Moment(returns=work.outlook.returns, stops=True),
            watch=work.watch,
        )
        return replace(work, stopped=True)


class Start(Step[Outlook, Work]):
    name = START
    lets_users_act = True

    def due(self, planned: Outlook) -> bool:
        return bool(planned.start)

    def sentence(self, planned: Outlook) -> str:
        return f"start the application in the new release ({count(len(planned.start), 'hook')})"

    def run(self, work: Work) -> Work:
        """The application runs in the release that is live."""
        run_guarded(
            work.site,
            work.rules,
            work.outlook.start,
            release=work.path,
            previous=work.previous_path,
            moment=Moment(after=True, returns=work.outlook.returns, starts=True),
            watch=work.watch,
        )
        return replace(work, started=True)

    def redo(self, again: Again) -> None:
        """An application that was stopped runs again. Where none was, nobody knows whether one is to be started: the
        record says that hooks are due.
        """
        stopped = went_down(again.history) is not None
        record = again.record
        if stopped and bring_up(again.site, again.operation, again.history) and record is not None:
            if not record.settings.get("after_activation"):
                hooks_ended(again.site, record.id)
        elif not stopped and again.begun(self.name) and not again.done(self.name):
            again.site.notice("finishing", "`start` may not have finished; start the application by hand")
