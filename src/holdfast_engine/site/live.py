"""What is live, said in the records and in words."""

from __future__ import annotations

from dataclasses import replace
from shlex import quote
from typing import Optional

from holdfast_engine.fs.root import Root
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.site import format as site_format
from holdfast_engine.site import records
from holdfast_engine.site import survey as surveys
from holdfast_engine.site.handle import Site
from holdfast_engine.site.records import ReleaseRecord
from holdfast_engine.site.survey import Survey, current_release


def leads_to_a_release(root: Root) -> bool:
    """True when what is served lies below `current`: an adoption is over then, and not before."""
    current = surveys.current_release(root)
    return current is not None and root.kind(current) == "dir"


def mark_active(site: Site, record: ReleaseRecord) -> ReleaseRecord:
    """The records say what `current` says: RECORD active, whatever was active before it retired."""
    for other in records.read_all(site.root):
        if other.id != record.id and other.state == records.ACTIVE:
            records.write(site.root, replace(other, state=records.RETIRED))
    active = replace(record, state=records.ACTIVE, activated=True)
    records.write(site.root, active)
    return active


def follow(site: Site) -> None:
    """Where somebody switched `current` by hand, the records say what `current` says."""
    live = site.survey.active
    if live is not None and live.state in (records.RETIRED, records.SEALED):
        mark_active(site, live)
        site.refresh()


def count_release(site: Site, counter: int) -> None:
    """The site's counter is at least COUNTER: no two releases ever share one, whatever the clock says (I95)."""
    file = site_format.read(site.root) or site_format.SiteFile()
    site_format.write(site.root, replace(file, counter=max(counter, file.counter)))


def hooks_ended(site: Site, release: str) -> None:
    """The record of RELEASE says that its hooks after the activation went well: the same code need not come again."""
    record = records.read(site.root, release)
    if record is not None and record.hooks_due:
        records.write(site.root, replace(record, hooks_due=False))


def still_live(root: Root, before: Optional[RelPath]) -> None:
    """A release is live where one was BEFORE the command; `nothing-live` else: no good end is told then (G11)."""
    if before is not None and current_release(root) is None:
        raise nothing_live(root, f"`current` led to `{before}` before this command, and leads nowhere now")


def nothing_live(root: Root, why: str) -> Problem:
    """The last word of a command after which the site is not up (61)."""
    return Problem(
        "nothing-live",
        why,
        state="shared data is unchanged in its place; the site may be down",
        whereabouts=[root.absolute(Layout.releases)],
        hint=f"holdfast recover --site {quote(root.path)}",
    )


def as_before(survey: Survey) -> str:
    """What is live, when a command that failed has changed nothing of it."""
    return "the previous release is live, as before" if survey.current else "nothing is live yet, as before"
