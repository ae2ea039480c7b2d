"""Making a release read-only once it is complete (DESIGN 5, sealing)."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable

from holdfast_engine.fs import durable
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.paths import RelPath

_WRITE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def seal(root: Root, release: RelPath, *, stays_writable: Callable[[str], bool]) -> None:
    """Files of RELEASE lose their write bits, directories theirs where STAYS_WRITABLE does not speak for them.

    Directories in the web root stay as they are: an application that makes `public/x` must be
    able to, and what it makes is brought home later. What belongs to another user is left
    alone, and so is a file with a second name: that may be somebody's outside, or data (G9).
    The release's own directory opens to readers last: until then it is recognisable as partial
    by its mode 0700.
    """
    for path, kind, status in walk(root, release):
        mode = stat.S_IMODE(status.st_mode)
        sealed = mode & ~_WRITE if kind == "file" or not stays_writable(path) else mode
        if kind == "file" and status.st_nlink > 1:
            continue
        if kind in ("file", "dir") and sealed != mode and status.st_uid == os.geteuid():
            durable.set_mode(root, release / path, sealed)
    durable.set_mode(root, release, 0o755 if stays_writable("") else 0o555)
