"""File systems that can do less, as the engine meets them: without flags of rename (NFS), and two in one site."""

from __future__ import annotations

import errno
import os

from holdfast_engine.data import adopt, adopt_late, adopt_sets
from holdfast_engine.fs import place, probe
from holdfast_engine.operations import notes


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
    for module in (probe, adopt, adopt_late, adopt_sets, notes):
        monkeypatch.setattr(module, "may_change_places", may)


def _apart(one: str, two: str) -> bool:
    return len({path.split("/")[0] == "shared" for path in (one, two)}) == 2


def without_second_names(monkeypatch, number: int) -> None:
    """No file has two names, nor an unnamed one its first: link(2) ends with NUMBER, after it saw what stands there."""
    opened = os.open

    def link(source, target, *, dst_dir_fd=None, **_) -> None:
        if os.path.lexists(f"/proc/self/fd/{dst_dir_fd}/{os.fsdecode(target)}"):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target)
        raise OSError(number, os.strerror(number), source)

    def open_named(path, flags, *more, **words) -> int:
        if flags & os.O_TMPFILE == os.O_TMPFILE:
            raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP), path)
        return opened(path, flags, *more, **words)

    monkeypatch.setattr(os, "link", link)
    monkeypatch.setattr(os, "open", open_named)
