"""What somebody saves over a link of a filled document root, or beside it, comes home and is served (I105, G2)."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from holdfast_engine.fs import document_roots
from holdfast_engine.model.request import Settings
from lib.oracle import attic_texts, digest, lost
from lib.pages import COMMANDS, FLAT, assert_home, made, save
from lib.snapshot import assert_unchanged, snapshot
from lib.users import APPLICATION, TOOL, Hosted, as_user, give, why_not, write


@pytest.fixture(params=["laravel", "flat"])
def world(request, tmp_path):
    return made(tmp_path, request.param)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_page_that_is_saved_beside_the_links_comes_home_and_goes_along(world, command):
    """G2: it is served at its address by each release from then on; what the application deletes stays deleted."""
    save(world, "google123.html")
    save(world, "gallery/a.jpg")
    COMMANDS[command](world)
    assert_home(world, "google123.html", "gallery/a.jpg")
    assert (world.live / world.inner / "gallery").is_symlink()
    world.ship()
    world.rollback()
    assert_home(world, "google123.html", "gallery/a.jpg")
    (world.live / world.inner / "google123.html").unlink()
    world.ship()
    assert not os.path.lexists(world.root / "google123.html")


def test_a_page_that_is_saved_over_a_link_is_an_edit_of_what_is_live(world):
    """G2: it is served, and the shipped one lies in the attic; a release that ships a program there wins again."""
    save(world, "index.php")
    answer = world.perform("sweep")
    assert_home(world, "index.php")
    assert [row["path"] for row in answer["data"]["attic"]] == [world.inner + "index.php"]
    assert "<?php // version 2\n" in attic_texts(world.site, world.inner + "index.php")
    assert world.perform("sweep")["data"]["attic"] == []
    answer = world.ship()
    assert "version 3" in (world.root / "index.php").read_text()
    assert world.inner + "index.php" in [row["path"] for row in answer["data"]["attic"]]
    world.precious.assert_none_lost()


@pytest.mark.parametrize("command", ["deploy", "rollback"])
def test_a_program_that_is_saved_over_a_link_gives_way_to_the_release_that_ships_it(world, command):
    """DESIGN 4: there the release wins, and the server's version lies in the attic and is told."""
    save(world, "index.php")
    answer = COMMANDS[command](world)
    assert f"version {3 if command == 'deploy' else 1}" in (world.root / "index.php").read_text()
    assert world.inner + "index.php" in [row["path"] for row in answer["data"]["attic"]]
    world.precious.assert_none_lost()


def test_what_a_panel_writes_into_a_shipped_file_goes_along(world):
    """A file that is no program: unchanged in the source and changed here, ours stays."""
    name = ".htaccess" if not world.inner else "robots.txt"
    save(world, name, "# of the panel\n")
    world.ship()
    assert_home(world, name)
    world.ship()
    assert_home(world, name)


def test_a_directory_that_is_saved_over_a_link_is_brought_file_by_file(world):
    """G2: shipped files that are not in it stay, edited and new ones are served."""
    shipped = "flags/de.svg" if world.inner else "css/site.css"
    other = shipped.replace("de.svg", "fr.svg").replace("site", "more")
    save(world, shipped)
    save(world, other)
    (world.root / shipped).parent.joinpath("deep/er").mkdir(parents=True)
    save(world, f"{os.path.dirname(shipped)}/deep/er/x.json")
    world.perform("sweep")
    assert_home(world, shipped, other, f"{os.path.dirname(shipped)}/deep/er/x.json")
    assert sorted(attic_texts(world.site, world.inner + shipped)) == ["<svg>de</svg>\n" if world.inner else "body\n"]


def test_uploads_that_are_saved_over_the_link_of_shared_data_are_merged_with_them(world):
    """G2: `rsync` makes a directory of the link; what was uploaded before is seen again, of each file the newest."""
    world.precious.write(f"{world.inner}uploads/a.jpg")
    world.precious.write(f"{world.inner}uploads/b.jpg")
    world.ship()
    (world.root / "uploads").unlink()
    (world.root / "uploads").mkdir()
    save(world, "uploads/c.jpg")
    elder = world.precious.written[f"{world.inner}uploads/b.jpg"]
    save(world, "uploads/b.jpg")
    os.utime(world.root / "uploads/b.jpg", (4e9, 4e9))
    world.perform("sweep")
    assert_home(world, "uploads/a.jpg", "uploads/b.jpg", "uploads/c.jpg")
    assert lost(world.site, {"elder": digest(elder)}) == []
    assert (world.site / "shared" / world.inner / "uploads/c.jpg").is_file()


