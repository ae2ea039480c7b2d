"""Sequences that once lost, hid or blocked something: each found by trying to, each held from now on."""

from __future__ import annotations

import inspect
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import suppress

import pytest

from holdfast_engine.model.request import Settings
from lib.oracle import attic_texts
from lib.refusals import Killed, acting_at, assert_refused, die, fails
from lib.world import LARAVEL, World

PHP = {"index.php": "<?php 'version {version}';\n", "public/index.php": "<?php 'version {version}';\n"}


@pytest.fixture
def world(tmp_path):
    return World(tmp_path, PHP, env=None)


def during(world: World, command: str, point: str, act: Callable[[], object], *, count: int = 1, **more) -> None:
    """COMMAND runs, and ACT happens when it reaches POINT for the COUNTth time."""
    with suppress(Killed), acting_at(point, act, count=count):
        world.perform(command, **more)


def deploy_during(world: World, point: str, act: Callable[[], object], *, count: int = 1) -> None:
    during(world, "deploy", point, act, count=count, source=world.source)


def save(world: World, path: str) -> None:
    """An atomic save: whatever stands at PATH gives way, a link as well."""
    world.precious.write(f"{path}.swp")
    content = world.precious.written.pop(f"{path}.swp")
    os.replace(world.live / f"{path}.swp", world.live / path)
    world.precious.written[path] = content


def test_adopt_never_replaces_a_file_called_current(tmp_path):
    """G1: the one name that adoption needs may be somebody's."""
    world = World(tmp_path, env=None)
    world.site.mkdir()
    (world.site / "index.html").write_text("x")
    (world.site / "current").write_text("precious")
    assert_refused(world.top, lambda: world.perform("adopt"), exits=20, code="adopt-unclear")


@pytest.mark.parametrize("name", ["releases", "shared"])
def test_adopt_refuses_names_of_its_own_that_hold_something(tmp_path, name):
    """G2: what lies there would be taken for Holdfast's, and not be served any more."""
    world = World(tmp_path, env=None)
    (world.site / name).mkdir(parents=True)
    (world.site / name / "config.php").write_text("inner")
    (world.site / "config.php").write_text("outer")
    assert_refused(world.top, lambda: world.perform("adopt"), exits=20, code="adopt-unclear")


@pytest.mark.parametrize("inner", ["current", "releases"])
def test_adopt_inside_a_site_is_refused_and_names_the_site(world, inner):
    """G2: a release turned into a site of its own would hide the site around it."""
    world.ship()
    where = str(world.site / inner)
    problem = assert_refused(world.top, lambda: world.perform("adopt", path=where), exits=20, code="already-managed")
    assert str(world.site) in problem.message


def test_a_directory_of_releases_is_no_release_to_link(world):
    """I44: `link releases/$N` with an empty N."""
    world.ship()
    assert_refused(
        world.top,
        lambda: world.perform("link", release=str(world.site / "releases") + "/", path=str(world.site / "shared")),
        exits=30,
        code="release-outside",
    )


@pytest.mark.parametrize("named", [True, False])
def test_data_in_the_middle_of_a_cache_is_swept_like_any_other(tmp_path, named):
    """G2: a shared path below a directory that the framework calls a cache, saved by rename."""
    world = World(tmp_path, {"index.php": "{version}", "cache/.gitkeep": ""}, env=None)
    world.settings = Settings(framework="grav", shared=("cache/data.json",))
    world.precious.write("cache/data.json", into=world.site / "shared")
    world.ship()
    world.settings = world.settings if named else Settings(framework="grav")
    world.ship()
    save(world, "cache/data.json")
    world.ship()
    world.precious.assert_served()
    for _ in range(2):
        world.perform("prune", keep=0)
    world.precious.assert_none_lost()


