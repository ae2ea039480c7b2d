"""The way back to a release in which people edited or deleted what it shipped, while it was live."""

from __future__ import annotations

import shutil

import pytest

from holdfast_engine.model.request import Settings
from lib.oracle import attic_texts
from lib.precious import let_write
from lib.refusals import fails
from lib.world import World

SHOP = {
    "index.php": "<?php // version {version}\n",
    "install.php": "<?php echo 'installs the shop';\n",
    "lib/tool.php": "<?php echo 'tool {version}';\n",
    "lib/welcome.txt": "welcome {version}\n",
}


@pytest.fixture
def shop(tmp_path):
    """A shop that a vendor ships."""
    world = World(tmp_path, SHOP, env=None)
    world.ship()
    return world


def delete(world: World, path: str) -> None:
    let_write((world.live / path).parent)
    (world.live / path).unlink()


def test_an_edit_that_was_taken_back_by_a_restore_keeps_nobody_from_going_back(shop):
    """G3, G5: of a shipped file that was edited then and is the release's own now, the older release has the edit."""
    first, edited = shop.live.resolve().name, "welcome to the club\n"
    shop.put("lib/welcome.txt", edited)
    second = shop.ship()["release"]
    shop.perform("restore", path="lib/welcome.txt")
    assert (shop.live / "lib/welcome.txt").read_text() == "welcome 2\n"
    shop.rollback(first)
    shop.assert_code_is(1, "index.php")
    assert (shop.live / "lib/welcome.txt").read_text() == edited
    shop.rollback(second)
    shop.assert_code_is(2, "index.php")
    assert edited in attic_texts(shop.site)


def test_a_restore_prefers_what_was_written_here_to_what_a_release_shipped(shop):
    """G2: whoever had lost a configuration typed `restore`, and had the vendor's: that was the newest in the attic."""
    shop.put("lib/welcome.txt", "welcome to the club\n")
    shop.ship()
    (shop.live / "lib/welcome.txt").unlink()
    shop.put("lib/welcome.txt", "welcome again\n")
    shop.ship()
    assert {"welcome to the club\n", "welcome 3\n"} <= set(attic_texts(shop.site))
    shop.perform("restore", path="lib/welcome.txt")
    assert (shop.live / "lib/welcome.txt").read_text() == "welcome to the club\n"
    assert "welcome again\n" in attic_texts(shop.site)


def test_an_installer_that_was_removed_keeps_nobody_from_going_back(shop):
    """G5: what was deleted while a release was live is no damage to it: it is shown as it was, the plan says so."""
    first = shop.live.resolve().name
    delete(shop, "install.php")
    second = shop.ship()["release"]
    plan = shop.perform("rollback", only_plan=True)
    assert "deleted on the server while it was live: `install.php`" in plan["notes"]
    assert shop.rollback()["current"] == first
    assert not (shop.live / "install.php").exists()
    shop.rollback(second)
    assert (shop.live / "install.php").exists()
    (shop.site / "releases" / first / "lib/tool.php").unlink()
    fails(lambda: shop.rollback(first), exits=30, code="release-altered")


def test_the_way_back_to_an_adopted_release_shares_none_of_its_code(tmp_path):
    """G5: of a directory all of whose files the next version replaced nothing is known, but it waits for no data."""
    files = {"index.php": "<?php // version {version}\n", "admin/index.php": "<?php echo 'admin {version}';"}
    world = World(tmp_path, files, env=None)
    first = {"index.php": "<?php // version 0\n", "admin/index.php": "<?php echo 'admin 0';", "admin/b.txt": "b\n"}
    for path, text in first.items():
        (world.site / path).parent.mkdir(parents=True, exist_ok=True)
        (world.site / path).write_text(text)
    adopted = world.perform("adopt", path=str(world.site))["release"]
    world.ship()
    delete(world, "admin/b.txt")
    assert world.rollback()["current"] == adopted
    world.assert_code_is(0, "index.php")
    assert (world.live / "admin/index.php").read_text() == "<?php echo 'admin 0';"
    assert not (world.live / "admin/b.txt").exists()
    assert list((world.site / "shared").glob("*")) == []
    world.ship()
    assert (world.live / "admin/index.php").read_text() == "<?php echo 'admin 2';"


def test_an_edit_is_no_seed_of_the_release_that_is_gone_back_to(tmp_path):
    """G1, G2: its directory is shared since; what the release shipped is known, and what stands there is the user's."""
    world = World(tmp_path, {"index.php": "<?php // {version}\n", "guide/index.txt": "shipped {version}\n"}, env=None)
    first = world.ship()["release"]
    world.put("guide/index.txt", "edited by a user\n")
    world.ship()
    world.settings = Settings(shared=("guide/",))
    world.ship()
    world.rollback(first)
    for _ in range(2):
        world.ship()
        assert (world.live / "guide/index.txt").read_text() == "edited by a user\n"


def test_an_edit_that_a_script_brought_along_is_no_seed_after_a_rollback_either(tmp_path):
    """G1, G2: `link` twice, as a script does it, then a way back."""
    world = World(tmp_path, {"index.php": "<?php // {version}\n", "guide/index.txt": "shipped {version}\n"}, env=None)
    world.ship()
    world.put("guide/index.txt", "edited by a user\n")
    world.commit()
    by_script = world.site / "releases/by-script"
    shutil.copytree(world.repository, by_script)
    link = {"release": str(by_script), "path": str(world.site / "shared")}
    world.perform("link", **link)
    (world.site / "current").unlink()
    (world.site / "current").symlink_to("releases/by-script")
    world.perform("link", **link)
    world.rollback()
    for _ in range(2):
        world.ship()
        assert (world.live / "guide/index.txt").read_text() == "edited by a user\n"
