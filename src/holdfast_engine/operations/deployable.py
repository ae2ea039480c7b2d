"""Where a deploy may go to, and from."""

from __future__ import annotations

import os
from shlex import quote

from holdfast_engine.fs import durable
from holdfast_engine.fs.root import Root
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Source
from holdfast_engine.site.survey import enclosing_site, refuse_links


def require_deployable(site: str) -> bool:
    """True for a place where a first deploy makes a site: missing, empty, or holding only `shared/`; `not-a-site` for
    others.
    """
    if not os.path.lexists(site):
        with Root(os.path.dirname(site.rstrip("/"))):  # only its last name can be made
            return True
    with Root(site) as root:
        if root.has(Layout.site_file):
            return False
        names = [name for name in root.names("") if name not in ("shared", Layout.state)]
        around = enclosing_site(site)
        if around:
            raise Problem(
                "not-a-site",
                f"`{site}` is inside the site `{around}`",
                state="nothing was changed",
                hint=f"`--site {quote(around)}`",
            )
        if names:
            refuse_links(root, Layout.state, Layout.releases)
            laid_out = root.kind(Layout.current) == "link" and root.kind(Layout.releases) == "dir"
            lost = laid_out and root.kind("shared") == "dir"
            back = (
                f"; `holdfast recover --site {quote(site)}` if it is a site that lost its `.holdfast/`" if lost else ""
            )
            raise Problem(
                "not-a-site",
                f"`{site}` is not a Holdfast site and not empty",
                context=[f"it has {', '.join(names[:6])}"],
                state="nothing was changed",
                hint=f"`holdfast adopt {quote(site)}` makes it a site, in place{back}",
            )
    return True


def require_apart(source: Source, site: str) -> None:
    """`source-overlaps-site` for a directory that is the site, lies in it or contains it: data is never code (I43).

    Of a repository only what is committed is read, so it may lie anywhere.
    """
    one, two = os.path.realpath(source.location), os.path.realpath(site)
    if source.kind == "directory" and os.path.commonpath((one, two)) in (one, two):
        raise Problem(
            "source-overlaps-site",
            f"the source `{source.location}` and the site `{site}` contain one another",
            state="nothing was changed",
            hint="name a directory beside the site with `--source`",
        )


def make_site_directory(path: str) -> bool:
    """The deploy root exists: its last name is made when only that is missing. True where it was made."""
    if os.path.isdir(path):
        return False
    parent, name = os.path.split(path.rstrip("/"))
    with Root(parent) as above:
        return bool(durable.make_directories(above, name, mode=0o755))