def test_a_seed_that_is_opened_for_writing_while_it_is_updated_keeps_what_comes(world):
    """G1: acknowledged by a descriptor that was opened after the last look."""
    ignored = LARAVEL[".gitignore"] + "/public/uploads\n"
    world.ship({"public/uploads/a.txt": "shipped {version}\n", ".gitignore": ignored})
    opened: list[int] = []
    where = world.site / "shared/public/uploads/a.txt"
    world.commit()
    deploy_during(world, "place.exchange", lambda: opened.append(os.open(where, os.O_WRONLY | os.O_APPEND)))
    os.write(opened[0], b"precious\n")
    os.close(opened[0])
    world.ship()
    world.perform("prune", keep=0)
    assert "shipped 1\nprecious\n" in attic_texts(world.site, "public/uploads/a.txt")


def test_a_release_is_looked_at_once_more_though_its_removal_was_killed(world):
    """G6: the move to the trash is on disk, the record is not yet gone; a worker still writes."""
    world.ship()
    world.ship()
    during(world, "prune", "place.moved", die, keep=0)
    [item] = (world.site / ".holdfast/trash").iterdir()
    world.precious.write("public/late", into=item)
    world.perform("prune", keep=0)
    world.precious.assert_none_lost()


def test_what_is_a_cache_to_the_next_framework_alone_is_no_cache_in_the_trash(world):
    """G6: the release's own framework decides what of it is rebuilt."""
    world.ship()
    world.settings = Settings(framework="grav")
    world.ship()
    world.perform("prune", keep=0)
    [item] = (world.site / ".holdfast/trash").glob("*-prune-*")
    world.precious.write("cache/late", into=item)
    world.perform("prune", keep=0)
    world.precious.assert_none_lost()


@pytest.mark.parametrize("point", ["durable.sync_file_system", "place.switch"])
def test_a_shipped_database_that_is_first_written_during_the_deploy_is_served(world, point):
    """I69: the rows that came home win over the copy that the new release ships."""
    shipped = world.top / "shipped.sqlite"
    write_row(shipped, "shipped")
    (world.repository / "data").mkdir()
    shutil.copy(shipped, world.repository / "data/app.sqlite")
    world.ship()
    world.commit()
    deploy_during(world, point, lambda: write_row(world.live / "data/app.sqlite", "precious"))
    assert sqlite3.connect(world.live / "data/app.sqlite").execute("select a from t").fetchall()[-1] == ("precious",)


def write_row(where, row: str) -> None:
    if where.exists():
        where.chmod(0o644)
    connection = sqlite3.connect(where)
    with connection:
        connection.execute("create table if not exists t(a)")
        connection.execute("insert into t values(?)", (row,))
    connection.close()


@pytest.mark.parametrize("count", range(1, 7))
def test_a_save_after_a_kill_in_a_merge_is_what_recovery_serves(world, count):
    """G2, G4: the newest version is never taken for what was set aside."""
    world.ship({"public/gal/g.php": "<?php 'g';\n"})
    world.precious.write("public/gal/p")
    world.commit({"public/gal/g.php": None})
    deploy_during(world, "place.make_link", die, count=count)
    save(world, "public/gal/p")
    world.perform("recover")
    world.precious.assert_served()


def test_a_rollback_to_a_directory_of_code_where_a_stray_file_stands_serves_the_code(world):
    """G2, G4: there the release wins, the stray is in the attic, and every command goes on."""
    world.ship({"public/foo/code.php": "<?php 'code';\n"})
    world.ship({"public/foo/code.php": None})
    world.precious.write("public/foo")
    world.rollback()
    assert (world.live / "public/foo/code.php").read_text() == "<?php 'code';\n"
    for command in ("status", "prune", "recover", "checklist"):
        world.perform(command)
    world.precious.assert_none_lost()


def test_a_restore_below_what_is_a_file_now_is_refused_and_blocks_nothing(world):
    """G4, G5: what stands in the way is newer and stays."""
    world.ship({"public/a/x": "version {version}\n"})
    world.precious.write("public/a/x")
    world.ship()
    world.ship({"public/a/x": None})
    world.precious.written.pop("public/a/x")
    shutil.rmtree(world.live / "public/a", ignore_errors=True)
    world.precious.write("public/a")
    world.ship()
    world.perform("recover")
    fails(lambda: world.perform("restore", path="public/a/x"), exits=30, code="restore-blocked")
    world.perform("prune")
    world.ship()
    world.precious.assert_served()


