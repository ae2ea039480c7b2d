"""INTERFACE.md to the letter: `link`, as it is typed and from the single file; and each command from that file."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from holdfast.cli.table import TABLE
from lib.engine_file import INSTALLED, NAME, compiled, engine_file, surroundings, typed
from lib.interpreters import interpreter
from lib.terminal import terminal
from lib.world import LARAVEL, STATIC, World

OLDEST = "3.9"


@pytest.fixture(params=[pytest.param("this", marks=pytest.mark.installs), OLDEST])
def python(request):
    """The oldest Python that the file promises to run on, where there is one; this one with `make installs`."""
    return (request.param != "this" and interpreter(request.param)) or sys.executable


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
def command_line(capsys, monkeypatch, tmp_path):
    return terminal(capsys, monkeypatch, tmp_path / "here")


EACH = """
import json, sys
sys.path.insert(0, sys.argv[1])
from holdfast.cli.main import main
sys.exit(max(main(words) for words in json.loads(sys.argv[2])))
"""


class Host:
    """A host where nothing is installed but PYTHON, and somebody in the directory AT, where the single file lies."""

    def __init__(self, python, at):
        self.at, self.python = at, python
        self.environment = surroundings(at / "home", python)
        (at / NAME).symlink_to(compiled(engine_file(), python))

    def type(self, line):
        return typed(line, self.environment, self.at)

    def run(self, *words):
        """Without a shell, without packages of the host, from another directory."""
        command = [self.python, "-I", "-S", str(self.at / NAME), *map(str, words)]
        return subprocess.run(
            command, cwd="/", env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False,
        )  # fmt: skip

    def well(self, *words):
        """What is said on stdout by a command that ends well and names itself as it can be typed."""
        ran = self.run(*words)
        assert ran.returncode == 0, (words, ran.stdout, ran.stderr)
        assert INSTALLED.findall(ran.stdout + ran.stderr) == []
        return ran.stdout

    def all(self, *lines):
        """The same for many command LINES, in one process."""
        asked = json.dumps([[str(word) for word in line] for line in lines])
        command = [self.python, "-I", "-S", "-c", EACH, str(self.at / NAME), asked]
        ran = subprocess.run(command, cwd="/", env=self.environment, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, (lines, ran.stdout, ran.stderr)
        assert INSTALLED.findall(ran.stdout + ran.stderr) == []
        return ran.stdout

    def json(self, *words):
        return json.loads(self.well(*words, "--json"))


@pytest.fixture
def host(python, tmp_path):
    return Host(python, tmp_path)


@pytest.fixture
def here(tmp_path):
    """The same with this Python alone."""
    return Host(sys.executable, tmp_path)


def assert_linked(club, number):
    release = club / "releases" / str(number)
    assert os.readlink(release / "storage") == "../../shared/storage"
    assert os.readlink(release / ".env") == "../../shared/.env"
    assert (release / "storage/app/public").is_dir()


def test_the_single_file_links_with_no_installation(host, club):
    """INTERFACE: `python3 holdfast-engine.pyz link RELEASE SHARED` with no installation; words, unless --json."""
    ran = host.type(f"python3 {NAME} link club/releases/1 club/shared")
    assert (ran.returncode, ran.stdout.splitlines()[-1]) == (0, "2 paths of `shared/` in the release"), ran.stderr
    assert_linked(club, 1)
    assert sorted(os.listdir(club)) == [".holdfast", "releases", "shared"]
    assert host.json("link", club / "releases/1", club / "shared", "--yes")["outcome"] == "linked"


def test_a_whole_deploy_by_a_script_brings_home_what_the_live_release_holds(here, club):
    """INTERFACE, link: adopt, seed and link; it may be run any number of times, on a live release too."""
    here.well("link", club / "releases/1", club / "shared")
    (club / "current").symlink_to("releases/1")
    (club / "releases/1/public/certificates").mkdir()
    (club / "releases/1/public/certificates/42.pdf").write_text("certificate\n")
    unpacked(club, 2)
    for _ in range(2):
        here.well("link", club / "releases/2", club / "shared")
    assert_linked(club, 2)
    for number in (1, 2):
        assert (club / f"releases/{number}/public/certificates/42.pdf").read_text() == "certificate\n"
    assert (club / "shared/public/certificates/42.pdf").is_file()


def test_link_is_the_same_by_the_command_line(command_line, club):
    """INTERFACE, link: adopt, seed and link, nothing else; state lies in `.holdfast/` beside SHARED."""
    ended = command_line("link", club / "releases/1", club / "shared", "--yes", "--json")
    assert (ended.code, ended.json["outcome"]) == (0, "linked")
    assert_linked(club, 1)
    assert not (club / "current").exists()


def test_a_shared_that_resolves_among_the_releases_is_refused_with_the_right_path(command_line, here, club):
    """INTERFACE, link: `X/current/../shared` is `releases/shared`, whoever asks; the path in the hint works."""
    (club / "current").symlink_to("releases/1")
    spelt = f"{club}/current/../shared"
    ended = command_line("link", club / "releases/1", spelt, "--yes", "--json")
    assert (ended.code, ended.json["error"]["code"]) == (30, "shared-inside-releases")
    ran = here.run("link", club / "releases/1", spelt)
    assert (ran.returncode, "error[shared-inside-releases]" in ran.stderr) == (30, True)
    assert not (club / ".holdfast").exists()
    right = ended.json["error"]["hint"].partition("`")[2].partition("`")[0]
    assert right == str(club / "shared")
    assert command_line("link", club / "releases/1", right, "--yes").code == 0


@pytest.mark.parametrize("where", ["elsewhere", "club/shared/1", "club"])
def test_a_release_that_does_not_lie_below_the_parent_of_shared_is_refused(command_line, club, tmp_path, where):
    """INTERFACE, link: RELEASE must lie below SHARED's parent."""
    (tmp_path / where).mkdir(parents=True, exist_ok=True)
    ended = command_line("link", tmp_path / where, club / "shared", "--yes", "--json")
    assert (ended.code, ended.json["error"]["code"]) == (30, "release-outside")
    assert not (club / ".holdfast").exists()


