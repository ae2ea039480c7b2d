"""Commands that explain without touching: detect, explain, inspect, plan."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from holdfast_engine.checks.checklist import require_acceptable
from holdfast_engine.commands.deploy import require_deployable
from holdfast_engine.commands.planning import look_ahead
from holdfast_engine.commands.workplace import Workplace, reading, require_apart
from holdfast_engine.data.detect_report import explain_report, report
from holdfast_engine.fs.durable import temporary_directory
from holdfast_engine.fs.root import Root
from holdfast_engine.model.event import Listener
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.plan import Plan
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request
from holdfast_engine.sources import DirectorySource, TreeSource, open_source
from holdfast_engine.state import survey as surveys

Ask = Callable[[dict[str, Any]], bool]


def detect(request: Request, _tell: Listener, _ask: Ask) -> dict[str, Any]:
    """Framework, web root and the care of each path of the directory PATH, with evidence."""
    source = DirectorySource(request.path)
    source.prepare()
    return report(source.listing(), request.settings)


def explain(request: Request, tell: Listener, _ask: Ask) -> dict[str, Any]:
    """Why PATH has its care, at a site or in the directory that `release` names."""
    if request.site and os.path.isdir(os.path.join(request.site, Layout.state)):
        with reading(request, tell) as place:
            return _explain_at_site(place, request.path)
    source = DirectorySource(request.release or ".")
    source.prepare()
    return explain_report(source.listing(), request.settings, request.path)


def _explain_at_site(place: Workplace, path: str) -> dict[str, Any]:
    from holdfast_engine.commands.looking import rules_now

    rules = rules_now(place)
    spoken = rules.classifier.explain(path)
    return {"path": path, "care": spoken[0].care, "rulings": [ruling.to_json() for ruling in spoken]}


def inspect(request: Request, _tell: Listener, _ask: Ask) -> dict[str, Any]:
    """The source's commit and the text of its `holdfast.toml`, in the version to be deployed."""
    if request.source is None:
        raise Problem("source-unset", "no source is given", hint="name one with `--source PATH-OR-URL`")
    require_acceptable(request.accept)
    with _cache(request.site) as cache:
        source = open_source(request.source, cache)
        try:
            settings = source.settings_file()
            return {
                **source.describe(),
                "settings": settings.decode("utf-8", "replace") if settings is not None else None,
            }
        finally:
            source.close()


@contextmanager
def _cache(site: str) -> Iterator[str]:
    """The site's own cache, or for a place that is no site yet a directory that is gone afterwards."""
    own = os.path.join(site, Layout.cache)
    if site and os.path.isdir(own) and os.access(own, os.W_OK):
        yield own
    else:
        with temporary_directory() as elsewhere:
            yield elsewhere


def plan(request: Request, tell: Listener, _ask: Ask) -> dict[str, Any]:
    """What a deploy would do to code and to data; the site is not touched."""
    if request.source is None:
        raise Problem("source-unset", "no source is given", hint="name one with `--source PATH-OR-URL`")
    require_acceptable(request.accept)
    require_apart(request.source, request.site)
    require_deployable(request.site)
    with _cache(request.site) as cache:
        source = open_source(request.source, cache)
        try:
            return _planned(request, tell, source)
        finally:
            source.close()


def _planned(request: Request, tell: Listener, source: TreeSource) -> dict[str, Any]:
    if not os.path.isdir(request.site):
        with temporary_directory() as elsewhere, Root(elsewhere) as root:
            place = Workplace(root, request, tell, surveys.survey(root))
            return _as_of(request.site, root.path, look_ahead(place, source).plan).to_json()
    with Root(request.site) as root:
        place = Workplace(root, request, tell, surveys.survey(root))
        return look_ahead(place, source).plan.to_json()


def _as_of(site: str, stand_in: str, plan: Plan) -> Plan:
    """PLAN with what is to be mended named below SITE, which does not exist yet, and not below its STAND_IN."""
    checks = (replace(check, mend=check.mend.replace(stand_in, site)) for check in plan.checks)
    return replace(plan, checks=tuple(checks))
