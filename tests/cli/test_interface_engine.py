"""INTERFACE.md to the letter: `link`, by the command line and from the single file alone."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.bundle import build
from holdfast_engine import __main__ as single_file
from lib.terminal import terminal
from lib.world import LARAVEL, STATIC, World

OLDEST = "3.9"


def unpacked(top, number):
    """A release as somebody's own script leaves it."""
    where = top / "releases" / str(number)
    for path, text in LARAVEL.items():
        (where / path).parent.mkdir(parents=True, exist_ok=True)
        (where / path).write_text(text.replace("{version}", str(number)))
    return where


@pytest.fixture
def club(tmp_path):
    """A deploy root with one release and a `shared/` with an `.env`."""
    top = tmp_path / "club"
    (top / "shared").mkdir(parents=True)
    (top / "shared/.env").write_text("APP_KEY=base64:k\n")
    unpacked(top, 1)
    return top


@pytest.fixture
def typed(capsys, monkeypatch, tmp_path):
    return terminal(capsys, monkeypatch, tmp_path / "here")


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """The single file, alone in a directory."""
    path = tmp_path_factory.mktemp("engine") / "holdfast-engine.pyz"
    build(str(path))
    return path


def interpreters():
    """This Python, and the oldest that the engine promises to run on where it is installed."""
    beside = Path(__file__).parents[2] / ".venv-engine/bin/python"
    for place in (str(beside), f"python{OLDEST}"):
        if shutil.which(place) and subprocess.run([place, "-c", ""], check=False, capture_output=True).returncode == 0:
            return [sys.executable, shutil.which(place)]
    return [sys.executable]


