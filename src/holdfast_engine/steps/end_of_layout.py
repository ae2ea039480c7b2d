"""The end of a layout: nobody comes through `current`, `shared/` or a release any more."""

from __future__ import annotations

import os

from holdfast_engine.fs.discard import drop_empty
from holdfast_engine.fs.place import drop_own_link, switch
from holdfast_engine.fs.root import Root
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath, link_text
from holdfast_engine.persistence import empty_shared
from holdfast_engine.persistence.move_out import HERE
from holdfast_engine.persistence.public_html import lead_straight
from holdfast_engine.persistence.set_apart import drop_second_names
from holdfast_engine.steps.leaving import BEFORE, Leaving


def end_second_names(work: Leaving) -> None:
    """What is served has one name, and none in `.holdfast/` nor in a release that is left."""
    site, leave = work.site, work.leave
    tops = [Layout.second_names]
    tops += [Layout.releases / name for name in site.root.names(Layout.releases) if leave.is_plain]
    if leave.home:
        with work.home() as moving:
            place = moving.taking.place
            for top in tops:
                drop_second_names(place.around, place.site / top, place.here)
        return
    served = RelPath("") if leave.is_plain else leave.release
    for top in tops:
        drop_second_names(site.root, top, RelPath(Layout.current) if leave.was_current else served)


def end_layout(work: Leaving) -> None:
    """No link of ours is left in what was live, in `shared/`, and at the top of the site."""
    leave = work.leave
    _end_current(work)
    empty_shared.drop_ways(work.site)
    if leave.home:
        with work.home() as moving:
            moving.clear()
        work.out.clear_directory(leave.release, "holds empty directories of ours alone")
    elif not leave.was_current:
        work.out.clear(leave.release)


def _end_current(work: Leaving) -> None:
    """`current` is gone, or leads to what is live now, where a person keeps it."""
    leave, root = work.leave, work.site.root
    ours = link_text(Layout.current, leave.release) if leave.home else HERE
    if leave.was_current or root.link(Layout.current) != ours:
        return
    if not leave.keeps_current:
        lead_straight(work.site)
        drop_own_link(root, Layout.current)
    elif leave.home:
        text = os.path.relpath(os.path.realpath(leave.home), os.path.realpath(root.path))
        switch(root, Layout.current, text, waiting=Layout.state / "current")


def end_directories(work: Leaving) -> None:
    """`releases/` and `shared/` are gone where they hold nothing and were not there before us."""
    site, leave = work.site, work.leave
    if not leave.had_releases and not site.root.names(Layout.releases):
        drop_empty(site.root, Layout.releases)
    if leave.is_plain and empty_shared.is_spent(site):
        empty_shared.clear(site, work.operation, had=leave.had_shared)
    elif leave.how == BEFORE and not leave.had_shared:
        drop_empty(site.root, site.links.layout.shared)


def drop_site_directory(path: str) -> None:
    """The directory that was made for the site is gone, where nothing was left in it."""
    real = os.path.realpath(path)
    with Root(os.path.dirname(real)) as above:
        drop_empty(above, os.path.basename(real))
