"""Emergency recovery: finish what was interrupted, find data that appears lost, and put it back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Optional

from holdfast_engine.fs.root import Root
from holdfast_engine.guarding.stopped import told_of
from holdfast_engine.journal import log
from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.memory import SOME
from holdfast_engine.model.plan import REFUSE
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request
from holdfast_engine.operations.agree import require_mounted
from holdfast_engine.operations.lost_state import interrupted_before, register_releases, state_is_gone
from holdfast_engine.operations.open import end_leaving, entering, require_site
from holdfast_engine.operations.put_back import (
    agreed_findings,
    agreed_to_revive,
    answer_of,
    data_missing,
    missing_directories,
    planned,
    put_back,
)
from holdfast_engine.operations.revive import revive
from holdfast_engine.persistence.lost import Lost
from holdfast_engine.persistence.lost_data import search
from holdfast_engine.persistence.memory import raise_alarm
from holdfast_engine.persistence.missing import missing
from holdfast_engine.persistence.public_html import keep_in_step
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.shipped import rules_now
from holdfast_engine.site.handle import Site
from holdfast_engine.site.whose import told_whose


def recover(request: Request, tell: Listener, ask: Ask) -> dict[str, Any]:
    """Nothing is unfinished; what was found is told and, once agreed to, back in place without anything overwritten.

    Works on a site whose `.holdfast/` is gone: releases and `current` are looked at as they
    lie, and only what rules name as data is moved. Run again it finds nothing more to do.
    """
    with told_whose(request):
        return _recovered(request, tell, ask)


def _recovered(request: Request, tell: Listener, ask: Ask) -> dict[str, Any]:
    if not request.only_plan:
        _end_leaving(request, tell)
    interrupted = interrupted_before(request, tell)
    lost_state = state_is_gone(request.site)
    with entering(request, tell, manage=lost_state) as site:
        require_mounted(site)
        if request.only_plan:
            return planned(site, lost_state=lost_state)
        if lost_state:
            register_releases(site)
        if interrupted is not None:
            interrupted["verdict"] = log.read(site.root, interrupted["operation"])[-1].facts["outcome"]
        found: Sequence[Lost] = ()
        report = Report(warnings=told_of(site))
        try:
            found = revived = revive(site, report, partial(agreed_to_revive, site, ask))
            site.refresh()
            rest = agreed_findings(site, ask)
            if any(one.action != "listed" for one in rest) or missing_directories(site):
                rest = put_back(site, rest, report)
            found = (*revived, *rest)
        except Problem as problem:
            _answer_all_the_same(problem, site, interrupted, found)
            raise
        report.warnings.extend(keep_in_step(site))
        gone = missing(site, rules_now(site), file=site.refresh().site)
        answer = answer_of(site, interrupted, found, report, gone)
        refused = [one for one in gone if one.verdict == REFUSE]
        if refused:
            raise_alarm(site, refused)
        if refused or any(one.files_then >= SOME for one in gone):
            raise data_missing(site, gone, answer)
        return answer


def _end_leaving(request: Request, tell: Listener) -> None:
    """Where the site was being left, it is none any more, and that is told (G4)."""
    with Root(request.site) as root:
        ended = end_leaving(root, request, tell)
        if ended:
            require_site(root, ended)


def _answer_all_the_same(
    problem: Problem, site: Site, interrupted: Optional[dict[str, Any]], found: Sequence[Lost]
) -> None:
    """Who said no, or has no whole release, is told what there is all the same; and whoever said yes to the first
    question, and nothing to the second, that the first was done.
    """
    if problem.code in ("declined", "interrupted") and found:
        problem.state = f"`{found[0].release}` is live; nothing else was changed"
    if problem.code == "declined":
        found = (*found, *(search(site, rules_now(site)) if site.survey.current is not None else ()))
    if problem.code in ("declined", "nothing-live"):
        gone = missing(site, rules_now(site)) if site.survey.current is not None else ()
        problem.answer = answer_of(site, interrupted, found, Report(), gone)
