"""What is live in a plain directory, or in another tool's layout, is the first release of a site."""

from __future__ import annotations

import os
from dataclasses import replace
from shlex import quote
from typing import Optional

from holdfast_engine.data.baseline import baseline_of
from holdfast_engine.data.found import Found
from holdfast_engine.fs.access import give
from holdfast_engine.fs.root import Root
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.layout import OURS, Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.values import dataclass
from holdfast_engine.model.words import count
from holdfast_engine.persistence import memory
from holdfast_engine.persistence.adopt import Adopter
from holdfast_engine.persistence.link_release import link_release
from holdfast_engine.persistence.measuring import measure, measured
from holdfast_engine.persistence.move_in import MovingIn
from holdfast_engine.persistence.note_shipped import note, part_seeds
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.shared_paths import Rules, rules_for
from holdfast_engine.persistence.shipped import outline_of, rules_proven
from holdfast_engine.persistence.strays import sweep
from holdfast_engine.persistence.take_in import TakingIn, moving
from holdfast_engine.persistence.traces import to_come
from holdfast_engine.persistence.was_shipped import WasShipped, live_place
from holdfast_engine.site import document_root, records
from holdfast_engine.site import format as site_format
from holdfast_engine.site import public_html as roots
from holdfast_engine.site import survey as surveys
from holdfast_engine.site.handle import Site
from holdfast_engine.site.kept import keep, kept_at
from holdfast_engine.site.live import count_release
from holdfast_engine.site.records import ReleaseRecord
from holdfast_engine.steps.step import Again, Step


@dataclass(frozen=True)
class Layer:
    """What is to be adopted: its ENTRIES, and whether it is LAID_OUT in releases already; PUBLIC_HTML is the document
    root that it is taken out of, where that is another directory than the site. WAS is what was shipped, where that is
    known.
    """

    entries: tuple[str, ...]
    laid_out: bool
    public_html: str = ""
    was: Optional[WasShipped] = None


@dataclass(frozen=True)
class Taking:
    """One adoption under way; the release that a plain directory becomes is called NAME, PUBLIC_HTML and WAS are as its
    `Layer` has them.
    """

    site: Site
    operation: Operation
    report: Report
    name: str
    public_html: str = ""
    was: Optional[WasShipped] = None


class _Adopting(Step[Layer, Taking]):
    """Each step is idempotent: after a crash it goes on from what it finds (G4)."""

    def redo(self, again: Again) -> None:
        begin, root = again.begin, str(again.begin.get("public_html", ""))
        if self.due(Layer((), bool(begin["laid_out"]), root)):
            self.run(Taking(again.site, again.operation, again.adopter.report, begin["release"], root))


class Note(_Adopting):
    name = "note"

    def due(self, planned: Layer) -> bool:
        return planned.was is not None

    def sentence(self, planned: Layer) -> str:
        equal = len(planned.was.equal) if planned.was else 0
        return f"note what was shipped: {count(equal, 'file')} and links are code"

    def run(self, work: Taking) -> Taking:
        """Before anything is moved it is on disk what was shipped. What a crash left without it is adopted without it,
        and everything in it counts as somebody's.
        """
        site, live = work.site, work.site.survey.current
        path = live if live is not None else Layout.releases / work.name
        if work.was is not None and work.public_html:
            with Root(work.public_html) as there:
                note(site, _blank(site, path), work.was, place=RelPath(""), there=there)
        elif work.was is not None:
            note(site, _blank(site, path), work.was, place=live_place(site.root))
        return work


class MoveIn(_Adopting):
    name = "move-in"

    def due(self, planned: Layer) -> bool:
        return not (planned.laid_out or planned.public_html)

    def sentence(self, planned: Layer) -> str:
        what = count(len(planned.entries), "entry", "entries")
        return f"move {what} into the first release, each in one step, with a link in its place"

    def run(self, work: Taking) -> Taking:
        """Every entry of the directory lies in the release and is served through a link in its old place."""
        _remember_names(work.site)
        measure(work.site, RelPath(Layout.current if work.site.root.kind(Layout.current) == "dir" else ""))
        _record(work.site, Layout.releases / work.name, 1, live=True)
        MovingIn(work.site, work.operation, work.report).move_in(work.name)
        work.site.refresh()
        _give_top(work)
        return work


class TakeIn(_Adopting):
    name = "take-in"

    def due(self, planned: Layer) -> bool:
        return bool(planned.public_html)

    def sentence(self, planned: Layer) -> str:
        what = count(len(planned.entries), "entry", "entries")
        source = f"{what} of `{planned.public_html}`"
        return f"move {source} into the first release, each in one step, with a link in its place"

    def run(self, work: Taking) -> Taking:
        """What was live in the document root lies in the release, and is served there through links, as before."""
        site = work.site
        roots.remember(site, work.public_html, roots.TOP, stays=_staying(work.public_html))
        with roots.opened(site, work.public_html) as place:
            if place is None:
                raise _moved_away(site, work.public_html)
            _measure_there(work)
            _record(site, Layout.releases / work.name, 1, live=True)
            site.refresh()
            TakingIn(site, work.operation, work.report, place, work.name).take_in()
        site.refresh()
        _give_top(work)
        return work


