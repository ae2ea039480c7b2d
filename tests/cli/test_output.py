"""What is shown, where, and in which form."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import types
from datetime import datetime

import pytest

from holdfast.cli.render.page import page
from holdfast_engine.model.event import Event
from holdfast_engine.model.problem import Problem

SITE = ("--site", "/srv/club")
ESCAPE = "\x1b"


@pytest.fixture
def deploy(holdfast):
    os.mkdir("code")

    def run(*more):
        return holdfast("deploy", *SITE, "--source", "code", "--yes", *more)

    return run


def test_a_deploy_ends_with_the_release_the_one_before_and_the_way_back(deploy):
    """Words: first what happened to the data, last the next command to type."""
    ended = deploy()
    assert ended.out.splitlines() == [
        "  now in shared/  public/uploads/a.png",
        "warning: `public/hot` is left out",
        "deployed in 0.5 s: release 20250815-152018 is live",
        "data  12 files before, 12 after, 0 lost",
        "back  holdfast rollback --site /srv/club",
    ]


def test_progress_goes_to_stderr_with_its_time(deploy):
    """INTERFACE: results on stdout, progress on stderr."""
    assert deploy().err == "copy the new version               0.50 s  1,204 files\n"


def test_quiet_shows_no_progress(deploy):
    """-q."""
    assert deploy("-q").err == ""


def test_verbose_says_also_what_begins_and_where_data_lies(deploy, engine):
    """-v."""
    engine.events.append(Event("noticed", "stray", "a file was brought home", data={"path": "public/a.png"}))
    told = deploy("-v").err
    assert "copy the new version             begins  from main" in told
    assert "note: a file was brought home\n  path: public/a.png" in told


def test_json_is_the_engines_object_and_nothing_else(deploy, engine):
    """INTERFACE: one JSON object on stdout when it ends."""
    ended = deploy("--json")
    assert ended.json == engine.answers["deploy"]
    assert ended.err == ""


@pytest.mark.parametrize("more", [("--json", "--events"), ("--events",)])
def test_events_are_json_lines_on_stderr(deploy, engine, more):
    """INTERFACE: --events adds live JSON lines on stderr."""
    found = [json.loads(line) for line in deploy(*more).err.splitlines()]
    assert [{key: each[key] for key in each if key not in ("version", "at")} for each in found] == [
        event.to_json() for event in engine.events
    ]
    assert all(each["version"] == 1 and datetime.fromisoformat(each["at"]).tzinfo for each in found)


def test_a_plan_is_one_readable_screen(holdfast, engine):
    """INTERFACE: what a deploy would do to code and to data."""
    os.mkdir("code")
    ended = holdfast("plan", *SITE, "--source", "code")
    assert engine.request.command == "plan"
    lines = ended.out.splitlines()
    assert len(lines) < 40
    assert lines[0] == "deploy 1234567890ab main"
    for words in (
        "from         /src/club main",
        "becomes      20250815-152018",
        "public/qrcodes/1.png  moves from 20250814-090000 into shared/  appeared on the server",
        "1 shared path stays in `shared/`",
        "  npm ci",
        "warn    space: tight",
        "do: holdfast prune",
        "note: 3 uncommitted changes are not deployed",
    ):
        assert words in ended.out


def test_deploy_with_plan_is_a_plan(holdfast, engine):
    """INTERFACE: `holdfast plan` / `holdfast deploy --plan`."""
    os.mkdir("code")
    ended = holdfast("deploy", "--plan", *SITE, "--source", "code", "--json")
    assert engine.request.command == "plan"
    assert ended.json["steps"][0]["name"] == "fetch"


def test_a_status_names_the_active_release_the_data_and_the_strays(holdfast):
    """INTERFACE: where the site stands."""
    told = holdfast("status", *SITE).out
    assert "current  20250815-152018" in told
    assert "  *  20250815-152018  active   2025-08-15 15:20 (" in told
    assert "2 new or edited paths in it" in told
    assert "public/uploads  dir  1,200 files  3.4 MB" in told


def test_a_status_names_what_is_unfinished(holdfast, engine):
    """G4: reading commands report it as unfinished."""
    engine.answers["status"] = {**engine.answers["status"], "unfinished": {"command": "deploy", "operation": "7"}}
    assert "unfinished: `deploy` 7 was interrupted" in holdfast("status", *SITE).out


PAGES = {
    "releases": ({"current": None, "releases": []}, "no release yet"),
    "history": (
        {
            "operations": [
                {
                    "id": "000001-deploy",
                    "command": "deploy",
                    "started": 0,
                    "outcome": None,
                    "release": "r",
                    "who": "ada@x",
                }
            ]
        },
        "years ago)  000001-deploy  unfinished  r  ada@x",
    ),
    "attic": (
        {"entries": [{"operation": "7", "path": "a.png", "origin": "live", "reason": "seed kept", "bytes": 1500}]},
        "7  a.png  1.5 kB  for ever  seed kept",
    ),
    "checklist": (
        {"verdict": "warn", "checks": [{"name": "space", "verdict": "warn", "why": "tight", "mend": "prune"}]},
        "verdict: warn",
    ),
    "explain": (
        {"path": "storage", "care": "shared", "rulings": [{"path": "storage", "care": "shared", "rule": "preset"}]},
        "storage is shared",
    ),
}


@pytest.mark.parametrize("name", PAGES)
def test_each_reading_command_has_its_page(holdfast, engine, name):
    """INTERFACE, commands."""
    engine.answers[name], words = PAGES[name]
    arguments = ("storage",) if name == "explain" else ()
    ended = holdfast(name, *arguments, "--site", ".")
    assert ended.code == 0
    assert words in ended.out


CHANGES = {
    "recover": (
        {
            "finished": {"operation": "7", "command": "deploy", "verdict": "undone"},
            "found": [
                {"path": "a.png", "what": "file", "where": "releases/1/a.png", "action": "listed", "done": False}
            ],
            "restored": 0,
        },
        (
            "finished `deploy` 7: undone\nfound\n"
            "  a.png  file  releases/1/a.png  is left for you to decide\nnothing to put back"
        ),
    ),
    "restore": (
        {"restored": [{"path": "public/a.png", "from": ".holdfast/attic/7/a"}], "saved": []},
        "restored  public/a.png: .holdfast/attic/7/a",
    ),
    "prune": ({"removed": [], "kept": [{"release": "r", "why": "active"}]}, "kept  r  active"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_changing_command_has_its_page(holdfast, engine, name):
    """INTERFACE, commands."""
    engine.answers[name], words = CHANGES[name]
    ended = holdfast(name, *(("public/a.png",) if name == "restore" else ()), *SITE, "--yes")
    assert (ended.code, words in ended.out) == (0, True)


def test_prune_passes_the_number_that_is_named(holdfast, engine):
    """INTERFACE: prune [--keep N]; without it the settings' number holds."""
    engine.answers["prune"] = {"removed": [], "kept": []}
    holdfast("prune", "--keep", "0", *SITE, "--yes")
    holdfast("prune", *SITE, "--yes")
    assert [request.keep for request in engine.requests] == [0, None]


