"""What was shipped to a release that Holdfast did not deploy itself: looked at, agreed to, noted."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from shlex import quote
from typing import Any, Optional

from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.rules import HAPPENED
from holdfast_engine.operations.every_pipeline import BASELINE
from holdfast_engine.operations.named_versions import refuse_unlike, told_was
from holdfast_engine.operations.stepping import all_taken, end_of
from holdfast_engine.persistence.guessed import brought_home
from holdfast_engine.persistence.versions import Version
from holdfast_engine.persistence.was_shipped import WasShipped, compare
from holdfast_engine.site.handle import Site
from holdfast_engine.site.records import ReleaseRecord
from holdfast_engine.steps.note_shipped import Noting, Telling
from holdfast_engine.steps.step import due, shown


def told_release(site: Site) -> ReleaseRecord:
    """The release that is meant: by its name, else the live one, else the newest, of those that Holdfast did not deploy
    itself. Raises `release-missing` and `shipped-known`.
    """
    wanted, every = site.request.release, site.survey.releases
    if wanted:
        return _require_foreign(site, _named(every, wanted))
    foreign = [one for one in every if _is_foreign(one) and site.root.kind(one.path) == "dir"]
    live = [one for one in foreign if one.path == site.survey.current]
    found = [*foreign, *live]
    return found[-1] if found else _require_foreign(site, site.survey.active)


def telling_of(site: Site, record: ReleaseRecord, versions: Sequence[Version]) -> Telling:
    """What VERSIONS say of the release of RECORD; nothing is changed."""
    was = compare(site, record.path, versions)
    return Telling(record, versions, was, _guessed(site, was))


def question_of(site: Site, telling: Telling) -> dict[str, Any]:
    """What would be noted, as a person reads it. Raises `was-unlike`."""
    warned = refuse_unlike(site, telling.was, telling.record.path) if site.request.was else []
    steps = [one.to_json() for one in shown(due(BASELINE, telling), telling)]
    about = {"command": "baseline", "release": telling.record.id, "was": telling.was.to_json()}
    return {**about, "steps": steps, "notes": [*warned, *told_was(telling.was)]}


def noted(site: Site, telling: Telling) -> dict[str, Any]:
    """What was shipped is noted, and holds for what is live."""
    facts = {"release": telling.record.id, "who": site.request.who}
    operation = Operation.begin(site.root, "baseline", at=site.request.now, facts=facts)
    work, timings = all_taken(due(BASELINE, telling), Noting(site, operation, telling), operation, site.tell)
    operation.end("noted", at=end_of(site.request.now, timings))
    live = site.refresh().active
    return {
        "outcome": "noted",
        "release": telling.record.id,
        "current": live.id if live else None,
        "was": telling.was.to_json(),
        "steps": timings,
        "warnings": [*told_was(telling.was), *work.report.warnings],
    }


def _guessed(site: Site, was: WasShipped) -> tuple[str, ...]:
    """What is shared for lying there alone, and into which something was shipped: it was code from its first day on."""
    shipped = [path for path in (*was.equal, *was.edited) if path in was.behind]
    happened = [one.path for one in site.survey.site.shared if one.why in HAPPENED and one.path in brought_home(site)]
    return tuple(top for top in happened if any(RelPath(path).is_within(top) for path in shipped))


def _is_foreign(record: ReleaseRecord) -> bool:
    return record.told or bool(record.pinned)


def _named(every: Sequence[ReleaseRecord], wanted: str) -> ReleaseRecord:
    found = next((one for one in every if one.id == wanted), None)
    if found is not None:
        return found
    near = difflib.get_close_matches(wanted, [one.id for one in every], n=1)
    hint = f"did you mean `{near[0]}`?" if near else "`holdfast releases` lists what there is"
    raise Problem("release-missing", f"there is no release `{wanted}`", state="nothing was changed", hint=hint)


def _require_foreign(site: Site, record: Optional[ReleaseRecord]) -> ReleaseRecord:
    if record is not None and _is_foreign(record):
        return record
    what = f"release `{record.id}` was deployed by Holdfast" if record else "no release here was made by another tool"
    raise Problem(
        "shipped-known",
        f"{what}, so it is known what it shipped",
        state="nothing was changed",
        hint=f"`holdfast releases --site {quote(site.root.path)}` shows the releases of which nothing is known",
    )
