"""Making a release read-only once it is complete (data.md, sealing)."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection

from holdfast_engine.fs import durable
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.paths import RelPath

_WRITE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def seal(
    root: Root, release: RelPath, *, writable: Callable[[str], bool], spared: Collection[str] = frozenset()
) -> None:
    """Files of RELEASE lose their write bits, but for those that are WRITABLE by name; directories stay open to their
    owner: what an application makes beside its code goes along with the next release.

    What belongs to another user is left alone, and so is a file with a second name: that may be
    somebody's outside, or data (G9), and whatever is SPARED, for it is carried.
    The release's own directory opens to readers last: until then it is recognisable as partial
    by its mode 0700.
    """
    for path, kind, status in walk(root, release, passing=lambda path: path in spared):
        mode = stat.S_IMODE(status.st_mode)
        if kind == "file" and (status.st_nlink > 1 or writable(path)):
            continue
        sealed = mode & ~_WRITE if kind == "file" else mode | stat.S_IWUSR
        if kind in ("file", "dir") and sealed != mode and status.st_uid == os.geteuid():
            durable.set_mode(root, release / path, sealed)
    durable.set_mode(root, release, 0o755)
