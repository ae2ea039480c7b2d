"""What the engine's one file holds: every module of it, and its rules."""

from __future__ import annotations

import os
from collections.abc import Iterator

import holdfast_engine
from holdfast.bundle.one_file import Member, one_file, write

OLDEST = (3, 9)
"""The first Python that runs the engine."""

_KEPT = (".py", ".json")


def build(target: str) -> str:
    """Leave the bundle at TARGET, complete or not at all, and return its SHA-256."""
    return write(target, bundled())


def bundled() -> bytes:
    """The bytes of the bundle."""
    return one_file(_members(), "holdfast_engine", OLDEST)


def _members() -> Iterator[Member]:
    top = os.path.dirname(holdfast_engine.__file__)
    for folder, _, names in os.walk(top):
        for name in names:
            if name.endswith(_KEPT):
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    yield os.path.relpath(path, os.path.dirname(top)), file.read()
