"""Where scenarios are played: in memory, for nothing here is about power cuts."""

from __future__ import annotations

import shutil

import pytest

from lib.once import workshop


@pytest.fixture
def top():
    """A directory in memory that is gone afterwards."""
    made = workshop()
    yield made
    shutil.rmtree(made, ignore_errors=True)
