"""An environment file that the source ships, or that somebody made in the release: an edit on the server is data."""

from __future__ import annotations

import os

import pytest

from holdfast_engine.model.request import Settings
from lib.oracle import attic_texts
from lib.precious import let_write
from lib.world import World

EXPRESS = {
    "package.json": '{"name": "shop", "dependencies": {"express": "^4.19.0"}, "version": "0.0.{version}"}\n',
    "index.js": "// version {version}\n",
}
SHIPPED = {**EXPRESS, ".env": "PORT=3000\nRELEASE={version}\n"}
WITH_EXAMPLE = {**SHIPPED, ".env.example": "PORT=\nRELEASE={version}\n"}
EDITED = "PORT=3000\nDATABASE_URL=postgres://shop:secret@localhost/shop\n"


@pytest.fixture(params=["", "api/"])
def prefix(request):
    """The application at the top of the repository, and one below it."""
    return request.param


def shipping(tmp_path, files, prefix=""):
    world = World(tmp_path, {prefix + path: text for path, text in files.items()}, env=None)
    world.ship()
    return world


def edit(world, path, text=EDITED):
    where = world.live.resolve() / path
    let_write(where)
    where.write_text(text)


def test_an_edit_on_the_server_of_a_shipped_environment_is_served_after_a_deploy(tmp_path, prefix):
    """G2, I32: credentials that somebody typed into `.env` on the server are not code."""
    world = shipping(tmp_path, SHIPPED, prefix)
    edit(world, prefix + ".env")

    told = world.ship()

    assert (world.live / prefix / ".env").read_text() == EDITED
    assert os.readlink(world.live / prefix / ".env").endswith(f"shared/{prefix}.env")
    assert prefix + ".env" in told["data"]["adopted"]
    world.assert_code_is(2, prefix + "index.js")


def test_it_stays_through_later_deploys_and_rollbacks(tmp_path):
    """G2, G5: whatever the releases ship at that path, older ones too."""
    world = shipping(tmp_path, SHIPPED)
    edit(world, ".env")
    world.ship()

    for act in (world.ship, world.rollback, world.rollback, world.ship):
        act()
        assert (world.live / ".env").read_text() == EDITED


def test_one_made_by_hand_in_the_release_gives_way_to_none_that_is_shipped_later(tmp_path):
    """G2: whoever made it was there first."""
    world = shipping(tmp_path, EXPRESS)
    edit(world, ".env.local")

    world.ship({".env.local": "PORT=1\n"})

    assert (world.live / ".env.local").read_text() == EDITED


def test_a_shipped_environment_that_nobody_edited_is_that_of_the_release(tmp_path):
    """G2's other half: code is fresh."""
    world = shipping(tmp_path, SHIPPED)

    world.ship()

    assert "RELEASE=2" in (world.live / ".env").read_text()


def test_one_that_is_shipped_beside_an_example_is_the_sites_from_the_first_day(tmp_path, prefix):
    """G2, I35: it is put into `shared/` once; whatever the source ships later, nobody's key changes."""
    world = shipping(tmp_path, WITH_EXAMPLE, prefix)

    world.ship()

    assert os.readlink(world.live / prefix / ".env").endswith(f"shared/{prefix}.env")
    assert "RELEASE=1" in (world.live / prefix / ".env").read_text()


def test_an_edited_example_is_code(tmp_path):
    """What only shows how an environment looks is the source's; the edit is in the attic (G6)."""
    world = shipping(tmp_path, WITH_EXAMPLE)
    edit(world, ".env.example")

    world.ship()

    assert "RELEASE=2" in (world.live / ".env.example").read_text()
    assert EDITED in attic_texts(world.site, ".env.example")


@pytest.mark.parametrize("files", [SHIPPED, WITH_EXAMPLE])
def test_who_names_it_as_code_has_it_as_code(tmp_path, files):
    """What a person says of a path goes before what its name says; the edit is in the attic (G6)."""
    world = World(tmp_path, files, env=None)
    world.settings = Settings(code=(".env",))
    world.ship()
    edit(world, ".env")

    world.ship()

    assert "RELEASE=2" in (world.live / ".env").read_text()
    assert EDITED in attic_texts(world.site, ".env")
