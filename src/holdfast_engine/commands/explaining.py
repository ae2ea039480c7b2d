"""Commands that explain without touching: detect, explain, inspect, plan."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from typing import Any

from holdfast_engine.checks.checklist import require_acceptable
from holdfast_engine.commands.deploy import require_deployable
from holdfast_engine.commands.lookout import looked_into, looking, own_cache
from holdfast_engine.commands.planning import look_ahead
from holdfast_engine.commands.workplace import Workplace, reading, require_apart
from holdfast_engine.data.detect_report import explain_report, report
from holdfast_engine.model.event import Listener
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request
from holdfast_engine.model.rules import SEEDED, SHARED, Ruling
from holdfast_engine.sources import DirectorySource, TreeSource, open_source

Ask = Callable[[dict[str, Any]], bool]


def detect(request: Request, _tell: Listener, _ask: Ask) -> dict[str, Any]:
    """Framework, web root and the care of each path of the directory PATH, with evidence."""
    source = DirectorySource(request.path)
    source.prepare()
    return report(source.listing(), request.settings)


def explain(request: Request, tell: Listener, _ask: Ask) -> dict[str, Any]:
    """Why PATH has its care, at a site or in the directory that `release` names; raises `path-invalid`."""
    RelPath.parse(request.path)
    if request.site and os.path.isdir(os.path.join(request.site, Layout.state)):
        with reading(request, tell) as place:
            return _explain_at_site(place, request.path)
    source = DirectorySource(request.release or ".")
    source.prepare()
    return explain_report(source.listing(), request.settings, request.path)


def _explain_at_site(place: Workplace, text: str) -> dict[str, Any]:
    """The care that a deploy of what is live would act on: what lies in `shared/` is shared, whatever rules say."""
    from holdfast_engine.commands.looking import rules_shipped

    path, rules = RelPath.parse(text), rules_shipped(place)
    spoken = list(rules.classifier.explain(path))
    top = next((one for one in rules.shared if path.is_within(one.path)), None)
    if top is not None and spoken[0].care not in (SHARED, SEEDED):
        care = SEEDED if rules.listing.kind(path) not in (None, DIR) else SHARED
        spoken.insert(0, Ruling(path, care, top.why, f"what lies in shared/ is shared: `shared/{top.path}`"))
    return {"path": path, "care": spoken[0].care, "rulings": [ruling.to_json() for ruling in spoken]}


def inspect(request: Request, _tell: Listener, _ask: Ask) -> dict[str, Any]:
    """The source's commit and the text of its `holdfast.toml`, in the version to be deployed.

    What is fetched for a deploy is kept in the site's cache, for everything else it is not.
    """
    if request.source is None:
        raise Problem("source-unset", "no source is given", hint="name one with `--source PATH-OR-URL`")
    require_acceptable(request.accept)
    own = own_cache(request.site)
    if request.intent == "deploy" and own and os.access(own, os.W_OK):
        with closing(open_source(request.source, own)) as source:
            return _inspected(source)
    return looked_into(request, request.source, _inspected)


def _inspected(source: TreeSource) -> dict[str, Any]:
    settings = source.settings_file()
    return {**source.describe(), "settings": settings.decode("utf-8", "replace") if settings is not None else None}


def plan(request: Request, tell: Listener, _ask: Ask) -> dict[str, Any]:
    """What a deploy would do to code and to data; the site is not touched, not even its cache."""
    if request.source is None:
        raise Problem("source-unset", "no source is given", hint="name one with `--source PATH-OR-URL`")
    require_acceptable(request.accept)
    require_apart(request.source, request.site)
    require_deployable(request.site)
    with looking(request, tell) as place:
        return looked_into(request, request.source, lambda source: look_ahead(place, source).plan.to_json())
