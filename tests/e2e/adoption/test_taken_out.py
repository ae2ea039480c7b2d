"""An application in a document root that stays one: taken out of it entry by entry, served all the while (I105, G9)."""

from __future__ import annotations

import errno
import sqlite3
import subprocess
from contextlib import closing, suppress

import pytest

from holdfast_engine.fs import place
from holdfast_engine.model.problem import Problem
from lib.killing import killed_at_point
from lib.refusals import Killed, assert_refused, fails, listening
from lib.snapshot import snapshot
from lib.world import LARAVEL, World

PHP = {
    "index.php": "<?php // version {version}\n",
    "about.php": "<?php\n",
    "css/site.css": "body\n",
    ".htaccess": "#\n",
}
DATA = {".env": "DB=secret\n", "data/users.txt": "users\n", "uploads/a.jpg": "photo\n"}
HOSTS = {".well-known/acme-challenge/t": "token\n", "cgi-bin/stats.pl": "#!\n", ".user.ini": "memory_limit=1G\n"}
FRONT = {".htaccess": "RewriteRule ^(.*)$ public/$1\n", "public/.htaccess": "# of the web root\n"}
SHOPS = {"public/uploads/a.jpg": "photo\n", "storage/app/bill.pdf": "bill\n", ".env": "APP_KEY=k\n"}


def laid(tmp_path, shape):
    """A home with an application that is live in `public_html`, beside another one that its links lead to."""
    code, data = (PHP, DATA) if shape == "flat" else ({**LARAVEL, **FRONT}, SHOPS)
    world = World(tmp_path, code, env=None)
    world.root, world.shape = tmp_path / "home/domains/club/public_html", shape
    world.site = tmp_path / "home/site"
    world.precious.site = world.site
    for path, text in {**code, **data, **HOSTS}.items():
        place = world.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text.replace("{version}", "0"))
    (tmp_path / "home/media").mkdir()
    (tmp_path / "home/media/film.mp4").write_text("film\n")
    (world.root / "media").symlink_to("../../../media")
    (world.root / "css" if shape == "flat" else world.root / "public").joinpath("deep").symlink_to(
        "../../../../media/film.mp4"
    )
    if shape != "flat":
        (world.root / "public/bills").symlink_to(world.root / "storage/app")  # as `php artisan storage:link` does
    return world


@pytest.fixture(params=["flat", "laravel"])
def world(request, tmp_path):
    return laid(tmp_path, request.param)


def adopt(world, **more):
    return world.perform("adopt", path=str(world.root), **more)


def pages(world):
    """What visitors see: by the addresses of the pages, however the document root leads there."""
    front = world.root / ".htaccess"
    rewritten = front.exists() and "public/$1" in front.read_text()
    top = world.root / "public" if rewritten else world.root
    inner = "" if world.shape == "flat" else "public"
    photo = top / "uploads/a.jpg"
    return {
        "index": "version" in (top / "index.php").read_text(),
        "photo": photo.read_text(),
        "autoload": (top / "index.php").resolve().parent.parent.joinpath("artisan").exists() if inner else True,
        "bill": (world.root / "public/bills/bill.pdf").read_text() if inner else "",
        "film": (top / ("css/deep" if not inner else "deep")).read_text(),
        "token": (world.root / ".well-known/acme-challenge/t").read_text(),
    }


def assert_shown(world, version):
    """The pages of VERSION; what stays with the host; and nothing of ours, nor, once a release of its own is live,
    of what lies above the web root.
    """
    seen = pages(world)
    assert (seen["index"], seen["photo"], seen["film"], seen["token"]) == (True, "photo\n", "film\n", "token\n")
    flat = world.shape == "flat"
    front = world.root / ("index.php" if flat or version else "public/index.php")
    assert f"version {version}" in front.read_text()
    above = ("artisan", "config", ".env") if version and not flat else ()
    for name in (*above, "shared", "releases", ".holdfast", "current", ".holdfast-home", ".holdfast-waiting"):
        assert not (world.root / name).exists()
        assert not (world.root / name).is_symlink()
    assert [one for one in world.root.iterdir() if one.is_symlink() and not one.exists()] == []
    for path, text in HOSTS.items():
        assert not (world.root / path).resolve().is_relative_to(world.site)
        assert (world.root / path).read_text() == text


def test_i105_it_is_adopted_where_it_is_served_and_deployed_from_then_on(world):
    """I105, G2: the document root is the same directory all the while; data lies outside of it."""
    inode = world.root.stat().st_ino
    answer = adopt(world)
    assert (answer["outcome"], answer["data"]["lost"]) == ("adopted", 0)
    assert_shown(world, 0)
    assert world.root.stat().st_ino == inode
    data = "uploads/a.jpg" if world.shape == "flat" else "public/uploads/a.jpg"
    for version in (1, 2):
        world.ship()
        assert_shown(world, version)
    assert (world.site / "shared" / data).read_text() == "photo\n"
    world.rollback()
    assert_shown(world, 1)
    assert (world.live / "media/film.mp4").read_text() == "film\n"


