"""How a run ends: its exit code, and what is said about the site."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from holdfast_engine.model.problem import CODES, EXIT_CODES, Problem

PROBLEM = {
    "context": ("`public/uploads` holds 3 files",),
    "state": "nothing was changed",
    "whereabouts": ("/srv/club/.holdfast/attic/1/a.png",),
    "hint": "holdfast recover",
}


@pytest.mark.parametrize("code", CODES)
def test_every_problem_ends_with_the_exit_code_of_its_class(holdfast, engine, code):
    """INTERFACE, exit codes."""
    engine.answers["status"] = Problem(code, "no")
    ended = holdfast("status", "--site", "/srv/club")
    assert ended.code == EXIT_CODES[CODES[code]]
    assert f"error[{code}]: no\n" in ended.err
    assert ended.out == ""


def test_a_problem_says_what_why_how_the_site_stands_where_data_lies_and_what_to_type(holdfast, engine):
    """INTERFACE: a code word, a message, the context, the state of the site now, and a hint."""
    engine.answers["status"] = Problem("both-kept", "two versions of `a.png` exist", **PROBLEM)
    assert holdfast("status", "--site", "/srv/club", "-q").err.splitlines() == [
        "error[both-kept]: two versions of `a.png` exist",
        "  `public/uploads` holds 3 files",
        "state: nothing was changed",
        "data: /srv/club/.holdfast/attic/1/a.png",
        "try: holdfast recover --site /srv/club",
    ]


def test_a_problem_is_an_object_for_a_script_and_text_for_the_person_behind_it(holdfast, engine):
    """INTERFACE: with --json, errors also go to stderr as text."""
    problem = Problem("both-kept", "two versions", **PROBLEM)
    engine.answers["deploy"] = problem
    os.mkdir("code")
    ended = holdfast("deploy", "--json", "--yes", "--site", "/srv/club", "--source", "code")
    told = ended.json
    assert told.pop("log").endswith(".log")
    assert told == {"outcome": "needs-person", "error": problem.to_json()}
    assert "error[both-kept]: two versions" in ended.err
    assert ended.code == 61


@pytest.mark.parametrize(
    ("outcome", "code"), [("deployed", 0), ("unchanged", 0), ("refused", 30), ("failed-back", 50), ("rolled-back", 51)]
)
def test_an_outcome_that_is_no_success_has_the_exit_code_of_its_name(holdfast, engine, outcome, code):
    """INTERFACE, exit codes and `deploy --json`."""
    engine.answers["rollback"] = {"outcome": outcome}
    assert holdfast("rollback", "--site", "/srv/club", "--yes").code == code


@pytest.mark.parametrize(("verdict", "code"), [("pass", 0), ("warn", 0), ("refuse", 30)])
@pytest.mark.parametrize("name", ["checklist", "check"])
def test_a_checklist_fails_on_a_refusal_alone(holdfast, engine, name, verdict, code):
    """INTERFACE: exits 0 on pass and warn, 30 on refuse."""
    engine.answers["checklist"] = {"verdict": verdict, "checks": []}
    assert holdfast(name, "--site", "/srv/club").code == code


def test_a_mistake_inside_is_told_in_a_few_words(holdfast, engine):
    """INTERFACE, exit codes: 70, and no traceback for who cannot read one."""
    engine.answers["status"] = RuntimeError("impossible")
    ended = holdfast("status", "--site", "/srv/club")
    assert ended.code == 70
    assert "error[bug]: a fault inside Holdfast: RuntimeError: impossible" in ended.err
    assert "Traceback" not in ended.err


def test_a_mistake_inside_is_told_in_full_to_who_asks(holdfast, engine, monkeypatch):
    """HOLDFAST_DEBUG=1 is for bug reports."""
    monkeypatch.setenv("HOLDFAST_DEBUG", "1")
    engine.answers["status"] = RuntimeError("impossible")
    assert "Traceback" in holdfast("status", "--site", "/srv/club").err


def test_an_interrupt_ends_with_130_and_says_how_the_site_stands(holdfast, engine):
    """INTERFACE, exit codes: by a signal, cleanly."""
    engine.answers["status"] = KeyboardInterrupt()
    ended = holdfast("status", "--site", "/srv/club", "--json")
    assert ended.code == 130
    assert ended.json["error"]["code"] == "interrupted"


def test_signals_are_as_they_were_after_a_run(holdfast):
    """Whoever calls `main` keeps the handlers of their own."""
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    holdfast("--version")
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == before


PROGRAM = """
import os, signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts deaf what runs behind it
from holdfast import session
from holdfast.cli.main import main
from holdfast_engine.model.event import Event

def perform(request, *, tell, ask):
    try:
        journal = open("begun", "w")
        assert journal.fileno() > 2
        for _ in range(int(sys.argv[1])):
            tell(Event("finished", "step", "x" * 2000))
            time.sleep(0.02)
    except KeyboardInterrupt:
        time.sleep(0.3)
        open("undone", "w").close()
        raise
    open("ended", "w").close()
    return {"outcome": "activated", "release": "r"}

session.perform = perform
sys.exit(main(["rollback", "--site", "/srv/club", "--yes"]))
"""


def begin(tmp_path, steps, **streams):
    program = subprocess.Popen([sys.executable, "-c", PROGRAM, str(steps)], cwd=tmp_path, **streams)
    while not (tmp_path / "begun").exists():
        assert program.poll() is None
        time.sleep(0.01)
    return program


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_termination_takes_the_way_of_an_interrupt(tmp_path, number):
    """G4: what was begun is undone in the same run, and a second signal does not spoil the undoing."""
    program = begin(tmp_path, 500, stderr=subprocess.DEVNULL)
    program.send_signal(number)
    time.sleep(0.1)
    program.send_signal(number)
    assert program.wait(10) == 130
    assert (tmp_path / "undone").exists()


def test_a_closed_terminal_stops_nothing(tmp_path):
    """DESIGN 5: a broken output never stops the engine; nor does the hangup that comes with it."""
    program = begin(tmp_path, 20, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    program.stdout.close()
    program.stderr.close()
    program.send_signal(signal.SIGHUP)
    assert program.wait(10) == 0
    assert (tmp_path / "ended").exists()


def test_outputs_that_were_never_open_stop_nothing(tmp_path):
    """G1: started by a daemon that closed them, no file gets their numbers, where a child's output would go."""
    shell = f'"{sys.executable}" -c "$0" 1 <&- >&- 2>&-'
    assert subprocess.run(["sh", "-c", shell, PROGRAM], cwd=tmp_path, check=False).returncode == 0
    assert (tmp_path / "ended").exists()