def test_an_entry_that_is_saved_after_a_kill_of_adopt_is_what_is_served(tmp_path):
    """G2, G4: the one at the old place is the newer one."""
    world = World(tmp_path, env=None)
    world.site.mkdir()
    (world.site / "index.php").write_text("x")
    (world.site / "config.ini").write_text("K=1")
    during(world, "adopt", "place.exchanged", die, count=2)
    (world.site / "config.ini.swp").write_text("K=2")
    (world.site / "config.ini.swp").replace(world.site / "config.ini")
    world.perform("adopt")
    assert (world.live / "config.ini").read_text() == (world.site / "config.ini").read_text() == "K=2"


def test_a_real_directory_at_the_frameworks_link_goes_on_being_served_when_it_is_adopted(tmp_path):
    """I63, G2: a host that copied `public/storage` instead of linking it."""
    world = World(tmp_path, env=None)
    for path in LARAVEL:
        (world.site / path).parent.mkdir(parents=True, exist_ok=True)
        (world.site / path).write_text(LARAVEL[path])
    (world.site / ".env").write_text("APP_KEY=x")
    world.precious.write("public/storage/avatar.png", into=world.site)
    world.precious.write("storage/app/public/other.png", into=world.site)
    world.perform("adopt")
    world.precious.assert_served()


def test_a_directory_at_the_frameworks_link_in_shared_never_takes_its_place(tmp_path):
    """G2: somebody put files into `shared/public/storage`; what is seen there is `storage/app/public`."""
    world = World(tmp_path)
    world.ship()
    world.precious.write("storage/app/public/1.png")
    world.precious.write("public/storage/x.png", into=world.site / "shared")
    world.ship()
    assert (world.live / "public/storage/1.png").exists()
    world.perform("link", release=str(world.site / world.live.readlink()), path=str(world.site / "shared"))
    world.precious.assert_none_lost()


def test_the_frameworks_link_outlives_the_framework(tmp_path):
    """G2: what was seen through `public/storage` is seen although nothing says Laravel any more."""
    world = World(tmp_path)
    world.ship()
    world.precious.write("public/storage/1.png")
    world.ship(dict.fromkeys(("artisan", "composer.json", "bootstrap/app.php")))
    world.precious.assert_served()


def test_what_comes_through_a_link_between_the_last_look_and_the_switch_is_served(world):
    """I59: the next release splits the directory, and the file came to the old one's link."""
    world.ship()
    world.precious.write("public/gal/x")
    world.ship()
    world.commit({"public/gal/g.php": "<?php 'g';\n"})
    deploy_during(world, "place.switch", lambda: world.precious.write("public/gal/late"))
    world.precious.assert_served()


def test_what_is_written_while_a_site_without_baselines_is_deployed_is_served(world):
    """G2: what came after the first look is no part of what was shipped."""
    world.ship()
    shutil.rmtree(world.site / ".holdfast/baselines")
    world.commit()
    deploy_during(world, "extract.file", lambda: world.precious.write("public/new"))
    world.precious.assert_served()


def test_what_is_written_to_a_release_that_was_made_by_hand_is_served_later(world):
    """G2: it has no record, and is looked through before and after the switch like any other."""
    world.ship()
    shutil.copytree(world.live, world.site / "releases/manual", symlinks=True)
    world.live.unlink()
    world.live.symlink_to("releases/manual")
    world.commit()
    deploy_during(world, "place.switch", lambda: world.precious.write("public/new"))
    world.precious.assert_served()


