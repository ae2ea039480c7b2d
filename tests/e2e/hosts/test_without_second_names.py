"""File systems that give no file a second name, as some that are mounted by FUSE: copies, or a refusal in words."""

from __future__ import annotations

import errno
import os

import pytest

from lib.other_disks import without_exchange, without_second_names
from lib.precious import let_write
from lib.refusals import fails
from lib.world import PLAIN, World

FILES = {"public/a.txt": "a", "public/new/x.jpg": "x", "public/plugin/p.php": "<?php"}


@pytest.mark.parametrize("number", [errno.EPERM, errno.ENOTSUP, errno.ENOSYS])
def test_what_would_be_linked_is_copied_and_told(tmp_path, monkeypatch, number):
    """DESIGN 4: the plan says how; everything is served after each command, and nothing is left half-done."""
    without_second_names(monkeypatch, number)
    world = World(tmp_path, PLAIN, env=None)
    world.ship()
    let_write(world.live / "public")
    for path, text in FILES.items():
        (world.live / path).parent.mkdir(exist_ok=True)
        (world.live / path).write_text(text)
    (world.live / "public/again").symlink_to("a.txt")
    acts = (world.ship, world.ship, world.rollback, world.ship, lambda: world.perform("prune", keep=0))
    for act in (*acts, lambda: world.perform("prune", keep=0), lambda: world.perform("recover")):
        answer = act()
        assert {path: (world.live / path).read_text() for path in FILES} == FILES
        assert (world.live / "public/again").read_text() == "a"
        if act == world.ship:
            assert "has no hard links" in " ".join(answer["warnings"])
    assert [name for name in os.listdir(world.live / "public") if name.startswith(".holdfast")] == []


def test_neither_an_exchange_nor_a_second_name_is_refused_in_words(tmp_path, monkeypatch):
    """Exit 30, G1: no move there is sure to overwrite nothing; it is not told as a full disk."""
    without_exchange(monkeypatch)
    without_second_names(monkeypatch, errno.ENOTSUP)
    world = World(tmp_path, PLAIN, env=None)
    world.commit()
    problem = fails(world.deploy, exits=30, code="checklist-refused")
    assert "can neither exchange two names" in problem.context[0]
    assert "on the host whose disk it is" in problem.hint


def test_a_file_system_without_symlinks_is_refused_in_words(tmp_path, monkeypatch):
    """Exit 30: a site is made of them (FAT, some of FUSE's)."""
    world = World(tmp_path, PLAIN, env=None)
    world.commit()

    def symlink(*_words, **_more) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM), "a")

    monkeypatch.setattr(os, "symlink", symlink)
    problem = fails(world.deploy, exits=30, code="checklist-refused")
    assert "has no symlinks" in problem.context[0]
