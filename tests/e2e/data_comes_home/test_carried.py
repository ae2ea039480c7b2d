"""What appears on the server beside code goes along as real files, under a second name (DESIGN 4)."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess

import pytest

from holdfast_engine.model.request import Settings
from lib.oracle import attic_texts
from lib.precious import let_write
from lib.world import World

PHP = {"index.php": "<?php // version {version}\n", "lib/code.php": "<?php // {version}\n", "robots.txt": "all\n"}


@pytest.fixture
def world(tmp_path):
    """A site that was deployed once, its release open to the application."""
    world = World(tmp_path, PHP, env=None)
    world.ship()
    open_up(world)
    return world


def open_up(world):
    let_write(world.live.resolve() / "new")
    let_write(world.live.resolve() / "lib/new")


def write(world, path, text):
    where = world.live / path
    where.parent.mkdir(parents=True, exist_ok=True)
    where.write_text(text)
    return text


def read(world, path):
    where = world.live / path
    return where.read_text() if where.is_file() else None


def is_real(world, path):
    return not (world.live / path).is_symlink()


def second_name(world, path):
    return world.site / ".holdfast/carried/files" / path


def test_a_single_file_goes_along_by_its_inode(world):
    """G2, G10: one file under several names; its mode and owner are nobody's to change."""
    write(world, "ads.txt", "google.com, pub-1\n")
    os.chmod(world.live / "ads.txt", 0o664)
    inode = (world.live / "ads.txt").stat().st_ino
    answer = world.ship()
    assert answer["data"]["carried"] == ["ads.txt"]
    assert answer["data"]["adopted"] == []
    assert is_real(world, "ads.txt")
    assert (world.live / "ads.txt").stat().st_ino == inode == second_name(world, "ads.txt").stat().st_ino
    assert (world.live / "ads.txt").stat().st_mode & 0o777 == 0o664
    assert not (world.site / "shared/ads.txt").exists()


def test_a_directory_with_a_program_goes_along_as_a_whole_and_one_without_is_shared(world):
    """DESIGN 4: a plugin finds what is beside it, and its program may delete and rename it by its own means."""
    write(world, "forum/index.php", "<?php require __DIR__.'/../lib/code.php';\n" + "// " + "x" * 200)
    photo = write(world, "forum/photos/a.jpg", "a photo")
    bill = write(world, "bills/1.pdf", "a bill")
    answer = world.ship()
    assert answer["data"]["carried"] == ["forum"]
    assert answer["data"]["adopted"] == ["bills"]
    assert is_real(world, "forum")
    assert is_real(world, "forum/photos")
    assert (world.live / "bills").is_symlink()
    assert (read(world, "forum/photos/a.jpg"), read(world, "bills/1.pdf")) == (photo, bill)


def test_what_is_deleted_stays_deleted_and_is_kept(world):
    """DESIGN 4, what vanished: told in one line, and kept in the attic."""
    text = write(world, "maintenance.flag", "down for an hour\n")
    world.ship()
    (world.live / "maintenance.flag").unlink()
    answer = world.ship()
    assert read(world, "maintenance.flag") is None
    assert [line for line in answer["warnings"] if "deleted on the server" in line and "maintenance.flag" in line]
    world.rollback()
    assert read(world, "maintenance.flag") is None
    assert text in attic_texts(world.site)
    assert not second_name(world, "maintenance.flag").exists()


def test_what_is_deleted_is_kept_under_its_own_name_and_never_as_the_directory_of_code_that_it_lay_in(world):
    """G2, G5: it was the last that was carried there. Whoever puts back what is named gets that, and no `lib/`."""
    text = write(world, "lib/notes.txt", "one page\n")
    world.ship()
    (world.live / "lib/notes.txt").unlink()
    answer = world.ship()
    assert [line for line in answer["warnings"] if "deleted on the server" in line and "`lib/notes.txt`" in line]
    assert "lib" not in [one["path"] for one in world.perform("attic")["entries"]]
    world.perform("restore", path="lib/notes.txt")
    assert read(world, "lib/notes.txt") == text
    assert not (world.live / "lib").is_symlink()


def test_what_is_renamed_keeps_its_content_under_the_new_name(world):
    """G2: a log that is rotated."""
    write(world, "visits.log", "line 1\n")
    world.ship()
    os.rename(world.live / "visits.log", world.live / "visits.log.1")
    write(world, "visits.log", "line 2\n")
    for _ in range(2):
        world.ship()
        assert (read(world, "visits.log.1"), read(world, "visits.log")) == ("line 1\n", "line 2\n")
        open_up(world)


