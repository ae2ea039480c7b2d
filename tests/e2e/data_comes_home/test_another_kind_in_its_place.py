"""What is of another kind than what stood there is no newer version of it: data stays in sight, no command is stuck."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lib.oracle import attic_texts
from lib.precious import let_write
from lib.world import PLAIN, World

SHOP = {**PLAIN, "lib/core.php": "<?php // core {version}\n", "conf/sample.txt": "sample\n"}
UPLOADS = {"public/uploads/x.jpg": "X\n", "public/uploads/a/one.jpg": "ONE\n", "public/uploads/a/two.jpg": "TWO\n"}


@pytest.fixture
def shop(tmp_path):
    """A shop with uploads, after two deploys."""
    world = World(tmp_path, SHOP, env=None)
    world.ship()
    for path, text in UPLOADS.items():
        world.precious.write(path, text=text)
    world.ship()
    return world


def opened(world: World, path: str) -> Path:
    """PATH of the live release, which whoever works there may change."""
    where = world.live.resolve() / path
    where.parent.mkdir(parents=True, exist_ok=True)
    let_write(where.parent)
    return where


def taken_apart(world: World, inside: str) -> None:
    """A file, or a directory with a file called INSIDE, stands in the place of the link to all uploads."""
    link = opened(world, "public/uploads")
    link.unlink()
    if inside:
        link.mkdir()
    (link / inside if inside else link).write_text("in its place\n")


@pytest.mark.parametrize("inside", ["", "a"])
@pytest.mark.parametrize("command", ["sweep", "rollback"])
def test_a_file_in_the_place_of_a_directory_takes_no_upload_out_of_sight(shop, command, inside):
    """G2: it was served, and all that lay in the directory was in the attic, with exit 0 and "0 lost"."""
    taken_apart(shop, inside)
    shop.perform(command)
    shop.precious.assert_served()
    assert "in its place\n" in attic_texts(shop.site)


@pytest.mark.parametrize("words", [("layout",), ("plain",)])
def test_a_site_that_is_left_has_its_uploads_where_they_were(shop, words):
    """G2: after `leave` nobody can restore; the uploads were in an attic that it left, and no line said so."""
    taken_apart(shop, "")
    shop.perform("leave", words=words)
    top = shop.live if words == ("layout",) else shop.site
    assert {path: (top / path).read_text() for path in UPLOADS} == UPLOADS


def carried(world: World, path: str, text: str) -> None:
    where = opened(world, path)
    where.write_text(text)
    world.ship()


def test_a_link_in_the_place_of_a_carried_directory_stops_no_command(shop, tmp_path):
    """G4: with any shipped file missing as well every command ended with 60, and only a hand helped."""
    carried(shop, "lib/deep/u.php", "<?php // own\n")
    away = tmp_path / "disk"
    deep = opened(shop, "lib/deep/u.php").parent
    shutil.move(deep, away)
    opened(shop, "lib/deep").symlink_to(away)
    opened(shop, "conf/sample.txt").unlink()
    for command in ("sweep", "recover", "prune"):
        shop.perform(command)
    shop.ship()
    assert (shop.live / "lib/deep/u.php").read_text() == "<?php // own\n"


@pytest.mark.parametrize("back", [True, False])
def test_a_directory_in_the_place_of_a_carried_file_stops_no_command(shop, back):
    """G4, G5: "Not a directory" at each rollback, for ever."""
    carried(shop, "lib/own.php", "<?php // own\n")
    shop.ship()
    own = opened(shop, "lib/own.php")
    own.unlink()
    own.mkdir()
    (own / "inner.txt").write_text("inner\n")
    if back:
        shop.rollback()
        shop.rollback()
    else:
        opened(shop, "public/index.php").unlink()
        shop.perform("recover")
    assert (shop.live / "lib/own.php/inner.txt").read_text() == "inner\n"
    assert any("<?php // own\n" in path.read_text() for path in shop.site.rglob("own.php*") if path.is_file()) or (
        "<?php // own\n" in attic_texts(shop.site)
    )


def test_an_old_file_in_a_retired_release_takes_the_place_of_no_live_directory(shop):
    """G2: a directory with new files was in the attic, and the file of a release nobody looks at was served."""
    carried(shop, "lib/a/first.php", "<?php // first\n")
    old = shop.live.resolve()
    shop.ship()
    let_write(old / "lib")
    shutil.rmtree(old / "lib/a")
    (old / "lib/a").write_text("late\n")
    opened(shop, "lib/a/new.php").write_text("<?php // new\n")
    shop.perform("sweep")
    assert (shop.live / "lib/a/new.php").read_text() == "<?php // new\n"
    assert "late\n" in attic_texts(shop.site)
