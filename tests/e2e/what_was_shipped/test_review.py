"""`holdfast review`: what looks like code is listed with its evidence, and what a person decides on it holds (G2)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from holdfast_engine.model.request import Settings
from lib import oracle
from lib.precious import let_write
from lib.refusals import assert_refused, fails
from lib.world import World

SHOP = {
    "index.php": "<?php // version {version}\n",
    "admin.php": "<?php // the vendor's administration\n",
    "page.php": "<?php // a page of version {version}\n",
    "install/setup.php": "<?php // installs\n",
    "install/schema.sql": "create table a (b int);\n",
    "inc/db.php": "<?php\nclass Db {}\n",
    "inc/old.css": "a {}\n",
    "uploads/.gitkeep": "",
}
TOOL, FORUM = "<?php echo 'our own tool';\n", "<?php require 'lib/User.php';\n"


@pytest.fixture
def shop(tmp_path):
    """A shop that came from a vendor, deployed once."""
    world = World(tmp_path, SHOP, env=None)
    world.ship()
    return world


def came(world: World) -> None:
    """A tool, a forum with classes, a script among the uploads; and what is nobody's code."""
    world.put("tool.php", TOOL)
    world.put("forum/index.php", FORUM)
    world.put("forum/lib/User.php", "<?php\nclass User {}\n")
    world.put("forum/logo.png", "png")
    world.put("uploads/script.php", "<?php // came as an upload\n")
    world.put("uploads/photo.jpg", "jpg")
    world.put("ads.txt", "ads")
    world.put("photos/index.php", "<?php // silence\n")
    world.put("photos/a.jpg", "jpg")


def listed(world: World) -> dict[str, str]:
    return {row["path"]: row["what"] for row in world.perform("review")["entries"]}


def row(world: World, path: str) -> dict:
    return next(each for each in world.perform("review")["entries"] if each["path"] == path)


def words(world: World, path: str) -> list[str]:
    return [one["word"] for one in row(world, path)["evidence"]]


def say(world: World, verb: str, path: str, **more):
    return world.perform("review", intent=verb, words=(path,), **more)


def served(world: World, path: str) -> str | None:
    where = world.live / path
    return where.read_text() if where.exists() else None


def test_what_looks_like_code_is_listed_and_what_does_not_is_not(shop):
    """G2: a script beside the code, a directory of programs as one, a script among uploads; neither pictures nor
    `ads.txt`, nor a page that only keeps a directory from being listed."""
    came(shop)
    assert listed(shop) == {"tool.php": "carried", "forum": "carried", "uploads/script.php": "data"}
    assert words(shop, "tool.php") == ["runs"]
    forum = row(shop, "forum")
    assert (forum["kind"], forum["files"], forum["bytes"]) == ("dir", 3, len(FORUM) + len("<?php\nclass User {}\n") + 3)
    assert forum["changed"] == pytest.approx((shop.live / "forum/logo.png").stat().st_mtime, abs=5)
    assert forum["can"] == ["keep", "drop", "share"]
    assert row(shop, "uploads/script.php")["can"] == ["keep", "drop"]


@pytest.mark.parametrize(
    ("path", "text", "word"),
    [
        ("bin/nightly", "#!/bin/sh\necho\n", "started"),
        ("src/Invoice.java", "package shop;\npublic class Invoice {\n}\n", "class"),
        ("db/migrate/20240101120000_add_price.rb", "# adds a price\n", "migration"),
        ("inc/composer.json", "{}\n", "manifest"),
        ("inc/2024_05_01_120000_create_orders.sql", "create table o (a int);\n", "migration"),
    ],
)
def test_evidence_is_more_than_an_ending(shop, path, text, word):
    """What a file begins with, what it defines, its place and its name tell of code as well."""
    shop.ship({path.rpartition("/")[0] + "/shipped.php": "<?php // beside\n"})
    shop.put(path, text)
    assert word in words(shop, path)


def test_what_a_vendor_once_shipped_is_known_by_its_baseline(shop):
    """A page that the vendor took away and that was edited here stays alive, and is named for what it is."""
    shop.put("admin.php", "<?php // edited here\n")
    shop.put("inc/old.css", "a { color: red }\n")
    first = (shop.live).resolve().name
    shop.ship({"admin.php": None, "inc/old.css": None})
    assert served(shop, "admin.php") == "<?php // edited here\n"
    assert words(shop, "admin.php") == ["runs", "shipped"]
    assert words(shop, "inc/old.css") == ["shipped"]
    assert first in row(shop, "inc/old.css")["evidence"][0]["text"]