def test_a_pipe_gets_no_colours(deploy, monkeypatch):
    """INTERFACE: no colour codes in pipes, whatever the environment wants."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    ended = deploy()
    assert ESCAPE not in ended.out + ended.err


def test_a_name_with_control_characters_cannot_command_the_terminal(holdfast, engine):
    """File names come from uploads."""
    engine.answers["attic"] = {"entries": [{"operation": "7", "path": "\x1b[2Ja\udcff\n.png", "bytes": 1}]}
    told = holdfast("attic", *SITE).out
    assert "\\x1b[2Ja\\udcff\\n.png" in told
    assert ESCAPE not in told


PROGRAM = """
import sys
from holdfast import session
from holdfast.cli.main import main
from holdfast_engine.model.event import Event
from holdfast_engine.model.problem import Problem

def perform(request, *, tell, ask):
    tell(Event("started", "fetch"))
    tell(Event("finished", "fetch", "all", 0.5))
    if not request.yes and not ask({"release": "r9", "steps": []}):
        raise Problem("declined", "a person said no")
    return {"outcome": "activated", "release": "r9"}

session.perform = perform
sys.exit(main(["rollback", "--site", "/srv/club", *sys.argv[1:]]))
"""


def at_a_terminal(*arguments, typed="", **environment):
    """What a terminal shows, and the exit code."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", PROGRAM, *arguments]
    program = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, **environment}, start_new_session=True
    )
    os.close(theirs)
    os.write(ours, typed.encode())
    shown = b""
    try:
        while chunk := os.read(ours, 4096):
            shown += chunk
    except OSError:
        pass
    os.close(ours)
    return program.wait(10), shown.decode()


