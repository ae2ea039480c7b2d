"""The tour itself is a promise: what it shows has to happen, and one's own application is only read."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from holdfast.tour.account import judge, table
from holdfast.tour.story import run
from holdfast.tour.traffic import Uploads
from holdfast_engine.model.problem import Problem
from lib import once


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """Where the tour makes its scratch directory."""
    top = tmp_path / "scratch"
    top.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(top))
    return top


def write(top, files):
    for path, text in files.items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text(text)


def whole_tree(top):
    """Path, kind, time and content of everything below TOP, `.git` included."""
    return {
        str(path.relative_to(top)): (path.lstat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in sorted(top.rglob("*"))
    }


def typed(scratch, *words):
    """`holdfast try` in a pipe, and what it left in its scratch directory."""
    environment = {**os.environ, "TMPDIR": str(scratch), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "holdfast", "try", *words]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return ran, os.listdir(scratch)


@pytest.fixture
def plain(scratch):
    """The tour of the example, as text: it is made once, and several tests look at it."""
    return once.made_once(once.top() / "tour-plain", lambda: typed(scratch))


@pytest.fixture
def told(scratch):
    """The same as one object."""
    ran, _ = once.made_once(once.top() / "tour-json", lambda: typed(scratch, "--json"))
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_the_example_survives_a_kill_three_deploys_and_a_rollback_with_nothing_lost(plain, told):
    """G1 to G5, as a person sees them: `holdfast try`."""
    assert (told["outcome"], told["killed"], told["lost"], told["misses"]) == ("ok", True, 0, 0)
    assert told["summary"][-1] == "lost: 0"
    assert [step["name"] for step in told["steps"] if not step["killed"]] == [
        "deploy 1",
        "deploy 2 again",
        "deploy 3",
        "rollback",
        "sweep",
    ]
    ran, left = plain
    assert "was interrupted" in ran.stdout + ran.stderr
    assert left == []


def test_the_tour_writes_to_declared_directories_an_undeclared_one_a_log_and_the_environment(told):
    """What the account is about: every kind of thing that deploys are known to lose (I01, I33)."""
    wanted = {"public/uploads", "public/invoices", "storage/app/public", "storage/logs/laravel.log", ".env"}
    assert wanted | {told["invented"]} == set(told["written"])
    assert told["invented"] == "public/certificates"
    assert all(row["acknowledged"] > 3 for path, row in told["written"].items() if path != ".env")
    assert all(row["served"] == row["acknowledged"] for path, row in told["written"].items() if path != ".env")


def test_a_repository_of_ones_own_is_deployed_at_its_head_and_not_changed(scratch, tmp_path):
    """INTERFACE: `holdfast try APP` takes a copy; its build commands and hooks are not run."""
    app = tmp_path / "club"
    toml = '[build]\ncommands = ["touch built"]\n[hooks]\nbefore_activation = ["false"]\n[shared]\npaths = ["pets/"]\n'
    write(app, {"index.html": "<h1>club</h1>\n", "holdfast.toml": toml})
    for words in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "--message=one")):
        subprocess.run(["git", *words], cwd=app, check=True)
    write(app, {"index.html": "<h1>not committed</h1>\n"})
    before, lines = whole_tree(app), []
    told = run(str(app), lines.append)
    assert (told["outcome"], told["lost"], told["app"]) == ("ok", 0, str(app))
    assert told["written"]["pets"]["served"] == told["written"]["pets"]["acknowledged"] > 3
    assert "build commands and hooks are not run" in lines
    assert whole_tree(app) == before


def test_a_directory_of_ones_own_that_needs_an_environment_file_gets_an_example_of_it(scratch, tmp_path):
    """A checklist that refuses for a missing `.env` is right on a server and no use in a tour."""
    app = tmp_path / "shop"
    write(
        app,
        {
            "artisan": "<?php\n",
            "composer.json": '{"require": {"laravel/framework": "^12.0"}}\n',
            "public/index.php": "<?php\n",
            "storage/app/.gitignore": "*\n!.gitignore\n",
        },
    )
    before = whole_tree(app)
    told = run(str(app), lambda _line: None)
    assert (told["outcome"], told["lost"]) == ("ok", 0)
    assert told["written"][".env"]["acknowledged"] > 0
    assert whole_tree(app) == before


def test_a_kept_scratch_site_is_named(scratch, monkeypatch, tmp_path):
    """`HOLDFAST_KEEP` leaves the site for a person to look at."""
    write(tmp_path / "page", {"index.html": "<h1>page</h1>\n"})
    monkeypatch.setenv("HOLDFAST_KEEP", "1")
    told = run(str(tmp_path / "page"), lambda _line: None)
    assert os.path.isdir(os.path.join(told["scratch"], "site", "releases"))
    assert told["summary"][-1] == "lost: 0"
    assert told["scratch"] in told["summary"][-2]


def test_the_command_ends_with_the_count_and_its_json_is_one_object(plain, told):
    """`make try` in a pipe: plain text without colours, and the last line is the one that matters."""
    ran, _ = plain
    assert (ran.returncode, ran.stdout.splitlines()[-1]) == (0, "lost: 0"), ran.stderr
    assert "\x1b" not in ran.stdout
    assert told["lost"] == 0


def test_an_application_that_is_not_there_changes_nothing(scratch, tmp_path):
    """Exit 11, and no scratch directory is left."""
    with pytest.raises(Problem, match="there is no directory") as raised:
        run(str(tmp_path / "nowhere"), lambda _line: None)
    assert raised.value.exit_code == 11
    assert os.listdir(scratch) == []


def test_what_is_gone_is_counted_as_lost_and_what_was_displaced_as_in_the_attic(tmp_path):
    """An account that could not come out badly would prove nothing."""
    site = tmp_path / "site"
    write(site, {"current/log": "", "current/up/.keep": "", "shared/up/.keep": "", ".holdfast/attic/1/up/.keep": ""})
    uploads = Uploads(str(site), directories=("up",), log="log", environment="", scratch=str(tmp_path))
    for _ in range(4):
        uploads.turn()
    _, shared, attic, lost = sorted(uploads.files)
    os.rename(site / "current" / shared, site / "shared" / shared)
    os.rename(site / "current" / attic, site / ".holdfast/attic/1" / attic)
    os.unlink(site / "current" / lost)
    rows = judge(str(site), uploads)
    assert rows["up"].to_json() == {"acknowledged": 4, "served": 1, "shared": 1, "attic": 1, "lost": 1}
    assert rows["log"].to_json() == {"acknowledged": 4, "served": 4, "shared": 0, "attic": 0, "lost": 0}
    assert table(rows)[1].split() == ["up", "4", "1", "1", "1", "1"]
    os.close(uploads._log)
