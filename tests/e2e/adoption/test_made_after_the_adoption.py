"""What the application makes between its adoption and the first deploy, where nothing tells what was shipped (G2)."""

from __future__ import annotations

import shutil

import pytest

from lib import old_sites
from lib.world import World

CODE = {"index.php": "<?php // version {version}\n", "lib/a.php": "<?php\n"}


@pytest.fixture
def shop(tmp_path):
    world = World(tmp_path, CODE, env=None)
    old_sites.write(world.site, CODE)
    world.perform("adopt", path=str(world.site))
    return world


def refused(world):
    return [one["name"] for one in world.perform("checklist")["checks"] if one["verdict"] == "refuse"]


def test_a_directory_for_uploads_that_is_made_then_is_no_broken_link(shop):
    """It is served as it is; a monitor that calls it broken wakes somebody for nothing."""
    shop.precious.write("uploads/1.jpg", into=shop.live)
    assert refused(shop) == []
    assert (shop.live / "uploads").is_symlink() is False
    shop.ship()
    shop.precious.assert_served()
    assert (shop.live / "uploads").is_symlink()
    assert refused(shop) == []


def test_a_link_that_was_replaced_is_one_all_the_same(shop):
    """What was shared once is watched."""
    shop.precious.write("uploads/1.jpg", into=shop.live)
    shop.perform("sweep")
    (shop.live / "uploads").unlink()
    shutil.copytree(shop.site / "shared/uploads", shop.live / "uploads")
    assert refused(shop) == ["uploads-linked"]
