"""A site is given back: the plain directory that it was, or a layout that works without Holdfast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from holdfast_engine.fs import durable
from holdfast_engine.fs.discard import drop_empty
from holdfast_engine.fs.last_traces import drop_state
from holdfast_engine.fs.place import drop_own_link
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.words import named
from holdfast_engine.persistence import empty_shared, traces
from holdfast_engine.persistence.as_before import GoingBack
from holdfast_engine.persistence.bring_back import BringingBack
from holdfast_engine.persistence.move_out import HERE, MovingOut
from holdfast_engine.persistence.open_again import sealed, unseal
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.set_apart import Place, SettingApart, drop_second_names, left_of
from holdfast_engine.site.handle import Site
from holdfast_engine.steps.step import Again, Step

PLAIN, LAYOUT, BEFORE = "plain", "layout", "before"
"""What a site becomes: a plain directory, releases with `current` and `shared/`, or the layout before its adoption."""


@dataclass(frozen=True)
class Leave:
    """How a site is left: it becomes HOW, LIVE being what is live, and what is not served is left in PLACE. UNDONE are
    the operations since its adoption, that one first, where nothing was deployed since. WAS_CURRENT says that `current`
    was a directory of the application; HAD_RELEASES and HAD_SHARED that empty ones stood there before us. SEALED says
    that files are read-only by our doing, LEFT names what is going to be left.
    """

    how: str
    live: str
    place: str
    beside: bool
    undone: tuple[str, ...] = ()
    was_current: bool = False
    keeps_current: bool = False
    had_releases: bool = False
    had_shared: bool = False
    sealed: bool = False
    left: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Leave:
        """What a journal tells."""
        known: dict[str, Any] = {name: value[name] for name in cls.__dataclass_fields__}
        told: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in known.items()}
        return cls(**told)

    @property
    def is_plain(self) -> bool:
        return self.how == PLAIN

    @property
    def release(self) -> RelPath:
        return RelPath(self.live)

    @property
    def where(self) -> Place:
        return Place(self.place, self.beside)


@dataclass(frozen=True)
class Leaving:
    """One leaving under way; LEFT is what was set apart, by the name that it had, with its place."""

    site: Site
    operation: Operation
    report: Report
    leave: Leave
    left: list[dict[str, str]] = field(default_factory=list)

    @property
    def out(self) -> MovingOut:
        return MovingOut(self.site, self.operation, self.report)


class _LeaveStep(Step[Leave, Leaving]):
    """Each step is idempotent: after a crash it goes on from what it finds (G4). What is done is not looked at again:
    what comes after it took away where it worked.
    """

    def redo(self, again: Again) -> None:
        leave = Leave.from_json(again.begin)
        if self.due(leave) and not again.done(self.name):
            self.run(Leaving(again.site, again.operation, again.adopter.report, leave))


class OpenAgain(_LeaveStep):
    name = "open"

    def due(self, planned: Leave) -> bool:
        return planned.sealed

    def sentence(self, planned: Leave) -> str:
        whom = ", and give them to whom their directory belonged to" if planned.is_plain else ""
        return f"give files of releases back the write bits that sealing took{whom}"

    def run(self, work: Leaving) -> Leaving:
        """Files that stay where they are served, or in a layout, can be written by their owner."""
        plain = work.leave.is_plain
        records = list(sealed(work.site, live=work.leave.release, live_alone=plain))
        unseal(work.site, records, give=plain)
        return work


class BringBack(_LeaveStep):
    name = "bring-back"

    def due(self, planned: Leave) -> bool:
        return planned.how != LAYOUT

    def sentence(self, planned: Leave) -> str:
        if planned.how == BEFORE:
            return "move what came into `shared/` since the adoption back, each path in one exchange"
        return "move data from `shared/` back to its place, each path in one exchange"

    def run(self, work: Leaving) -> Leaving:
        """Data stands in the live release; what an adoption made by itself is gone, unless something was deployed."""
        site, leave = work.site, work.leave
        if leave.is_plain:
            BringingBack(site, work.operation, leave.release).bring_back()
        else:
            GoingBack(site, work.operation, leave.undone).go_back()
        if leave.undone:
            traces.take_away(site, leave.release, traces.of_adoption(site, leave.undone[0]))
        return work


class MoveOut(_LeaveStep):
    name = "move-out"

    def due(self, planned: Leave) -> bool:
        return planned.is_plain

    def sentence(self, planned: Leave) -> str:
        where = "`current`, a directory again" if planned.was_current else "the top of the site"
        return f"move what is live to {where}, each entry in one exchange with the link that shows it"

    def run(self, work: Leaving) -> Leaving:
        """What was live stands at the old place; `current` leads there still."""
        if work.leave.was_current:
            work.out.move_directory(work.leave.release)
        else:
            work.out.move_out(work.leave.release)
        durable.sync_file_system(work.site.root, "")
        return work


class SetApart(_LeaveStep):
    name = "set-apart"

    def sentence(self, planned: Leave) -> str:
        what = f"leave {named(planned.left)} in `{planned.place}`" if planned.left else "nothing is left over"
        ends = ", and take `current` away" if planned.is_plain and not _keeps(planned) else ""
        return f"{what}{ends}"

    def run(self, work: Leaving) -> Leaving:
        """What is not served lies in its place; of a plain directory nothing of ours is left but `.holdfast/`."""
        site, leave = work.site, work.leave
        served = RelPath("") if leave.is_plain else leave.release
        if leave.was_current:
            served = RelPath(Layout.current)
        drop_second_names(site, Layout.second_names, served)
        if leave.is_plain:
            _end_layout(work, served)
        elif leave.how == BEFORE:
            _end_directories(work)
        apart = SettingApart(site, work.operation, leave.where)
        for path, inner in left_of(site, plain=leave.is_plain):
            apart.put(path, inner)
            work.left.append({"path": path, "place": f"{leave.where.path(site.root.path)}/{inner}"})
        durable.make_directories(site.root, Layout.trash, mode=0o700)
        if leave.is_plain:
            _end_directories(work)
        return work


class Forget(_LeaveStep):
    name = "forget"

    def sentence(self, planned: Leave) -> str:  # noqa: ARG002
        return "take `.holdfast/` away, once everything else is on disk"

    def run(self, work: Leaving) -> Leaving:
        """This is no Holdfast site any more. A crash before the last file leaves one, with this leaving to be ended."""
        durable.sync_file_system(work.site.root, "")
        work.operation.let_go()
        drop_state(work.site.root, Layout().journal(work.operation.name))
        work.site.is_left = True
        return work


def _keeps(leave: Leave) -> bool:
    return leave.keeps_current or leave.was_current


def _end_layout(work: Leaving, served: RelPath) -> None:
    """Nobody comes through `current`, `shared/` or a release any more."""
    site, leave = work.site, work.leave
    root = site.root
    if root.link(Layout.current) == HERE and not _keeps(leave):
        drop_own_link(root, Layout.current)
    empty_shared.drop_ways(site)
    if not leave.was_current:
        work.out.clear(leave.release)
    for name in root.names(Layout.releases):
        drop_second_names(site, Layout.releases / name, served)


def _end_directories(work: Leaving) -> None:
    """`releases/` and `shared/` are gone where they hold nothing and were not there before us."""
    site, leave = work.site, work.leave
    if not leave.had_releases and not site.root.names(Layout.releases):
        drop_empty(site.root, Layout.releases)
    if leave.is_plain and empty_shared.is_spent(site):
        empty_shared.clear(site, work.operation, had=leave.had_shared)
    elif leave.how == BEFORE and not leave.had_shared:
        drop_empty(site.root, site.links.layout.shared)
