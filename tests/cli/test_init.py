"""`holdfast init` asks about what no rule knows, and only somebody who can answer."""

from __future__ import annotations

import io
import subprocess

import pytest

from lib.terminal import terminal

TREE = {
    "index.php": "<?php",
    "var/stuff/1.bin": "of a user",
    "docs/read.txt": "of the author",
    "src/lib.php": "<?php",
    "files/6f1c2e9a-3b7d-4c55-9a10-2f8e7d6c5b4a.pdf": "of a user",
    "notes/program/run.php": "<?php",
}


@pytest.fixture
def here(tmp_path):
    for path, text in TREE.items():
        where = tmp_path / "app" / path
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_text(text)
    return tmp_path / "app"


@pytest.fixture
def typed(capsys, monkeypatch, here):
    return terminal(capsys, monkeypatch, here)


def _answering(monkeypatch, answer: str) -> None:
    monkeypatch.setattr("holdfast.cli.ask.is_terminal", lambda _stream: True)
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))


def test_what_no_rule_knows_is_undecided(typed):
    """G2: neither a usual name nor a program nor what a rule speaks of."""
    assert typed("detect", ".", "--json").json["undecided"] == ["var"]


@pytest.mark.parametrize(("answer", "line"), [("\n", 'paths = ["var/"]'), ("n\n", '# paths = ["files/"]')])
def test_whoever_is_at_the_terminal_is_asked_once(typed, here, monkeypatch, answer, line):
    """G2: yes is the usual answer, for data that is kept too long costs less than data that is gone."""
    _answering(monkeypatch, answer)
    ended = typed("init")
    assert ended.code == 0
    assert ended.err.count("[Y/n]") == 1
    assert line in (here / "holdfast.toml").read_text().splitlines()


def test_where_nobody_can_be_asked_nothing_is_said_for_them(typed, here):
    """G2: what comes to the directory is kept by every deploy, listed or not."""
    ended = typed("init", "--no-input")
    assert (ended.code, "[Y/n]" in ended.err) == (0, False)
    assert '# paths = ["files/"]' in (here / "holdfast.toml").read_text().splitlines()


def test_what_git_tracks_is_the_authors_own(typed, here, monkeypatch):
    """Nobody is asked about a directory that the repository ships."""
    subprocess.run(["git", "init", "-q", str(here)], check=True)
    subprocess.run(["git", "-C", str(here), "add", "var"], check=True)
    _answering(monkeypatch, "")
    assert "[Y/n]" not in typed("init").err
