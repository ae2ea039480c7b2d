"""A shared file of code that includes another from beside itself (Moodle's `config.php`) is told of."""

import pytest

from lib.world import World

MOODLE = {
    "config-dist.php": "<?php // Moodle configuration file",
    "index.php": "<?php require 'config.php'; echo 'version {version}';",
    "lib/moodlelib.php": "<?php",
    "lib/setup.php": "<?php",
}
BESIDE = [
    "require_once(__DIR__ . '/lib/setup.php');",
    'require dirname(__FILE__) . "/lib/setup.php";',
    "include_once __DIR__.'/lib/setup.php';",
]


def told(tmp_path, config, **more):
    world = World(tmp_path, MOODLE, env=None, kind="directory")
    world.precious.write("config.php", text=f"<?php $CFG->dbname = 'm';\n{config}\n", into=world.site / "shared")
    for path in more.get("beside", ()):
        world.precious.write(path, into=world.site / "shared")
    world.ship()
    return {one["name"]: one for one in world.perform("checklist")["checks"]}


@pytest.mark.parametrize("line", BESIDE)
def test_a_shared_file_that_includes_a_release_s_file_from_beside_itself_is_told(tmp_path, line):
    """G2: PHP resolves the link first, so that what the application saw beside its configuration is not there."""
    check = told(tmp_path, line)["linked-code"]
    assert check["verdict"] == "warn"
    assert f"{tmp_path}/site/current/lib/setup.php" in check["mend"]


@pytest.mark.parametrize(
    ("line", "beside"),
    [
        ("require_once('/srv/site/current/lib/setup.php');", ()),
        ("define('ABSPATH', __DIR__ . '/'); require_once ABSPATH . 'lib/setup.php';", ()),
        ("require __DIR__ . '/more.php';", ("more.php",)),
        ("require __DIR__ . '/../../../../outside.php';", ()),
    ],
)
def test_what_is_found_by_its_own_path_is_not_told(tmp_path, line, beside):
    """R: no warning where nothing is wrong: an absolute path, a constant, or a file that is shared as well."""
    assert "linked-code" not in told(tmp_path, line, beside=beside)
