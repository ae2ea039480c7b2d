"""A directory of the application's that the next release ships something in is open to the application still (G10)."""

from __future__ import annotations

import os

import pytest

from lib.world import World

PHP = {"index.php": "<?php // version {version}\n", "lib/code.php": "<?php // {version}\n"}
WEB = 33
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to another user, which root alone may")


@pytest.fixture
def world(tmp_path):
    """A person made `plugins` for the web user, beside code; it went along."""
    world = World(tmp_path, PHP, env=None)
    world.ship()
    own = world.live / "plugins/own.php"
    own.parent.mkdir()
    own.write_text("<?php // " + "x" * 200)
    for one in (own, own.parent):
        os.chown(one, WEB, WEB)
    world.ship()
    return world


def owner(world, path):
    return (world.live / path).stat().st_uid


@AS_ROOT
def test_what_was_carried_with_its_owner_keeps_it(world):
    """G10: the release ships a plugin of its own there, and so do the next ones; its program is read-only."""
    assert owner(world, "plugins") == WEB
    for text in ("<?php // shipped", "<?php // updated", "<?php // again"):
        world.ship({"plugins/base.php": text})
        assert owner(world, "plugins") == WEB
        assert (world.live / "plugins/base.php").stat().st_mode & 0o222 == 0
        assert owner(world, "plugins/own.php") == WEB
        assert owner(world, "lib") == os.geteuid()
    world.rollback()
    assert owner(world, "plugins") == WEB


@AS_ROOT
def test_what_was_shared_as_a_whole_keeps_its_owner_when_it_is_parted(tmp_path):
    """G10: the web user's own directory of data, into which the next releases ship code."""
    world = World(tmp_path, PHP, env=None)
    world.ship()
    bill = world.live / "things/1.pdf"
    bill.parent.mkdir()
    bill.write_text("a bill")
    for one in (bill, bill.parent):
        os.chown(one, WEB, WEB)
    world.ship()
    assert (world.live / "things").is_symlink()
    for text in ("<?php // shipped", "<?php // updated"):
        world.ship({"things/show.php": text + "\n" + "echo 1; " * 60})
        assert not (world.live / "things").is_symlink()
        assert owner(world, "things") == WEB
        assert (world.live / "things/1.pdf").read_text() == "a bill"


@AS_ROOT
def test_a_way_back_into_what_is_parted_there_lets_in_whom_shared_lets_in_now(tmp_path):
    """G10: whoever gave `shared/` to the web user meanwhile gave it for the release that is gone back to, too."""
    world = World(tmp_path, PHP, env=None)
    world.ship()
    bill = world.live / "things/1.pdf"
    bill.parent.mkdir()
    bill.write_text("a bill")
    world.ship()
    world.ship({"things/show.php": "<?php // shipped\n" + "echo 1; " * 60})
    assert not (world.live / "things").is_symlink()
    assert owner(world, "things") == os.geteuid()
    world.ship({"things/show.php": None})
    os.chown(world.site / "shared/things", WEB, WEB)
    assert owner(world, "things") == WEB
    world.rollback()
    assert (world.live / "things/show.php").is_file()
    assert owner(world, "things") == WEB


def test_what_is_shipped_there_is_code_and_goes_with_it(tmp_path):
    """G2, DESIGN 4: what the release put beside the server's own file is the release's."""
    world = World(tmp_path, PHP, env=None)
    world.ship()
    own = world.live / "plugins/own.php"
    own.parent.mkdir()
    own.write_text("<?php // " + "x" * 200)
    world.ship()
    world.ship({"plugins/base.php": "<?php // shipped", "plugins/inc/more.php": "<?php // too"})
    world.ship()
    assert (world.live / "plugins/base.php").is_file()
    assert not (world.site / ".holdfast/carried/files/plugins/base.php").exists()
    world.ship({"plugins/base.php": None, "plugins/inc/more.php": None})
    assert not (world.live / "plugins/base.php").exists()
    assert not (world.live / "plugins/inc").exists()
    assert own.is_file()
