"""The kernel keeps the one that deletes inside the trash (R18), and what is said where it cannot."""

from __future__ import annotations

import os

import pytest

from holdfast_engine.checks import host
from holdfast_engine.fs import discard, landlock
from holdfast_engine.fs.root import Root

confined = pytest.mark.skipif(landlock.landlock_version() < 1, reason="this kernel has no Landlock")


@pytest.fixture
def root(tmp_path):
    """A site with one upload and something in the trash, in which a link leads to the uploads."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "upload").write_text("user data")
    old = tmp_path / ".holdfast" / "trash" / "old"
    old.mkdir(parents=True)
    (old / "code").write_text("code")
    (old / "uploads").symlink_to("../../../shared")
    with Root(str(tmp_path)) as opened:
        yield opened


def attempts(root):
    """What a mistake in the one that deletes might do to user data, each by itself."""
    upload, trash = root.absolute("shared/upload"), root.absolute(".holdfast/trash")
    yield lambda: os.unlink(upload)
    yield lambda: os.unlink(f"{trash}/old/uploads/upload")
    yield lambda: os.rename(upload, f"{trash}/upload")
    yield lambda: os.rename(root.absolute("shared"), f"{trash}/shared")
    yield lambda: os.truncate(upload, 0)
    yield lambda: os.close(os.open(upload, os.O_WRONLY))
    yield lambda: os.mkdir(root.absolute("shared/new"))
    yield lambda: os.symlink("x", root.absolute("shared/link"))
    yield lambda: os.link(upload, f"{trash}/second")
    yield lambda: os.rename(f"{trash}/old/code", root.absolute("shared/code"))


def refused(act):
    try:
        act()
    except OSError:
        return True
    return False


@confined
def test_a_mistake_in_the_one_that_deletes_cannot_reach_user_data(root, monkeypatch):
    """G1, G9, R18: unlink, rename, truncate, write and make are all refused by the kernel, as root and otherwise."""

    def mistaken(site, _name):
        return all(refused(act) for act in attempts(site))

    monkeypatch.setattr(discard, "_remove", mistaken)
    assert discard.empty_trash(root, "old"), "the kernel let something through"
    assert os.listdir(root.absolute("shared")) == ["upload"]
    assert root.read("shared/upload") == b"user data"


@confined
def test_without_the_confinement_the_same_mistakes_reach_user_data(root, monkeypatch):
    """A guard that never bites is none: here the acts are let through."""
    monkeypatch.setattr(discard, "change_only_below", lambda _descriptor: False)
    monkeypatch.setattr(discard, "_remove", lambda site, _name: not refused(next(attempts(site))))
    assert discard.empty_trash(root, "old")
    assert os.listdir(root.absolute("shared")) == []


@confined
def test_the_caller_is_not_confined(root):
    """Only the child that deletes is: the operation around it goes on."""
    assert discard.empty_trash(root, "old")
    assert root.names(".holdfast/trash") == []
    os.mkdir(root.absolute("shared/new"))


def test_a_kernel_without_it_empties_the_trash_as_well_and_says_so(root, monkeypatch):
    """R18: the deletion follows no link by itself; `checklist` tells which of the two it is."""
    monkeypatch.setattr(landlock, "landlock_version", lambda: 0)
    monkeypatch.setattr(host, "landlock_version", lambda: -1)
    assert discard.empty_trash(root, "old")
    assert root.names(".holdfast/trash") == []
    assert root.read("shared/upload") == b"user data"
    assert "no Landlock" in host._clean_up().why


@confined
def test_a_kernel_that_has_it_is_told_of(root):
    """R18: both ways are said."""
    assert host._clean_up().why == "the kernel keeps deletions inside the trash (Landlock)"
