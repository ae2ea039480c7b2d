"""Taking turns at what several processes write: one at a time, the others wait."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from holdfast_engine.fs import durable
from holdfast_engine.fs.root import Root
from holdfast_engine.model.paths import RelPath


@contextmanager
def turn(directory: str, name: str) -> Iterator[None]:
    """Nobody else is in a block of NAME in DIRECTORY; whoever comes meanwhile waits. The file NAME stays, empty.

    flock(2): the kernel frees it when the holder dies, so nobody ever has to remove it (I96).
    Closed on exec, so that no program which is started in the block holds it on.
    """
    with Root(directory) as root:
        descriptor = durable.open_for_append(root, RelPath(name))
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
