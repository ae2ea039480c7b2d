"""Bring home what was written since the last look, wherever it is still written to; nothing else. For cron."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Optional

from holdfast_engine.checks.checklist import checklist
from holdfast_engine.commands import activating, counting, doorstep, elsewhere, lingering
from holdfast_engine.commands.agreeing import refuse_on_refusal
from holdfast_engine.commands.answering import Account, answer
from holdfast_engine.commands.homing import Homing, Report, baseline_of, left_alone
from holdfast_engine.commands.homing import sweep as look_through
from holdfast_engine.commands.looking import rules_now, standing_checks
from holdfast_engine.commands.lookout import entering, shown
from holdfast_engine.commands.missing import missing
from holdfast_engine.commands.planning import stray_words, subject_for
from holdfast_engine.commands.rules import Rules
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.data.baseline import Baseline
from holdfast_engine.data.sweep import Found
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import MOVE, Record
from holdfast_engine.model.event import Listener
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import Check, Plan, Step
from holdfast_engine.model.request import Request

Ask = Callable[[dict[str, Any]], bool]
_PRESENT = ("shared-identity", "data-memory", "live-release")
"""Checks without which nothing is moved: data must not come home to a place that is not mounted."""


def sweep(request: Request, tell: Listener, _ask: Ask) -> dict[str, Any]:
    """What was written to the live release, to others and to the old document root since the last look is in `shared/`
    and served; nothing else is changed, and nothing is asked.

    Safe to repeat: a crash leaves moves that the next command settles. `checklist-refused` where nothing is live, or
    where the data that was there is not.
    """
    with entering(request, tell) as place:
        _refuse(place, tuple(standing_checks(place)), rules=None)
        rules = rules_now(place)
        round_ = Round(place, rules, place.survey.current or RelPath(""))
        plan = round_.plan()
        _refuse(place, plan.checks, rules)
        return shown(place, plan.to_json()) if request.only_plan else round_.run()


def _refuse(place: Workplace, checks: tuple[Check, ...], rules: Optional[Rules]) -> None:
    kept = tuple(check for check in checks if rules is None or check.name in _PRESENT)
    if kept:
        refuse_on_refusal(place, Plan("sweep", "", None, {}, "", "", (), checks=kept))


@dataclass
class Round:
    """One round, RULES being those of LIVE."""

    place: Workplace
    rules: Rules
    live: RelPath

    def __post_init__(self) -> None:
        self.baseline: Optional[Baseline] = baseline_of(self.place, self.place.survey.active)
        self.found, self.elsewhere = self._look(), elsewhere.look(self.place, self.rules)

    def _look(self) -> Found:
        """Edits of code stay where they are served. Where nothing tells what was shipped, data is what rules name."""
        found = look_through(self.place, self.live, self.rules, baseline=self.baseline)
        known = self.rules.shared_paths
        homeless = {path: why for path, why in found.homeless.items() if self.baseline is not None or path in known}
        return Found(homeless=homeless, odd=found.odd, unreadable=found.unreadable)

    def plan(self) -> Plan:
        active, record = self.live.name, self.place.survey.active
        number = len(self.found.homeless) + len(self.elsewhere.origins)
        plan = Plan(
            command="sweep",
            release=active,
            previous=active,
            source=record.source if record else {},
            framework=self.rules.detection.framework,
            web_root=self.rules.web_root,
            steps=(Step("sweep", stray_words(number) if number else "there is nothing to bring home"),),
            adopt=dict(self.found.homeless),
            checks=checklist(
                subject_for(self.place, self.rules, release=self.live, missing=missing(self.place, self.rules))
            ),
            notes=tuple(left_alone(self.live, self.found)),
        )
        return self.elsewhere.shown_in(plan)

    def run(self) -> dict[str, Any]:
        place, report, any_ = self.place, Report(), bool(self.found or self.elsewhere)
        coming = counting.coming(place, self.live, self.found.homeless) + self.elsewhere.coming(place)
        before = counting.files(place) + coming
        facts = {"release": self.live.name, "who": place.request.who}
        if any_:
            operation = Operation.begin(place.root, "sweep", at=place.request.now, facts=facts)
            self._bring(Homing(place, operation, report))
            operation.end("swept", at=place.request.now)
        else:
            lingering.note(place, self.elsewhere.releases)
        activating.follow(place)
        doorstep.open_up(place, self.live)
        outcome, name = "swept" if any_ else "unchanged", self.live.name
        account = Account(before, report, self.rules)
        return answer(outcome, release=name, previous=name, steps=[], place=place, account=account)

    def _bring(self, homing: Homing) -> None:
        homing.bring(self.live, self.found, wins="live")
        is_code = doorstep.shipped(self.place, self.live, self.baseline)
        if elsewhere.bring_saved(homing, self.live, self.elsewhere, is_code):
            homing.bring(self.live, self._look(), wins="live")
        elsewhere.bring_left(homing, self.elsewhere)
        self.place.refresh()
        rules = rules_now(self.place)
        lingering.serve(homing, self.live, rules, homing.report.adopted)
        activating.remember(self.place, rules)


def serve_finished(place: Workplace, operation: Operation, history: Iterable[Record]) -> None:
    """What an interrupted operation brought home from elsewhere is linked in the live release: no later look finds it
    there a second time.
    """
    live = place.refresh().current
    moves = [record.facts for record in history if record.kind == MOVE and record.facts["what"] in ("adopt", "carry")]
    paths = {facts["path"] for facts in moves if facts["release"] != live}
    if live is not None and paths and place.root.kind(live) == DIR:
        lingering.serve(Homing(place, operation, Report()), live, rules_now(place), paths)
