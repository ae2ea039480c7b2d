"""What the application may write: shown, and changed once a person agreed."""

from __future__ import annotations

import os
from typing import Any, Optional

from holdfast_engine.fs.accounts import groups_of, name_of
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.access import Access, Kept, WebUser
from holdfast_engine.model.listing import DIR
from holdfast_engine.operations.every_pipeline import ACCESS
from holdfast_engine.operations.stepping import all_taken, end_of
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.shipped import rules_now
from holdfast_engine.persistence.web_user import found_user
from holdfast_engine.site.handle import Site
from holdfast_engine.site.kept import kept_at
from holdfast_engine.steps.change_access import Change, Changing
from holdfast_engine.steps.step import shown


def question_of(site: Site, change: Change) -> dict[str, Any]:
    """The change as a person reads it before it is made."""
    before = kept_at(site)
    steps = [one.to_json() for one in shown(ACCESS, change)]
    notes = [_difference(path, before, change.kept) for path in change.paths]
    notes += [f"`{path}`: the web user may write in this directory; its content is unchanged" for path in change.data]
    if before.user != change.kept.user and change.kept.user is not None:
        notes.insert(0, f"the application runs as `{name_of(change.kept.user)}`")
    return {"command": "access", "steps": steps, "notes": notes}


def changed(site: Site, change: Change) -> dict[str, Any]:
    """The change is kept, and made in what is live."""
    if not makes_a_difference(site, change):
        return {**table(site), "outcome": "unchanged", "steps": [], "warnings": []}
    facts = {"release": None, "who": site.request.who, **change.to_json()}
    operation = Operation.begin(site.root, "access", at=site.request.now, facts=facts)
    work, timings = all_taken(ACCESS, Changing(site, operation, Report(), change), operation, site.tell)
    operation.end("changed", at=end_of(site.request.now, timings))
    site.refresh()
    return {**table(site), "outcome": "changed", "steps": timings, "warnings": work.report.warnings}


def makes_a_difference(site: Site, change: Change) -> bool:
    return change.kept != kept_at(site) or bool(change.data)


def table(site: Site) -> dict[str, Any]:
    """Who the web user is, how that is known, and each path with its access, as it is kept."""
    rules, kept = rules_now(site), kept_at(site)
    user = found_user(site, rules)
    rows = [_row(path, one, user) for path, one in sorted(kept.directories.items())]
    rows = [{**row, "said": path in kept.said} for row, path in zip(rows, sorted(kept.directories))]
    written = [one.path for one in rules.shared if one.kind == DIR] + list(rules.classifier.writable())
    return {
        "site": site.root.path,
        "user": None if user is None else {"name": name_of(user.uid), "uid": user.uid, "how": user.how},
        "paths": rows,
        "unknown": [] if user is not None else sorted({*written}),
    }


def _row(path: str, one: Access, user: Optional[WebUser]) -> dict[str, Any]:
    whom = os.geteuid() if user is None else user.uid
    return {
        "path": path or ".",
        "owner": name_of(one.uid),
        "group": _group(one.gid),
        "mode": f"{one.mode:04o}",
        "acl": one.acl,
        "default_acl": one.default,
        "writable": one.lets_in(whom, groups_of(whom)),
    }


def _group(gid: int) -> str:
    import grp

    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def _difference(path: str, before: Kept, after: Kept) -> str:
    now = after.of(path)
    words = f"{name_of(now.uid)}:{_group(now.gid)} {now.mode:04o}" if now else "as its deploy leaves it"
    was = before.of(path)
    return f"`{path or '.'}`: {words}" + (f", was {name_of(was.uid)}:{_group(was.gid)} {was.mode:04o}" if was else "")