def test_g3_at_every_point_of_it_each_page_is_served(world):
    """G3: looked at between every two calls that change anything, by the addresses of the pages."""
    seen = []

    def look(_name):
        seen.append(pages(world))

    with listening(look):
        adopt(world)
    assert len(seen) > 50
    assert [one for one in seen if one != seen[0]] == []


def test_g4_killed_at_any_point_the_next_adoption_completes_it(tmp_path):
    """G4: nothing is lost, and the pages are served at each moment between."""
    number, shapes = 1, ("laravel", "flat")
    while True:
        world = laid(tmp_path / str(number), shapes[number % 2])
        killed = killed_at_point(number, lambda: adopt(world))  # noqa: B023 - called at once
        assert pages(world)["photo"] == "photo\n"
        if killed:
            assert adopt(world)["outcome"] == "adopted"
        assert_shown(world, 0)
        assert not list((world.site / "releases").glob("*/.holdfast-home"))
        world.ship()
        assert_shown(world, 1)
        if not killed:
            return
        number += 23


def test_g3_at_every_point_of_the_first_deploy_each_page_is_served(world):
    """G3: while the document root turns from all of the application into the view of its web root."""
    adopt(world)
    world.commit()
    seen = []

    def look(_name):
        seen.append({**pages(world), "version": (world.live / "index.php").exists()})

    with listening(look):
        world.deploy()
    assert [one for one in seen if one != seen[0]] == []
    assert_shown(world, 1)


def test_g2_what_a_running_application_reads_by_its_old_path_is_there_until_the_first_deploy(world):
    """G2: cached settings name full paths, a program reads `.env` where it stands; a sweep changes none of it."""
    adopt(world)
    for _ in range(2):
        assert (world.root / ".env").read_text().startswith(("DB", "APP_KEY"))
        inner = "storage/app/bill.pdf" if world.shape != "flat" else "data/users.txt"
        assert (world.root / inner).exists()
        world.perform("sweep")
        world.perform("recover")
    world.ship()
    assert (world.root / ".env").exists() == (world.shape == "flat")


@pytest.mark.parametrize("name", ["about.php", "media", "uploads"])
def test_g1_what_is_saved_anew_over_a_link_before_it_is_gone_on_with_is_what_is_served(tmp_path, name):
    """G1, G2: the newer one is served, the elder lies in the attic, be it a page, a link or a directory."""
    world = laid(tmp_path, "flat")

    def hook(point):
        link = world.root / name
        if point == "place.switch" and link.is_symlink() and "-home/" in str(link.readlink()):
            raise Killed

    with listening(hook), suppress(Killed):
        adopt(world)
    (world.root / name).unlink()
    (world.root / name).mkdir()
    world.precious.write(f"{name}/anew.txt", into=world.root)
    answer = adopt(world)
    assert (world.root / name / "anew.txt").read_bytes() == world.precious.written[f"{name}/anew.txt"]
    assert answer["data"]["lost"] == 0
    if name == "uploads":
        assert (world.root / "uploads/a.jpg").read_text() == "photo\n"
    else:
        assert name in [row["path"] for row in world.perform("attic")["entries"]]
    world.precious.assert_none_lost()


@pytest.mark.parametrize("number", range(2, 10))
def test_g1_what_fails_before_the_switch_leaves_the_document_root_as_it_was(world, number):
    """G1, exit 50: each entry is back at its place, with its links as they were; a second try goes well."""
    before = snapshot(world.root)
    left = [number]

    def hook(name):
        left[0] -= name == "place.exchange"
        if left[0] == 0:
            left[0] = -1
            raise OSError(errno.EACCES, "refused")

    with listening(hook):
        problem = fails(lambda: adopt(world), exits=50, code="step-failed")
    assert snapshot(world.root) == before
    assert f"--site {world.site}" in problem.hint
    assert adopt(world)["outcome"] == "adopted"
    assert_shown(world, 0)


def test_g8_its_plan_names_what_moves_what_stays_and_what_is_shown_then(world):
    """G8: and looking makes nothing."""
    plan = adopt(world, only_plan=True)
    assert (plan["public_html"], plan["site"]) == (str(world.root), str(world.site))
    assert sorted(plan["stays"]) == [".user.ini", ".well-known", "cgi-bin"]
    assert "index.php" in plan["entries"] or world.shape == "laravel"
    assert plan["document_root"]["then"] == f"{world.site}/current" + ("" if world.shape == "flat" else "/public")
    assert plan["steps"][0]["name"] == "take-in"
    assert not world.site.exists()