def test_what_a_preset_expects_on_the_server_is_not_asked_about(tmp_path):
    """A plugin that an administrator installed is where plugins are."""
    wordpress = {
        "wp-includes/version.php": "<?php $wp_version = '6.5';\n",
        "wp-load.php": "<?php\n",
        "wp-login.php": "<?php\n",
        "index.php": "<?php // version {version}\n",
        "wp-admin/index.php": "<?php // admin\n",
        "wp-content/plugins/own/own.php": "<?php /* Plugin Name: Own */\n",
    }
    world = World(tmp_path, wordpress, env=None)
    world.ship()
    world.put("wp-content/plugins/seo/seo.php", "<?php /* Plugin Name: Seo */\n")
    world.put("tool.php", TOOL)
    assert listed(world) == {"tool.php": "carried"}


def test_edited_and_deleted_shipped_files_are_listed(shop):
    """The edit before the deploy that puts it aside, and after it; a removed installer as one."""
    shop.put("page.php", "<?php // edited here\n")
    for name in ("setup.php", "schema.sql"):
        let_write(shop.live / "install" / name)
        (shop.live / "install" / name).unlink()
    (shop.live / "install").rmdir()
    assert listed(shop) == {"page.php": "edited", "install": "deleted"}
    assert (row(shop, "install")["files"], row(shop, "install")["kind"]) == (2, "dir")
    shop.ship()
    assert listed(shop) == {"page.php": "edited"}
    assert row(shop, "page.php")["place"].startswith(".holdfast/attic/")


def test_looking_changes_nothing_and_takes_no_lock(shop):
    """`review` and `review diff` read alone."""
    came(shop)
    before = oracle.contents(shop.site, without=())
    shop.perform("review")
    say(shop, "diff", "tool.php")
    assert oracle.contents(shop.site, without=()) == before


@pytest.mark.parametrize("act", ["deploy", "sweep", "rollback"])
def test_what_is_kept_stays_and_is_not_listed_again(shop, act):
    """`keep` holds at every later deploy, rollback and sweep."""
    came(shop)
    shop.ship()
    assert say(shop, "keep", "tool.php")["outcome"] == "kept"
    say(shop, "keep", "forum")
    say(shop, "keep", "uploads/script.php")
    for _ in range(2):
        {"deploy": shop.ship, "sweep": lambda: shop.perform("sweep"), "rollback": shop.rollback}[act]()
        assert listed(shop) == {}
        assert (served(shop, "tool.php"), served(shop, "forum/index.php")) == (TOOL, FORUM)
        if act == "rollback":
            break


def test_of_what_is_kept_the_servers_version_counts_when_a_release_ships_it(shop):
    """It is ours: no release takes its place."""
    came(shop)
    say(shop, "keep", "tool.php")
    shop.ship({"tool.php": "<?php // the release's own\n"})
    assert served(shop, "tool.php") == TOOL


def test_an_edit_that_is_kept_before_the_deploy_stays_served(shop):
    """Else the release's version takes its place, and it lies in the attic."""
    shop.put("page.php", "<?php // edited here\n")
    say(shop, "keep", "page.php")
    shop.ship()
    assert served(shop, "page.php") == "<?php // edited here\n"
    assert listed(shop) == {}


def test_an_edit_that_gave_way_can_be_kept_and_restored(shop):
    """From then on the server's version counts."""
    shop.put("page.php", "<?php // edited here\n")
    shop.ship()
    assert "holdfast restore page.php" in say(shop, "keep", "page.php", only_plan=True)["notes"][0]
    say(shop, "keep", "page.php")
    shop.perform("restore", path="page.php")
    shop.ship()
    assert served(shop, "page.php") == "<?php // edited here\n"


def test_an_edit_that_is_dropped_is_not_asked_about_again_but_another_one_is(shop):
    """The decision is on this content."""
    shop.put("page.php", "<?php // edited here\n")
    say(shop, "drop", "page.php")
    shop.ship()
    assert listed(shop) == {}
    shop.put("page.php", "<?php // edited anew\n")
    assert listed(shop) == {"page.php": "edited"}


