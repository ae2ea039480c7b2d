"""What a web server hands out of an adopted site: never `shared/` or `releases/`, and advice says where to point."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from holdfast_engine.model.request import Source
from lib.refusals import assert_refused
from lib.world import LARAVEL, World

OWN = ("public_html/.holdfast/lock", "public_html/.holdfast/cache")

FLAT = {"index.php": "<?php // version {version}\n", "about.php": "<?php\n", "lib/x.php": "<?php\n"}
DATA = {".env": "DB=secret\n", "data/users.txt": "users\n"}


def laid(tmp_path, where, files=FLAT):
    """A live tree at WHERE, and a World of it."""
    world = World(tmp_path, files, env=None, kind="directory")
    world.site = tmp_path / where
    world.precious.site = world.site
    for path, text in {**files, **DATA}.items():
        place = world.site / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text.replace("{version}", "0"))
    return world


def exposed(world):
    return next((one for one in world.perform("checklist")["checks"] if one["name"] == "exposure"), None)


@pytest.mark.parametrize(
    "where",
    [
        "domains/club.example/public_html",
        "vhost/httpdocs",
        "www/html",
        "web1/web",
        "home/public_html/blog",
    ],
)
def test_a_document_root_is_not_made_a_site_and_the_way_that_is_safe_works(tmp_path, where):
    """Exit 30 and nothing changed; the commands that are named leave it served, and nothing of ours in it."""
    world = laid(tmp_path / "it's here", where)
    root = world.site
    problem = assert_refused(world.top, lambda: world.perform("adopt"), exits=30, code="adopt-unsafe")

    (tmp_path / "bin").mkdir()
    program = f'#!/bin/sh\nexec "{sys.executable}" -m holdfast "$@" --yes\n'
    (tmp_path / "bin/holdfast").write_text(program)
    (tmp_path / "bin/holdfast").chmod(0o755)
    commands = problem.hint.strip("`")
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    subprocess.run(commands, shell=True, check=True, env={**os.environ, "PATH": path}, capture_output=True)

    world.site = (root / "index.php").resolve().parents[2]
    assert not world.site.is_relative_to(root)
    assert (root / "index.php").read_text() == "<?php // version 0\n"
    for version in (1, 2):
        world.ship()
        assert (root / "index.php").read_text() == f"<?php // version {version}\n"
        assert (root / "data/users.txt").read_text() == "users\n"
        assert not [name for name in ("shared", ".holdfast", "releases", "current") if (root / name).exists()]
    assert world.perform("checklist")["verdict"] != "refuse"


def test_the_lines_that_are_safe_name_the_versions_and_the_yes_of_the_first(tmp_path):
    """Typed without them, the adoption would know nothing of what was shipped, or ask where nobody answers."""
    world = laid(tmp_path, "public_html")
    shipped = tmp_path / "of the club"
    shutil.copytree(world.site, shipped)
    was = (Source("directory", str(shipped)), Source("directory", str(shipped)))
    refused = lambda: world.perform("adopt", was=was, yes=True)  # noqa: E731
    problem = assert_refused(world.top, refused, exits=30, code="adopt-unsafe")
    again = f"holdfast adopt --was '{shipped}' --was '{shipped}' --yes "
    assert f"&& {again}{tmp_path}/site &&" in problem.hint
    assert any(f"`{again}{world.site} --site {tmp_path}/site`" in line for line in problem.context)


@pytest.mark.parametrize("where", ["httpdocs", "www/html"])
def test_an_application_with_a_web_root_of_its_own_may_lie_in_a_directory_of_that_name(tmp_path, where):
    """Panels and containers serve `httpdocs/public`: what lies above it is seen by nobody."""
    world = laid(tmp_path, where, LARAVEL)
    assert world.perform("adopt")["outcome"] == "adopted"
    assert exposed(world) is None


def test_an_application_that_hands_on_from_the_document_root_is_refused_there(tmp_path):
    """Shared hosting: a whole Laravel in `public_html`, with a `.htaccess` that leads into its `public/`."""
    world = laid(tmp_path, "public_html", {**LARAVEL, ".htaccess": "RewriteRule ^(.*)$ public/$1\n"})
    problem = assert_refused(world.top, lambda: world.perform("adopt"), exits=30, code="adopt-unsafe")
    assert f"{tmp_path}/site/current/public" in problem.hint


def test_a_flat_site_elsewhere_is_adopted_with_a_warning_that_ends_with_the_old_links(tmp_path):
    """Nobody knows what the web server serves: what would be handed out is named, and how to end it."""
    world = laid(tmp_path, "live")
    told = world.perform("adopt")
    assert any("/shared/" in line and "visitors can read" in line for line in told["warnings"])
    found = exposed(world)
    assert (found["verdict"], "/shared/" in found["why"]) == ("warn", True)
    world.ship()
    found = exposed(world)
    assert (found["verdict"], "/shared/.env" in found["why"]) == ("warn", True)
    assert f"{world.site}/current`" in found["mend"]
    subprocess.run(found["mend"].split("`")[3], shell=True, check=True)
    assert exposed(world) is None
    assert sorted(os.listdir(world.site)) == [".holdfast", "current", "releases", "shared"]


def test_a_site_that_was_adopted_in_a_document_root_is_refused_until_it_lies_elsewhere(tmp_path):
    """Adopted by an earlier version: the checklist names the move, and a person who knows better accepts it."""
    world = laid(tmp_path, "live")
    world.perform("adopt")
    root = tmp_path / "public_html"
    world.site.rename(root)
    world.site = root
    found = exposed(world)
    assert found["verdict"] == "refuse"
    world.commit()
    problem = assert_refused(world.top, world.deploy, exits=30, code="checklist-refused", without=OWN)
    assert "exposure" in " ".join((problem.message, *problem.context))
    assert world.deploy(accept=("exposure",))["outcome"] == "deployed"

    subprocess.run(found["mend"].split("`")[1], shell=True, check=True)
    world.site = tmp_path / "site"
    assert world.ship()["outcome"] == "deployed"
    assert (root / "index.php").read_text() == "<?php // version 2\n"
    assert not (root / "shared").exists()


def test_advice_names_the_web_root_and_never_what_lies_above_it(tmp_path):
    """A web server that is pointed at `current` of a Laravel hands out its `.env`."""
    world = laid(tmp_path, "live", LARAVEL)
    wanted = f"{world.site}/current/public"
    said = [*world.perform("adopt", only_plan=True)["notes"], *world.perform("adopt")["warnings"]]
    (world.site / "artisan").unlink()
    (world.site / "artisan").write_text("saved anew\n")
    world.commit()
    said += [one["mend"] for one in world.perform("checklist")["checks"]]
    said += world.perform("plan", source=world.source)["notes"]
    spoken = [line for line in said if "web server" in line]
    assert len(spoken) >= 3
    assert [line for line in spoken if f"{world.site}/current" in line.replace(wanted, "")] == []
    assert all(wanted in line for line in spoken)
