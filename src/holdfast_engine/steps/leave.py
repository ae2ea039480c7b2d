"""A site is given back: the plain directory that it was, or a layout that works without Holdfast."""

from __future__ import annotations

from holdfast_engine.fs import durable
from holdfast_engine.fs.last_traces import drop_state
from holdfast_engine.fs.place import make_link
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.words import named
from holdfast_engine.persistence import traces
from holdfast_engine.persistence.as_before import GoingBack
from holdfast_engine.persistence.bring_back import BringingBack
from holdfast_engine.persistence.open_again import sealed, unseal
from holdfast_engine.persistence.set_apart import SettingApart, left_of, set_apart_before
from holdfast_engine.steps.end_of_layout import drop_site_directory, end_directories, end_layout, end_second_names
from holdfast_engine.steps.leaving import BEFORE, LAYOUT, Leave, Leaving
from holdfast_engine.steps.step import Again, Step

GIVEN_BACK = "given-back-by-holdfast-leave"
"""The text of a link in a layout that is no site any more, by which `recover` knows that nothing was lost."""


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
        whom = ", and give them back to their first owner" if planned.is_plain else ""
        return f"make the files of releases writable again{whom}"

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
            return "move what came into `shared/` since the adoption back, each path in one step"
        return "move the data from `shared/` back to its place, each path in one step"

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
        where = f"`{planned.home}`" if planned.home else where
        return f"move what is live to {where}, each entry in one step, in the place of its link"

    def run(self, work: Leaving) -> Leaving:
        """What was live stands at the old place; `current` leads there still."""
        if work.leave.home:
            with work.home() as moving:
                moving.move_home()
        elif work.leave.was_current:
            work.out.move_directory(work.leave.release)
        else:
            work.out.move_out(work.leave.release)
        durable.sync_file_system(work.site.root, "")
        return work


class SetApart(_LeaveStep):
    name = "set-apart"

    def sentence(self, planned: Leave) -> str:
        what = f"leave {named(planned.left)} in `{planned.place}`" if planned.left else "leave nothing over"
        ends = ", and take `current` away" if planned.is_plain and not planned.keeps else ""
        return f"{what}{ends}"

    def run(self, work: Leaving) -> Leaving:
        """What is not served lies in its place; of a plain directory nothing of ours is left but `.holdfast/`."""
        site, leave = work.site, work.leave
        end_second_names(work)
        if leave.is_plain:
            end_layout(work)
        elif leave.how == BEFORE:
            end_directories(work)
        apart = SettingApart(site, work.operation, leave.where)
        for path, inner in left_of(site, plain=leave.is_plain):
            apart.put(path, inner)
            work.left.append({"path": path, "place": f"{leave.where.path(site.root.path)}/{inner}"})
        durable.make_directories(site.root, Layout.trash, mode=0o700)
        if leave.is_plain:
            end_directories(work)
        return work

    def redo(self, again: Again) -> None:
        """As before; and as the command that ends it answers nothing of it, where everything lies is told."""
        super().redo(again)
        leave, site = Leave.from_json(again.begin), again.site
        for path, place in set_apart_before(site, again.operation.name, leave.where):
            site.notice("leave", f"`{path}` is in `{place}` now")


class Forget(_LeaveStep):
    name = "forget"

    def sentence(self, planned: Leave) -> str:  # noqa: ARG002
        return "remove `.holdfast/`, once everything else is on disk"

    def run(self, work: Leaving) -> Leaving:
        """This is no Holdfast site any more. A crash before the last file leaves one, with this leaving to be ended."""
        if work.leave.how == LAYOUT and not work.site.root.has(Layout.left):
            make_link(work.site.root, Layout.left, GIVEN_BACK)
        durable.sync_file_system(work.site.root, "")
        work.operation.let_go()
        drop_state(work.site.root, Layout().journal(work.operation.name))
        if work.leave.made_site:
            drop_site_directory(work.site.root.path)
        work.site.is_left = True
        return work
