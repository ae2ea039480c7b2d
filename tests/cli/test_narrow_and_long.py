"""What does not fit: narrow terminals, long lists, long times."""

from __future__ import annotations

import os
import time

import pytest

from holdfast.cli.render.page import page
from holdfast.cli.render.plain import folded
from holdfast.cli.render.progress import Running
from holdfast.cli.render.words import Line, day, named, when

PLAN = {
    "command": "deploy",
    "release": "20250815-152018",
    "current": "20250814-090000",
    "source": {"kind": "git", "location": "/src/club", "ref": "main", "commit": "1234567890abcdef", "subject": "menu"},
    "shared": [{"path": f"data/{n}", "kind": "dir", "why": "preset", "action": "link"} for n in range(30)],
    "adopt": [{"path": f"uploads/{n}.png", "from": "20250814-090000", "why": "appeared"} for n in range(30)],
    "steps": [{"name": "seal", "text": "make it read-only"}],
    "checks": [{"name": f"c{n}", "verdict": "pass", "why": "", "mend": ""} for n in range(20)],
}
COLUMNS = 60


def texts(name, result, *, every=False):
    return [line.text for line in page(name, result, every=every)]


def test_a_plan_names_what_changes_and_counts_the_rest():
    """What stays, what passes and how it is done are counted or left out; of very many the first are named."""
    told = texts("plan", PLAN)
    assert told[0] == 'deploy 1234567890ab "menu"'
    assert len(told) < 20
    assert any("and 22 more" in line for line in told)
    assert "  30 shared paths stay in `shared/`" in told
    assert "  20 passed" in told
    assert not any("seal" in line for line in told)


def test_whoever_asks_for_more_is_told_every_path_and_every_step():
    """-v."""
    told = "\n".join(texts("plan", PLAN, every=True))
    assert all(f"uploads/{n}.png" in told and f"data/{n}" in told for n in range(30))
    assert "seal  make it read-only" in told


@pytest.mark.parametrize("name", ["status", "attic"])
def test_every_line_of_a_table_fits_a_narrow_terminal(name):
    """60 columns: what follows is indented below the last column, or a little where that would leave no room."""
    results = {
        "status": {
            "site": "/srv/club",
            "current": "r",
            "releases": [
                {
                    "id": f"2025081{n}-152018",
                    "state": "retired",
                    "created": 0,
                    "source": "https://example.org/club.git x",
                }
                for n in range(3)
            ],
            "shared": [],
        },
        "attic": {
            "entries": [
                {
                    "operation": "000007-deploy",
                    "path": "public/a.png",
                    "bytes": 9,
                    "reason": "differs from the new version",
                }
            ]
        },
    }
    lines = [text for line in page(name, results[name]) for text in folded(line, COLUMNS)]
    assert all(len(text) <= COLUMNS for text in lines), lines
    assert "".join(lines).replace(" ", "") == "".join(texts(name, results[name])).replace(" ", "")


def test_what_is_to_be_typed_is_never_folded():
    """It is copied with the mouse."""
    command = "holdfast rollback 20250814-090000 --site /var/www/a/rather/long/path/to/the/site"
    assert folded(Line(command, "strong"), COLUMNS) == [command]


def test_of_many_the_first_are_named_and_one_more_is_no_rest():
    """`and 1 more` would be as long as its name."""
    assert named(list("abcdefghi")) == list("abcdefghi")
    assert named(list("abcdefghij")) == [*"abcdefgh", "and 2 more"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5, "just now"), (70, "1 minute ago"), (7300, "2 hours ago"), (90 * 86400, "90 days ago"), (-7300, "in 2 hours")],
)
def test_a_time_is_the_clock_s_of_this_host_and_says_how_long_ago_it_is(seconds, words, monkeypatch):
    """Nobody at three in the morning counts back from UTC."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    monkeypatch.setattr(time, "time", lambda: 1_755_271_218.0)
    assert when(1_755_271_218.0 - seconds).endswith(f"({words})")
    assert when(1_755_271_218.0).startswith("2025-08-15 17:20 (")
    assert day(1_755_295_200.0) == "2025-08-16"


def test_a_running_step_shows_its_seconds_and_the_last_line_of_its_program(monkeypatch):
    """`npm ci` for a minute is no silence, and a control character of it no command to the terminal."""
    painted = []
    monkeypatch.setattr(os, "write", lambda _fd, text: painted.append(text.decode()))
    monkeypatch.setattr("sys.stderr", open(os.devnull, "w"))  # noqa: SIM115 - it has a number
    running = Running(40)
    running.begin("build")
    running.say("added 812 packages\x1b[31m in 4 s, and a tail that is too long")
    running.end()
    assert "build … 0 s" in painted[0]
    assert "added 812 packages" in painted[1]
    assert "\x1b[31m" not in painted[1]
    assert len(painted[1]) < 40 + 20
    assert painted[-1].endswith("\x1b[2K")
