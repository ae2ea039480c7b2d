"""File systems that can do less, as the engine meets them: without flags of rename (NFS), and two in one site."""

from __future__ import annotations

import errno
import os

from holdfast_engine.commands import planning
from holdfast_engine.data import adopt
from holdfast_engine.fs import place, probe


def without_exchange(monkeypatch) -> None:
    """Names cannot be exchanged, and no rename says that it overwrites nothing, as on NFS and many FUSE."""
    monkeypatch.setattr(place, "_renameat2", _no_flags)


def _no_flags(*_: object) -> None:
    raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))


def with_shared_apart(monkeypatch) -> None:
    """`shared/` is a file system of its own: nothing is renamed into it or out of it."""
    rename, may_change_places = place._rename, probe.may_change_places

    def refused(root, source, target, flags) -> None:
        if _apart(source, target):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        rename(root, source, target, flags)

    def may(root, one, two) -> bool:
        return not _apart(one, two) and may_change_places(root, one, two)

    monkeypatch.setattr(place, "_rename", refused)
    for module in (probe, adopt, planning):
        monkeypatch.setattr(module, "may_change_places", may)


def _apart(one: str, two: str) -> bool:
    return len({path.split("/")[0] == "shared" for path in (one, two)}) == 2
