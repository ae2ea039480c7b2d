"""A whole site in one answer, for a page that people look at: names, sizes, times and counts. No content of a file
is in it, and no value of a setting.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from holdfast_engine.model.plan import verdict_of
from holdfast_engine.model.redaction import redacted
from holdfast_engine.model.words import typed
from holdfast_engine.operations.attic_rows import attic_rows
from holdfast_engine.operations.status import _lies, _on_what_is_live, _row, unfinished
from holdfast_engine.persistence.attic_retention import figures
from holdfast_engine.persistence.changes import history_of_code
from holdfast_engine.persistence.missing import missing
from holdfast_engine.persistence.review import counted, reviewable
from holdfast_engine.persistence.review_rows import Row
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.persistence.shipped import rules_now
from holdfast_engine.persistence.site_map import SiteMap, site_map
from holdfast_engine.persistence.way_back import as_owner
from holdfast_engine.rules.code_evidence import STARTED
from holdfast_engine.site.handle import Site
from holdfast_engine.site.history import history

FORMAT = 1
"""The version of the answer: another one where a key changes its meaning or goes; keys may come."""


def report(site: Site) -> dict[str, Any]:
    """How SITE stands, what it is made of, what was done to it, and what is to be done."""
    rules, checks, found = rules_now(site), _on_what_is_live(site), reviewable(site)
    current, measured = site.survey.current, site_map(site, rules)
    return {
        "format": FORMAT,
        "site": site.root.path,
        "at": site.request.now,
        "current": current.name if current else None,
        "framework": rules.detection.framework,
        "checklist": {"verdict": verdict_of(checks), "checks": [check.to_bare_json() for check in checks]},
        "missing": [one.to_json() for one in missing(site, rules)],
        "unfinished": unfinished(site),
        "review": {"counts": counted(found), "entries": [_reviewed(row) for row in found]},
        "map": measured.to_json(),
        "shared": _shared(site, rules, measured),
        "releases": _releases(site, rules),
        "operations": history(site.root),
        "attic": _attic(site),
        "commands": _commands(site),
    }


def _reviewed(row: Row) -> dict[str, Any]:
    """ROW with the kinds of evidence, and with their sentences where these tell nothing of what is in the file."""
    told = row.to_json()
    evidence = [one if one["word"] != STARTED else {"word": STARTED} for one in told["evidence"]]
    return {**told, "evidence": evidence}


def _shared(site: Site, rules: Rules, measured: SiteMap) -> list[dict[str, Any]]:
    """Each shared path with what it holds; and in the last row, without a path, what lies in `shared/` beside them."""
    rows = [(one.path, one.kind) for one in rules.shared if _lies(site, one)]
    rows += [("", "dir")] if "" in measured.tops else []
    held = ((path, kind, *measured.tops.get(path, (0, 0))) for path, kind in rows)
    return [dict(zip(("path", "kind", "files", "bytes"), row)) for row in held]


def _releases(site: Site, rules: Rules) -> list[dict[str, Any]]:
    """Every release, newest first, with what it changed where that is known."""
    changed = history_of_code(site, rules)
    rows = (_row(site, record, rules) for record in reversed(site.survey.releases))
    return [{**row, "source": _source(row["source"]), "changes": changed.get(row["id"])} for row in rows]


def _source(source: Mapping[str, Any]) -> dict[str, str]:
    """Where a release came from, as far as it is one place; without a login."""
    told = {name: source.get(name) for name in ("kind", "location", "ref", "commit", "sha256", "subject")}
    return {name: redacted(text) for name, text in told.items() if isinstance(text, str) and text}


def _attic(site: Site) -> dict[str, Any]:
    """What the attic holds, newest first, each with the command that brings it back."""
    rows = attic_rows(site)["entries"]
    back = (f"restore {typed(row['path'])} --operation {typed(row['operation'])}" for row in rows)
    entries = [{**row, "back": as_owner(site, words)} for row, words in zip(rows, back)]
    return {**figures(site), "entries": entries[::-1]}


def _commands(site: Site) -> dict[str, str]:
    """What somebody may want to type next, as the user to whom the site belongs."""
    words = ("status", "checklist", "review", "recover", "rollback", "attic", "history", "sweep")
    return {word: as_owner(site, word) for word in words}
