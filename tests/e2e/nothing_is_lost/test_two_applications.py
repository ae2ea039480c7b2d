"""Two different applications, deployed three times and rolled back twice from git while their users keep writing."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from holdfast_engine.model.request import Settings
from lib.precious import let_write
from lib.traffic import Traffic
from lib.world import LARAVEL, NEXT, World

ENOUGH = 10_000
SHOP = {
    **LARAVEL,
    "vite.config.js": "export default { build: { outDir: 'public/build' } }\n",
    "resources/js/app.js": "console.log('version {version}')\n",
}
GALLERY = {
    **NEXT,
    "lib/store.js": "export const store = 'data/store.json' // version {version}\n",
    "data/.gitkeep": "",
}
LARAVEL_BUILD = ("mkdir -p public/build/assets && cp resources/js/app.js public/build/assets/app.js",)
NEXT_BUILD = ("mkdir -p .next/static && cp app/page.jsx .next/static/page.js",)


def shop(world: World, traffic: Traffic) -> None:
    """What the users of a Laravel shop do: known and unknown directories, logs, sessions, generated files."""
    traffic.uploading(lambda _number: "storage/app/public")
    traffic.uploading(lambda _number: "public/uploads/avatars")
    traffic.uploading(lambda number: f"public/albums-{number // 40}/pictures")
    traffic.uploading(lambda number: f"members/{number // 60}")
    traffic.logging("storage/logs/laravel.log")
    traffic.rewriting("storage/framework/sessions/5f2c")
    traffic.rewriting("public/feeds/products.json")
    traffic.replacing("storage/app/settings.json")
    traffic.replacing("public/feeds/news.json")


def gallery(world: World, traffic: Traffic) -> None:
    """What the users of a Next.js gallery do: uploads below `public/`, a JSON store, directories that nobody named."""
    traffic.uploading(lambda _number: "public/uploads")
    traffic.uploading(lambda number: f"public/user-{number // 40}")
    traffic.uploading(lambda number: f"var/inbox/{number // 60}")
    traffic.logging("data/access.log")
    traffic.rewriting("data/counter.json")
    traffic.replacing("data/store.json")


APPLICATIONS = {
    "laravel with artisan and vite": (SHOP, LARAVEL_BUILD, shop, "public/build/assets/app.js", "public/index.php"),
    "next.js with uploads and a store": (GALLERY, NEXT_BUILD, gallery, ".next/static/page.js", "app/page.jsx"),
}


@pytest.mark.parametrize("name", APPLICATIONS)
def test_an_application_is_deployed_three_times_and_rolled_back_twice_under_its_users_hands(name, tmp_path):
    """G1 to G5, I59: no acknowledged write is lost, none is out of sight, and no look in ten thousand misses."""
    files, build, at_work, built, code = APPLICATIONS[name]
    world = World(tmp_path, files, env="APP_KEY=base64:k\nAPP_NAME=Shop\n" if files is SHOP else None, kind="git")
    world.settings = Settings(build=build)
    world.ship()
    for folder in ("public/feeds", "public/uploads"):
        (world.live / folder).mkdir(exist_ok=True)
    traffic = Traffic(world.live)
    at_work(world, traffic)
    traffic.looking([row["path"] for row in world.perform("status")["shared"] if row["path"] != "public/uploads"])
    with traffic:
        rounds = 0
        while rounds == 0 or traffic.looks < ENOUGH:
            version = world.version
            for act, live in (
                (world.ship, version + 1),
                (world.ship, version + 2),
                (world.ship, version + 3),
                (world.rollback, version + 2),
                (world.rollback, version + 1),
            ):
                answer = act()
                assert answer["data"]["lost"] == 0
                world.assert_code_is(live, code)
                world.assert_code_is(live, built)
            rounds += 1
    world.ship()
    traffic.assert_all_served()
    assert traffic.misses == []
    assert traffic.looks >= ENOUGH
    assert traffic.acknowledged() > 200
    world.perform("recover")
    traffic.assert_all_served()


def test_a_gallery_keeps_its_sqlite_database_and_its_json_file_through_deploys_and_rollbacks(tmp_path):
    """I69, I70: both lie in undeclared places, both grow between the steps, neither ever goes back."""
    world = World(tmp_path, NEXT, env=None, kind="git")
    world.ship()
    let_write(world.live / "database")
    (world.live / "database").mkdir()
    with closing(sqlite3.connect(world.live / "database/gallery.db")) as database, database:
        database.execute("create table picture (name text)")
    wanted: list[str] = []
    for act in (world.ship, world.ship, world.ship, world.rollback, world.rollback):
        wanted.append(f"picture {len(wanted)}")
        with closing(sqlite3.connect(world.live / "database/gallery.db")) as database, database:
            database.execute("insert into picture values (?)", (wanted[-1],))
        (world.live / "database/list.json").write_text(json.dumps(wanted))
        act()
        with closing(sqlite3.connect(world.live / "database/gallery.db")) as database:
            assert [row[0] for row in database.execute("select name from picture order by rowid")] == wanted
        assert json.loads((world.live / "database/list.json").read_text()) == wanted
