"""Arenas for the crash tests: each scenario's site is prepared once."""

from __future__ import annotations

import os
import shutil

import pytest

from crash.arena import Arena, arena, workshop


@pytest.fixture(scope="session")
def arenas():
    """Arenas by name, below a directory in memory that is gone afterwards."""
    top, made, old = workshop(), dict[str, Arena](), os.umask(0o022)

    def get(name: str) -> Arena:
        if name not in made:
            made[name] = arena(name, top)
        return made[name]

    yield get
    os.umask(old)
    shutil.rmtree(top, ignore_errors=True)