def test_links_of_users_lead_where_they_led_after_they_came_home(world):
    """G2: to shipped code beside them, and out of a directory that was moved."""
    world.ship({"public/images/logo": "logo\n", "public/a.json": "a\n"})
    public = world.live / "public"
    (public / "photos").symlink_to("images")
    (public / "latest").symlink_to("a.json")
    (public / "gal").mkdir()
    (public / "gal/l").symlink_to("../a.json")
    world.ship()
    assert [(public / path).read_text() for path in ("photos/logo", "latest", "gal/l")] == ["logo\n", "a\n", "a\n"]


def test_a_current_that_leads_out_of_the_site_is_not_switched_away_from(world):
    """G2, I21: what is live elsewhere would be out of sight with no word."""
    world.ship()
    elsewhere = world.top / "srv"
    elsewhere.mkdir()
    (elsewhere / "upload").write_text("u")
    world.live.unlink()
    world.live.symlink_to(elsewhere)
    world.commit()
    assert_refused(world.top, world.deploy, exits=20, code="current-leads-away")


def test_a_save_after_a_killed_restore_is_the_newer_one(world):
    """G4, G5: recovery finishes only what nobody touched since."""
    world.ship()
    world.precious.write("public/p")
    world.ship()
    save(world, "public/p")
    world.ship()
    during(world, "restore", "copy.name", die, path="public/p")
    save(world, "public/p")
    world.perform("recover")
    world.precious.assert_served()


def test_the_attic_shows_what_was_written_to_a_file_that_was_equal_once(tmp_path):
    """G1: a descriptor that was open on the detached twin of `.env`."""
    world = World(tmp_path)
    world.ship()
    text = (world.live / ".env").read_text()
    world.precious.write(".env.swp", text=text)
    os.replace(world.live / ".env.swp", world.live / ".env")
    world.precious.written.pop(".env.swp")
    descriptor = os.open(world.live / ".env", os.O_WRONLY | os.O_APPEND)
    world.ship()
    assert [one for one in world.perform("attic")["entries"] if one["path"] == ".env"] == []
    os.write(descriptor, b"PRECIOUS=1\n")
    os.close(descriptor)
    [entry] = [one for one in world.perform("attic")["entries"] if one["path"] == ".env"]
    assert "PRECIOUS" in (world.site / entry["place"]).read_text()


def test_recover_never_brings_back_code_that_a_later_release_left_out(world):
    """G2: a path that is shared for an upload beside it makes no data of an old release's code."""
    world.ship({"public/old/shell.php": "<?php 'hole';\n"})
    world.ship({"public/old/shell.php": None})
    world.precious.write("public/old/a")
    for _ in range(3):
        world.perform("recover")
    assert not (world.live / "public/old/shell.php").exists()
    world.precious.assert_served()


def test_a_rollback_leaves_code_that_lies_beside_data_where_it_is(world):
    """G5: what the release that is left ships in a directory that today is shared stays code."""
    world.ship()
    world.precious.write("public/docs/u.pdf")
    world.ship({"public/docs/terms.html": "terms {version}\n"})
    world.rollback()
    world.ship()
    assert (world.live / "public/docs/terms.html").read_text() == f"terms {world.version}\n"
    world.precious.assert_served()


def test_recover_makes_no_data_of_what_was_spared_among_build_output(world):
    """G2: `vendor/cache` in `shared/` would make data of all of `vendor/`."""
    world.settings = Settings(build=("mkdir -p vendor && cp index.php vendor/autoload.php",))
    world.ship({"composer.json": '{"require": {"slim/slim": "^4"}}\n'})
    world.precious.write("vendor/cache/tmp")
    world.ship()
    for _ in range(2):
        world.perform("recover")
    world.ship()
    assert (world.live / "vendor/autoload.php").read_text() == (world.live / "index.php").read_text()
    world.rollback()
    assert (world.live / "vendor/autoload.php").read_text() == (world.live / "index.php").read_text()
    world.precious.assert_none_lost()


def test_a_file_where_a_directory_is_shared_is_refused_before_anything_is_done(world):
    """S05: the plan says so, not the third step."""
    world.ship()
    world.precious.write("public/a/x")
    world.ship()
    world.commit({"public/a": "a file\n"})
    assert_refused(world.top, world.deploy, exits=30, code="seed-type-changed")


