"""Every command on a disk with nothing left, a little left, and at last enough (R7, I97): bytes first, then inodes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crash.scenarios import SCENARIOS
from lib import tally

_TESTS = Path(__file__).resolve().parents[1]


def _objection() -> str:
    if os.geteuid() != 0:
        return "small disks need root for a mount namespace of their own"
    ran = subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False)
    return "" if ran.returncode == 0 else "small disks: `unshare -m` does not work here"


pytestmark = pytest.mark.skipif(bool(_objection()), reason=_objection())
every_scenario = pytest.mark.parametrize("name", SCENARIOS)


def _stepped(name: str, kind: str, mount: Path, every: str) -> list[str]:
    mount.mkdir()
    words = ["unshare", "-m", sys.executable, "-m", "crash.disks", name, kind, str(mount), every]
    paths = os.pathsep.join([str(_TESTS), str(_TESTS.parent / "src")])
    ran = subprocess.run(words, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": paths})
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert all(steps > 1 for steps, _ in told.values())
    for what, (steps, wrong) in told.items():
        tally.add(name, f"few {what} left, {kind}", steps, wrong)
    return [line for _, wrong in told.values() for line in wrong]


@pytest.mark.parametrize("name", ["deploy-later", "rollback", "prune", "recover", "restore", "adopt-plain"])
def test_a_disk_that_is_full_costs_no_byte_and_gets_nobody_stuck(tmp_path, name):
    """R7: from 0 pages and from 0 inodes on, in growing steps; rollback and prune succeed at 0. The long run takes
    every scenario.
    """
    assert _stepped(name, "tmpfs", tmp_path / "disk", "some") == []


@pytest.mark.soak(share=6)
@every_scenario
def test_a_disk_with_every_number_of_pages_and_inodes_left(tmp_path, name):
    """R7: page by page and inode by inode."""
    assert _stepped(name, "tmpfs", tmp_path / "disk", "every") == []


@pytest.mark.soak(share=2)
@pytest.mark.skipif(shutil.which("mkfs.ext4") is None, reason="small ext4 disks need mkfs.ext4")
@every_scenario
def test_a_real_file_system_that_is_full(tmp_path, name):
    """R7: the same on ext4, where directories and journals take room as well."""
    image = tmp_path / "disk.image"
    with image.open("wb") as file:
        file.truncate(96 << 20)
    subprocess.run(["mkfs.ext4", "-q", "-m", "0", "-b", "4096", "-N", "1500", str(image)], check=True)
    assert _stepped(name, "ext4", tmp_path / "disk", "some") == []
