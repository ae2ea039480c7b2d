"""What is published, built once for all tests of it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from house.source_tree import ROOT
from lib import once

FETCH = "from packages.wheels import OLD, locked; locked(); locked(OLD)"


def packages(*words, top=ROOT):
    """Runs Python with WORDS in the tree at TOP, which builds from its own sources."""
    environment = {**os.environ, "PYTHONPATH": os.path.join(top, "src")}
    return subprocess.run(
        [sys.executable, *map(str, words)], cwd=top, env=environment, capture_output=True, text=True, check=False
    )


@dataclass(frozen=True)
class Published:
    """What `make dist` left at AT."""

    at: Path

    def one(self, pattern):
        (found,) = self.at.glob(pattern)
        return found


def _built():
    if packages("-c", FETCH).returncode:
        return ""
    target = once.top() / "published"
    built = packages("-m", "packages", target)
    assert built.returncode == 0, built.stderr
    return str(target)


@pytest.fixture(scope="session")
def published():
    at = once.made_once(once.top() / "published.made", _built)
    if not at:
        pytest.skip("the wheels of requirements/run.txt and old.txt are not in .wheels, and no registry gives them")
    return Published(Path(at))


@pytest.fixture(scope="session")
def built_elsewhere():
    """Builds again, from another tree."""
    return lambda top, target: packages("-m", "packages", target, top=top)
