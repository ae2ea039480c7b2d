"""The file that each run which may change something leaves, and what never stands in it."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pytest

from holdfast import session
from holdfast.cli.log import KEPT
from holdfast.cli.masking import Masks, secrets_in, secrets_of
from lib.terminal import terminal
from lib.world import STATIC, World

TOKEN = "tok-5d41402abc4b2a76"


@pytest.fixture
def typed(capsys, monkeypatch, tmp_path):
    return terminal(capsys, monkeypatch, tmp_path / "here")


@pytest.fixture
def static(tmp_path):
    world = World(tmp_path / "static", STATIC, env=None)
    world.commit()
    return world


def folder():
    return Path(os.environ["HOME"], ".local/state/holdfast/logs")


def logs():
    return sorted(folder().glob("*")) if folder().exists() else []


def deploy(typed, world, *words):
    return typed("deploy", "--site", world.site, "--source", world.repository, "--yes", *words)


def test_a_run_is_written_down_whole_for_one_person_alone(typed, static):
    """Also what the screen left out: what a hook said, and the plan. 0600, in a directory of 0700."""
    static.commit({"holdfast.toml": '[hooks]\nbefore_activation = ["echo the hook spoke"]\n'})
    ended = deploy(typed, static, "-q")
    (log,) = logs()
    assert (ended.err, "the hook spoke" in log.read_text()) == ("", True)
    assert "answered {" in log.read_text()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700


def test_a_failure_says_where_its_log_lies(typed, static):
    """On stderr, and as a key for a script; a success says nothing of it."""
    assert "log" not in deploy(typed, static).err
    static.commit({"holdfast.toml": '[build]\ncommands = ["echo building; false"]\n'})
    ended = deploy(typed, static, "--json")
    assert ended.code == 50
    assert ended.json["log"] == str(logs()[-1])
    assert f"log: {logs()[-1]}\n" in ended.err
    assert "building" in logs()[-1].read_text()
    assert "exit 50" in logs()[-1].read_text()


def test_nothing_of_it_lies_below_the_site_or_at_the_top_of_the_home(typed, static):
    """XDG: one place below the state directory; the engine writes below the deploy root alone (G9)."""
    deploy(typed, static)
    assert os.listdir(os.environ["HOME"]) == [".local"]
    assert list(static.site.rglob("*.log")) == []


def test_the_state_directory_is_where_the_person_says(typed, static, monkeypatch, tmp_path):
    """XDG_STATE_HOME; a relative one says nothing, by its specification."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    deploy(typed, static)
    assert len(os.listdir(tmp_path / "state/holdfast/logs")) == 1
    monkeypatch.setenv("XDG_STATE_HOME", "state")
    deploy(typed, static)
    assert len(logs()) == 1


def test_a_log_that_cannot_be_written_stops_nothing(typed, static, monkeypatch):
    """A full disk and a missing home are no reason for a deploy to fail."""
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null")
    assert deploy(typed, static).code == 0
    static.commit({"holdfast.toml": '[build]\ncommands = ["false"]\n'})
    assert "log: " not in deploy(typed, static).err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a home of somebody else's")
def test_root_with_the_home_of_another_makes_nothing_there(typed, static):
    """`sudo -E`: a directory of root's would keep every other program of that person out."""
    os.chown(os.environ["HOME"], 12345, 12345)
    assert deploy(typed, static).code == 0
    assert os.listdir(os.environ["HOME"]) == []


def test_a_pipe_in_the_place_of_the_environment_file_keeps_nobody_waiting(tmp_path):
    """The application may put anything into `shared/`; a long line of blanks costs no time either."""
    os.mkfifo(tmp_path / ".env")
    assert list(secrets_in(str(tmp_path / ".env"))) == []
    (tmp_path / "long").write_text("A_TOKEN=" + " " * 900_000 + "s3cret-value")
    assert list(secrets_in(str(tmp_path / "long"))) == ["s3cret-value"]


def test_a_plan_of_many_paths_is_masked_at_once():
    """A megabyte of names, each with a word that secrets have."""
    text = " ".join(f"public/token-{number}/key-a-b-c-d" for number in range(30_000))
    began = time.process_time()
    assert Masks(["s3cret-value"])(text) == text
    assert time.process_time() - began < 1


def test_the_newest_are_kept_and_what_is_not_ours_is_left_alone(typed, static):
    """A bounded number; a file of another name is somebody's."""
    folder().mkdir(parents=True)
    for number in range(KEPT + 5):
        (folder() / f"20200101-000000.{number:06}-deploy-1.log").write_text("old")
    (folder() / "20200101-notes.log").write_text("mine")
    deploy(typed, static)
    assert len(logs()) == KEPT + 1
    assert (folder() / "20200101-notes.log").exists()
    assert not (folder() / "20200101-000000.000005-deploy-1.log").exists()


def test_looking_leaves_no_log_but_for_a_mistake_inside_whose_trace_it_holds(typed, monkeypatch):
    """A monitor that asks each minute would push out what matters; a mistake can be found out from the file."""
    typed("status", "--site", "/nowhere")
    assert logs() == []

    def mistaken(_request, **_):
        raise RuntimeError("impossible")

    monkeypatch.setattr(session, "perform", mistaken)
    ended = typed("status", "--site", "/nowhere")
    assert (ended.code, "Traceback" in ended.err) == (70, False)
    assert "Traceback" in logs()[0].read_text()
    assert f"log: {logs()[0]}" in ended.err


def test_secrets_that_a_hook_prints_are_not_kept(typed, static, monkeypatch):
    """Those of the application, by their values; those of the environment; those that look so."""
    (static.site / "shared").mkdir(parents=True)
    (static.site / "shared/.env").write_text(f"APP_KEY=base64:abcdefgh\nDB_PASSWORD='pa ss{TOKEN}'\nNAME=club\n")
    monkeypatch.setenv("DEPLOY_TOKEN", TOKEN[::-1])
    says = f"echo club, base64:abcdefgh, pa ss{TOKEN}, {TOKEN[::-1]}, --password hunter22 and api_key: hunter23"
    static.commit({"holdfast.toml": f'[hooks]\nbefore_activation = ["{says}"]\n'})
    assert deploy(typed, static).code == 0
    text = logs()[0].read_text()
    assert "output hook club, ***, ***, ***, --password *** and api_key: ***" in text
    for secret in ("abcdefgh", TOKEN, TOKEN[::-1], "hunter22", "hunter23"):
        assert secret not in text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://ada:s3cret@example.org/x", "https://***@example.org/x"),
        ('{"password": "s3cret", "name": "ada"}', '{"password": ***, "name": "ada"}'),
        ("Authorization: Bearer s3cret", "Authorization: Bearer ***"),
        ("APP_SECRET=s3cret; ls", "APP_SECRET=***; ls"),
        ("the token was refused", "the token was refused"),
        ("public/token.png", "public/token.png"),
    ],
)
def test_what_looks_like_a_secret_is_hidden_and_other_words_stay(text, kept):
    """A log that hides everything helps nobody."""
    assert Masks()(text) == kept


def test_a_value_is_secret_by_the_name_it_has(tmp_path):
    """PWD is a directory; a short value would hide half of the text."""
    assert list(secrets_of({"PWD": "/srv/club", "STRIPE_KEY": "k1", "DB_PWD": "p", "AUTHOR": "ada"})) == ["k1", "p"]
    assert Masks(["k1"])("k1 in k123") == "k1 in k123"
    assert list(secrets_in(str(tmp_path / "nowhere"))) == []
    assert list(secrets_of({"DATABASE_URL": "mysql://club:s3cret@db/club"})) == ["s3cret"]
