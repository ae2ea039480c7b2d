"""Room to work on a full disk: the reserve, given free when it is needed most."""

from __future__ import annotations

from holdfast_engine.fs import quota, reserve
from holdfast_engine.fs.probe import space
from holdfast_engine.fs.root import Root
from holdfast_engine.model.layout import Layout


def make_room(root: Root) -> bool:
    """The reserve is given free if the disk is full, or this user's quota of it; True when it was."""
    full = root.kind(Layout.reserve) == "dir" and _is_full(root)
    if full:
        reserve.drop(root)
    return full


def _is_full(root: Root) -> bool:
    free = space(root, Layout.state)
    allowed = quota.left(root, Layout.state)
    sizes = [size for size in (free.bytes, allowed.bytes) if size is not None]
    names = [number for number in (free.inodes, allowed.inodes) if number is not None]
    return min(sizes) < _TIGHT_BYTES or min(names, default=_TIGHT_INODES) < _TIGHT_INODES


_TIGHT_BYTES, _TIGHT_INODES = 1 << 20, 64
