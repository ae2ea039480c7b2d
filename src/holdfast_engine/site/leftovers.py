"""What a crash leaves of Holdfast's own, and nobody needs."""

from __future__ import annotations

from holdfast_engine.fs.discard import drop_scratch
from holdfast_engine.fs.place import drop_own_link
from holdfast_engine.fs.root import Root
from holdfast_engine.model.layout import Layout


def tidy(root: Root) -> None:
    """No temporary name of Holdfast's own is left: a waiting `current`, half-written state files."""
    if root.link(Layout.state / "current") is not None:
        drop_own_link(root, Layout.state / "current")
    for name in root.names(Layout.scratch):
        if name.startswith(("own-", "probe-")):
            drop_scratch(root, name)
