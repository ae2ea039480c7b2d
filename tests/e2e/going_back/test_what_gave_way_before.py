"""A rollback takes away what the target carried and is gone since, as much of it as is there still (G2, G4)."""

from __future__ import annotations

import shutil

import pytest

from lib.precious import let_write
from lib.refusals import failing_in_step, fails
from lib.world import World

PHP = {"index.php": "<?php // version {version}\n", "lib/code.php": "<?php // {version}\n"}


@pytest.fixture
def world(tmp_path):
    """Two releases; a plugin went along from the first one, and was deleted in the live one."""
    world = World(tmp_path, PHP, env=None)
    world.ship()
    let_write(world.live.resolve() / "new")
    (world.live / "plugins/shop/lang").mkdir(parents=True)
    (world.live / "plugins/shop/lang/de.php").write_text("<?php // " + "x" * 200)
    world.ship()
    shutil.rmtree(world.live / "plugins")
    return world


def _is_gone(world):
    return not (world.live / "plugins").exists() and (world.live / "index.php").is_file()


def test_a_rollback_after_one_that_failed_goes_back(world):
    """G4: what the first one took away in its target the second one does not stumble over."""
    error = OSError(5, "input/output error")
    with failing_in_step(world, "verify", error):
        fails(world.rollback, exits=50, code="step-failed")
    world.rollback()
    assert _is_gone(world)


def test_a_directory_that_somebody_removed_in_the_target_is_no_obstacle(world):
    """G2: it was carried there, with directories in it, and stands nowhere any more."""
    first = min((world.site / "releases").iterdir())
    shutil.rmtree(first / "plugins")
    world.rollback()
    assert _is_gone(world)
