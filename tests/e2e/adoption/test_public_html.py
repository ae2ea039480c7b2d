"""A document root that cannot be a link: filled with links into what is live, and kept in step with it (I105, G9)."""

from __future__ import annotations

import os
import shutil

import pytest

from holdfast_engine.model.request import Settings
from lib.killing import killed_at_point
from lib.refusals import assert_refused
from lib.world import LARAVEL, World

FLAT = {"index.php": "<?php // version {version}\n", "css/site.css": "body\n", ".htaccess": "# {version}\n"}


@pytest.fixture(params=["laravel", "flat"])
def world(request, tmp_path):
    """A site in a home, and beside it the document root of the host, with what the host keeps there."""
    made = World(tmp_path, LARAVEL if request.param == "laravel" else FLAT)
    made.root = tmp_path / "public_html"
    made.settings = Settings(public_html=str(made.root))
    made.web = made.live / ("public" if request.param == "laravel" else "")
    for path in (".well-known/acme-challenge/token", "cgi-bin/stats.pl", ".user.ini"):
        place = made.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"of the host: {path}\n")
    return made


def prefix(world):
    return "public/" if "public" in str(world.web) else ""


def links(world):
    return sorted(one.name for one in world.root.iterdir() if one.is_symlink())


def assert_in_step(world):
    """Each entry of the live web root is seen at the document root, through `current`; nothing leads nowhere, and
    nothing of the site's own, nor an environment, is to be had there.
    """
    shown = sorted(one.name for one in world.web.iterdir() if one.name not in (".env", ".git"))
    assert links(world) == shown
    for name in shown:
        assert (world.root / name).exists()
        assert os.readlink(world.root / name).startswith("../site/current")
    served = {path for path in ("shared", "releases", ".holdfast", "current", ".env") if (world.root / path).exists()}
    assert not served
    for path in (".well-known/acme-challenge/token", "cgi-bin/stats.pl", ".user.ini"):
        assert (world.root / path).read_text() == f"of the host: {path}\n"


def test_i105_it_shows_what_is_live_through_current_and_keeps_what_the_host_has_there(world):
    """I105, G3: dot files too; names that come are there, names that go away are gone; a rollback brings them back."""
    world.ship()
    assert_in_step(world)
    first = prefix(world)
    world.ship({f"{first}new.html": "new\n", f"{first}.well": "dot\n"})
    assert_in_step(world)
    assert (world.root / "new.html").read_text() == "new\n"
    world.ship({f"{first}new.html": None})
    assert_in_step(world)
    assert not (world.root / "new.html").is_symlink()
    world.rollback()
    assert_in_step(world)
    assert (world.root / "new.html").read_text() == "new\n"


def test_i105_what_stood_there_before_stays_and_is_told_of(world):
    """G1: it is never overwritten nor moved, whatever the release has of that name."""
    (world.root / "index.php").write_text("by FTP\n")
    (world.root / "google123.html").write_text("mine\n")
    world.ship(accept=("public-html",))
    answer = world.ship()
    assert any("`index.php`" in line and "hides" in line for line in answer["warnings"])
    told = world.rollback()
    assert any("`index.php`" in line and "hides" in line for line in told["warnings"])
    assert (world.root / "index.php").read_text() == "by FTP\n"
    assert (world.root / "google123.html").read_text() == "mine\n"
    (world.root / "index.php").unlink()
    world.perform("sweep")
    [check] = [one for one in world.perform("checklist")["checks"] if one["name"] == "public-html"]
    assert (check["verdict"], "`google123.html`" in check["why"]) == ("pass", True)
    assert "version 1" in (world.root / "index.php").read_text()


def test_i105_a_host_that_makes_it_anew_finds_it_filled_by_the_next_command(world):
    """Each of sweep, recover and a deploy of the same version fills it."""
    world.ship()
    for command in ("sweep", "recover", "deploy"):
        shutil.rmtree(world.root)
        for path in (".well-known/acme-challenge/token", "cgi-bin/stats.pl", ".user.ini"):
            (world.root / path).parent.mkdir(parents=True, exist_ok=True)
            (world.root / path).write_text(f"of the host: {path}\n")
        if command == "deploy":
            assert world.deploy()["outcome"] == "unchanged"
        else:
            world.perform(command)
        assert_in_step(world)


def test_i105_an_application_that_is_live_there_is_not_hidden_nor_hides_the_first_release(world):
    """G7: the first deploy is refused, and names the adoption; nothing was changed."""
    (world.root / "index.php").write_text("of before\n")
    world.commit()
    problem = assert_refused(world.top, world.deploy, exits=30, code="checklist-refused")
    assert f"holdfast adopt {world.root} --site {world.site}" in problem.hint
    assert world.deploy(accept=("public-html",))["outcome"] == "deployed"
    assert (world.root / "index.php").read_text() == "of before\n"


