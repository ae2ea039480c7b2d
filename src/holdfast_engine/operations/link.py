"""One run of the persistence step on one release."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from holdfast_engine.data.baseline import baseline_of
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.paths import RelPath
from holdfast_engine.operations.every_pipeline import LINK
from holdfast_engine.operations.stepping import Timings, all_taken, end_of
from holdfast_engine.persistence import census, elsewhere
from holdfast_engine.persistence.live_releases import live_releases
from holdfast_engine.persistence.report import Report, measured
from holdfast_engine.persistence.shared_paths import rules_for
from holdfast_engine.persistence.shipped import as_shipped, listing_of
from holdfast_engine.persistence.type_conflicts import refuse_changed_kinds
from holdfast_engine.site import records
from holdfast_engine.site.handle import Site
from holdfast_engine.steps.script_work import ScriptOutlook, ScriptWork, free_id, look_into, record_of, see


def plan_link(site: Site, release: RelPath) -> ScriptOutlook:
    """What `link` would do to RELEASE; raises what refuses it, and changes nothing."""
    record, lives = record_of(site, release), live_releases(site, release)
    is_live, first = release in lives, next(iter(lives), None)
    see(site, first)
    records.refuse_too_long(site.root, record.id if record else free_id(site, release))
    # of a live one what it was seen to ship before, for what came since is data
    baseline = baseline_of(site, record) if is_live else None
    listing = as_shipped(site, release, baseline) if baseline else replace(listing_of(site, release), lived_in=is_live)
    rules = rules_for(site, listing, site.request.settings)
    found = {live: look_into(site, live, rules) for live in lives}
    there = elsewhere.look(site, rules, but=(release, *lives))
    for live, each in found.items():
        see(site, live)
        refuse_changed_kinds(site, rules, each)
    see(site, first)
    return ScriptOutlook(site, release, lives, listing, rules, found, there)


def linked(outlook: ScriptOutlook) -> dict[str, Any]:
    """Every shared path of the release is linked, data of what is live is home. Idempotent: each step finds what it did
    before and goes on.
    """
    site, report = outlook.site, Report()
    facts = {"release": outlook.path.name, "path": outlook.path, "who": site.request.who}
    before = census.files(site)
    operation = Operation.begin(site.root, "link", at=site.request.now, facts=facts)
    work = ScriptWork(outlook, operation, report, outlook.rules, record_of(site, outlook.path))
    work, timings = all_taken(LINK, work, operation, site.tell)
    operation.end("linked", at=end_of(site.request.now, timings))
    return _answer(work, before, timings)


def _answer(work: ScriptWork, before: int, timings: Timings) -> dict[str, Any]:
    site, report, path = work.site, work.report, work.outlook.path
    missing = [one.path for one in work.rules.shared if not site.links.resolves(path, one.path)]
    report.warnings.extend(f"`shared/{one}` does not exist yet, so it is not linked" for one in missing)
    data = measured(site, before, census.files(site), report)
    return {
        "outcome": "linked",
        "release": path,
        "steps": timings,
        "shared": [one.to_json() for one in work.rules.shared if one.path not in missing],
        "data": {**data, "missing": [one.to_json() for one in work.gone]},
        "warnings": [*report.warnings, *report.unmoved],
    }
