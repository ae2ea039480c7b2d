"""Settings in a program: what holds this server's passwords stays, whatever a version ships in its place (I31, G2)."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast_engine.model.request import Settings, Source
from lib import old_sites
from lib.world import World

CODE = {
    "index.php": "<?php require 'lib/shop.php'; // version {version}\n",
    "lib/shop.php": "<?php // version {version}\n",
    "uploads/.gitkeep": "",
}
OURS = "<?php $db_password = 'correct-horse';\n"
SAMPLE = "<?php $db_password = ''; // version {version}\n"


@pytest.fixture
def shop(tmp_path: Path) -> World:
    """A shop that came by FTP, its settings in `config.php`."""
    world = World(tmp_path, CODE, env=None)
    old_sites.write(world.site, {**CODE, "config.php": OURS})
    return world


def settings(world: World) -> str:
    return (world.live / "config.php").read_text()


def test_a_version_that_ships_an_example_does_not_take_the_place_of_a_servers_settings(shop):
    """Nothing tells what was shipped: what this server's database is called is not guessed from a sample."""
    shop.perform("adopt", path=str(shop.site))
    told = shop.ship({"config.php": SAMPLE})
    assert settings(shop) == OURS
    assert "config.php" in told["data"]["carried"]
    assert [row["path"] for row in told["data"]["attic"] if "the server's own stays" in row["reason"]] == ["config.php"]
    shop.ship()
    assert settings(shop) == OURS
    shop.rollback()
    assert settings(shop) == OURS


def test_settings_that_were_shipped_and_are_edited_stay(shop, tmp_path):
    """The version that was installed shipped them empty; a newer one has more in them."""
    old_sites.write(tmp_path / "shipped", {**CODE, "config.php": SAMPLE})
    shop.perform("adopt", path=str(shop.site), was=(Source("directory", str(tmp_path / "shipped")),))
    shop.ship({"config.php": SAMPLE})
    assert settings(shop) == OURS
    shop.ship()
    assert settings(shop) == OURS


@pytest.mark.parametrize(
    ("here", "said"),
    [("<?php return ['pages' => 20];\n", ()), (OURS, ("config.php",))],
    ids=["no secret", "code by configuration"],
)
def test_a_program_of_that_name_is_the_releases_where_it_holds_no_secret_or_a_person_says_so(shop, here, said):
    """Many applications ship their `config.php`; the one that was here lies in the attic."""
    (shop.site / "config.php").write_text(here)
    shop.settings = Settings(code=said)
    shop.perform("adopt", path=str(shop.site))
    told = shop.ship({"config.php": SAMPLE})
    assert settings(shop) == SAMPLE.replace("{version}", "1")
    [row] = [row for row in told["data"]["attic"] if row["path"] == "config.php"]
    assert (shop.site / row["place"]).read_text() == here


def test_nobody_is_told_to_write_an_environment_file_beside_such_settings(shop):
    """A warning at every deploy about what the application does not read is one that nobody reads."""

    def said() -> tuple[str, str]:
        checks = shop.perform("checklist")["checks"]
        return next((one["verdict"], one["why"]) for one in checks if one["name"] == "environment-linked")

    shop.perform("adopt", path=str(shop.site))
    assert said() == ("pass", "none is needed: the settings are in `config.php`")
    (shop.live / "config.php").unlink()
    assert said()[0] == "warn"
