"""`holdfast report` as it is typed: the file that it writes, where it refuses to, and what is never in it."""

from __future__ import annotations

import os
import re
import stat

import pytest

from holdfast_engine.fs import document_roots
from holdfast_engine.fs.document_roots import Served
from holdfast_engine.model.request import Settings
from lib.snapshot import snapshot
from lib.terminal import terminal
from lib.world import World

SECRET = "s3cr3t-of-the-club"
ENV = f"APP_KEY=base64:{SECRET}\nAPP_NAME=Shop\nDB_HOST=db.internal\nDB_PASSWORD={SECRET}2\n"
KEYS = {
    *("format", "site", "at", "current", "framework", "checklist", "missing", "unfinished", "review", "map", "shared"),
    *("releases", "operations", "attic", "commands", "outcome", "path", "bytes"),
}


@pytest.fixture
def typed(capsys, monkeypatch, tmp_path):
    """One command line in an empty directory, with nobody at the keyboard."""
    return terminal(capsys, monkeypatch, tmp_path / "here")


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path / "shop", env=ENV)
    world.ship()
    world.precious.write("public/uploads/a.jpg")
    return world


def test_the_page_is_written_here_under_the_name_of_the_site_for_its_owner_alone(typed, world, tmp_path):
    """Mode 0600, whatever the umask says; the answer says how the site stands and where the page lies."""
    ended = typed("report", "--site", world.site)
    page = tmp_path / "here/site-report.html"
    assert (ended.code, stat.S_IMODE(page.stat().st_mode)) == (0, 0o600)
    assert f"file://{page}" in ended.out
    assert page.read_text().startswith("<!doctype html>")
    assert os.listdir(tmp_path / "here") == ["site-report.html"]


def test_an_earlier_report_is_replaced_and_nothing_else_is(typed, world, tmp_path):
    """What a person has there is never overwritten: neither a file, nor what a link leads to, nor a directory."""
    target = tmp_path / "here/page.html"
    assert typed("report", "--site", world.site, "-o", target).code == 0
    target.chmod(0o644)
    assert typed("report", "--site", world.site, "-o", target).code == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    (tmp_path / "here/mine.html").write_text("mine")
    (tmp_path / "here/link.html").symlink_to(target)
    (tmp_path / "here/folder").mkdir()
    before = snapshot(tmp_path / "here")
    for name in ("mine.html", "link.html", "folder"):
        ended = typed("report", "--site", world.site, "-o", tmp_path / "here" / name)
        assert (ended.code, ended.problem) == (20, "report-exists"), name
    assert typed("report", "--site", world.site, "-o", "nowhere/page.html").problem == "path-missing"
    assert snapshot(tmp_path / "here") == before


def test_a_report_is_refused_wherever_somebody_may_be_shown_it(typed, world, tmp_path, monkeypatch):
    """A page with the names of all files: not in what is live, in a release, in `shared/`, in a document root; by
    whatever name the place is reached.
    """
    web, link = tmp_path / "web", tmp_path / "by-another-name"
    web.mkdir()
    link.symlink_to(world.site / "shared")
    named = tmp_path / "domains/public_html/sub"
    named.mkdir(parents=True)
    monkeypatch.setattr(document_roots, "declared", lambda: (Served(str(web), "/etc/nginx/nginx.conf"),))
    monkeypatch.setattr("holdfast_engine.operations.report_place.declared_on_this_host", document_roots.declared)
    old = world.site / "releases" / world.perform("status")["current"]
    world.ship()
    before = snapshot(tmp_path)
    live = world.site / "current"
    inside = (live, live / "public", old / "public", world.site / "releases", world.site / "shared/public/uploads")
    for folder in (*inside, link, link / "storage", world.site / ".holdfast", web, named):
        ended = typed("report", "--site", world.site, "-o", folder / "page.html")
        assert (ended.code, ended.problem) == (30, "report-exposed"), folder
        assert "nothing was changed" in ended.err
    assert snapshot(tmp_path) == before


def test_a_report_is_refused_in_the_document_root_that_is_filled_with_links(typed, world, tmp_path):
    """`[site] public_html`, as it was filled last."""
    html = tmp_path / "panel"
    html.mkdir()
    world.settings = Settings(public_html=str(html))
    world.ship()
    ended = typed("report", "--site", world.site, "-o", html / "page.html")
    assert (ended.code, ended.problem) == (30, "report-exposed")


def test_a_report_is_refused_in_a_directory_that_was_the_document_root_before_its_adoption(typed, tmp_path):
    """A web server may serve it still."""
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "index.php").write_text("<?php // live\n")
    (plain / "style.css").write_text("a {}\n")
    assert typed("adopt", plain, "--yes").code == 0
    ended = typed("report", "--site", plain, "-o", plain / "page.html")
    assert (ended.code, ended.problem) == (30, "report-exposed")
    assert typed("report", "--site", plain).code == 0


def test_the_hint_of_a_refusal_can_be_typed(typed, world, monkeypatch, tmp_path):
    """One thing to type next, and it works."""
    monkeypatch.setenv("HOME", str(tmp_path / "here"))
    ended = typed("report", "--site", world.site, "-o", world.site / "shared/page.html")
    words = re.findall(r"try: holdfast (.*)", ended.err)[0].split()
    assert typed(*words).code == 0
    assert (tmp_path / "here/page.html").is_file()


def test_the_answer_for_scripts_has_its_format_and_its_keys(typed, world):
    """The same as the engine's, and where the page lies. A checklist that refuses makes no failure of it."""
    (world.site / "shared/.env").unlink()
    found = typed("report", "--site", world.site, "--json")
    assert (found.code, found.json["format"], set(found.json)) == (0, 1, KEYS)
    assert found.json["checklist"]["verdict"] == "refuse"
    assert {one["care"] for one in found.json["map"]["parts"]} <= {"shared", "code", "built", "carried", "new", "cache"}
    assert set(found.json["operations"][0]) >= {"command", "started", "outcome", "release", "who", "files", "adopted"}


def test_nothing_that_is_in_a_file_and_no_value_of_a_setting_is_in_it(typed, world, tmp_path):
    """Secrets in `.env`, in a URL, in the first line of a script; also where the checklist tells of them to a person at
    a terminal.
    """
    (world.site / "shared/.env").write_text(ENV.replace("db.internal", "db.elsewhere").replace(SECRET, f"{SECRET}new"))
    where = world.live.resolve() / "tool"
    where.parent.chmod(0o755)
    where.write_text(f"#!/usr/bin/env {SECRET}\n")
    told = typed("checklist", "--site", world.site).out
    assert "db.internal" in told
    ended = typed("report", "--site", world.site, "--json", "-o", tmp_path / "here/page.html")
    page = (tmp_path / "here/page.html").read_text()
    assert ("DB_HOST" in page, "tool" in page) == (True, True)
    for secret in (SECRET, "db.internal", "db.elsewhere"):
        assert secret not in page, secret
        assert secret not in ended.out, secret


def test_a_report_looks_and_changes_nothing(typed, world):
    """Not even a lock or a cache."""
    before = snapshot(world.site)
    assert typed("report", "--site", world.site).code == 0
    assert snapshot(world.site) == before


def test_the_report_of_what_is_no_site_is_refused_in_words(typed, tmp_path):
    """And nothing is written."""
    (tmp_path / "plain").mkdir()
    ended = typed("report", "--site", tmp_path / "plain")
    assert (ended.code, ended.problem, os.listdir(tmp_path / "here")) == (20, "not-a-site", [])
