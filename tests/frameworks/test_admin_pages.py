"""What applications do from their own administration, step by step as they do it."""

import os
from pathlib import Path

import pytest

from lib.precious import let_write
from lib.trees import TreeSite, read_tree

TREES = Path(__file__).parent / "trees"


@pytest.fixture
def site_of(tmp_path):
    """A site of a tree by its name, deployed once and used."""

    def deployed(name: str) -> TreeSite:
        site = TreeSite(tmp_path, read_tree(TREES / f"{name}.toml"))
        site.world.ship()
        site.write()
        return site

    return deployed


@pytest.mark.parametrize("shipped_before", [1, 2])
def test_settings_that_are_renamed_before_they_are_written_are_served_with_their_backup(site_of, shipped_before):
    """G2: DokuWiki's configuration manager renames `local.php` to `local.php.bak.php` and writes another."""
    site = site_of("dokuwiki")
    world = site.world
    for _ in range(1, shipped_before):
        world.ship()
    settings, backup = world.live / "conf/local.php", world.live / "conf/local.php.bak.php"
    before = settings.read_bytes()
    let_write(settings)
    settings.rename(backup)
    settings.write_bytes(b"<?php $conf['title'] = 'New';\n")
    for _ in range(2):
        world.ship()
        assert (world.live / "conf/local.php").read_bytes() == b"<?php $conf['title'] = 'New';\n"
        assert (world.live / "conf/local.php.bak.php").read_bytes() == before


def test_a_page_that_is_saved_through_the_path_of_the_release_before_is_served_at_once(site_of):
    """G2: a web server that remembers where `current` led saves DokuWiki's pages there; `data` is one directory."""
    world = site_of("dokuwiki").world
    remembered = world.live.resolve()
    world.ship()
    (remembered / "data/pages/club/late.txt").write_text("saved late")
    assert (world.live / "data/pages/club/late.txt").read_text() == "saved late"


def test_a_module_that_is_switched_on_shows_its_styles_in_every_release(site_of):
    """G2: FreeScout makes a link with the full path of the release that it runs in, which is pruned in time."""
    world = site_of("freescout").world
    module = world.live.resolve() / "Modules/Kanban"
    (module / "Public/css").mkdir(parents=True)
    (module / "Public/css/module.css").write_text("kanban")
    let_write(world.live / "public/modules/kanban")
    os.symlink(module / "Public", world.live / "public/modules/kanban")
    for _ in range(7):
        world.ship()
        assert (world.live / "public/modules/kanban/css/module.css").read_text() == "kanban"
    assert not module.exists()
    assert (world.live / "Modules/Kanban/Public/css/module.css").read_text() == "kanban"


def test_an_administration_that_has_a_name_of_its_own_keeps_its_settings(site_of):
    """G2: whoever runs a shop of Zen Cart gives `admin` another name in the source, and its settings follow."""
    site = site_of("zencart")
    world = site.world
    world.precious.write("office/includes/configure.php", into=world.site / "shared")
    world.ship({"office/index.php": "<?php // {version}", "admin/index.php": None})
    world.precious.assert_served()
    assert (world.live / "office/index.php").exists()
