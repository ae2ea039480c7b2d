"""The release that breaks was worked in: `recover`, which makes another one live, takes along what a deploy would."""

from __future__ import annotations

import pytest

from lib.oracle import attic_texts
from lib.precious import let_write
from lib.world import World

SHOP = {
    "public/index.php": "<?php // version {version}\n",
    "lib/core.php": "<?php // core\n",
    "conf/config.php": "<?php return ['password' => ''];\n",
}


@pytest.fixture
def shop(tmp_path):
    world = World(tmp_path, SHOP, env=None)
    for _ in range(2):
        world.ship()
    return world


def breaks(world: World) -> None:
    let_write(world.live.resolve() / "public")
    (world.live / "public/index.php").unlink()


def test_what_was_renamed_has_one_name_afterwards(shop):
    """G1: it came back under its old name too, as one file; who wrote anew to that name lost the other."""
    shop.put("lib/notes.txt", "precious\n")
    shop.perform("sweep")
    (shop.live / "lib/notes.txt").rename(shop.live / "lib/notes-2025.txt")
    breaks(shop)
    shop.perform("recover")
    assert not (shop.live / "lib/notes.txt").exists()
    (shop.live / "lib").resolve().chmod(0o755)
    (shop.live / "lib/notes.txt").write_text("new notes\n")
    assert (shop.live / "lib/notes-2025.txt").read_text() == "precious\n"


def test_a_program_that_was_edited_there_is_in_the_attic_and_told(shop):
    """G1, G7: the password was in a release that nobody looks at; nothing said so, and the empty one was served."""
    edited = "<?php return ['password' => 'of the club'];\n"
    shop.put("conf/config.php", edited)
    breaks(shop)
    answer = shop.perform("recover")
    assert edited in attic_texts(shop.site)
    assert "conf/config.php" in [row["path"] for row in answer["attic"]]