def test_a_terminal_gets_colours():
    """The third renderer."""
    code, shown = at_a_terminal("--yes")
    assert code == 0
    assert f"{ESCAPE}[32mactivated: release r9 is live{ESCAPE}[0m" in shown


@pytest.mark.parametrize(("arguments", "environment"), [(("--no-color",), {}), ((), {"NO_COLOR": "1"})])
def test_a_terminal_that_wants_none_gets_none(arguments, environment):
    """INTERFACE: --no-color, and the convention of NO_COLOR."""
    code, shown = at_a_terminal("--yes", *arguments, **environment)
    assert (code, ESCAPE in shown) == (0, False)


@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("yes\n", 0), ("n\n", 31), ("\n", 31), ("\x04", 31)])
def test_a_person_is_shown_the_plan_and_asked_once(typed, code):
    """INTERFACE, exit codes: 31, a person said no; silence is a no."""
    ended, shown = at_a_terminal("--no-color", typed=typed)
    assert "run this? [y/N]" in shown
    assert "rollback r9" in shown or "deploy r9" in shown
    assert ended == code


def test_ctrl_c_at_the_question_is_a_no_that_says_so(holdfast, engine, monkeypatch):
    """INTERFACE, exit codes: 130; nothing was begun, and the hint needs no site to be named anew."""
    engine.asks, engine.answers["rollback"] = True, {}
    monkeypatch.setattr("holdfast.cli.ask.is_terminal", lambda _stream: True)
    monkeypatch.setattr("sys.stdin.readline", Interrupting(), raising=False)
    ended = holdfast("rollback", *SITE)
    assert ended.code == 130
    assert "state: nothing was changed\ntry: the same command again" in ended.err


class Interrupting:
    def __call__(self):
        raise KeyboardInterrupt


def test_nobody_to_ask_is_a_no(deploy, holdfast, engine):
    """INTERFACE: a question with neither a terminal nor --yes exits 31."""
    engine.asks = True
    ended = holdfast("deploy", *SITE, "--source", "code")
    assert ended.code == 31
    assert "state: nothing was changed" in ended.err
    assert "--yes" in ended.err
    assert deploy().code == 0


def test_init_writes_once_and_never_again(holdfast, engine, tmp_path):
    """INTERFACE: never overwrite."""
    engine.answers["detect"] = {"framework": "laravel", "persistent": ["storage"], "persistent_files": [".env"]}
    assert holdfast("init").code == 0
    first = (tmp_path / "here/holdfast.toml").read_bytes()
    ended = holdfast("init")
    assert (ended.code, "error[config-exists]" in ended.err) == (20, True)
    assert (tmp_path / "here/holdfast.toml").read_bytes() == first
    assert b'framework = "laravel"' in first


def test_detect_shows_what_is_data(holdfast, engine):
    """INTERFACE, `detect --json`."""
    engine.answers["detect"] = {
        "framework": "laravel",
        "confidence": 0.95,
        "app_root": ".",
        "web_root": "public",
        "persistent": ["storage"],
        "persistent_files": [".env"],
        "artifacts": ["public/build"],
        "undecided": ["photos"],
        "evidence": [{"path": "storage", "care": "shared", "rule": "preset", "source": "laravel"}],
    }
    ended = holdfast("detect")
    assert "framework  laravel (95% sure)" in ended.out
    assert "  storage  data of this framework" in ended.out
    assert "data where this site is live, else files of the new version\n  photos\n" in ended.out
    assert engine.request.path == os.getcwd()
    assert holdfast("detect", "nowhere").code == 11


