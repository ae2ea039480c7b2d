"""A site that came by FTP, of which nothing tells what was shipped: its code stays code on every way, and no program or
style sheet of an elder version ever becomes data (DESIGN 4).
"""

from __future__ import annotations

import pytest

from holdfast_engine.model.request import Settings
from lib.refusals import fails
from lib.world import World

SHOP = {
    "index.php": "<?php // shop {version}\n",
    "admin/index.php": "<?php // shop {version}: who is who\n",
    "lib/cart.php": "<?php // shop {version}: the cart\n",
    "theme/style.css": "/* shop {version} */\n",
    "config.sample.php": "<?php return ['database' => ''];\n",
}
OURS = {
    "uploads/2025/hall.jpg": "the hall\n",
    "config.php": "<?php // the password\n",
    ".htaccess": "Options -Indexes\n",
}
CODE = ("admin", "lib", "theme", "index.php")


@pytest.fixture
def shop(tmp_path):
    """Version 0 as somebody unzipped it, with what its users and its owner put there; adopted."""
    world = World(tmp_path, SHOP, env=None)
    for path, text in {**SHOP, **OURS}.items():
        (world.site / path).parent.mkdir(parents=True, exist_ok=True)
        (world.site / path).write_text(text.replace("{version}", "0"))
    world.perform("adopt")
    return world


def assert_code_is_code(shop, version):
    """Every shipped file is real, of VERSION, and none is shared or waits to be; what users wrote is served."""
    shown = {path: (shop.live / path).read_text() for path in (*SHOP, *OURS)}
    assert shown == {**{path: text.replace("{version}", str(version)) for path, text in SHOP.items()}, **OURS}
    assert not any((shop.live / path).is_symlink() or (shop.site / "shared" / path).exists() for path in CODE)
    status = shop.perform("status")
    live = next(one for one in status["releases"] if one["id"] == status["current"])
    assert not set(live.get("stray_paths") or ()) & set(CODE)
    assert not {one["path"] for one in status["shared"]} & set(CODE)


def test_the_way_back_to_what_was_adopted_and_on_again_shows_each_version_whole(shop):
    """G2: what gave way to the first deploy is code of the release that it stands in, and no data that came there."""
    shop.ship()
    assert_code_is_code(shop, 1)
    for act in (shop.rollback, lambda: shop.perform("sweep"), lambda: shop.perform("recover")):
        act()
        assert_code_is_code(shop, 0)
    shop.ship()
    assert_code_is_code(shop, 2)


def test_a_first_deploy_that_is_undone_makes_no_data_of_code(shop):
    """G2, G5: what the deploy saw of the live release beside what would have given way is forgotten with it."""
    shop.settings = Settings(before_activation=("false",))
    fails(shop.ship, exits=50, code="hook-failed")
    assert_code_is_code(shop, 0)
    assert shop.perform("sweep")["data"]["adopted"] == []
    assert_code_is_code(shop, 0)


def test_an_edit_during_the_way_back_is_kept_as_an_edit(shop):
    """G2: what a person changed in the adopted release once it was live again is in the attic after the next deploy."""
    shop.ship()
    shop.rollback()
    where = shop.live / "theme/style.css"
    where.chmod(0o644)
    where.write_text("/* blue */\n")
    shop.ship()
    assert any(one.read_text() == "/* blue */\n" for one in shop.site.glob(".holdfast/attic/*/files/theme/style.css"))
