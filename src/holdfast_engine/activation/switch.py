"""The commit point of a deploy: one rename over `current` (G3)."""

from __future__ import annotations

from shlex import quote

from holdfast_engine.fs.place import switch
from holdfast_engine.fs.root import Root
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath, link_text
from holdfast_engine.model.problem import Problem


def activate(root: Root, release: RelPath) -> None:
    """`current` leads to RELEASE, on disk and read back. Before the rename the old release is live, after it the new
    one.

    The new link waits beside `current` under a name of Holdfast's own, so that one rename is enough.
    """
    require_switchable(root)
    switch(root, Layout.current, link_text(Layout.current, release), waiting=Layout.state / "current")


def require_switchable(root: Root) -> None:
    """`current` is a link or absent; a real directory is somebody's live site and is not touched (I21)."""
    if root.kind(Layout.current) not in (None, "link"):
        raise Problem(
            "current-is-a-directory",
            f"`{root.absolute(Layout.current)}` is not a link, so it cannot be switched",
            state="nothing was changed",
            whereabouts=[root.absolute(Layout.current)],
            hint=f"`cd {quote(root.path)} && mv current releases/found && ln -s releases/found current`, "
            "then the same again",
        )
