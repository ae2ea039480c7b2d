"""Directories of `releases/` that no record knows: `.holdfast/` was lost, or somebody made them by hand."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from holdfast_engine.fs.walk import walk
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR
from holdfast_engine.site import records
from holdfast_engine.site.handle import Site
from holdfast_engine.site.history import history
from holdfast_engine.site.records import ReleaseRecord


def unrecorded(site: Site) -> list[ReleaseRecord]:
    """A record for each release that has none: one that is made now is never pruned, for nothing proves what it
    shipped. What holds no file is none.
    """
    known = {record.path for record in site.survey.releases}
    first = max((record.counter for record in site.survey.releases), default=0) + 1
    names = [name for name in site.root.names(Layout.releases) if Layout.releases / name not in known]
    return [_record(site, name, counter) for counter, name in enumerate(filter(partial(_is_one, site), names), first)]


def pruned(site: Site) -> list[ReleaseRecord]:
    """The directories of releases that were deployed here once, and pruned: a worker's `mkdir -p` made them anew, and
    everything in them came since. Other tools' releases, and those of a script that calls `link`, are none.
    """
    known = {record.path for record in site.survey.releases}
    names = [name for name in site.root.names(Layout.releases) if Layout.releases / name not in known]
    deployed = {row["release"] for row in history(site.root) if row["command"] == "deploy"} if names else set()
    return [_record(site, name, 0) for name in names if name in deployed and any(_files(site, name))]


def _is_one(site: Site, name: str) -> bool:
    """False for what is no directory, was never completed, or has a name too long for a record."""
    status = site.root.lstat(Layout.releases / name)
    half_made = status is not None and status.st_mode & 0o777 == 0o700
    return not half_made and not records.is_too_long(site.root, name) and any(_files(site, name))


def _files(site: Site, name: str) -> Iterator[str]:
    if site.root.kind(Layout.releases / name) == DIR:
        yield from (inner for inner, kind, _ in walk(site.root, Layout.releases / name, unreadable=[]) if kind != DIR)


def _record(site: Site, name: str, counter: int) -> ReleaseRecord:
    path = Layout.releases / name
    active = path == site.survey.current
    return ReleaseRecord(
        id=name,
        path=path,
        counter=counter,
        state=records.ACTIVE if active else records.RETIRED,
        created=site.request.now,
        activated=active,
        pinned="registered by recover, which cannot know what it shipped",
    )
