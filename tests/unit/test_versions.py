"""Which version a file names, and which of two comes later (G2: a downgrade is refused by name)."""

from __future__ import annotations

import pytest

from holdfast_engine.rules.versions import is_newer, version_in

NAMED = {
    "plugins/shop/shop.php": ("<?php\n/**\n * Plugin Name: Shop\n * Version: 8.4.1\n */\n", "8.4.1"),
    "themes/a/style.css": ("/*\nTheme Name: A\nVersion: 2.10\n*/\n", "2.10"),
    "wp-includes/version.php": ("<?php\n$wp_version = '6.5.2';\n$wp_db_version = 57155;\n", "6.5.2"),
    "package.json": ('{\n  "name": "x",\n  "version": "1.0.0-rc.2",\n  "dependencies": {"y": "9"}\n}\n', "1.0.0-rc.2"),
    "administrator/com_x/x.xml": ("<extension>\n <version>4.2.1</version>\n</extension>", "4.2.1"),
    "modules/x/x.info.yml": ("name: X\nversion: '8.x-3.1'\n", "8.x-3.1"),
    "VERSION": ('2024-02-06b "Kaos"\n', "2024-02-06b"),
    "lib/plugins/x/plugin.info.txt": ("base   x\nauthor A\ndate   2023-11-20\nname X\n", "2023-11-20"),
    "src/App.php": ("<?php\nclass App {\n  public const VERSION = '3.1';\n}\n", "3.1"),
    "inc/defines.php": ("<?php\ndefine('FORUM_VERSION', \"1.8.37\");\n", "1.8.37"),
}


@pytest.mark.parametrize("path", NAMED)
def test_each_way_to_name_a_version_is_read(path):
    """Plugins, cores and packages say it in ways of their own."""
    text, version = NAMED[path]
    assert version_in(path, text) == version


@pytest.mark.parametrize("text", ["<?php echo 'hello';\n", "", '{"versions": ["1.0"]}', "the conversion: 5\n"])
def test_what_names_no_version_has_none(text):
    """A word that only looks like one decides nothing."""
    assert version_in("a.php", text) is None


LATER = [("1.10", "1.9"), ("2.0", "2.0-rc1"), ("2.0-rc2", "2.0-rc1"), ("2024-02-06b", "2023-11-20"), ("1.0.1", "1.0")]


@pytest.mark.parametrize(("later", "earlier"), LATER)
def test_the_later_version_is_newer(later, earlier):
    """By numbers, not by letters."""
    assert is_newer(later, earlier)
    assert not is_newer(earlier, later)


@pytest.mark.parametrize(("one", "two"), [("1.0", "1.0.0"), ("3", "3"), ("", "")])
def test_equal_versions_are_no_downgrade(one, two):
    """Nobody is asked about the same version."""
    assert not is_newer(one, two)
    assert not is_newer(two, one)
