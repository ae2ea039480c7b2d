"""`holdfast config`: each setting with its value, and who said so."""

from __future__ import annotations

import os

import pytest

from lib.terminal import terminal
from lib.world import STATIC, World


@pytest.fixture
def here(tmp_path):
    return tmp_path / "here"


@pytest.fixture
def typed(capsys, monkeypatch, here):
    return terminal(capsys, monkeypatch, here)


def rows(ended):
    assert ended.code == 0, ended.err
    return {row["key"]: (row["value"], row["origin"], row["from"]) for row in ended.json["settings"]}


def test_each_setting_is_shown_with_the_layer_that_gave_it(typed, here, monkeypatch):
    """INTERFACE: flags beat HOLDFAST_*, which beat the file, which beats what is detected."""
    (here / "holdfast.toml").write_text('keep = 3\nframework = "rails"\n[build]\ncommands = ["make"]\n[hosts.a]\n')
    (here / "holdfast.toml").write_text((here / "holdfast.toml").read_text() + 'address = "a@b"\nroot = "/srv"\n')
    monkeypatch.setenv("HOLDFAST_FRAMEWORK", "plain-static")
    found = rows(typed("config", "--site", "/srv/club", "--json"))
    file = str(here / "holdfast.toml")
    assert found["keep"] == (3, "file", file)
    assert found["framework"] == ("plain-static", "environment", "HOLDFAST_FRAMEWORK")
    assert found["site.root"] == ("/srv/club", "flag", "--site")
    assert found["build.commands"] == (["make"], "file", file)
    assert found["site.web_user"] == (None, "default", "")
    assert found["hosts.a.address"] == ("a@b", "file", file)


def test_what_nobody_said_is_the_default(typed):
    """The number that holds, not a dash."""
    told = typed("config")
    assert "  keep                     5          default\n" in told.out
    assert told.err == ""


def test_the_file_of_a_source_on_this_host_is_read_as_a_deploy_reads_it(typed, tmp_path):
    """INTERFACE: the one at the top of the source, in the version being deployed, gives framework, build, keep."""
    static = World(tmp_path / "static", STATIC, env=None, kind="git")
    commit = static.commit({"holdfast.toml": "keep = 2\n"})
    (static.repository / "holdfast.toml").write_text("keep = 9\n")
    found = rows(typed("config", "--source", static.repository, "--json"))
    assert found["keep"] == (2, "file", f"holdfast.toml of {commit[:12]}")


def test_a_source_on_another_host_is_not_fetched_and_shown_without_its_password(typed):
    """No network but for what needs it; a login stands in no output."""
    ended = typed("config", "--source", "https://ada:s3cret@example.invalid/club.git", "--json")
    assert "s3cret" not in ended.out + ended.err
    assert rows(ended)["source"] == ("https://***@example.invalid/club.git", "flag", "--source")
    assert "`holdfast plan` reads it" in ended.json["notes"][0]


@pytest.mark.parametrize("by", ["flag", "variable"])
def test_a_file_can_be_named_in_the_place_of_the_nearest_one(typed, here, tmp_path, monkeypatch, by):
    """The flag first, then the variable, then the nearest file upward."""
    (here / "holdfast.toml").write_text("keep = 3\n")
    (tmp_path / "other.toml").write_text("keep = 7\n")
    monkeypatch.setenv("HOLDFAST_CONFIG", "../other.toml" if by == "variable" else "nowhere.toml")
    flags = ("--config", "../other.toml") if by == "flag" else ()
    assert rows(typed("config", *flags, "--json"))["keep"] == (7, "file", str(tmp_path / "other.toml"))


def test_a_file_that_is_named_and_not_there_is_11(typed):
    """INTERFACE, exit codes; and nothing else is read in its place."""
    ended = typed("config", "--config", "nowhere.toml")
    assert (ended.code, ended.problem) == (11, "path-missing")


def test_an_older_holdfast_says_that_a_file_needs_a_newer_one(typed, here):
    """Before it complains of a key that it cannot know."""
    (here / "holdfast.toml").write_text('minimum = "9.1"\nfuture = 1\n')
    ended = typed("config")
    assert (ended.code, ended.problem) == (10, "config-needs-newer")
    assert "needs Holdfast 9.1 or newer" in ended.err
    (here / "holdfast.toml").write_text('minimum = "0.1"\n')
    assert typed("config").code == 0
    (here / "holdfast.toml").write_text('minimum = "soon"\n')
    assert typed("config").problem == "config-invalid"


def test_a_file_that_another_user_left_above_is_not_obeyed(typed, here, monkeypatch):
    """G9: anybody may write into `/tmp`, and a hook is a program that runs as whoever deploys."""
    below = here / "work"
    below.mkdir(parents=True)
    (here / "holdfast.toml").write_text('[build]\ncommands = ["make"]\n')
    monkeypatch.chdir(below)
    assert rows(typed("config", "--json"))["build.commands"][1] == "file"
    monkeypatch.setattr("os.geteuid", lambda: os.stat(below).st_uid + 1)
    if os.stat(below).st_uid == 0:
        os.chown(here / "holdfast.toml", 4321, 4321)
    ended = typed("config", "--json")
    assert (ended.code, ended.problem) == (10, "config-not-yours")
    assert typed("config", "--json", "--config", str(here / "holdfast.toml")).code == 0
