"""How a site stands now, read only."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cached_property
from shlex import quote
from typing import Optional

from holdfast_engine.fs.root import Root
from holdfast_engine.journal import log
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.values import dataclass
from holdfast_engine.site import format as site_format
from holdfast_engine.site import records
from holdfast_engine.site.format import SiteFile
from holdfast_engine.site.records import ReleaseRecord


@dataclass(frozen=True)
class Survey:
    """One look at a site. CURRENT is the directory below the root that `current` leads to, if there is one."""

    site: SiteFile
    managed: bool
    current: Optional[RelPath]
    releases: tuple[ReleaseRecord, ...]
    unfinished: Optional[str]

    @property
    def layout(self) -> Layout:
        return self.site.layout

    @cached_property
    def active(self) -> Optional[ReleaseRecord]:
        """The record of what `current` names; the link is the truth, a record's state only follows it."""
        return next((record for record in self.releases if record.path == self.current), None)

    def release(self, wanted: str) -> Optional[ReleaseRecord]:
        return next((record for record in self.releases if record.id == wanted), None)


def survey(root: Root) -> Survey:
    """Look at the site of ROOT; changes nothing and takes no lock. Raises `place-is-a-link` for `.holdfast/` or
    `releases/` behind a link, `format-unknown` and `state-unreadable`.
    """
    site, current = site_format.read(root), current_release(root)
    if site is None:
        refuse_links(root, Layout.state)
    if current is None or root.kind(current) != "dir":  # a release that is found has no link above it
        refuse_links(root, Layout.releases)
    return Survey(
        site=site or SiteFile(),
        managed=site is not None,
        current=current,
        releases=tuple(records.read_all(root)),
        unfinished=log.unfinished(root),
    )


def refuse_links(root: Root, *paths: RelPath) -> None:
    """`place-is-a-link` for the first of PATHS that is one: what lies behind it is outside the deploy root (G9)."""
    found = next((path for path in paths if root.kind(path) == "link"), None)
    if found is None:
        return
    where, real = root.absolute(found), os.path.realpath(root.absolute(found))
    raise Problem(
        "place-is-a-link",
        f"`{where}` is a link, and Holdfast follows no link there",
        state="nothing was changed; what is served through the link is served as before",
        whereabouts=[real],
        hint=f"mount the other directory there instead: `rm {quote(where)} && mkdir {quote(where)} && "
        f"mount --bind {quote(real)} {quote(where)}`, and add it to /etc/fstab",
    )


def as_new(found: Survey, shared_name: str) -> Survey:
    """The survey FOUND of what is no site yet, with the name that its `shared/` will have."""
    return replace(found, site=SiteFile(shared_name=shared_name))


def current_release(root: Root) -> Optional[RelPath]:
    """The directory below the root that `current` leads to; None when it leads elsewhere, to nothing, or is no link.

    By its text where that names a directory; a text that goes by another name of the root, or by a
    second link, is resolved by names alone, so that what is live is never taken for nothing (G2).
    What is not there is no release: nothing is linked in it, and no rules are made from it (G11).
    """
    text = root.link(Layout.current)
    if text is None:
        return None
    found = _by_text(root, text)
    if found is not None and root.kind(found) == "dir":
        return found
    resolved = _resolved(root)
    return resolved if resolved is not None and root.kind(resolved) == "dir" else None


def named_release(root: Root) -> Optional[RelPath]:
    """What `current` names below the root by its text, whether anything is there or not."""
    return _by_text(root, root.link(Layout.current) or "")


def _resolved(root: Root) -> Optional[RelPath]:
    """Where `current` ends after every link on the way, if that is below the root."""
    top, end = os.path.realpath(root.path), os.path.realpath(root.absolute(Layout.current))
    return RelPath(end[len(top) + 1 :]) if end.startswith(top + "/") else None


def _by_text(root: Root, text: str) -> Optional[RelPath]:
    for prefix in (root.path.rstrip("/") + "/", ""):
        if text.startswith(prefix) and (prefix or not text.startswith("/")):
            names = [name for name in text[len(prefix) :].split("/") if name not in ("", ".")]
            return RelPath("/".join(names)) if names and ".." not in names else None
    return None


def require_site(root: Root) -> Survey:
    """The survey of a site that Holdfast manages; `not-a-site` (exit 20) when it does not."""
    found = survey(root)
    if not found.managed:
        around = enclosing_site(root.path)
        raise Problem(
            "not-a-site",
            f"`{root.path}` is not a Holdfast site" + (f", but is inside the site `{around}`" if around else " yet"),
            state="nothing was changed",
            hint=f"`--site {quote(around)}`" if around else _ways_in(root),
        )
    return found


def _ways_in(root: Root) -> str:
    """What makes a site of ROOT; first what fits what is there."""
    there, site = {*root.names("")} - {SiteFile().shared_name}, quote(root.path)
    lost = f"`holdfast recover --site {site}` if its `.holdfast/` was lost"
    if Layout.releases in there:
        return f"{lost}, `holdfast adopt {site}` if it was deployed another way"
    if there:
        return f"`holdfast adopt {site}` makes one of what is there, {lost}"
    return f"`holdfast deploy --site {site} --source .` makes the first release, of the directory you are in, {lost}"


def enclosing_site(path: str) -> str:
    """The site that PATH, by its real name, lies in; empty when it lies in none, or is one itself."""
    here = os.path.dirname(os.path.realpath(path))
    while here != os.path.dirname(here):
        if os.path.isfile(os.path.join(here, Layout.site_file)):
            return here
        here = os.path.dirname(here)
    return ""


def free_release_id(root: Root, stamp: str) -> str:
    """STAMP, or STAMP-2, STAMP-3 …: the first name that no directory and no record has (I95)."""
    count, name = 1, stamp
    while root.has(Layout.releases / name) or root.has(Layout.records / f"{name}.json"):
        count += 1
        name = f"{stamp}-{count}"
    return name
