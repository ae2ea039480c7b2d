"""The way out as it is typed: `holdfast leave`, and `holdfast adopt --undo`."""

from __future__ import annotations

import os

import pytest

from lib import old_sites
from lib.old_sites import as_it_is, differences
from lib.terminal import terminal
from lib.world import World


@pytest.fixture
def typed(capsys, monkeypatch, tmp_path):
    """One command line in an empty directory, with nobody at the keyboard."""
    return terminal(capsys, monkeypatch, tmp_path / "here")


@pytest.fixture
def plain(tmp_path):
    """A plain directory that somebody adopts."""
    made = World(tmp_path / "club", {**old_sites.CODE, "public/index.php": "<?php 'version {version}';\n"}, env=None)
    made.site.mkdir()
    old_sites.plain(made.site)
    return made


@pytest.mark.parametrize(
    "words", [("adopt", "--undo", "SITE"), ("adopt", "--undo", "--site", "SITE"), ("leave", "--site", "SITE")]
)
def test_an_adoption_is_undone_by_each_way_to_say_so(typed, plain, words):
    """INTERFACE, leave: the directory, the flag, or the command for ever after."""
    before = as_it_is(plain.site)
    assert typed("adopt", plain.site, "--yes").code == 0
    ended = typed(*(str(plain.site) if word == "SITE" else word for word in words), "--yes", "--json")
    assert (ended.code, ended.json["outcome"], ended.json["data"]["lost"]) == (0, "left", None)
    assert differences(before, as_it_is(plain.site)) == []


def test_a_plan_is_read_before_anything_is_done(typed, plain):
    """G8: what it becomes, and where the rest will lie; exit 31 where nobody can be asked."""
    typed("adopt", plain.site, "--yes")
    plain.ship()
    shown = typed("leave", "--site", plain.site, "--plan")
    assert "becomes a plain directory" in shown.out
    assert f"left in  {plain.site}/holdfast-left" in shown.out
    assert typed("leave", "--site", plain.site).code == 31
    assert (plain.site / ".holdfast/site.json").exists()


def test_what_is_left_is_named_with_its_place(typed, plain):
    """G7: a person reads where old releases and the attic lie."""
    typed("adopt", plain.site, "--yes")
    plain.ship()
    told = typed("leave", "--site", plain.site, "--yes").out
    assert f"{plain.site}/holdfast-left/releases/" in told
    assert typed("status", "--site", plain.site).code == 20


def test_the_flags_say_what_it_becomes(typed, plain):
    """`--layout` keeps releases, `--plain --keep-current` keeps the name that a web server has."""
    typed("adopt", plain.site, "--yes")
    plain.ship()
    assert typed("leave", "--site", plain.site, "--layout", "--yes", "--json").json["how"] == "layout"
    assert (plain.site / "current").resolve().parent == plain.site / "releases"
    assert typed("adopt", plain.site, "--yes").code == 0
    words = ("--plain", "--keep-current", "--yes", "--json")
    assert typed("leave", "--site", plain.site, *words).json["how"] == "plain"
    assert os.readlink(plain.site / "current") == "."


def test_adopt_without_a_directory_is_a_wrong_command_line(typed):
    """Exit 2: only `--undo` may mean the site around here."""
    assert typed("adopt", "--yes").code == 2


def test_an_application_is_given_back_to_its_document_root_as_it_was_taken_out(typed, tmp_path):
    """INTERFACE, leave: with the two directories that were typed then."""
    root, site = tmp_path / "home/public_html", tmp_path / "home/club"
    old_sites.write(root, {"index.php": "<?php\n", "uploads/a.jpg": "photo\n", ".htaccess": "#\n"})
    before = as_it_is(root.parent)
    assert typed("adopt", root, "--site", site, "--yes").code == 0
    (root.parent / "other").mkdir()
    refused = typed("adopt", "--undo", root.parent / "other", "--site", site, "--yes")
    assert (refused.code, "nor the document root" in refused.err) == (2, True)
    (root.parent / "other").rmdir()
    told = typed("adopt", "--undo", root, "--site", site, "--yes")
    assert (told.code, str(root) in told.out) == (0, True)
    assert differences(before, as_it_is(root.parent)) == []
