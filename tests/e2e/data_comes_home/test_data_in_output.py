"""Data in the middle of what a build makes: kept, served, and never a reason to share the build's output."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from holdfast_engine.model.request import Settings
from lib.precious import let_write
from lib.world import World

SHOP = {
    "manage.py": "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
    "shop/settings.py": "STATIC_ROOT = BASE_DIR / 'staticfiles'\nMEDIA_ROOT = BASE_DIR / 'staticfiles' / 'media'\n",
    "shop/static/site.css": "/* version {version} */\n",
    ".gitignore": "/staticfiles\n",
}
COLLECT = ("mkdir -p staticfiles && cp shop/static/site.css staticfiles/site.css",)


@pytest.fixture
def shop(tmp_path):
    world = World(tmp_path, SHOP, env=None, kind="directory")
    world.settings = Settings(build=COLLECT)
    return world


def assert_well(world: World) -> None:
    world.precious.assert_none_lost()
    world.precious.assert_served()
    assert (world.live / "staticfiles/site.css").read_text() == f"/* version {world.version} */\n"
    assert not (world.live / "staticfiles").is_symlink()


def test_uploads_below_what_a_build_fills_are_served_and_every_build_is_new(shop):
    """G1, G2: a media directory inside the collected files; the setting of the application beats the preset."""
    for _ in range(3):
        shop.ship()
        assert_well(shop)
        shop.precious.write(f"staticfiles/media/{shop.version}.jpg")


def test_the_output_around_what_somebody_put_into_shared_is_not_shared_with_it(shop):
    """What lies in `shared/` is linked by itself: else builds would end there, and a rollback would change no code."""
    shop.precious.write("staticfiles/documents/a.pdf", into=shop.site / "shared")
    for _ in range(2):
        shop.ship()
        assert_well(shop)


def test_a_database_that_the_application_made_in_output_is_served(shop):
    """G2: a file that is SQLite by its first bytes is a database, whatever directory it stands in (I69)."""
    shop.ship()
    for version in (1, 2):
        where = shop.live / "staticfiles/counters"
        let_write(where)
        with closing(sqlite3.connect(where, isolation_level=None)) as database:
            database.execute("create table if not exists visits (number integer)")
            database.execute("insert into visits values (?)", (version,))
        shop.ship()
        assert_well(shop)
    with closing(sqlite3.connect(shop.live / "staticfiles/counters")) as database:
        assert database.execute("select number from visits").fetchall() == [(1,), (2,)]


def test_data_in_output_that_nobody_builds_any_more_is_brought_home_out_of_it(shop):
    """G2: output that came to a release by hand is a stray as a whole, but the data in it goes on being served."""
    shop.settings = Settings()
    shop.ship({"shop/settings.py": "STATIC_ROOT = BASE_DIR / 'staticfiles'\n"})
    shop.precious.write("staticfiles/media/a.jpg")
    (shop.live / "staticfiles/collected.css").write_text("collected by hand\n")
    answer = shop.ship({"shop/settings.py": SHOP["shop/settings.py"]})
    shop.precious.assert_served()
    assert answer["data"]["adopted"] == ["staticfiles/media"]
    assert [row["path"] for row in answer["data"]["attic"]] == ["staticfiles/collected.css"]


def test_a_directory_in_the_place_of_the_framework_s_link_is_shared_as_one(tmp_path):
    """S05, G2: the framework calls the place its own link; what a script put there is served, after `link` too."""
    world = World(tmp_path)
    world.ship()
    place = world.live / "public/storage"
    let_write(place.parent)
    place.unlink()
    place.mkdir()
    world.precious.write("public/storage/x.png")
    world.perform("link", release=str(world.live.resolve()), path=str(world.site / "shared"))
    world.precious.assert_served()
    world.ship()
    world.precious.assert_served()