def _staying(path: str) -> list[str]:
    """What in the document root PATH is the host's."""
    with Root(path) as root:
        moves = moving(root, RelPath(""))
        return [name for name in root.names("") if name not in moves]


def _measure_there(work: Taking) -> None:
    """What the application may do is measured where it is live, before any of it moves (G10)."""
    if work.site.survey.site.access:
        return
    with Root(work.public_html) as root:
        there = Site(root, work.site.request, work.site.tell, surveys.survey(root))
        keep(work.site, measured(there, RelPath("")))


def _moved_away(site: Site, path: str) -> Problem:
    return Problem(
        "unfinished",
        f"`{path}` is no longer a directory beside the site, and its adoption is not finished",
        state="nothing is lost: what was moved is in a release",
        whereabouts=[site.root.absolute(Layout.releases)],
        hint=f"put the directory back, then `holdfast recover --site {quote(site.root.path)}`",
    )


class Register(_Adopting):
    name = "register"

    def due(self, planned: Layer) -> bool:
        return planned.laid_out

    def sentence(self, planned: Layer) -> str:  # noqa: ARG002
        return "register the existing releases as they are"

    def run(self, work: Taking) -> Taking:
        """Another tool's releases have records, in the order of their names, as it made them; the live one is the
        newest to us.
        """
        site = work.site
        live = site.survey.current
        paths = [Layout.releases / name for name in site.root.names(Layout.releases)]
        found = {path for path in (*paths, *([live] if live else [])) if site.root.kind(path) == "dir"}
        ordered = sorted(
            found, key=lambda path: (path == live, len(path.name) if path.name.isdigit() else 0, path.name)
        )
        if live is not None:
            measure(site, live)
        for counter, path in enumerate(ordered, start=1):
            _record(site, path, counter, live=path == live)
        site.refresh()
        return work


class Share(_Adopting):
    name = "share"

    def sentence(self, planned: Layer) -> str:  # noqa: ARG002
        return "move data into `shared/`, each path in one step"

    def run(self, work: Taking) -> Taking:
        """What rules call data lies in `shared/` and is linked in the release that is live."""
        site, current = work.site, work.site.survey.current
        if current is None:
            return work
        rules, adopter = _rules(site, current), _adopter(work)
        work.operation.note(**to_come(site, current, rules).to_json())
        present = {one.path: one.why for one in rules.shared if site.root.has(current / one.path)}
        adopter.bring(current, Found(to_adopt=present), wins="live")
        link_release(adopter, current, rules, before={}, live=True)
        if _bring_strays(adopter, current, rules):
            rules = _rules(site, current)
        memory.remember(site, rules)
        active = site.refresh().active
        if active is not None:
            part_seeds(site, active)
        return work


def _bring_strays(adopter: Adopter, current: RelPath, rules: Rules) -> bool:
    """Where it is known what was shipped, a directory of data that no version has is home as well, and counted: a
    backup of `shared/` has it, and `recover` misses it (G2). The rest goes along, as from any live release.
    """
    site = adopter.site
    baseline = baseline_of(site, site.refresh().active)
    if baseline is None:
        return False
    strays = sweep(site, current, rules, baseline=baseline).to_adopt
    adopter.bring(current, Found(to_adopt=strays), wins="live")
    return bool(strays)


def _rules(site: Site, current: RelPath) -> Rules:
    """From what was shipped, where that is known; else from what lies there."""
    return rules_proven(site) or rules_for(site, outline_of(site, current), site.request.settings)


def _give_top(work: Taking) -> None:
    """Whoever could make names at the top of the plain directory can do so at the top of the release (G10)."""
    kept, root = kept_at(work.site), work.site.root
    top, home = kept.of(""), Layout.releases / work.name
    if top is not None and root.kind(home) == "dir":
        give(root, home, top, user=os.geteuid() if kept.user is None else kept.user)


def _adopter(work: Taking) -> Adopter:
    return Adopter(work.site, work.operation, work.report)


def _remember_names(site: Site) -> None:
    """What this document root holds, so that it is known as one when all of it was saved anew there. Where the
    application lies in `current`, nothing beside that is served: it is nobody's business.
    """
    root = site.root
    file = site_format.read(root) or site_format.SiteFile()
    if root.kind(Layout.current) is not None and document_root.OPTION not in file.options:
        return
    names = sorted(
        {*file.options.get(document_root.OPTION, ()), *(name for name in root.names("") if name not in OURS)}
    )
    site_format.write(root, replace(file, options={**file.options, document_root.OPTION: names}))


def _record(site: Site, path: RelPath, counter: int, *, live: bool) -> None:
    known, state = records.read(site.root, path.name), records.ACTIVE if live else records.RETIRED
    known = known or _blank(site, path)
    records.write(site.root, replace(known, counter=counter, state=state, activated=live))
    count_release(site, counter)


def _blank(site: Site, path: RelPath) -> ReleaseRecord:
    """The record of a release of which nothing is known yet."""
    blank = ReleaseRecord(path.name, path, counter=0, created=site.request.now)
    return replace(blank, pinned="adopted; nothing proves what it shipped")
