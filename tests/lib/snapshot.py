"""The whole of a tree as a value: names, kinds, modes and contents, for tests that say nothing was changed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

OWN = ("site/.holdfast/cache", "site/.holdfast/lock")
"""What every look at a site may touch: the cache is deletable and the lock notes its last holder."""


def snapshot(top: Path, *, without: Iterable[str] = OWN) -> dict[str, tuple[str, int, bytes]]:
    """Each path below TOP with its kind, mode and content (a link's text); no link is followed."""
    skipped = tuple(str(top / one) for one in without)
    found: dict[str, tuple[str, int, bytes]] = {}
    for here, directories, names in os.walk(top):
        directories[:] = [name for name in directories if not os.path.join(here, name).startswith(skipped)]
        for name in (*directories, *names):
            path = os.path.join(here, name)
            if not path.startswith(skipped):
                found[os.path.relpath(path, top)] = _entry(path)
    return found


def _entry(path: str) -> tuple[str, int, bytes]:
    status = os.lstat(path)
    mode = stat.S_IMODE(status.st_mode)
    if stat.S_ISLNK(status.st_mode):
        return ("link", mode, os.readlink(path).encode())
    if stat.S_ISREG(status.st_mode):
        return ("file", mode, Path(path).read_bytes())
    return ("dir" if stat.S_ISDIR(status.st_mode) else "other", mode, b"")


def owned(top: Path, *, follow: bool = False) -> dict[str, tuple[object, ...]]:
    """Each path below TOP with its kind, owner, group, mode and content; of a link its text, or, with FOLLOW, what is
    seen through it, as an application sees its own files.
    """
    found: dict[str, tuple[object, ...]] = {}
    for here, directories, names in os.walk(top, followlinks=follow):
        for path in (os.path.join(here, name) for name in (*directories, *names)):
            status = (os.stat if follow and os.path.exists(path) else os.lstat)(path)
            entry = _entry(os.path.realpath(path) if follow and os.path.exists(path) else path)
            found[os.path.relpath(path, top)] = (entry[0], status.st_uid, status.st_gid, *entry[1:])
    return found


def assert_unchanged(before: dict[str, tuple[str, int, bytes]], after: dict[str, tuple[str, int, bytes]]) -> None:
    """BEFORE and AFTER are one tree; what differs is named."""
    changed = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    assert changed == [], f"changed: {changed}"