def test_the_live_version_wins_on_the_way_back_as_well(world):
    """G5: a rollback changes code alone; the target's own older carried files give way."""
    write(world, "sitemap.xml", "one")
    write(world, "gone.txt", "soon gone")
    world.ship()
    open_up(world)
    (world.live / "sitemap.xml").unlink()
    write(world, "sitemap.xml", "two")
    write(world, "new.txt", "came later")
    (world.live / "gone.txt").unlink()
    world.ship()
    world.rollback()
    world.assert_code_is(2, "index.php")
    assert (read(world, "sitemap.xml"), read(world, "new.txt"), read(world, "gone.txt")) == ("two", "came later", None)
    assert "one" in attic_texts(world.site)
    assert "soon gone" in attic_texts(world.site)


def test_a_shipped_file_that_is_no_program_stays_as_it_was_edited_here(world):
    """DESIGN 4: merged three ways, as seeds are; a program is the release's."""
    let_write(world.live.resolve() / "robots.txt")
    os.chmod(world.live / "robots.txt", 0o644)
    os.chmod(world.live / "lib/code.php", 0o644)
    write(world, "robots.txt", "User-agent: *\nDisallow: /private\n")
    write(world, "lib/code.php", "<?php // edited here\n")
    for _ in range(2):
        world.ship()
        assert read(world, "robots.txt") == "User-agent: *\nDisallow: /private\n"
        assert "edited here" not in read(world, "lib/code.php")
    assert "<?php // edited here\n" in attic_texts(world.site)
    world.ship({"robots.txt": "Disallow: /admin\n"})
    assert read(world, "robots.txt") == "User-agent: *\nDisallow: /private\n"
    assert "Disallow: /admin\n" in attic_texts(world.site)


def test_rsync_delete_is_an_accident_and_all_is_put_back(world):
    """DESIGN 4: links of directories or shipped files are missing with it."""
    write(world, "ads.txt", "an ad")
    write(world, "bills/1.pdf", "a bill")
    world.ship()
    open_up(world)
    os.chmod(world.live / "robots.txt", 0o644)
    for name in ("ads.txt", "bills", "robots.txt"):
        (world.live / name).unlink()
    answer = world.ship()
    assert (read(world, "ads.txt"), read(world, "bills/1.pdf")) == ("an ad", "a bill")
    assert [line for line in answer["warnings"] if "are back" in line]


def test_rsync_delete_is_an_accident_to_the_link_of_a_script_too(world):
    """DESIGN 4: `link` is what looks last before somebody's own script switches."""
    write(world, "ads.txt", "an ad")
    write(world, "bills/1.pdf", "a bill")
    world.ship()
    for name in ("ads.txt", "bills"):
        (world.live / name).unlink()
    by_script = world.site / "releases/by-script"
    world.commit()
    shutil.copytree(world.repository, by_script)
    answer = world.perform("link", release=str(by_script), path=str(world.site / "shared"))
    assert read(world, "ads.txt") == "an ad"
    assert [(by_script / name).read_text() for name in ("ads.txt", "bills/1.pdf")] == ["an ad", "a bill"]
    assert [line for line in answer["warnings"] if "are back" in line]


def test_a_deletion_stays_one_to_link_where_a_shipped_file_went_before_it(world):
    """DESIGN 4: what is missing with it is what is missing since the last look."""
    for name in ("a.txt", "b.txt"):
        write(world, name, name)
    live = world.live.resolve()
    link = {"release": str(live), "path": str(world.site / "shared")}
    world.perform("link", **link)
    for gone in ("robots.txt", "a.txt", "b.txt"):
        (live / gone).unlink()
        world.perform("link", **link)
        assert not (live / gone).exists()


def test_what_is_put_back_is_open_to_whom_it_was_open(world):
    """G10: a directory that only its owner may enter is hidden from the web server, and its program from everybody."""
    write(world, "forum/lib/index.php", "<?php 1;\n")
    for path, mode in (("forum", 0o2775), ("forum/lib", 0o755)):
        (world.live / path).chmod(mode)
    world.ship()
    subprocess.run(["find", world.live.resolve(), "-mindepth", "1", "-delete"], check=True)
    world.ship()
    assert read(world, "forum/lib/index.php") == "<?php 1;\n"
    assert stat.S_IMODE((world.live / "forum").stat().st_mode) == 0o2775
    assert stat.S_IMODE((world.live / "forum/lib").stat().st_mode) == 0o755


