"""One round through every place that is still written to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from holdfast_engine.checks.checklist import checklist
from holdfast_engine.data.baseline import baseline_of
from holdfast_engine.data.found import Found
from holdfast_engine.guarding.guard import Watch
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import Plan
from holdfast_engine.operations.outcome import Account, answer
from holdfast_engine.operations.planned import Planned
from holdfast_engine.operations.stepping import Timings, all_taken, end_of
from holdfast_engine.operations.sweep_pipeline import SWEEP
from holdfast_engine.persistence import census, elsewhere, retired_releases
from holdfast_engine.persistence.missing import missing
from holdfast_engine.persistence.old_document_root import open_up
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.review_note import seen_by
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.persistence.strays import left_alone
from holdfast_engine.persistence.subject import subject_for
from holdfast_engine.persistence.wholeness import note_deleted
from holdfast_engine.site import records
from holdfast_engine.site.handle import Site
from holdfast_engine.site.records import ReleaseRecord
from holdfast_engine.steps.step import due, shown
from holdfast_engine.steps.sweep import Sweep, home_only
from holdfast_engine.steps.work import Outlook, Work


def plan_sweep(site: Site, rules: Rules) -> Planned:
    """What would come home, RULES being those of what is live; nothing is changed."""
    outlook = _outlook(site, rules)
    steps = due(SWEEP, outlook)
    record, live = site.survey.active, outlook.record
    plan = Plan(
        command="sweep",
        release=live.id,
        previous=live.id,
        source=record.source if record else {},
        framework=rules.detection.framework,
        web_root=rules.web_root,
        steps=shown(steps, outlook),
        adopt=dict(outlook.found.to_adopt),
        carried=dict(outlook.found.to_carry),
        checks=checklist(subject_for(site, rules, release=live.path, missing=outlook.missing)),
        notes=(*left_alone(live.path, outlook.found), *worth_a_review(outlook)),
    )
    return Planned(outlook.elsewhere.shown_in(plan), steps, outlook)


def worth_a_review(outlook: Outlook) -> list[str]:
    """One line where what stands in the live release looks like code, or nothing."""
    return seen_by(outlook.site, outlook.rules, outlook.found, outlook.baseline, outlook.record.path)


def _outlook(site: Site, rules: Rules) -> Outlook:
    live = site.survey.current or RelPath("")
    counted = census.count(site)
    outlook = Outlook(
        site=site,
        record=site.survey.active or ReleaseRecord(id=live.name, path=live, counter=0, state=records.ACTIVE),
        rules=rules,
        settings=rules.settings,
        outgoing=live,
        found=Found(),
        baseline=baseline_of(site, site.survey.active),
        elsewhere=elsewhere.look(site, rules),
        counted=counted,
        missing=missing(site, rules, counted),
    )
    return replace(outlook, found=home_only(outlook))


def brings_home(planned: Planned) -> bool:
    """True where something was found that comes home; a document root may be all that is to be kept in step."""
    return any(step.name == Sweep.name for step in planned.steps)


def swept(site: Site, planned: Planned, warnings: Iterable[str], *, outcome: str) -> dict[str, Any]:
    """What was found is home and served; where nothing was, that is noted. The answer says so as OUTCOME."""
    outlook, report = planned.outlook, Report(warnings=list(warnings))
    before, release = outlook.files_before(outlook.found), outlook.record.id
    rules, timings = outlook.rules, Timings()
    if planned.steps:
        facts = {"release": release, "who": site.request.who}
        operation = Operation.begin(site.root, "sweep", at=site.request.now, facts=facts)
        work, timings = all_taken(
            planned.steps, Work.begun(outlook, operation, report, Watch(report.warnings)), operation, site.tell
        )
        operation.end("swept", at=end_of(site.request.now, timings), files=census.files(site))
        rules = work.rules
    if not brings_home(planned):
        retired_releases.note(site, outlook.elsewhere.releases)
    open_up(site, outlook.record.path)
    if site.survey.active is not None and outlook.baseline is not None:
        note_deleted(site, site.survey.active, outlook.baseline, rules, outlook.found)
    account = Account(before, report, rules)
    return answer(outcome, release=release, previous=release, steps=timings, site=site, account=account)
