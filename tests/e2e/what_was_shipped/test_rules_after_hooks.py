"""Rules are made from what was shipped; a hook that changes nothing changes no rule either."""

from __future__ import annotations

import json

import pytest

from holdfast_engine.model.request import Settings
from lib.world import LARAVEL, PLAIN, World

SEEDS = {"public/gallery/a.jpg": "a", "public/gallery/b.jpg": "b", "uploads/.gitkeep": "", "data/seed.json": "{}"}


def rows(world):
    """What the site knows of each shared path, and what is served of seeds and code."""
    shared = json.loads((world.site / ".holdfast/site.json").read_text())["shared"]
    served = {path: (world.live / path).read_text() for path in world.files if (world.live / path).is_file()}
    return shared, served


def history(top, files, hooks):
    """Three versions; in between a directory of data becomes one of code, and a file of it changes."""
    world = World(top, {**files, **SEEDS})
    world.settings = Settings(before_activation=hooks)
    seen = []
    for changes in ({}, {"public/gallery/show.php": "<?php 2"}, {"public/gallery/a.jpg": "a, {version}"}):
        world.commit(changes)
        world.deploy()
        seen.append(rows(world))
    return seen


@pytest.mark.parametrize("files", [LARAVEL, PLAIN], ids=["laravel", "plain"])
def test_a_hook_that_does_nothing_changes_neither_rules_nor_what_is_served(tmp_path, files):
    """H3: after a hook rules were made from the linked tree, in which what was shipped at a shared path is hidden."""
    assert history(tmp_path / "one", files, ("true",)) == history(tmp_path / "two", files, ())


def test_somebody_who_edits_a_manifest_in_a_release_does_not_change_its_rules(tmp_path):
    """G5, H3: what a release was is in its record; a rollback goes to that, whatever became of its files."""
    world = World(tmp_path)
    world.ship()
    world.precious.write("public/uploads/1.jpg")
    world.ship()
    first = next(one for one in sorted((world.site / "releases").iterdir()) if one != world.live.resolve())
    for name in ("composer.json", "artisan", "config/filesystems.php"):
        (first / name).chmod(0o644)
        (first / name).write_text("{}\n")

    done = world.rollback()

    assert done["current"] == first.name
    record = json.loads((world.site / ".holdfast/releases" / f"{first.name}.json").read_text())
    assert (record["framework"], world.perform("status")["framework"]) == ("laravel", "laravel")
    assert (world.live / "storage").is_symlink()
    world.precious.assert_served()
