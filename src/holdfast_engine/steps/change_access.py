"""What a person said of the application's access holds in what is live, and in all that comes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from holdfast_engine.data.baseline import baseline_of
from holdfast_engine.fs import acl
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.access import Kept
from holdfast_engine.model.values import dataclass
from holdfast_engine.model.words import count
from holdfast_engine.persistence.access import change_access
from holdfast_engine.persistence.report import Report
from holdfast_engine.site.bases import base_of
from holdfast_engine.site.handle import Site
from holdfast_engine.site.kept import keep
from holdfast_engine.steps.step import Again, Step


@dataclass(frozen=True)
class Change:
    """What is KEPT from now on, the PATHS of what is live to which that makes a difference, and the DATA, paths in
    `shared/`, into which the web user is let.
    """

    kept: Kept
    paths: tuple[str, ...] = ()
    data: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"kept": self.kept.to_json(), "paths": list(self.paths), "data": list(self.data)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Change:
        """The change that a journal tells of."""
        return cls(Kept.from_json(value["kept"]), tuple(value["paths"]), tuple(value["data"]))


@dataclass(frozen=True)
class Changing:
    """One change under way."""

    site: Site
    operation: Operation
    report: Report
    change: Change


class ChangeAccess(Step[Change, Changing]):
    name = "access"

    def sentence(self, planned: Change) -> str:
        where = count(len(planned.paths) + len(planned.data), "path")
        return f"note the decision, and change the rights of {where} in the live release"

    def run(self, work: Changing) -> Changing:
        """The site file keeps it before anything is changed: what a crash leaves is done again from it (G4, G10)."""
        keep(work.site, work.change.kept)
        left = _apply(work.site, work.change)
        if left:
            named = ", ".join(f"`{path or '.'}`" for path in left)
            work.report.warnings.append(f"the rights of {named} could not be changed: another user owns them")
        return work

    def redo(self, again: Again) -> None:
        """Each path is given what it was to be given; what has that already stays as it is."""
        self.run(Changing(again.site, again.operation, Report(), Change.from_json(again.begin)))


def _apply(site: Site, change: Change) -> list[str]:
    left, user = _in_release(site, change), change.kept.user
    for path in change.data:
        where = site.links.layout.in_shared(path)
        mine = user in (None, os.geteuid()) or not site.root.has(where)
        left += [] if mine or acl.let_in(site.root, where, web_user=user or 0) else [path]
    return left


def _in_release(site: Site, change: Change) -> list[str]:
    """What is carried has rights of its own, and its names are one file in every release: it is passed over."""
    live, active = site.survey.current, site.survey.active
    if live is None:
        return []
    spared = frozenset(base_of(site, active.id)) if active is not None else frozenset()
    return change_access(site, live, change.kept, change.paths, baseline=baseline_of(site, active), spared=spared)
