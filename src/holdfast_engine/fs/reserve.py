"""Bytes and inodes set aside, so that a rollback or a prune works on a full disk (reliability finding 10)."""

from __future__ import annotations

import os

from holdfast_engine.fs.failpoint import reach
from holdfast_engine.fs.root import Root
from holdfast_engine.model.layout import Layout

_FILES, _BYTES = 64, 8192
"""A rollback that brings strays home makes about three dozen names: notes, shelves, records, links."""
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def keep(root: Root) -> None:
    """Some small files hold blocks and inodes; a disk that is full already keeps none, unharmed.

    They hold nothing, so they are not synced: a crash may take them, and the next command makes them again.
    """
    missing = _FILES - len(root.names(Layout.reserve))
    if missing <= 0:
        return
    reach("reserve.keep")
    with root.directory(Layout.reserve) as here:
        for number in range(_FILES):
            if not _keep_one(here, str(number)):
                return


def _keep_one(here: int, name: str) -> bool:
    try:
        descriptor = os.open(name, _NEW, 0o600, dir_fd=here)
    except FileExistsError:
        return True
    except OSError:
        return False
    try:
        os.posix_fallocate(descriptor, 0, _BYTES)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def drop(root: Root) -> None:
    """The reserve's bytes and inodes are free for the command that needs them."""
    reach("reserve.drop")
    with root.directory(Layout.reserve) as here:
        for name in os.listdir(here):
            os.unlink(name, dir_fd=here)