def test_shared_data_behind_a_link_to_another_disk_is_linked_and_never_written_to(world):
    """G9: `shared/public/uploads` leads to a mount, and the release ships a placeholder in it."""
    disk = world.top / "disk"
    disk.mkdir()
    (world.site / "shared/public").mkdir(parents=True)
    (world.site / "shared/public/uploads").symlink_to(disk)
    for _ in range(2):
        world.ship({"public/uploads/.gitkeep": ""})
    (world.live / "public/uploads/1.jpg").write_text("upload")
    assert os.listdir(disk) == ["1.jpg"]


def test_recover_without_the_site_file_keeps_what_the_records_know(world):
    """G4: rollback works as before."""
    world.ship()
    world.ship()
    (world.site / ".holdfast/site.json").unlink()
    world.perform("recover")
    world.rollback()
    world.assert_code_is(1)


@pytest.fixture
def shallow():
    """An interpreter that recurses a few levels only, so that a tree of 90 is a deep one."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 180)
    yield
    sys.setrecursionlimit(before)


def test_a_tree_that_is_deeper_than_the_interpreter_recurses_is_merged(world, shallow):
    """G1: live and shared both hold it."""
    deep = "/".join(["public/d", *["q"] * 90, "f"])
    world.ship()
    world.precious.write(deep)
    world.ship()
    (world.live / "public/d").unlink()
    world.precious.write(deep)
    world.ship()
    world.precious.assert_served()


def test_versions_of_a_name_as_long_as_a_name_can_be_are_all_kept(world):
    """G1: a number in the name would make it too long."""
    name = "public/" + "x" * 255
    world.ship()
    world.precious.write(name)
    world.ship()
    elder = world.live.resolve()
    world.ship()
    for top in (elder, world.live):
        (top / name).unlink()
        world.precious.write(name, into=top)
    world.perform("recover")
    world.precious.assert_served()


def test_a_save_at_the_old_document_root_after_an_adoption_is_told_of(tmp_path):
    """G2: it stands where the link stood, and the application that is served through `current` does not see it."""
    world = World(tmp_path, env=None)
    world.site.mkdir()
    (world.site / "index.php").write_text("x")
    (world.site / "config.ini").write_text("K=1")
    warnings = world.perform("adopt")["warnings"]
    assert any("point the web server" in line for line in warnings)
    assert any("reload php-fpm" in line for line in warnings)
    assert standing(world)["verdict"] == "pass"
    (world.site / "config.ini.swp").write_text("K=2")
    (world.site / "config.ini.swp").replace(world.site / "config.ini")
    assert standing(world)["verdict"] == "warn"
    assert "config.ini" in standing(world)["why"]


def standing(world: World) -> dict[str, str]:
    [found] = [one for one in world.perform("checklist")["checks"] if one["name"] == "old-document-root"]
    return found


def test_the_way_back_and_forward_serves_each_release_whole(world):
    """G2, G5: a directory that one release links whole holds shipped code in the other."""
    world.ship()
    world.precious.write("img/u.png")
    world.ship({"img/s.png": "shipped {version}\n"})
    forward = world.live.resolve().name
    world.rollback()
    world.rollback(forward)
    assert (world.live / "img/s.png").read_text() == f"shipped {world.version}\n"
    world.precious.assert_served()
    assert world.deploy()["outcome"] == "unchanged"


def test_a_release_that_lacks_code_is_neither_gone_back_to_nor_called_unchanged(world):
    """G3: what is not whole is not activated, and a deploy of the same version mends it."""
    world.ship()
    first = world.live.resolve()
    world.ship()
    (first / "public/index.php").unlink()
    assert_refused(world.top, world.rollback, exits=30, code="release-altered")
    (world.live / "public/index.php").unlink()
    assert world.deploy()["outcome"] == "deployed"


def test_an_environment_that_a_source_ships_never_replaces_the_sites_own(tmp_path):
    """I35: a directory source with a `.env`; what the site has since its first day stays."""
    world = World(tmp_path, {**LARAVEL, ".env": "APP_KEY=one\n"}, env=None)
    world.ship()
    world.ship({".env": "APP_KEY=two\n"})
    assert (world.live / ".env").read_text() == "APP_KEY=one\n"


def test_what_is_written_between_link_and_the_scripts_switch_comes_home_with_the_next_link(world):
    """I59: a hand-written script links, is written to, switches, and links again."""
    world.ship()
    for name in ("a", "b"):
        release = world.site / "releases" / name
        shutil.copytree(world.repository, release, ignore=shutil.ignore_patterns(".git"))
        world.perform("link", release=str(release), path=str(world.site / "shared"))
        world.precious.write(f"public/late-{name}.pdf")
        world.live.unlink()
        world.live.symlink_to(f"releases/{name}")
        world.perform("link", release=str(release), path=str(world.site / "shared"))
    world.precious.assert_served()


def test_a_link_of_a_users_to_a_directory_of_code_with_one_upload_shows_both(world):
    """G2: only the upload came home; the code behind the link stays where it is."""
    world.ship({"public/images/logo": "logo\n"})
    world.precious.write("public/images/mine.png")
    (world.live / "public/photos").symlink_to("images")
    world.ship()
    assert (world.live / "public/photos/logo").read_text() == "logo\n"
    assert (world.live / "public/photos/mine.png").exists()


def test_sealing_never_changes_a_file_that_has_a_second_name(world):
    """G9: a build links into a store outside the site, as some package managers do."""
    store = world.top / "store.js"
    store.write_text("x")
    store.chmod(0o664)
    world.settings = Settings(build=(f"ln {store} public/store.js",))
    world.ship()
    assert store.stat().st_mode & 0o777 == 0o664


def test_what_somebody_put_under_the_name_of_a_failed_release_is_kept(world):
    """G6: it was undone and taken away; what stands there now is somebody else's."""
    world.settings = Settings(before_activation=("exit 1",))
    world.commit()
    failed = fails(world.deploy, exits=50, code="hook-failed")
    assert failed.state
    [record] = (world.site / ".holdfast/releases").iterdir()
    mine = world.site / "releases" / record.stem
    mine.mkdir(parents=True)
    (mine / "mine.txt").write_text("precious")
    world.settings = Settings()
    world.ship()
    for _ in range(2):
        world.perform("prune", keep=0)
    assert (mine / "mine.txt").read_text() == "precious"


