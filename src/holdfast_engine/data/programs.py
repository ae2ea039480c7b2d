"""Whether a directory holds a program: then it goes along as real files (data.md, carrying)."""

from __future__ import annotations

from typing import Optional

from holdfast_engine.fs.root import Root
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.listing import FILE
from holdfast_engine.rules.programs import runs


def holds_program(root: Root, top: str) -> bool:
    """True for a directory with something in it that a server runs; a page that only keeps it from being listed is no
    program. What may not be read is passed over.
    """

    def read(inner: str) -> Optional[bytes]:
        return root.read(f"{top}/{inner}")

    return any(
        kind == FILE and runs(path, status.st_size, read) for path, kind, status in walk(root, top, unreadable=[])
    )
