"""What is frozen is so before the code runs: `make types` refuses to write to it, and a process does not ask again."""

from __future__ import annotations

import subprocess
import sys

import pytest

from house.source_tree import ROOT

WRITTEN = """
from holdfast_engine.model.rules import Ruling

Ruling("a", "b", "c", "d").path = "e"
"""


def test_whoever_writes_to_a_frozen_value_is_told_by_mypy(tmp_path):
    """Of `model.values` mypy reads the standard library's dataclass."""
    pytest.importorskip("mypy")
    (tmp_path / "wrong.py").write_text(WRITTEN)
    command = [sys.executable, "-m", "mypy", tmp_path / "wrong.py"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert 'Property "path" defined in "Ruling" is read-only' in told.stdout, told