@pytest.mark.parametrize("path", ["tool.php", "forum", "uploads/script.php"])
def test_what_is_dropped_lies_in_the_attic_and_nothing_brings_it_back(shop, path):
    """G1: a rename into the attic; no deploy, rollback, sweep or recover takes it for lost or for a stray."""
    came(shop)
    shop.ship()
    before = oracle.contents(shop.site / "current" / path if path == "forum" else shop.live.resolve(), without=())
    answer = say(shop, "drop", path)
    assert (answer["outcome"], [one["path"] for one in answer["attic"]]) == ("dropped", [path])
    for act in (
        lambda: None,
        lambda: shop.perform("sweep"),
        shop.ship,
        shop.rollback,
        lambda: shop.perform("recover"),
        shop.ship,
    ):
        act()
        assert served(shop, path) is None
        assert not (shop.live / path).exists()
    assert before
    assert path not in listed(shop)
    assert served(shop, "uploads/photo.jpg") == "jpg"


@pytest.mark.parametrize("path", ["tool.php", "forum/lib/User.php", "uploads/script.php"])
def test_what_is_dropped_can_be_restored(shop, path):
    """It is never deleted outright."""
    came(shop)
    shop.ship()
    text, top = served(shop, path), "forum" if path.startswith("forum") else path
    say(shop, "drop", top)
    shop.perform("restore", path=top)
    assert served(shop, path) == text
    shop.ship()
    assert served(shop, path) == text


def test_what_comes_again_to_a_dropped_path_is_listed_again(shop):
    """A decision to drop is on what was there."""
    came(shop)
    say(shop, "drop", "tool.php")
    shop.put("tool.php", "<?php // another one\n")
    assert listed(shop)["tool.php"] == "carried"
    shop.ship()
    assert served(shop, "tool.php") == "<?php // another one\n"


@pytest.mark.parametrize("path", ["tool.php", "forum"])
def test_what_is_shared_is_a_shared_path_at_once_and_for_good(shop, path):
    """One exchange: it lies in `shared/`, and every release links it, also one that had it as real files."""
    came(shop)
    shop.ship()
    old = {name: served(shop, name) for name in ("tool.php", "forum/index.php", "forum/lib/User.php")}
    assert say(shop, "share", path)["adopted"] == [path]
    for act in (lambda: None, lambda: shop.perform("sweep"), shop.ship, shop.rollback, shop.ship):
        act()
        assert (shop.live / path).is_symlink()
        assert (shop.live / path).resolve() == (shop.site / "shared" / path).resolve()
        assert {name: served(shop, name) for name in old} == old
        assert path not in listed(shop)
    assert not (shop.site / ".holdfast/carried/files" / path).exists()


def test_a_word_can_be_taken_back(shop):
    """Every decision is reversible: it is listed again, and can be decided otherwise."""
    came(shop)
    say(shop, "keep", "tool.php")
    assert [one["path"] for one in shop.perform("review")["decided"]] == ["tool.php"]
    assert say(shop, "forget", "tool.php")["outcome"] == "forgotten"
    assert "tool.php" in listed(shop)
    assert "review" not in json.loads((shop.site / ".holdfast/site.json").read_text())["features"]
    say(shop, "drop", "tool.php")
    assert served(shop, "tool.php") is None