QUESTIONS = {
    "recover": (
        {"found": [{"path": "a", "what": "file", "where": "w", "action": "adopt", "done": False}]},
        "a  file  w  goes to `shared/`",
    ),
    "adopt": (
        {"path": "/srv/club", "entries": ["public"]},
        "path  /srv/club\nwhat becomes the first release\n  public",
    ),
    "restore": ({"path": "a.png", "from": ".holdfast/attic/7/a"}, "from  .holdfast/attic/7/a"),
    "prune": ({"prune": ["r1", "r2"]}, "removes  r1, r2"),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_each_question_says_what_it_is_about(name):
    """A yes is worth what was shown before it."""
    plan, words = QUESTIONS[name]
    shown = "\n".join(line.text for line in page("plan", {"command": name, **plan}))
    assert shown.startswith(name)
    assert words in shown


def test_the_tour_is_given_the_application_and_a_place_to_tell(holdfast, monkeypatch):
    """INTERFACE: `holdfast try [APP]`."""
    seen = []

    def tour(app, out):
        seen.append(app)
        out("three deploys, no upload lost")
        return {"outcome": "whole"}

    monkeypatch.setitem(sys.modules, "holdfast.tour.story", types.SimpleNamespace(run=tour))
    assert "three deploys, no upload lost\n" in holdfast("try").out
    assert holdfast("try", "laravel-club", "--json").json == {"outcome": "whole"}
    assert seen == [None, "laravel-club"]


def test_verbose_shows_what_builds_and_hooks_say(deploy, engine):
    """-v: each line of their output, on stderr; without it their last lines come with a failure alone."""
    engine.events.append(Event("output", "build", "compiled 12 files"))
    assert "\n  compiled 12 files\n" in deploy("-v").err
    assert "compiled" not in deploy().err


def test_a_version_that_was_kept_back_is_told_for_what_it_is(deploy, engine):
    """DESIGN 4: the file that users have is served; the release's own lies in the attic."""
    kept = [{"path": "public/a.ico", "place": ".holdfast/attic/7/files/public/a.ico"}]
    engine.answers["deploy"] = {**engine.answers["deploy"], "data": {"kept": kept}}
    words = "the version of the release is in the attic: .holdfast/attic/7/files/public/a.ico"
    assert f"  kept from the server  public/a.ico; {words}\n" in deploy().out


def test_a_plan_names_each_stray_once(holdfast, engine):
    """One line for each path: where it comes from."""
    shared = [{"path": "public/qrcodes/1.png", "kind": "file", "why": "stray", "action": "adopt"}]
    engine.answers["plan"] = {**engine.answers["plan"], "shared": shared}
    os.mkdir("code")
    assert holdfast("plan", *SITE, "--source", "code").out.count("public/qrcodes/1.png") == 1


def test_a_plan_without_anything_new_names_no_release_to_come(holdfast, engine):
    """What will not be made has no name."""
    engine.answers["plan"] = {**engine.answers["plan"], "unchanged": True}
    os.mkdir("code")
    assert holdfast("plan", *SITE, "--source", "code").out.splitlines()[0] == "deploy"


def test_what_was_found_is_shown_before_nobody_can_be_asked(holdfast, engine):
    """INTERFACE, recover: the finding is the result, also where the answer to the question is no."""
    problem = Problem("declined", "nobody can be asked")
    problem.answer = {"found": [{"path": "a.png", "what": "stray", "where": "releases/1/a.png", "action": "adopt"}]}
    engine.answers["recover"] = problem
    ended = holdfast("recover", *SITE)
    assert (ended.code, ended.out) == (31, "found\n  a.png  stray  releases/1/a.png  goes to `shared/`\n")
    assert holdfast("recover", *SITE, "--json").json["found"] == problem.answer["found"]


def test_an_operation_whose_journal_is_damaged_has_a_row_with_its_place(holdfast, engine):
    """History tells what can be told of it, and where to read the rest."""
    row = {"id": "000002-deploy", "command": "deploy", "outcome": "unreadable", "where": "/srv/club/2.jsonl"}
    engine.answers["history"] = {"operations": [row]}
    told = holdfast("history", *SITE).out.split()
    assert told == ["time", "unknown", "000002-deploy", "unreadable", "/srv/club/2.jsonl"]


def test_a_prune_that_removes_nothing_says_so_and_what_it_keeps(holdfast, engine):
    """INTERFACE, prune: what it keeps it names, with the reason."""
    engine.answers["prune"] = {"removed": [], "kept": [{"release": "r", "why": "adopted"}]}
    assert holdfast("prune", *SITE, "--yes").out == "nothing to remove\n  kept  r  adopted\n"