def test_an_environment_that_is_uploaded_is_the_one_of_the_application(tmp_path):
    """G2: where the document root shows all of it, it is its own; the elder lies in the attic."""
    world = made(tmp_path, "flat")
    save(world, ".env", "KEY=first\n")
    world.ship()
    (world.root / ".env").unlink()
    save(world, ".env", "KEY=second\n")
    os.utime(world.root / ".env", (4e9, 4e9))
    world.ship()
    assert (world.site / "shared/.env").read_text() == "KEY=second\n"
    assert "KEY=first\n" in attic_texts(world.site, ".env")


def test_a_forum_that_is_unpacked_there_is_carried_with_its_links(world):
    """DESIGN 4: a directory with a program; a link that led out of the document root leads to the same place."""
    (world.top / "media").mkdir()
    (world.top / "media/film.mp4").write_text("film\n")
    save(world, "forum/index.php")
    save(world, "forum/lib/core.php")
    (world.root / "forum/film").symlink_to("../../media/film.mp4")
    (world.root / "forum/lib/first").symlink_to("../index.php")
    (world.root / "forum/home").symlink_to("../index.php")
    for _ in range(2):
        world.ship()
        assert_home(world, "forum/index.php", "forum/lib/core.php")
        assert (world.root / "forum/film").read_text() == "film\n"
        assert (world.root / "forum/lib/first").read_text() == "forum/index.php saved by FTP\n"
        assert "version" in (world.root / "forum/home").read_text()


def test_a_database_that_a_page_makes_there_comes_home_with_its_rows(world):
    """I61: PHP stands in the document root; one that is open stays where it is, and is told of."""
    where = world.root / "guests.sqlite"
    with closing(sqlite3.connect(where)) as database:
        database.execute("pragma journal_mode=wal")
        database.execute("create table rows (n)")
        database.executemany("insert into rows values (?)", [(n,) for n in range(20)])
        database.commit()
        copy = {end: (world.root / f"guests.sqlite{end}").read_bytes() for end in ("", "-wal")}
    for end, content in copy.items():
        (world.root / f"guests.sqlite{end}").write_bytes(content)
    world.perform("sweep")
    world.ship()
    assert where.is_symlink()
    with closing(sqlite3.connect(where)) as database:
        assert database.execute("select count(*) from rows").fetchone() == (20,)


def test_g7_what_hosts_and_other_sites_keep_there_stays(world, tmp_path, monkeypatch):
    """What stood there first, a domain of its own, a repository, a link of a person: nothing of it is moved."""
    shutil.rmtree(world.root)
    world.root.mkdir()
    (world.root / ".user.ini").write_text("of the host\n")
    (world.root / "index.html").write_text("a new account\n")
    (world.root / "stats").mkdir()
    world.perform("sweep")
    hosts = tmp_path / "nginx/other.conf"
    hosts.parent.mkdir()
    hosts.write_text(f"server {{ root {world.root}/other.org/web; }}\n")
    monkeypatch.setattr(document_roots, "HOST_FILES", (str(hosts),))
    for path in ("shop.org/cgi-bin/x", "other.org/web/index.html", ".git/HEAD", "wiki/.holdfast/site.json"):
        save(world, path)
        del world.precious.written[world.inner + path]
    (world.root / "mine").symlink_to("../repository")
    save(world, "error_log")
    del world.precious.written[f"{world.inner}error_log"]
    save(world, "new.html")
    before = snapshot(world.root)
    world.ship()
    assert_home(world, "new.html")
    after = snapshot(world.root)
    mine = ("index.html", "stats", "shop.org", "other.org", ".git", "wiki", "mine", "error_log", ".user.ini")
    kept = {path: row for path, row in before.items() if path.split("/")[0] in mine}
    assert len(kept) > 12
    assert {path: row for path, row in after.items() if path.split("/")[0] in mine} == kept


def test_g7_a_document_root_that_the_host_made_anew_keeps_the_host_s_page(world):
    """I105: no link of ours is left, and names are missing: that is a panel, and no edit of pages."""
    for name in os.listdir(world.root):
        if name != ".user.ini":
            (world.root / name).unlink()
    (world.root / "index.php").write_text("a new account\n")
    assert "hides" in " ".join(world.perform("sweep")["warnings"])
    for _ in range(2):
        world.ship()
        assert (world.root / "index.php").read_text() == "a new account\n"
        assert (world.root / ("robots.txt" if world.inner else "css")).is_symlink()
    [check] = [one for one in world.perform("checklist")["checks"] if one["name"] == "public-html"]
    assert (check["verdict"], "hides" in check["why"]) == ("warn", True)


