"""Arenas for the crash tests: each scenario's site is prepared once, for all processes of a run."""

from __future__ import annotations

import os

import pytest

from crash.arena import Arena, arena
from lib import once


@pytest.fixture(scope="session")
def arenas():
    """Arenas by name, in the directory of this run."""
    made, old = dict[str, Arena](), os.umask(0o022)

    def get(name: str) -> Arena:
        if name not in made:
            made[name] = arena(name, once.top())
        return made[name]

    yield get
    os.umask(old)