def alone(python, engine, *words, at="/"):
    """The engine with nothing in its environment, from another directory."""
    command = ["/usr/bin/env", "-i", python, "-I", str(engine), *map(str, words)]
    return subprocess.run(command, cwd=at, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def assert_linked(club, number):
    release = club / "releases" / str(number)
    assert os.readlink(release / "storage") == "../../shared/storage"
    assert os.readlink(release / ".env") == "../../shared/.env"
    assert (release / "storage/app/public").is_dir()


@pytest.mark.parametrize("python", interpreters())
def test_the_single_file_links_with_no_installation(engine, club, tmp_path, python):
    """INTERFACE: `python3 holdfast-engine.pyz link RELEASE SHARED` with no installation."""
    ran = alone(python, engine, "link", "club/releases/1", "club/shared", at=tmp_path)
    assert (ran.returncode, json.loads(ran.stdout)["outcome"]) == (0, "linked"), ran.stderr
    assert_linked(club, 1)
    assert sorted(os.listdir(club)) == [".holdfast", "releases", "shared"]


def test_a_whole_deploy_by_a_script_brings_home_what_the_live_release_holds(engine, club):
    """INTERFACE, link: adopt, seed and link; it may be run any number of times, on a live release too."""
    alone(sys.executable, engine, "link", club / "releases/1", club / "shared")
    (club / "current").symlink_to("releases/1")
    (club / "releases/1/public/certificates").mkdir()
    (club / "releases/1/public/certificates/42.pdf").write_text("certificate\n")
    unpacked(club, 2)
    for _ in range(2):
        ran = alone(sys.executable, engine, "link", club / "releases/2", club / "shared")
        assert ran.returncode == 0, ran.stderr
    assert_linked(club, 2)
    for number in (1, 2):
        assert (club / f"releases/{number}/public/certificates/42.pdf").read_text() == "certificate\n"
    assert (club / "shared/public/certificates/42.pdf").is_file()


def test_link_is_the_same_by_the_command_line(typed, club):
    """INTERFACE, link: adopt, seed and link, nothing else; state lies in `.holdfast/` beside SHARED."""
    ended = typed("link", club / "releases/1", club / "shared", "--yes", "--json")
    assert (ended.code, ended.json["outcome"]) == (0, "linked")
    assert_linked(club, 1)
    assert not (club / "current").exists()


def test_a_shared_that_resolves_among_the_releases_is_refused_with_the_right_path(typed, engine, club):
    """INTERFACE, link: `X/current/../shared` is `releases/shared`, whoever asks; the path in the hint works."""
    (club / "current").symlink_to("releases/1")
    spelt = f"{club}/current/../shared"
    ended = typed("link", club / "releases/1", spelt, "--yes", "--json")
    assert (ended.code, ended.json["error"]["code"]) == (30, "shared-inside-releases")
    ran = alone(sys.executable, engine, "link", club / "releases/1", spelt)
    assert (ran.returncode, "error[shared-inside-releases]" in ran.stderr) == (30, True)
    assert not (club / ".holdfast").exists()
    right = ended.json["error"]["hint"].partition("`")[2].partition("`")[0]
    assert right == str(club / "shared")
    assert typed("link", club / "releases/1", right, "--yes").code == 0


@pytest.mark.parametrize("where", ["elsewhere", "club/shared/1", "club"])
def test_a_release_that_does_not_lie_below_the_parent_of_shared_is_refused(typed, club, tmp_path, where):
    """INTERFACE, link: RELEASE must lie below SHARED's parent."""
    (tmp_path / where).mkdir(parents=True, exist_ok=True)
    ended = typed("link", tmp_path / where, club / "shared", "--yes", "--json")
    assert (ended.code, ended.json["error"]["code"]) == (30, "release-outside")
    assert not (club / ".holdfast").exists()


def test_a_release_that_is_not_there_is_11(engine, club):
    """INTERFACE, exit codes: what is named does not exist."""
    ran = alone(sys.executable, engine, "link", club / "releases/9", club / "shared")
    assert (ran.returncode, ran.stdout) == (11, "")
    assert "error[release-missing]" in ran.stderr


def test_the_single_file_asks_nobody_and_changes_nothing_without_a_yes(engine, club):
    """INTERFACE: a question with neither a terminal nor --yes exits 31."""
    alone(sys.executable, engine, "link", club / "releases/1", club / "shared")
    (club / "current").symlink_to("releases/1")
    source = unpacked(club.parent / "code", 2)
    ran = alone(sys.executable, engine, "deploy", "--site", club, "--source", source)
    assert (ran.returncode, os.readlink(club / "current")) == (31, "releases/1"), ran.stderr


def test_a_shared_that_is_not_the_site_s_own_is_answered_with_the_command_that_works(typed, club):
    """INTERFACE: the hint is one thing to type next."""
    typed("link", club / "releases/1", club / "shared", "--yes")
    (club / "data").mkdir()
    ended = typed("link", club / "releases/1", club / "data", "--yes", "--json")
    assert (ended.code, ended.json["error"]["code"]) == (11, "path-missing")
    assert ended.json["error"]["hint"] == f"holdfast link {club}/releases/1 {club}/shared"


def test_every_command_of_the_single_file_takes_yes_and_json_and_says_what_it_does(engine, club):
    """INTERFACE: every command takes --json, every one that changes something --yes, and has a help."""
    ran = alone(sys.executable, engine, "link", club / "releases/1", club / "shared", "--yes", "--json")
    assert (ran.returncode, json.loads(ran.stdout)["outcome"]) == (0, "linked"), ran.stderr
    listed = alone(sys.executable, engine, "--help").stdout
    for name in "link deploy status releases history checklist rollback recover sweep prune attic".split():
        assert re.search(rf"^    {name} +\w+", listed, re.MULTILINE), name
        told = alone(sys.executable, engine, name, "--help").stdout
        assert [flag for flag in ("--yes", "--json") if flag not in told] == []


@pytest.mark.parametrize("kind", ["git", "directory"])
def test_the_single_file_deploys_no_source_whose_settings_it_cannot_read(engine, tmp_path, kind):
    """INTERFACE, exit code 10: build and hooks are left out by nobody in silence; nothing is changed."""
    world = World(tmp_path / "w", STATIC, env=None, kind=kind)
    world.commit({"holdfast.toml": 'build.commands = ["false"]\n'})
    ran = alone(sys.executable, engine, "deploy", "--site", world.site, "--source", world.repository, "--yes")
    assert (ran.returncode, "error[config-unreadable]" in ran.stderr) == (10, True), ran.stderr
    assert f"try: holdfast deploy --site {world.site} --source {world.repository}" in ran.stderr
    assert not world.site.exists()


def test_a_user_without_a_name_is_written_down_by_number(monkeypatch):
    """A container's user may stand in no passwd file."""
    monkeypatch.setattr("getpass.getuser", nobody)
    assert single_file._user() == str(os.getuid())


def nobody():
    raise KeyError("getpwuid(): uid not found: 4242")
