"""What the application updated, deleted or piled up by its own means is named before the release comes (G2)."""

from __future__ import annotations

import pytest

from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Settings
from holdfast_engine.operations import notes
from lib.precious import let_write
from lib.world import World

SHOP = "<?php\n/*\nPlugin Name: Shop\nVersion: {version}\n*/\n"
CODE = {
    "index.php": "<?php // version {version}\n",
    "install.php": "<?php // installs\n",
    "plugins/shop/shop.php": SHOP.replace("{version}", "1.0"),
    "plugins/shop/more.php": "<?php // 1.0\n",
}


@pytest.fixture
def world(tmp_path):
    """A site that was deployed once, and its release open to the application."""
    world = World(tmp_path, CODE, env=None)
    world.ship()
    let_write(world.live.resolve() / "new")
    let_write(world.live.resolve() / "plugins/shop/new")
    return world


def update(world, path, text):
    """As an application's own updater does it: a new file takes the place of the old one."""
    new = world.live / f"{path}.new"
    new.write_text(text)
    new.replace(world.live / path)


def updated(world):
    update(world, "plugins/shop/shop.php", SHOP.replace("{version}", "1.4"))
    update(world, "plugins/shop/more.php", "<?php // 1.4\n")
    world.commit({"index.php": "<?php // version {version}\n"})


def refused(world):
    with pytest.raises(Problem) as caught:
        world.deploy()
    return " ".join([caught.value.message, *caught.value.context, caught.value.hint])


def plan(world):
    return world.perform("plan", source=world.source)


def test_a_plugin_that_updated_itself_is_not_replaced_by_an_older_one_unasked(world):
    """G2: its database may be of the newer version already."""
    updated(world)
    said = refused(world)
    assert "downgrade" in said
    assert "`plugins/shop` is 1.4 and would become 1.0" in said
    assert "1.4" in (world.live / "plugins/shop/shop.php").read_text()


def test_a_downgrade_that_is_meant_is_accepted_and_keeps_the_newer_version_in_the_attic(world):
    """G1: what gives way is kept."""
    updated(world)
    answer = world.ship(accept=("downgrade",))
    assert "Version: 1.0" in (world.live / "plugins/shop/shop.php").read_text()
    assert {"plugins/shop/shop.php", "plugins/shop/more.php"} <= {one["path"] for one in answer["data"]["attic"]}


def test_a_plugin_that_is_carried_by_the_configuration_stays_as_the_server_has_it(world):
    """Whoever names it as carried has decided for the server's version."""
    updated(world)
    world.settings = Settings(carried=("plugins/shop/",))
    world.ship()
    assert "1.4" in (world.live / "plugins/shop/shop.php").read_text()
    assert (world.live / "plugins/shop/more.php").read_text() == "<?php // 1.4\n"
    world.ship()
    assert "1.4" in (world.live / "plugins/shop/shop.php").read_text()


def test_the_release_may_ship_a_newer_version_than_the_server_has(world):
    """An update is no downgrade."""
    updated(world)
    world.commit({"plugins/shop/shop.php": SHOP.replace("{version}", "1.5")})
    world.ship()
    assert "1.5" in (world.live / "plugins/shop/shop.php").read_text()


def test_a_rollback_goes_back_to_the_older_version_and_says_so(world):
    """G5: who goes back means the code of then; the newer one is in the attic."""
    world.commit({"index.php": "<?php // version {version}\n"})
    world.ship()
    let_write(world.live.resolve() / "plugins/shop/new")
    update(world, "plugins/shop/shop.php", SHOP.replace("{version}", "1.4"))
    world.events.clear()
    world.rollback()
    assert "1.0" in (world.live / "plugins/shop/shop.php").read_text()
    (shown,) = [event.data for event in world.events if event.kind == "planned"]
    (check,) = [check for check in shown["checks"] if check["name"] == "downgrade"]
    assert check["verdict"] == "warn"
    assert "`plugins/shop` is 1.4 and would become 1.0" in check["why"]


def test_a_plugin_installed_here_is_no_older_one_when_the_source_ships_it_too(world):
    """G2: what was carried so far, and is shipped now, is a program of the release."""
    let_write(world.live.resolve() / "plugins/new")
    (world.live / "plugins/mail").mkdir()
    (world.live / "plugins/mail/mail.php").write_text(SHOP.replace("{version}", "3.2"))
    world.ship()
    world.commit({"plugins/mail/mail.php": SHOP.replace("{version}", "3.1")})
    assert "`plugins/mail` is 3.2 and would become 3.1" in refused(world)


def test_a_shipped_file_that_was_deleted_here_is_named_in_the_plan(world):
    """An installer that was removed after the installation comes back, and not unsaid."""
    (world.live / "install.php").unlink()
    world.commit({"index.php": "<?php // version {version}\n"})
    assert "deleted on the server, and back with this release: `install.php`" in plan(world)["notes"]


def test_a_directory_with_very_many_carried_files_is_proposed_to_be_shared(world, monkeypatch):
    """G2: each carried file costs some calls at every deploy."""
    monkeypatch.setattr(notes, "MANY", 3)
    (world.live / "forum").mkdir()
    (world.live / "forum/index.php").write_text("<?php echo 'a forum';\n" + "// " + "x" * 200)
    for number in range(3):
        (world.live / f"forum/{number}.jpg").write_text(f"photo {number}")
    world.commit({"index.php": "<?php // version {version}\n"})
    (said,) = [note for note in plan(world)["notes"] if "one by one" in note]
    assert "`forum` holds 4 files" in said
    assert '[shared] paths = ["forum/"]' in said
