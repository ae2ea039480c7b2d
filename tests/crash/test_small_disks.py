"""Every command on a disk with nothing left, a little left, and at last enough (R7, I97): bytes first, then inodes."""

from __future__ import annotations

import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest

from crash import disks
from crash.arena import Arena
from crash.scenarios import SCENARIOS
from lib import tally
from lib.mounts import may_mount, tell

pytestmark = pytest.mark.skipif(bool(may_mount()), reason=f"small disks: {may_mount()}")
every_scenario = pytest.mark.parametrize("name", SCENARIOS)


def _stepped(arena: Arena, kind: str, mount: Path, *, every: bool = False) -> list[str]:
    mount.mkdir()
    assert arena.account is not None
    told = tell(partial(disks.stepped_on, arena, kind, every=every), str(mount))
    assert all(steps > 1 for steps, _ in told.values())
    for what, (steps, wrong) in told.items():
        tally.add(arena.scenario.name, f"few {what} left, {kind}", steps, wrong)
    return [line for _, wrong in told.values() for line in wrong]


@pytest.mark.parametrize("name", ["deploy-later", "rollback", "prune"])
def test_a_disk_that_is_full_costs_no_byte_and_gets_nobody_stuck(arenas, tmp_path, name):
    """R7: from 0 pages and from 0 inodes on, in growing steps; rollback and prune succeed at 0. The long run takes
    every scenario.
    """
    assert _stepped(arenas(name), "tmpfs", tmp_path / "disk") == []


@pytest.mark.soak(share=6)
@every_scenario
def test_a_disk_with_every_number_of_pages_and_inodes_left(arenas, tmp_path, name):
    """R7: page by page and inode by inode."""
    assert _stepped(arenas(name), "tmpfs", tmp_path / "disk", every=True) == []


@pytest.mark.soak(share=2)
@pytest.mark.skipif(shutil.which("mkfs.ext4") is None, reason="small ext4 disks need mkfs.ext4")
@every_scenario
def test_a_real_file_system_that_is_full(arenas, tmp_path, name):
    """R7: the same on ext4, where directories and journals take room as well."""
    image = tmp_path / "disk.image"
    with image.open("wb") as file:
        file.truncate(96 << 20)
    subprocess.run(["mkfs.ext4", "-q", "-m", "0", "-b", "4096", "-N", "1500", str(image)], check=True)
    assert _stepped(arenas(name), "ext4", tmp_path / "disk") == []