def test_colours_that_are_asked_for_are_left_out(here, club):
    """Plain words, and no mistake inside: nothing lies in the file that paints."""
    told = here.well("link", club / "releases/1", club / "shared", "--color", "always")
    assert "\x1b" not in told


def test_a_release_that_is_not_there_is_11(here, club):
    """INTERFACE, exit codes: what is named does not exist."""
    ran = here.run("link", club / "releases/9", club / "shared")
    assert (ran.returncode, ran.stdout) == (11, "")
    assert "error[release-missing]" in ran.stderr


def test_the_single_file_asks_nobody_and_changes_nothing_without_a_yes(here, club):
    """INTERFACE: a question with neither a terminal nor --yes exits 31."""
    here.well("link", club / "releases/1", club / "shared")
    (club / "current").symlink_to("releases/1")
    source = unpacked(club.parent / "code", 2)
    ran = here.run("deploy", "--site", club, "--source", source)
    assert (ran.returncode, os.readlink(club / "current")) == (31, "releases/1"), ran.stderr


def test_a_shared_that_is_not_the_site_s_own_is_answered_with_the_command_that_works(command_line, here, club):
    """INTERFACE: the hint is one thing to type next, as it is printed."""
    command_line("link", club / "releases/1", club / "shared", "--yes")
    (club / "data").mkdir()
    ended = command_line("link", club / "releases/1", club / "data", "--yes", "--json")
    assert (ended.code, ended.json["error"]["code"]) == (11, "path-missing")
    assert ended.json["error"]["hint"] == f"holdfast link {club}/releases/1 {club}/shared"
    told = here.type(f"python3 {NAME} link {club}/releases/1 {club}/data").stderr.splitlines()
    (hint,) = [line.removeprefix("try: ") for line in told if line.startswith("try: ")]
    assert hint == f"python3 {NAME} link {club}/releases/1 {club}/shared"
    assert here.type(hint).returncode == 0


def test_every_command_of_the_single_file_has_the_help_that_it_has_elsewhere(host, command_line):
    """One implementation serves both: the same words, but for the name of the program."""
    told = "".join(host.all(*((name, "--help") for name in TABLE)).split())
    elsewhere = "".join(command_line(name, "--help").out for name in TABLE)
    assert told.replace(f"python3{host.at / NAME}", "holdfast") == "".join(
        elsewhere.split()
    )  # lines are folded elsewhere