def test_pages_that_are_saved_over_every_link_come_home(world):
    """A whole upload by `rsync`: all names are there still."""
    names = [one for one in os.listdir(world.root) if (world.root / one).is_symlink()]
    for name in names:
        if (world.root / name).is_file():
            save(world, name)
        else:
            (world.root / name).unlink()
            (world.root / name).mkdir()
    world.perform("sweep")
    assert_home(world, *(name for name in names if not (world.root / name).is_dir()))
    assert [name for name in names if not (world.root / name).is_symlink()] == []


def test_an_application_that_was_taken_out_of_its_document_root_is_edited_there(world):
    """G2: before the first deploy, where nothing tells what was shipped; what was saved last is served."""
    root = world.top / "home/public_html"
    shutil.copytree(world.repository, root)
    world.site, world.root, world.inner = world.top / "home/site", root, ""
    world.settings, world.precious.site = Settings(), world.site
    world.precious.written.clear()
    for name, text in ((".user.ini", "of the host\n"), (".env", "APP_KEY=k\nAPP_NAME=Shop\n")):
        (root / name).write_text(text)
    world.perform("adopt", path=str(root))
    page = "index.php" if (root / "index.php").exists() else "artisan"
    save(world, page)
    save(world, "news.html")
    os.utime(root / page, (4e9, 4e9))
    world.perform("sweep")
    assert_home(world, page, "news.html")
    world.ship()
    world.precious.assert_none_lost()


def test_on_two_file_systems_it_stays_and_is_told_of(world, tmp_path):
    """G7: nothing is copied; the page is seen in the document root as before."""
    other = Path(tempfile.mkdtemp(dir="/tmp"))
    try:
        if other.stat().st_dev == tmp_path.stat().st_dev:
            pytest.skip("needs two file systems")
        world.settings = Settings(public_html=str(other))
        world.ship()
        (other / "index.php").unlink()
        (other / "index.php").write_text("by FTP\n")
        warnings = world.perform("sweep")["warnings"]
        assert any("index.php" in line and "another file system" in line for line in warnings)
        assert (other / "index.php").read_text() == "by FTP\n"
        assert not (world.site / ".holdfast-saved").exists()
    finally:
        shutil.rmtree(other)


@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_g10_what_the_application_s_own_user_saves_there_stays_its_own():
    """G10: the tool is one user, the web server another; it is seen and belongs to whom it belonged to."""
    with tempfile.TemporaryDirectory() as top:
        _saved_by_the_application(Hosted(Path(top), files=FLAT, env=None))


def _saved_by_the_application(world):
    world.root, world.inner = world.top / "public_html", ""
    world.root.mkdir()
    give(world.root, TOOL)
    world.settings = Settings(public_html=str(world.root))
    world.ship()
    world.root.chmod(0o777)
    for path in ("sitemap.xml", "gallery/a.jpg", "index.php"):
        (world.root / path).unlink(missing_ok=True)
        content = f"{path} by the application\n".encode()
        as_user(APPLICATION, lambda path=path, content=content: write(world.root / path, content))
        world.precious.written[path] = content
    world.perform("sweep")
    assert (world.root / "sitemap.xml").is_symlink()
    assert {(world.root / path).stat().st_uid for path in ("sitemap.xml", "index.php")} == {APPLICATION}
    for path in ("sitemap.xml", "gallery/a.jpg", "index.php"):
        assert (world.root / path).read_bytes() == world.precious.written[path]


def test_g8_a_plan_shows_what_comes_home_and_changes_nothing(world):
    """G8: and the checklist names it, with what to type."""
    save(world, "index.php")
    save(world, "google123.html")
    before = snapshot(world.top)
    plan = world.perform("plan", source=world.source)
    rows = {row["path"]: row["from"] for row in plan["adopt"]}
    assert rows == dict.fromkeys((f"{world.inner}index.php", f"{world.inner}google123.html"), "the document root")
    [check] = [one for one in world.perform("checklist")["checks"] if one["name"] == "public-html"]
    assert (check["verdict"], "`index.php`" in check["why"]) == ("warn", True)
    assert "holdfast sweep" in check["mend"]
    found = world.perform("recover", only_plan=True)["found"]
    assert {row["where"] for row in found} == {f"{world.root}/index.php", f"{world.root}/google123.html"}
    assert_unchanged(before, snapshot(world.top))


def test_a_save_whose_new_file_was_brought_home_before_it_was_renamed_is_served(world):
    """G2: the rename gave our link the name; what it leads to is what was saved, of a known and of a new name."""
    for name in ("index.php", "new.html"):
        save(world, f".in.{name}.up")
        world.perform("sweep")
        (world.root / f".in.{name}.up").replace(world.root / name)
        world.precious.written[world.inner + name] = world.precious.written.pop(f"{world.inner}.in.{name}.up")
    for _ in range(2):
        world.perform("sweep")
        assert_home(world, "index.php", "new.html")
        assert not os.path.lexists(world.root / ".in.new.html.up")
