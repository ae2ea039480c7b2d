"""Undoing an adoption that failed on the way: the site is the plain directory that it was (G1, G3)."""

from __future__ import annotations

from collections.abc import Sequence

from holdfast_engine.fs import durable
from holdfast_engine.fs.place import drop_own_link
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import MOVE, Record
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.persistence import empty_shared, traces
from holdfast_engine.persistence.bring_back import BringingBack
from holdfast_engine.persistence.move_out import HERE, MovingOut
from holdfast_engine.persistence.report import Report
from holdfast_engine.site.handle import Site
from holdfast_engine.site.live import leads_to_a_release


def plain_again(site: Site, operation: Operation, history: Sequence[Record]) -> None:
    """Every entry stands at its old place, data with it, and nothing but journals says that it left it. HISTORY is that
    of the adoption. Idempotent: after a crash it goes on from what it finds (G4).
    """
    begin, root = history[0].facts, site.root
    home = Layout.releases / begin["release"]
    out = MovingOut(site, operation, Report())
    if leads_to_a_release(root):
        BringingBack(site, operation, home).bring_back()
        traces.take_away(site, home, traces.of_adoption(site, operation.name))
    if begin.get("public_html"):
        out.clear(home)  # all of it was put back into the document root before
    elif any(
        (one.facts["what"], one.facts["path"]) == ("move-in", Layout.current) for one in history if one.kind == MOVE
    ):
        out.move_directory(home)
    else:
        out.move_out(home)
        if root.link(Layout.current) == HERE:
            drop_own_link(root, Layout.current)
        out.clear(home)
    _clear(site, operation, out, had_releases=begin["had_releases"], had_shared=begin.get("had_shared", False))
    release = begin["release"]
    state = (Layout.baselines / f"{release}.jsonl", Layout.record(Layout(), release), Layout.readme)
    for own in (*state, Layout.site_file):  # the last: without it this is no site
        durable.forget(root, own)


def _clear(site: Site, operation: Operation, out: MovingOut, *, had_releases: bool, had_shared: bool) -> None:
    """No directory of ours is left that holds nothing and was not there before."""
    empty_shared.drop_ways(site)
    if empty_shared.is_spent(site):
        empty_shared.clear(site, operation, had=had_shared)
    if not had_releases:
        out.clear_directory(RelPath(Layout.releases), "was made by the adoption, and is empty")