def test_rsync_delete_that_makes_a_directory_of_a_link_is_an_accident_too(world):
    """DESIGN 4: where the source ships something in what is shared, its directory takes the place of the link."""
    world.ship({"uploads/.gitkeep": ""})
    open_up(world)
    write(world, "ads.txt", "an ad")
    write(world, "uploads/1.jpg", "a picture")
    world.ship()
    open_up(world)
    for name in ("ads.txt", "uploads"):
        (world.live / name).unlink()
    write(world, "uploads/.gitkeep", "")
    answer = world.ship()
    assert (read(world, "ads.txt"), read(world, "uploads/1.jpg")) == ("an ad", "a picture")
    assert (world.live / "uploads").is_symlink()
    assert [line for line in answer["warnings"] if "are back" in line]


def test_rsync_delete_after_a_rollback_is_an_accident_too(world):
    """DESIGN 4: a release of before has links to all that is shared today, whatever its own record says."""
    world.ship()
    open_up(world)
    write(world, "ads.txt", "an ad")
    write(world, "bills/1.pdf", "a bill")
    world.ship()
    world.rollback()
    for name in ("ads.txt", "bills"):
        (world.live / name).unlink()
    world.ship()
    assert (read(world, "ads.txt"), read(world, "bills/1.pdf")) == ("an ad", "a bill")


def test_a_database_beside_code_is_a_set_and_shared(world):
    """DESIGN 5, Sets: also in a directory that is carried."""
    import sqlite3

    write(world, "forum/run.php", "<?php // " + "y" * 200)
    for path in ("club.sqlite", "forum/board.db"):
        with sqlite3.connect(world.live / path) as database:
            database.execute("create table t (v)")
        database.close()
    answer = world.ship()
    assert sorted(answer["data"]["adopted"]) == ["club.sqlite", "forum/board.db"]
    assert (world.live / "forum/board.db").is_symlink()
    assert is_real(world, "forum/run.php")


def test_what_was_written_late_to_the_release_that_is_left_comes_along(world):
    """I59: between the last look and the switch, and after it; in both the newer one is served."""
    write(world, "a.txt", "a")
    world.settings = world.settings.__class__(
        after_activation=("cd $HOLDFAST_PREVIOUS && printf late > late.txt && rm -f a.txt",)
    )
    world.ship()
    assert read(world, "late.txt") == "late"
    assert read(world, "a.txt") is None
    assert "a" in attic_texts(world.site)


def test_prune_takes_nothing_that_stands_nowhere_else(world):
    """G6: what was carried once and is deleted since lies in the attic when its last release goes."""
    text = write(world, "once.txt", "once upon a time")
    world.ship()
    (world.live / "once.txt").unlink()
    for _ in range(3):
        world.ship()
    world.perform("prune", keep=0)
    world.perform("prune", keep=0)
    assert text in attic_texts(world.site)


def test_carrying_again_costs_no_journal_record_for_each_file(world):
    """A carried tree is no journal record per file."""
    for number in range(200):
        write(world, f"forum/part{number}.php", f"<?php // {number} " + "z" * 150)
    world.ship()
    world.ship()
    journals = sorted((world.site / ".holdfast/journal").glob("*-deploy.jsonl"))
    assert all(len(journal.read_text().splitlines()) < 60 for journal in journals)


def test_a_link_by_the_site_s_absolute_path_is_made_relative_and_goes_along(world):
    """G9: a copy of the site never reads its original, and no link ends with a release that is pruned."""
    write(world, "maps/one.xml", "<map/>")
    (world.live / "newest.xml").symlink_to(world.live.resolve() / "maps/one.xml")
    for _ in range(2):
        world.ship()
        assert os.readlink(world.live / "newest.xml") == "maps/one.xml"
        assert read(world, "newest.xml") == "<map/>"


@pytest.mark.parametrize("build", [(), ("true",)])
def test_libraries_that_a_plugin_brings_go_along_with_it_each_time(world, build):
    """G2: `node_modules` is a build's name, but nothing that a build makes lies in a directory that came as a whole."""
    world.settings = Settings(build=build)
    for version in (1, 2, 3):
        made = f"plugins/shop/node_modules/part-{version}/index.js"
        text = write(world, made, f"part {version}\n")
        write(world, "plugins/shop/node_modules/base/index.js", f"base {version}\n")
        world.ship()
        assert read(world, made) == text
        assert read(world, "plugins/shop/node_modules/base/index.js") == f"base {version}\n"