@pytest.mark.parametrize(
    ("verb", "path", "exits", "code"),
    [
        ("keep", "nowhere.php", 11, "path-missing"),
        ("drop", "ads.txt", 11, "not-listed"),
        ("drop", "index.php", 11, "not-listed"),
        ("drop", "forum/index.php", 11, "not-listed"),
        ("drop", "uploads", 11, "not-listed"),
        ("keep", "../tool.php", 10, "path-invalid"),
        ("share", "uploads/script.php", 30, "review-blocked"),
        ("share", "page.php", 30, "review-blocked"),
        ("drop", "inc/db.php", 30, "review-blocked"),
        ("forget", "tool.php", 11, "not-listed"),
        ("praise", "tool.php", 2, "usage"),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(shop, verb, path, exits, code):
    """What is not listed, is not there, or cannot be: a clear error."""
    came(shop)
    shop.put("page.php", "<?php // edited here\n")
    (shop.live / "inc/db.php").unlink()
    assert_refused(shop.top, lambda: say(shop, verb, path), exits=exits, code=code)


def test_a_directory_that_shows_shared_data_is_not_dropped_with_it(shop):
    """G2: a database in a forum lies in `shared/`, and its link would go."""
    import sqlite3

    came(shop)
    with sqlite3.connect(shop.live / "forum/posts.db") as rows:
        rows.execute("create table posts (text)")
    rows.close()
    shop.ship()
    assert (shop.site / "shared/forum/posts.db").exists()
    problem = assert_refused(shop.top, lambda: say(shop, "drop", "forum"), exits=30, code="review-blocked")
    assert "forum/posts.db" in problem.message


@pytest.mark.parametrize("name", ["club.php", "club.php-wal"])
def test_a_database_and_what_stands_beside_it_are_one_thing_and_data(shop, name):
    """I91: by whichever of its files it is named, and whatever its name is."""
    from lib.database_writer import Database

    database = Database("club.php", "wal")
    database.write(shop.live.resolve(), 3)
    database.stop()
    shop.ship()
    assert listed(shop) == {}
    problem = fails(lambda: say(shop, "drop", name), exits=30, code="review-blocked")
    assert "club.php" in problem.message


def test_who_says_no_changes_nothing_and_a_plan_touches_nothing(shop):
    """G8: keep, drop and share ask; `--plan` shows what they would do."""
    came(shop)
    for verb in ("keep", "drop", "share"):
        assert_refused(
            shop.top,
            lambda verb=verb: say(shop, verb, "tool.php", person=lambda _plan: False),
            exits=31,
            code="declined",
        )
        plan = say(shop, verb, "tool.php", only_plan=True)
        assert [step["name"] for step in plan["steps"]] == {
            "keep": ["say"], "drop": ["set-aside"], "share": ["say", "share"],
        }[verb]  # fmt: skip
    assert (served(shop, "tool.php"), listed(shop)["tool.php"]) == (TOOL, "carried")


def test_what_the_settings_say_later_wins(shop):
    """Whoever writes it into holdfast.toml has the last word."""
    came(shop)
    say(shop, "keep", "tool.php")
    shop.settings = Settings(shared=("tool.php",))
    shop.ship()
    assert (shop.live / "tool.php").is_symlink()
    shop.ship()
    assert served(shop, "tool.php") == TOOL


def test_a_name_that_no_setting_may_hold_is_kept_all_the_same(shop):
    """A word on it is a word on the list alone: every later command goes on."""
    shop.put("tool*~.php", TOOL)
    say(shop, "keep", "tool*~.php")
    shop.ship()
    assert (served(shop, "tool*~.php"), listed(shop)) == (TOOL, {})


def test_a_word_is_no_setting_of_a_file_and_nobody_says_that_it_was_left_out(shop):
    """The check of what configuration dropped is on configuration alone."""
    came(shop)
    say(shop, "share", "forum")
    assert not [one for one in shop.ship()["warnings"] if "no longer in the configuration" in one]
    told = shop.perform("explain", path="forum", release=str(shop.site))["rulings"][0]["source"]
    assert told == "`holdfast review share forum`"


def notes(plan) -> list[str]:
    return [one for one in (*plan.get("notes", ()), *plan.get("warnings", ())) if "holdfast review" in one]


def test_plans_and_answers_point_to_the_review_in_one_line_while_there_is_something(shop):
    """Deploy, sweep and status; nothing is said once everything is decided."""
    came(shop)
    shop.put("page.php", "<?php // edited here\n")
    hint = f"`holdfast review --site {shop.site}`"
    assert notes(shop.perform("plan", source=shop.source)) == [
        f"2 paths look like code, 1 shipped file was different here: {hint}"
    ]
    assert notes(shop.perform("sweep", only_plan=True)) == [f"2 paths look like code: {hint}"]
    assert notes(shop.perform("sweep")) == [f"2 paths look like code: {hint}"]
    assert len(notes(shop.ship())) == 1
    status = shop.perform("status")
    assert (notes(status), status["review"]) == (
        [f"3 paths look like code, 1 shipped file was different here: {hint}"],
        {"carried": 2, "data": 1, "edited": 1},
    )
    for path in ("tool.php", "forum", "uploads/script.php", "page.php"):
        say(shop, "keep", path)
    assert [notes(act()) for act in (shop.ship, lambda: shop.perform("sweep"), lambda: shop.perform("status"))] == [
        []
    ] * 3


def test_an_adoption_points_to_what_lies_among_its_data(tmp_path):
    """A script among the uploads of a site that was in use."""
    world = World(tmp_path, SHOP, env=None)
    world.settings = Settings(shared=("uploads/",))
    for path, text in {**SHOP, "uploads/script.php": "<?php // came as an upload\n"}.items():
        where = world.site / path
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_text(text)
    answer = world.perform("adopt", path=str(world.site))
    assert notes(answer) == [f"1 file looks like code: `holdfast review --site {world.site}`"]


def test_what_the_first_deploy_after_an_adoption_does_not_ship_is_listed(tmp_path):
    """A vendor's page of years ago is somebody's data until a person says otherwise."""
    world = World(tmp_path, SHOP, env=None)
    for path, text in {**SHOP, "old-admin.php": "<?php // of version 3\n"}.items():
        where = world.site / path
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_text(text.replace("{version}", "1"))
    world.perform("adopt", path=str(world.site))
    world.ship()
    assert listed(world) == {"old-admin.php": "carried"}
    say(world, "drop", "old-admin.php")
    world.ship()
    assert (served(world, "old-admin.php"), (world.site / "old-admin.php").exists()) == (None, False)


def test_a_decision_holds_for_somebodys_own_script(tmp_path):
    """`link`: the state lies beside `shared/`, and so do the words."""
    site = tmp_path / "site"
    world = World(tmp_path, SHOP, env=None)
    for number in (1, 2, 3):
        for path, text in SHOP.items():
            where = site / f"releases/{number}" / path
            where.parent.mkdir(parents=True, exist_ok=True)
            where.write_text(text.replace("{version}", str(number)))
    (site / "shared").mkdir(exist_ok=True)

    def script(number: int) -> None:
        world.perform("link", release=str(site / f"releases/{number}"), path=str(site / "shared"))
        new = site / "new"
        new.symlink_to(f"releases/{number}")
        new.rename(site / "current")

    script(1)
    came(world)
    script(2)
    assert listed(world) == {"tool.php": "carried", "forum": "carried", "uploads/script.php": "data"}
    say(world, "keep", "tool.php")
    say(world, "drop", "uploads/script.php")
    say(world, "share", "forum")
    script(3)
    assert (served(world, "tool.php"), served(world, "forum/index.php")) == (TOOL, FORUM)
    assert served(world, "uploads/script.php") is None
    assert (world.live / "forum").is_symlink()
    assert listed(world) == {}


def test_a_diff_shows_the_edit_against_what_is_served(shop):
    """Text alone, as `diff -u` has it."""
    shop.put("page.php", "<?php // edited here\n")
    shop.ship()
    answer = say(shop, "diff", "page.php")
    assert answer["text"].splitlines()[2:] == ["@@ -1 +1 @@", "-<?php // a page of version 2", "+<?php // edited here"]
    assert answer["to"]["place"] == row(shop, "page.php")["place"]


def test_a_diff_shows_what_was_deleted_and_what_was_shipped_once(shop):
    """From a release that still has it."""
    shop.put("admin.php", "<?php // edited here\n")
    shop.ship({"admin.php": None, "install/setup.php": SHOP["install/setup.php"]})
    let_write(shop.live / "install/setup.php")
    (shop.live / "install/setup.php").unlink()
    deleted = say(shop, "diff", "install/setup.php")
    assert (deleted["to"], "-<?php // installs" in deleted["text"]) == (None, True)
    assert "+<?php // edited here" in say(shop, "diff", "admin.php")["text"]


def test_a_diff_takes_a_file_of_a_listed_directory_and_refuses_the_directory(shop):
    """It is compared file by file."""
    came(shop)
    assert "+class User {}" in say(shop, "diff", "forum/lib/User.php")["text"]
    assert "forum/" in fails(lambda: say(shop, "diff", "forum"), exits=11, code="not-listed").hint
    fails(lambda: say(shop, "diff", "forum/none.php"), exits=11, code="path-missing")


def test_a_diff_of_what_is_no_text_says_so(shop):
    """No bytes are thrown at a terminal."""
    came(shop)
    (shop.live / "tool.php").write_bytes(b"<?php\0\1\2")
    answer = say(shop, "diff", "tool.php")
    assert (answer["text"], "not text" in answer["notes"][0]) == ("", True)


def test_a_site_without_a_word_has_no_feature_that_an_earlier_version_refuses(shop):
    """Old sites are readable, and new ones are for old versions, as long as nothing is said."""
    came(shop)
    file = Path(shop.site / ".holdfast/site.json")
    assert "review" not in json.loads(file.read_text())
    say(shop, "keep", "tool.php")
    value = json.loads(file.read_text())
    assert ("review" in value["features"], value["review"]["format"]) == (True, 1)
    value["review"]["format"] = 2
    file.write_text(json.dumps(value))
    assert_refused(shop.top, shop.deploy, exits=41, code="format-unknown")
