"""What kind of file system a site lies on, and what that means for the promise."""

from __future__ import annotations

import pytest

from holdfast_engine.checks import host
from holdfast_engine.fs import probe
from holdfast_engine.fs.root import Root
from lib.world import World

MOUNTS = r"""
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
22 21 8:2 / {site}/.. rw,relatime - xfs /dev/sdb1 rw
23 22 8:3 / {site}\040old rw - ext2 /dev/sdc1 rw
24 22 8:4 / {site} rw master:7 - nfs4 server:/export rw
25 24 8:5 / {site} rw - btrfs /dev/sdd1 rw
26 25 8:6 / {site}/shared rw - tmpfs tmpfs rw
"""


def _kind(tmp_path, monkeypatch, text: str) -> str:
    told = tmp_path / "mountinfo"
    told.write_text(text.strip())
    real = open
    monkeypatch.setattr(
        "builtins.open", lambda name, *a, **k: real(told if "mountinfo" in str(name) else name, *a, **k)
    )
    with Root(str(tmp_path)) as root:
        return probe.file_system(root)


def test_what_was_mounted_last_around_the_site_is_its_file_system(tmp_path, monkeypatch):
    """G7: neither the longest name nor a neighbour that begins alike decides, nor what is mounted further down."""
    assert _kind(tmp_path, monkeypatch, MOUNTS.format(site=tmp_path)) == "btrfs"


def test_a_host_without_mounts_to_read_says_nothing(tmp_path, monkeypatch):
    """G7: what is not known is not guessed."""
    assert _kind(tmp_path, monkeypatch, "") == ""


@pytest.mark.parametrize(("kind", "verdict"), [("ext2", "warn"), ("exfat", "warn"), ("ext4", "pass"), ("", "pass")])
def test_a_file_system_without_a_journal_is_warned_of(tmp_path, monkeypatch, kind, verdict):
    """G1, R5: there a power cut may keep one half of a move, so nobody is told that all is well."""
    world = World(tmp_path)
    world.ship()
    monkeypatch.setattr(host, "file_system", lambda _root: kind)
    plan = world.perform("plan", source=world.source)
    assert [check["verdict"] for check in plan["checks"] if check["name"] == "file-system"] == [verdict]