def test_a_framework_link_is_left_out_where_something_else_is_shipped_above_it(tmp_path):
    """G4: `public` as a link to `web`."""
    world = World(tmp_path)
    world.ship()
    world.precious.write("storage/app/public/1.png")
    paths = [path for path in world.files if path.startswith("public/")]
    changes = {path.replace("public/", "web/"): world.files[path] for path in paths}
    world.commit({**dict.fromkeys(paths), **changes})
    shutil.rmtree(world.repository / "public", ignore_errors=True)
    (world.repository / "public").symlink_to("web")
    world.ship()
    world.precious.assert_none_lost()


def test_a_recovery_brings_no_shipped_file_back_that_people_took_away(tmp_path):
    """G5: what an older release shipped is nobody's data; put back, it would stand in the way of every newer one."""
    world = World(tmp_path, {**LARAVEL, "storage/app/demo.txt": "demo {version}\n"})
    world.ship()
    world.precious.write("storage/app/public/1.png")
    live = world.live.resolve()
    shutil.copytree(live / "storage", live / "real")
    (live / "storage").unlink()
    (live / "real").rename(live / "storage")
    world.ship({"storage/app/demo.txt": None})  # the copy is equal to what is shared, and in the attic
    (world.site / "shared/storage/app/demo.txt").unlink()

    found = world.perform("recover")["found"]

    assert [row["action"] for row in found if row["path"] == "storage/app/demo.txt"] == ["listed"]
    assert not (world.site / "shared/storage/app/demo.txt").exists()