def test_a_site_lives_by_the_single_file_alone(host, tmp_path):
    """INTERFACE, commands: each of them on one machine, in words and as JSON, by each Python."""
    shop, world = tmp_path / "shop", World(tmp_path / "w", STATIC, env=None, kind="git")
    site = ("--site", shop)
    (shop / "uploads").mkdir(parents=True)
    (shop / "uploads/ada.jpg").write_text("of Ada\n")
    (shop / "index.html").write_text("the first page\n")
    told = host.all(("detect", shop), ("explain", "uploads", *site), ("adopt", shop, "--plan"))
    assert "data, which moves into `shared/`" in told
    assert host.well("adopt", shop, "--yes").splitlines()[-3] == "data  1 file, 0 lost"
    _deploys(host, shop, world)
    assert host.json("rollback", *site, "--yes")["outcome"] == "activated"
    looking = ("status", "releases", "history", "attic", "access", "review", "checklist", "config")
    assert "verdict: " in host.all(*((command, *site) for command in looking))
    answers = host.all(*((command, *site, "--json") for command in looking)).splitlines()
    assert [type(json.loads(answer)) for answer in answers] == [dict] * len(looking)
    _data_comes_back(host, shop)
    told = host.all(
        ("sweep", *site), ("prune", "--keep", "0", *site, "--yes"), ("report", *site, "-o", tmp_path / "r.html")
    )
    assert "removed" in told
    page = (tmp_path / "r.html").read_text().partition("-->")[2]  # after the mark by which a report is known
    assert f"python3 {host.at / NAME} " in page
    assert INSTALLED.findall(page) == []
    assert host.run("docs", "install").stdout.startswith("# Install")
    host.well("leave", *site, "--yes")
    assert (shop / "uploads/ada.jpg").read_text() == "of Ada\n"


def _deploys(host, shop, world):
    """From git, with the settings that the source brings."""
    world.commit({"holdfast.toml": 'keep = 2\nbuild.commands = ["echo built > built.txt"]\n'})
    source = ("--site", shop, "--source", world.repository)
    assert host.json("plan", *source)["build"] == ["echo built > built.txt"]
    told = host.well("deploy", *source, "--yes")
    assert f"python3 {host.at / NAME} rollback" in told
    assert (shop / "current/built.txt").read_text() == "built\n"
    world.commit({"index.html": "another page\n"})
    assert host.json("deploy", *source, "--yes")["outcome"] == "deployed"


def _data_comes_back(host, shop):
    """What was displaced by `restore`, what disappeared by `recover`."""
    (shop / "shared/uploads/ada.jpg").rename(shop / "releases/ada.jpg")
    gone = host.run("recover", "--plan", "--site", shop)
    assert "missing" in gone.stdout
    (shop / "releases/ada.jpg").rename(shop / "shared/uploads/ada.jpg")
    entry = json.loads(host.all(("attic", "--site", shop, "--json")))["entries"][0]["path"]
    told = host.all(("recover", "--site", shop, "--yes"), ("restore", entry, "--site", shop, "--yes"))
    assert told.startswith("nothing to finish")
    assert "restored" in told


@pytest.mark.installs
@pytest.mark.parametrize(
    ("state", "line"),
    [
        ("a wrong word", "deploi"),
        ("a plain directory", "deploy --site plain --source other --yes"),
        ("a site", "rollback --site site --yes"),
        ("a site", "restore a.jpg --site site --yes"),
    ],
)
def test_what_the_single_file_says_to_type_is_typed_as_it_is_printed(here, state, line):
    """INTERFACE: an error has one thing to type next. It is no wrong command line, and no mistake inside."""
    for name in ("plain", "site", "other"):
        (here.at / name).mkdir()
        (here.at / name / "index.html").write_text("a page\n")
    if state == "a site":
        here.well("adopt", here.at / "site", "--yes")
    told = here.type(f"python3 {NAME} {line}")
    said = json.loads(here.type(f"python3 {NAME} {line} --json").stdout)["error"]["hint"]
    assert told.returncode not in (0, 1, 70)
    assert f"try: {said}" in told.stderr.splitlines()
    (hint, *_) = [part for part in said.split("`") if part.startswith("python3 ")]
    assert here.type(f"{hint} --help").returncode == 0
    assert here.type(hint).returncode not in (2, 70), hint


def test_a_commit_is_told_as_it_was_written(here, tmp_path):
    """The name of the program is put into our own words alone."""
    world = World(tmp_path / "w", STATIC, env=None, kind="git")
    world.commit()
    subject = "`holdfast deploy` and holdfast adopt, explained"
    world.git("commit", "--quiet", "--allow-empty", f"--message={subject}")
    source = ("--site", tmp_path / "shop", "--source", world.repository)
    assert json.loads(here.run("plan", *source, "--json").stdout)["source"]["subject"] == subject
    assert f'"{subject}"' in here.run("deploy", *source, "--yes").stdout
