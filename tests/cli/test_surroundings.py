"""Where a command is typed: shells without a home, in a directory that is gone, with a variable that was not set."""

from __future__ import annotations

import os
import tempfile

import pytest

from holdfast.cli.log import Log
from holdfast_engine import streams


@pytest.fixture
def gone(holdfast, tmp_path, monkeypatch):
    """The shell stands in a directory that somebody removed, as a prune removes a release."""
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()


@pytest.mark.parametrize("home", ["rel", "", "~", None])
def test_a_person_without_a_home_has_no_log_and_the_command_goes_on(holdfast, engine, monkeypatch, home):
    """Cron and containers: a relative HOME once kept the search for a home from ever ending."""
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr("pwd.getpwuid", lambda _user: (_ for _ in ()).throw(KeyError("no account")))
    if home is None:
        monkeypatch.delenv("HOME", raising=False)
    else:
        monkeypatch.setenv("HOME", home)
    os.makedirs("code/.git")
    ended = holdfast("deploy", "--yes", "--site", "/srv/club", "--source", "code")
    assert ended.code == 0
    assert Log.begin(["deploy"], os.environ, str) is None


@pytest.mark.usefixtures("gone")
def test_absolute_paths_are_enough_where_the_working_directory_is_gone(holdfast, engine):
    """Exit 0: a shell that stands in a pruned release can still be used."""
    """A shell that stands in a pruned release is no reason against a command that names its site."""
    assert holdfast("status", "--site", "/srv/club").code == 0
    assert holdfast("--version").code == 0


@pytest.mark.usefixtures("gone")
@pytest.mark.parametrize(
    "words",
    [
        ("status", "--site", "club"),
        ("deploy", "--yes", "--site", "/srv/club", "--source", "."),
        ("adopt", ".", "--yes"),
        ("detect",),
        ("init",),
        ("link", "releases/1", "shared"),
        ("try", "app"),
        ("status", "--site", "/srv/club", "--config", "x.toml"),
    ],
)
def test_a_relative_path_is_an_error_in_words_where_the_working_directory_is_gone(holdfast, engine, words):
    """Exit 11, never a traceback: the path leads nowhere, and the person learns why."""
    ended = holdfast(*words)
    assert ended.code == 11
    assert "the working directory is gone" in ended.err
    assert engine.requests == []


@pytest.mark.parametrize(
    "words",
    [
        ("deploy", "--yes", "--site", "", "--source", "code"),
        ("deploy", "--yes", "--site", "/srv/club", "--source", ""),
        ("adopt", "", "--yes"),
        ("link", "", "", "--yes"),
        ("status", "--site", ""),
    ],
)
def test_an_empty_path_never_means_the_directory_that_somebody_stands_in(holdfast, engine, words):
    """`--site "$SITE"` with a variable that was not set: exit 2, and nothing is asked of the engine."""
    os.mkdir("code")
    ended = holdfast(*words)
    assert ended.code == 2
    assert "is empty" in ended.err
    assert engine.requests == []


def test_what_the_host_refuses_before_the_engine_is_asked_is_no_mistake_inside(holdfast, engine, monkeypatch):
    """Exit 40: no place for temporary files, and the way to name one."""

    def nowhere(**_how):
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", nowhere)
    os.makedirs("code/.git")
    ended = holdfast("deploy", "--yes", "--site", "/srv/club", "--source", "code")
    assert ended.code == 40
    assert "TMPDIR" in ended.err


def test_a_umask_never_takes_our_own_rights_on_what_we_make():
    """A site whose files their owner cannot open could not be gone on with; what others may not, stays so."""
    before = os.umask(0o777)
    try:
        streams.keep_own_rights()
        assert os.umask(0) == 0o077
    finally:
        os.umask(before)
