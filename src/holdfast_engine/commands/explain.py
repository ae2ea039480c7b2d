"""Why a path has its care."""

from __future__ import annotations

import os
from typing import Any

from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.request import Request
from holdfast_engine.model.rules import SEEDED, SHARED, Ruling
from holdfast_engine.operations.look import reading
from holdfast_engine.persistence.shipped import rules_shipped
from holdfast_engine.rules.detect_report import explain_report
from holdfast_engine.site.handle import Site
from holdfast_engine.sources.checkout import looked_at


def explain(request: Request, tell: Listener, _ask: Ask) -> dict[str, Any]:
    """Why PATH has its care, at a site or in the directory that `release` names; raises `path-invalid`."""
    RelPath.parse(request.path)
    if request.site and os.path.isdir(os.path.join(request.site, Layout.state)):
        with reading(request, tell) as site:
            return _explain_at_site(site, request.path)
    there = looked_at(request.release or ".").listing()
    return explain_report(there, request.settings, request.path)


def _explain_at_site(site: Site, text: str) -> dict[str, Any]:
    """The care that a deploy of what is live would act on: what lies in `shared/` is shared, whatever rules say."""
    path, rules = RelPath.parse(text), rules_shipped(site)
    spoken = list(rules.classifier.explain(path))
    top = next((one for one in rules.shared if path.is_within(one.path)), None)
    if top is not None and spoken[0].care not in (SHARED, SEEDED):
        care = SEEDED if rules.listing.kind(path) not in (None, DIR) else SHARED
        spoken.insert(0, Ruling(path, care, top.why, f"everything in shared/ is shared: `shared/{top.path}`"))
    return {"path": path, "care": spoken[0].care, "rulings": [ruling.to_json() for ruling in spoken]}
