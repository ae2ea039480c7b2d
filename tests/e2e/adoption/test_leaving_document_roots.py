"""The way out of a site that is shown in a document root which stays where it is (G1, G2, G3, G10)."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from contextlib import closing
from functools import partial

import pytest

from holdfast_engine.fs import place
from holdfast_engine.model.request import Settings
from lib import pages
from lib.killing import killed_while_it_is_left
from lib.old_sites import FTP, WEB, as_it_is, differences
from lib.oracle import contents
from lib.pages import save
from lib.refusals import assert_refused, fails, listening
from lib.snapshot import snapshot
from lib.world import LARAVEL, World

root_alone = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to others")
FLAT = {
    "index.php": "<?php // version {version}\n",
    "about.php": "<?php // about\n",
    "css/site.css": "body\n",
    ".htaccess": "#\n",
}
DATA = {".env": "DB=secret\n", "data/users.txt": "users\n", "uploads/a.jpg": "photo\n"}
SHOP = {"public/uploads/a.jpg": "photo\n", "storage/app/bill.pdf": "bill\n", ".env": "APP_KEY=k\nAPP_NAME=Shop\n"}
LOCK = ("home/club/.holdfast/lock",)
HOSTS = {".well-known/acme/t": "token\n", "cgi-bin/stats.pl": "#!\n", ".user.ini": "memory_limit=1G\n"}


def laid(tmp_path, shape="flat"):
    """A home with an application that is live in `public_html`, with links in and out of it."""
    code, data = (FLAT, DATA) if shape == "flat" else ({**LARAVEL, ".htaccess": "RewriteRule (.*) public/$1\n"}, SHOP)
    world = World(tmp_path, code, env=None)
    world.home, world.root, world.inner = tmp_path / "home", tmp_path / "home/public_html", ""
    world.site = world.precious.site = tmp_path / "home/club"
    for path, text in {**code, **data, **HOSTS, "../media/film.mp4": "film\n"}.items():
        where = world.root / path
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_text(text.replace("{version}", "0"))
    (world.root / "media").symlink_to("../media")
    (world.root / "up").symlink_to(world.root / ("uploads" if shape == "flat" else "public/uploads"))
    deep = world.root / ("uploads" if shape == "flat" else "storage/app")
    (deep / "film").symlink_to("../../media/film.mp4" if shape == "flat" else "../../../media/film.mp4")
    (world.root / ".env").chmod(0o640)
    deep.chmod(0o2775)
    return world


@pytest.fixture(params=["flat", "laravel"])
def taken(request, tmp_path):
    return laid(tmp_path, request.param)


def adopt(world):
    return world.perform("adopt", path=str(world.root))


@pytest.mark.parametrize("words", [("undo",), ("plain",), ()])
def test_a_document_root_is_what_it_was_before_its_application_was_taken_out(taken, words):
    """G1, G10: every entry at its place, links as they were spelled, modes, times of files; no site is left."""
    before = as_it_is(taken.home)
    adopt(taken)
    answer = taken.perform("leave", words=words)
    assert (answer["outcome"], answer["left"], answer["current"], answer["path"]) == ("left", [], None, str(taken.root))
    assert differences(before, as_it_is(taken.home)) == []


@root_alone
def test_owners_and_modes_are_as_they_were(taken):
    """G10: two users in one directory, one of them the application."""
    for path in ("", "index.php" if (taken.root / "index.php").exists() else "artisan", "media"):
        os.chown(taken.root / path, FTP, FTP, follow_symlinks=False)
    for path in taken.root.rglob("*"):
        if "uploads" in path.parts or "storage" in path.parts:
            os.chown(path, WEB, FTP, follow_symlinks=False)
    before = as_it_is(taken.home)
    adopt(taken)
    taken.perform("leave", words=("undo",))
    assert differences(before, as_it_is(taken.home)) == []


def used(world):
    """Two releases, with what visitors and people did meanwhile."""
    adopt(world)
    world.ship()
    world.precious.write("uploads/b.jpg")
    save(world, "news.html")
    world.ship({"about.php": None, "css/more.css": "more\n"})
    save(world, "robots.txt")
    world.precious.write("forum/index.php", into=world.root)


@root_alone
def test_it_is_a_plain_directory_of_real_files_after_deploys(tmp_path):
    """G1, G2, G10: what was live, content for content; owners as they were; what is not served lies in the site."""
    club = laid(tmp_path)
    for path in (club.root, *club.root.rglob("*")):
        os.chown(path, FTP, FTP, follow_symlinks=False)
    used(club)
    host = {path: row for path, row in as_it_is(club.root).items() if path.split("/")[0] in (".well-known", "cgi-bin")}
    club.perform("sweep")
    shown = {str(path.relative_to(club.live)): path.read_bytes() for path in club.live.rglob("*") if path.is_file()}
    kept = set(contents(club.home, without=("club/.holdfast",)))
    answer = club.perform("leave")
    now = as_it_is(club.root)
    assert {path: now[path][-1] for path in shown} == shown
    assert {path for path, row in now.items() if row[0] == "link"} == {"media", "up", "uploads/film"}
    assert (club.root / "up/a.jpg").read_text() == "photo\n"
    assert (club.root / "uploads/film").read_text() == (club.root / "media/film.mp4").read_text() == "film\n"
    assert {path: now[path] for path in host} == host
    by_us = ("news.html", "robots.txt", "uploads/b.jpg", "forum", "forum/index.php")
    assert {path for path, row in now.items() if row[0] != "link" and row[1:3] != (FTP, FTP)} <= {*by_us}
    assert {row[-2] for row in now.values() if row[0] == "file"} == {1}
    assert {row[3] & 0o600 for row in now.values() if row[0] == "file"} == {0o600}
    assert kept <= set(contents(club.home))
    assert os.listdir(club.site) == ["holdfast-left"]
    assert {os.path.dirname(row["place"]) for row in answer["left"]} <= {
        f"{club.site}/holdfast-left",
        f"{club.site}/holdfast-left/releases",
    }


def test_a_view_of_the_web_root_stays_one_and_works_without_us(tmp_path):
    """G3, G9: the rest of the application lies outside of what is served, so it is left there."""
    for words, how in (((), "layout"), (("plain",), "plain")):
        shop = laid(tmp_path / how, "laravel")
        adopt(shop)
        shop.ship()
        shop.ship()
        shown = {
            name: os.readlink(shop.root / name) for name in os.listdir(shop.root) if (shop.root / name).is_symlink()
        }
        plan = shop.perform("leave", words=words, only_plan=True)
        assert any(str(shop.root) in note and "through its links" in note for note in plan["notes"])
        assert shop.perform("leave", words=words)["how"] == how
        assert not (shop.site / ".holdfast").exists()
        assert {name: os.readlink(shop.root / name) for name in shown} == shown
        assert "version 2" in (shop.root / "index.php").read_text()
        assert (shop.root / "uploads/a.jpg").read_text() == "photo\n"
        assert not (shop.root / ".env").exists()


@pytest.mark.parametrize("shape", ["laravel", "flat"])
@pytest.mark.parametrize("words", [(), ("plain",)])
def test_a_document_root_that_was_only_filled_goes_on_showing_what_is_live(tmp_path, shape, words):
    """G3: nothing was ever taken out of it: it keeps its links, and they lead to what is there without us."""
    world = pages.made(tmp_path, shape)
    save(world, "news.html")
    world.perform("leave", words=words)
    assert "version 2" in (world.root / "index.php").read_text()
    assert (world.root / "news.html").read_text() == "news.html saved by FTP\n"
    assert [one for one in world.root.iterdir() if one.is_symlink() and not one.exists()] == []
    assert not (world.site / ".holdfast").exists()


def test_links_lead_straight_to_a_plain_directory_when_current_goes(tmp_path):
    """G3: an application that was adopted where it lay, beside the document root that shows it."""
    world = World(tmp_path, LARAVEL, env=None)
    for path, text in {**LARAVEL, **SHOP}.items():
        (world.site / path).parent.mkdir(parents=True, exist_ok=True)
        (world.site / path).write_text(text.replace("{version}", "0"))
    root = tmp_path / "public_html"
    root.mkdir()
    world.settings = Settings(public_html=str(root))
    world.perform("adopt")
    world.ship()
    missing = []
    with listening(lambda _name: missing.extend(name for name in ("index.php",) if not (root / name).exists())):
        world.perform("leave")
    assert missing == []
    assert os.readlink(root / "index.php") == "../site/public/index.php"
    assert "version 1" in (root / "index.php").read_text()
    assert not os.path.lexists(world.live)


@pytest.mark.parametrize("deployed", [False, True])
def test_g3_at_every_point_of_it_each_page_is_served(tmp_path, deployed):
    """G3: in the document root and by `current`, until that goes at the very end."""
    club = laid(tmp_path)
    adopt(club)
    if deployed:
        club.ship()
    paths, missing, ended = ("index.php", "uploads/a.jpg", "data/users.txt", "media/film.mp4", "up/a.jpg"), [], []

    def look(name):
        missing.extend((name, path) for path in paths if not (club.root / path).exists())
        if not os.path.lexists(club.live):
            ended.append(name)
        if not ended:
            missing.extend((name, f"current/{path}") for path in paths if not (club.live / path).exists())

    with listening(look):
        club.perform("leave")
    assert (missing, bool(ended)) == ([], True)


@pytest.mark.parametrize("exchange", [True, False])
@pytest.mark.parametrize("command", ["leave", "recover", "adopt"])
def test_g4_a_kill_is_gone_on_with_by_the_next_command(tmp_path, monkeypatch, command, exchange):
    """G4: whatever is typed next gives the document root back."""
    if not exchange:
        monkeypatch.setattr(place, "_renameat2", _no_flags)
    number, killed = 3, True
    while killed:
        club = laid(tmp_path / str(number), ("flat", "laravel")[number % 2])
        before = as_it_is(club.home)
        adopt(club)
        killed = killed_while_it_is_left(club, number, words=("undo",))
        assert not exchange or (club.root / "media/film.mp4").read_text() == "film\n"
        if killed and command == "adopt":
            assert adopt(club)["outcome"] == "adopted"
            club.perform("leave", words=("undo",))
        elif killed and (club.site / ".holdfast").exists():
            fails(partial(club.perform, command), exits=20, code="not-a-site")
        assert differences(before, as_it_is(club.home)) == [], number
        shutil.rmtree(club.top)
        number += 197


def _no_flags(*_words):
    """As on a file system that knows no flags of rename, as NFS."""
    raise OSError(errno.EINVAL, "no flags")


def test_g4_a_kill_after_deploys_loses_nothing(tmp_path):
    """G1, G4: every content stands somewhere at each of those moments, and what was live is what is served."""
    number, killed = 3, True
    while killed:
        club = laid(tmp_path / str(number))
        used(club)
        club.perform("sweep")
        shown = {str(path.relative_to(club.live)): path.read_bytes() for path in club.live.rglob("*") if path.is_file()}
        kept = set(contents(club.home, without=("club/.holdfast",)))
        killed = killed_while_it_is_left(club, number)
        assert kept <= set(contents(club.home))
        if killed and (club.site / ".holdfast").exists():
            fails(partial(club.perform, "leave"), exits=20, code="not-a-site")
        assert {path: (club.root / path).read_bytes() for path in shown} == shown, number
        assert kept <= set(contents(club.home))
        assert not (club.site / ".holdfast").exists()
        shutil.rmtree(club.top)
        number += 197


def test_g1_what_is_saved_over_a_link_while_it_happens_is_there(tmp_path):
    """G1, G2: at every moment of it, by rename; the last one is what stands there in the end."""
    club = laid(tmp_path)
    used(club)
    count = [0]

    def hook(_name):
        count[0] += 1
        if count[0] % 4 == 0:
            save(club, ("index.php", "new.html", ".htaccess")[count[0] // 4 % 3], f"number {count[0]}\n")

    with listening(hook):
        club.perform("leave")
    for name in ("index.php", "new.html", ".htaccess"):
        assert (club.root / name).read_bytes() == club.precious.written[name]
        assert not (club.root / name).is_symlink()


def test_i61_a_database_goes_back_with_its_rows_and_one_that_is_open_is_refused(tmp_path):
    """One set: it would be parted from the journal that is made beside it."""
    club = laid(tmp_path)
    with closing(sqlite3.connect(club.root / "club.sqlite")) as database:
        database.execute("pragma journal_mode=wal")
        database.execute("create table rows (n)")
        database.executemany("insert into rows values (?)", [(n,) for n in range(20)])
        database.commit()
    adopt(club)
    club.ship()
    held = (club.root / "club.sqlite").open("rb")
    child = os.fork()
    if child == 0:
        import time

        time.sleep(120)
        os._exit(0)
    held.close()
    try:
        assert_refused(club.top, lambda: club.perform("leave"), exits=30, code="database-open", without=LOCK)
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
    club.perform("leave")
    assert not (club.root / "club.sqlite").is_symlink()
    with closing(sqlite3.connect(club.root / "club.sqlite")) as database:
        assert database.execute("select count(*) from rows").fetchone() == (20,)


def test_g7_a_document_root_that_is_gone_is_refused_with_the_way_out(tmp_path):
    """Exit 30, nothing was changed; `--layout` needs none."""
    club = laid(tmp_path)
    adopt(club)
    club.root.rename(club.home / "elsewhere")
    problem = assert_refused(club.top, lambda: club.perform("leave"), exits=30, code="leave-impossible", without=LOCK)
    assert "--layout" in problem.hint
    assert club.perform("leave", words=("layout",))["how"] == "layout"


def test_g8_a_plan_of_it_changes_nothing_and_says_what_it_becomes(tmp_path):
    """G8: and where the rest will lie."""
    club = laid(tmp_path)
    used(club)
    before = snapshot(club.top)
    plan = club.perform("leave", only_plan=True)
    assert snapshot(club.top) == before
    assert [step["name"] for step in plan["steps"]] == ["open", "bring-back", "move-out", "set-apart", "forget"]
    assert any(f"`{club.root}` becomes a plain directory of real files" in note for note in plan["notes"])
    assert any(str(club.root) in step["text"] for step in plan["steps"])
    assert plan["place"] == f"{club.site}/holdfast-left"


def test_current_stays_as_a_link_to_the_document_root_where_a_person_says_so(tmp_path):
    """G3: what names `current` goes on finding all of it."""
    club = laid(tmp_path)
    adopt(club)
    club.perform("leave", words=("keep-current",))
    assert os.readlink(club.live) == "../public_html"
    assert (club.live / "uploads/a.jpg").read_text() == "photo\n"
    assert not (club.root / "uploads").is_symlink()