@pytest.mark.parametrize("where", ["home/domains/club/public_html/site", "home", "home/domains/club/public_html"])
def test_g9_a_site_in_the_document_root_or_around_it_is_refused(tmp_path, where):
    """G9: with a place that is safe, and what to type."""
    world = laid(tmp_path, "flat")
    world.site = tmp_path / where
    problem = assert_refused(world.top, lambda: adopt(world), exits=30, code="adopt-unsafe")
    assert f"holdfast adopt --yes {world.root} --site" in " ".join((problem.hint, *problem.context))


def test_g7_a_place_that_holds_something_else_is_refused(tmp_path):
    """G7: whose that is, nobody knows."""
    world = laid(tmp_path, "flat")
    world.site.mkdir()
    (world.site / "mine.txt").write_text("mine\n")
    assert_refused(world.top, lambda: adopt(world), exits=20, code="not-a-site")


def test_i61_a_database_at_its_top_comes_along_with_its_rows(tmp_path):
    """One set: the `-wal` that holds rows lies beside it wherever it is opened."""
    world = laid(tmp_path, "flat")
    place = world.root / "club.sqlite"
    database = sqlite3.connect(place)
    database.execute("pragma journal_mode=wal")
    database.execute("create table rows (n)")
    database.executemany("insert into rows values (?)", [(n,) for n in range(20)])
    database.commit()
    held = subprocess.Popen(["sleep", "60"], stdin=place.open("rb"))
    try:
        assert_refused(world.top, lambda: adopt(world), exits=30, code="database-open", without=("club.sqlite-shm",))
    finally:
        held.kill()
        held.wait()
    copy = {name: (world.root / name).read_bytes() for name in ("club.sqlite", "club.sqlite-wal")}
    database.close()
    for name, content in copy.items():
        (world.root / name).write_bytes(content)
    adopt(world)
    with closing(sqlite3.connect(place)) as opened:
        assert opened.execute("select count(*) from rows").fetchone() == (20,)
    world.ship()
    with closing(sqlite3.connect(place)) as opened:
        assert opened.execute("select count(*) from rows").fetchone() == (20,)


def _no_flags(*_words):
    """As on a file system that knows no flags of rename, as NFS."""
    raise OSError(errno.EINVAL, "no flags")


@pytest.mark.parametrize("exchange", [True, False])
def test_wherever_it_fails_it_is_the_document_root_of_before_or_a_site(tmp_path, monkeypatch, exchange):
    """G1, G3: at each point of it: before the switch all is undone, what fails after it is completed."""
    if not exchange:
        monkeypatch.setattr(place, "_renameat2", _no_flags)
    number = 1
    while True:
        world = laid(tmp_path / str(number), ("laravel", "flat")[number % 2])
        before = snapshot(world.root)
        left, failed = [number], []

        def hook(name, left=left, failed=failed, world=world):
            left[0] -= name.startswith("place.") and any(world.site.glob(".holdfast/journal/*"))
            if left[0] == 0 and not failed:
                failed.append(name)
                raise OSError(errno.EIO, "refused")

        with listening(hook), suppress(Problem):
            adopt(world)
        switched = (world.site / "current").is_symlink()
        assert switched or snapshot(world.root) == before, failed
        assert adopt(world)["outcome"] == "adopted" if not switched or failed else True
        assert_shown(world, 0)
        world.ship()
        assert_shown(world, 1)
        if not failed:
            return
        number += 23


@pytest.mark.parametrize("command", ["adopt", "recover"])
def test_g4_an_undoing_that_a_crash_cut_short_is_gone_on_with(tmp_path, command):
    """G4: the journal says that it goes back; the next command ends it, and an adoption begins anew."""
    number = 1
    while True:
        world = laid(tmp_path / str(number), ("flat", "laravel")[number % 2])
        before, moved, left = snapshot(world.root), [], [number]

        def hook(name, moved=moved, left=left, world=world):
            if len(moved) > 4:
                left[0] -= name.startswith(("place.", "discard."))
                if left[0] == 0:
                    raise Killed
            elif name == "place.exchanged" and any(world.site.glob(".holdfast/journal/*")):
                moved.append(name)
                if len(moved) > 4:
                    raise OSError(errno.EIO, "refused")

        with listening(hook), suppress(Problem, Killed):
            adopt(world)
        assert pages(world)["photo"] == "photo\n"
        if command == "recover" and (world.site / ".holdfast/site.json").exists():
            with suppress(Problem):
                world.perform("recover")
            assert snapshot(world.root) == before
        assert adopt(world)["outcome"] == "adopted"
        assert_shown(world, 0)
        if left[0] > 0:
            return
        number += 7
