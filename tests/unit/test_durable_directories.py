"""Directories that Holdfast makes: their modes and owners are on disk as well as their names."""

from __future__ import annotations

import os

import pytest

from holdfast_engine.fs import acl, durable
from holdfast_engine.fs.copy import copy_tree
from holdfast_engine.fs.root import Root
from holdfast_engine.model.paths import RelPath


@pytest.fixture
def synced(monkeypatch):
    """What was synced, in order, each with the mode and owner that it had then."""
    heard: list[tuple[str, int, int]] = []

    def sync(descriptor: int) -> None:
        status = os.fstat(descriptor)
        name = os.path.basename(os.readlink(f"/proc/self/fd/{descriptor}"))
        heard.append((name, status.st_mode & 0o7777, status.st_uid))

    monkeypatch.setattr(durable, "sync", sync)
    return heard


def test_a_directory_that_is_made_has_its_mode_on_disk_before_its_name(tmp_path, synced):
    """G1, I100: after a power cut nobody finds a directory that the application may not write in."""
    with Root(str(tmp_path)) as root:
        durable.make_directories(root, "shared/uploads", mode=0o2775)
    assert [row[:2] for row in synced[:1] + synced[2:3]] == [("shared", 0o2775), ("uploads", 0o2775)]
    assert [row[0] for row in synced] == ["shared", tmp_path.name, "uploads", "shared"]


def test_the_rights_that_a_web_user_is_given_are_on_disk(tmp_path, synced):
    """I100: by an owner or by an ACL, whichever this user may give."""
    (tmp_path / "uploads").mkdir()
    with Root(str(tmp_path)) as root:
        acl.let_in(root, "uploads", web_user=12345)
    assert synced[-1][0] == "uploads"
    assert synced[-1][2] == (12345 if os.geteuid() == 0 else os.geteuid())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_an_owner_that_is_given_is_on_disk_and_none_is_given_twice(tmp_path, synced):
    """I100: what belongs to the right owner already costs no sync."""
    (tmp_path / "uploads").mkdir()
    os.chown(tmp_path, 12345, 12345)
    with Root(str(tmp_path)) as root:
        for _ in range(2):
            durable.give_like_parent(root, RelPath("uploads"))
    assert synced == [("uploads", (tmp_path / "uploads").stat().st_mode & 0o7777, 12345)]


def test_a_copied_directory_is_on_disk_with_its_mode(tmp_path, synced):
    """G1: a copy is relied on only when all of it is there, rights included."""
    (tmp_path / "one").mkdir()
    (tmp_path / "one/a").write_text("x")
    (tmp_path / "one").chmod(0o751)
    with Root(str(tmp_path)) as root:
        copy_tree(root, "one", "two")
    assert synced[-1][:2] == ("two", 0o751)