@pytest.mark.parametrize("where", ["site/public_html", "."])
def test_i105_a_document_root_in_the_site_or_around_it_is_refused(tmp_path, where):
    """G9: data would be handed out, or the site's own be filled with links."""
    world = World(tmp_path, FLAT, env=None)
    (tmp_path / where).mkdir(parents=True, exist_ok=True)
    (tmp_path / "site/shared").mkdir(parents=True, exist_ok=True)
    if where != ".":
        shutil.move(tmp_path / where, tmp_path / "site/shared/root")
        where = "site/shared/root"
    world.settings = Settings(public_html=str(tmp_path / where))
    world.commit()
    problem = assert_refused(world.top, world.deploy, exits=30, code="checklist-refused")
    assert "public-html" in problem.message


def test_i105_a_document_root_that_is_a_link_to_what_is_live_needs_nothing(world):
    """I105: nothing is linked into a link, and it stays one."""
    shutil.rmtree(world.root)
    world.root.symlink_to("site/current" + ("/public" if prefix(world) else ""))
    world.ship()
    world.ship()
    assert world.root.is_symlink()
    assert "version 2" in (world.root / "index.php").read_text()
    [check] = [one for one in world.perform("checklist")["checks"] if one["name"] == "public-html"]
    assert check["verdict"] == "pass"


def test_i105_what_is_live_may_be_named_by_its_own_path(world):
    """The web server serves `current` itself: there is nothing to fill."""
    world.ship()
    world.settings = Settings(public_html=str(world.web))
    world.ship()
    [check] = [one for one in world.perform("checklist")["checks"] if one["name"] == "public-html"]
    assert check["verdict"] == "pass"
    assert "version 2" in (world.web / "index.php").read_text()


def test_i105_a_kill_at_any_point_leaves_it_served_and_the_next_command_in_step(world):
    """G4: at each point at which a deploy may be killed the page is served, of one release or the other."""
    world.ship()
    first, number, turn = prefix(world), 1, 0
    changes = [{f"{first}a.html": "a\n", f"{first}z.txt": None}, {f"{first}a.html": None, f"{first}z.txt": "z\n"}]
    world.ship({f"{first}z.txt": "z\n"})
    while True:
        world.commit(changes[turn])
        killed = killed_at_point(number, world.deploy)
        assert "version" in (world.root / "index.php").read_text()
        world.perform("recover")
        assert_in_step(world)
        if not killed:
            return
        number, turn = number + 19, 1 - turn


def test_i105_a_copy_of_the_site_leaves_the_document_root_to_the_one_that_it_shows(world):
    """G9: a copy for trials remembers all that the site does, and must not be shown to visitors."""
    world.ship()
    shutil.copytree(world.site, world.top / "copy", symlinks=True)
    site, world.site = world.site, world.top / "copy"
    answer = world.ship({f"{prefix(world)}trial.html": "trial\n"})
    assert any("of which this is a copy" in line for line in answer["warnings"])
    world.site = site
    assert_in_step(world)


def test_i105_a_site_that_was_moved_is_shown_again_by_the_next_command(world):
    """Its links led to where it lay; nothing is there any more, so they are its own."""
    world.ship()
    world.site.rename(world.top / "moved")
    world.site = world.top / "moved"
    world.ship({f"{prefix(world)}new.html": "new\n"})
    assert (world.root / "new.html").read_text() == "new\n"
    assert "version 2" in (world.root / "index.php").read_text()
    assert [one for one in world.root.iterdir() if one.is_symlink() and not one.exists()] == []


def test_i105_an_application_beside_the_document_root_is_adopted_in_place_and_shown_by_the_next_sweep(tmp_path):
    """Shared hosting with the application in the home: its plan says what becomes of the declared document root."""
    world = World(tmp_path, LARAVEL, env=None)
    for path, text in {**LARAVEL, ".env": "APP_KEY=k\nAPP_NAME=Shop\n"}.items():
        (world.site / path).parent.mkdir(parents=True, exist_ok=True)
        (world.site / path).write_text(text.replace("{version}", "0"))
    root = tmp_path / "public_html"
    root.mkdir()
    world.settings = Settings(public_html=str(root))
    assert any(str(root) in note and "sweep" in note for note in world.perform("adopt", only_plan=True)["notes"])
    world.perform("adopt")
    assert os.listdir(root) == []
    world.perform("sweep")
    assert "version 0" in (root / "index.php").read_text()
    world.ship()
    assert "version 1" in (root / "index.php").read_text()
