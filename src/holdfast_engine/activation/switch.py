"""The commit point of a deploy: one rename over `current` (G3)."""

from __future__ import annotations

import os
from shlex import quote

from holdfast_engine.fs.place import switch
from holdfast_engine.fs.root import Root
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath, link_text
from holdfast_engine.model.problem import Problem
from holdfast_engine.site.survey import current_release


def activate(root: Root, release: RelPath) -> None:
    """`current` leads to RELEASE, on disk and read back. Before the rename the old release is live, after it the new
    one.

    The new link waits beside `current` under a name of Holdfast's own, so that one rename is enough.
    """
    require_switchable(root)
    switch(root, Layout.current, link_text(Layout.current, release), waiting=Layout.state / "current")


def require_switchable(root: Root) -> None:
    """`current` is a link into the site or absent; a real directory, or a link to elsewhere, is somebody's live site
    and is not touched: what it holds would be out of sight after the switch (I21, G2).
    """
    if root.leads_somewhere(Layout.current) and root.link(Layout.current) and current_release(root) is None:
        raise Problem(
            "current-leads-away",
            f"`{root.absolute(Layout.current)}` leads to a directory outside the site",
            state="nothing was changed",
            whereabouts=[os.path.realpath(root.absolute(Layout.current))],
            hint=f"move that directory into `{root.absolute(Layout.releases)}` and point `current` at it",
        )
    if root.kind(Layout.current) not in (None, "link"):
        raise Problem(
            "current-is-a-directory",
            f"`{root.absolute(Layout.current)}` is not a link, so it cannot be switched",
            state="nothing was changed",
            whereabouts=[root.absolute(Layout.current)],
            hint=f"`cd {quote(root.path)} && mv current releases/found && ln -s releases/found current`, "
            "then the same again",
        )
