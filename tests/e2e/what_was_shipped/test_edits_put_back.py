"""G7: what is put back in the place of a shipped file, and how long it is served."""

from __future__ import annotations

import pytest

from lib.world import World

SHOP = {"index.php": "<?php // {version}\n", "page.php": "<?php // a page of version {version}\n"}


@pytest.fixture
def shop(tmp_path):
    """A shop, deployed once."""
    world = World(tmp_path, SHOP, env=None)
    world.ship()
    return world


def keep(world: World) -> None:
    world.perform("review", intent="keep", words=("page.php",))


def edited_and_replaced(world: World) -> None:
    """`page.php` was edited here, and gave way to the next version."""
    world.put("page.php", "<?php // edited here\n")
    world.ship()


def test_a_restore_says_whose_version_it_brings_and_how_long_it_stays(shop):
    """G7: what is put back in the place of a shipped file is an edit of it, and gives way as any other."""
    edited_and_replaced(shop)
    plan = shop.perform("restore", path="page.php", only_plan=True)
    line = f"`holdfast review keep page.php --site {shop.site}` afterwards keeps this one"
    told = [f"releases ship `page.php`: the next deploy serves theirs again; {line}"]
    assert plan["why"] == "was changed on the server, and the new version has its own"
    assert plan["notes"] == told
    assert shop.perform("restore", path="page.php")["warnings"] == told
    keep(shop)
    shop.ship()
    assert (shop.live / "page.php").read_text() == "<?php // edited here\n"


def test_a_restore_of_what_somebody_keeps_or_nobody_ships_promises_no_end(shop):
    """G7: only what gives way again is said to."""
    edited_and_replaced(shop)
    shop.perform("restore", path="page.php")
    keep(shop)
    assert shop.perform("restore", path="page.php")["warnings"] == []


def test_what_an_operation_is_called_in_a_review_is_what_a_restore_takes(shop):
    """G7: the attic has one entry for one content, and two operations put it there."""
    edited_and_replaced(shop)
    shop.perform("restore", path="page.php")
    shop.ship()
    told = next(row for row in shop.perform("review")["entries"] if row["path"] == "page.php")["evidence"][0]["text"]
    named = told.split("by `")[1].rstrip("`")
    assert shop.perform("restore", path="page.php", release=named)["restored"]
    assert (shop.live / "page.php").read_text() == "<?php // edited here\n"
