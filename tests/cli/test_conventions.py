"""What people and programs expect of a command line: colours, questions, what editors read, groups of commands."""

from __future__ import annotations

import json
import os
from urllib.parse import unquote

import pytest

from holdfast.cli.table import GROUPS, TABLE
from holdfast.config.decode import decode
from holdfast.config.schema import schema
from holdfast.config.shape import known_keys
from holdfast.config.text import read_text

ESCAPE = "\x1b"
SITE = ("--site", "/srv/club")


@pytest.mark.parametrize(
    ("words", "painted"), [(("--color", "always"), True), (("--color", "auto"), False), ((), False)]
)
def test_colours_reach_a_pipe_where_they_are_asked_for(holdfast, words, painted):
    """The flag alone; `auto` is the rule that a pipe gets none."""
    assert (ESCAPE in holdfast("status", *SITE, *words).out) == painted


def test_no_color_is_the_same_as_never(holdfast):
    """INTERFACE: --no-color; the last word is never's."""
    assert ESCAPE not in holdfast("status", *SITE, "--color", "always", "--no-color").out


def test_no_input_asks_nobody(holdfast, engine):
    """INTERFACE, exit codes: 31 where nobody can be asked, and the reason is named."""
    engine.asks = True
    os.mkdir("code")
    ended = holdfast("deploy", *SITE, "--source", "code", "--no-input")
    assert (ended.code, "`--no-input` was given" in ended.err) == (31, True)


def test_dry_run_is_a_plan(holdfast, engine):
    """The name that other tools have for it."""
    os.mkdir("code")
    assert holdfast("deploy", "--dry-run", *SITE, "--source", "code").code == 0
    assert engine.request.command == "plan"


@pytest.mark.parametrize("words", [["rollback"], ["prune"], ["recover"], ["restore", "a.png"]])
def test_dry_run_of_a_command_without_a_source_is_its_plan(holdfast, engine, words):
    """The engine is told, so that it locks nothing; the page is that of a plan."""
    engine.answers[words[0]] = {"command": words[0], "notes": ["nothing is touched"]}
    assert "nothing is touched" in holdfast(*words, "--dry-run", *SITE).out
    assert holdfast(*words, "--dry-run", *SITE).code == 0
    assert (engine.request.command, engine.request.only_plan) == (words[0], True)


def test_flags_may_be_said_twice(holdfast, engine):
    """`-vv` and `-qq` are what `-v` and `-q` are."""
    assert holdfast("status", *SITE, "-vv").code == holdfast("status", *SITE, "-qq").code == 0


def test_a_failure_is_shown_beside_a_run_on_github(holdfast, monkeypatch):
    """One line in the form that is read there, and only there."""
    assert "::error" not in holdfast("status", "--nonsense").err
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert "\n::error title=holdfast usage::there is no option" in holdfast("status", "--nonsense").err


def test_the_help_groups_every_command_once(holdfast):
    """A list of twenty is not read."""
    assert sorted(name for names in GROUPS.values() for name in names) == sorted(TABLE)
    told = holdfast("--help").out
    assert all(f"\n{title}:\n" in told for title in GROUPS)


def test_init_names_the_schema_of_this_installation_for_editors(holdfast, engine):
    """taplo and what is made of it read `#:schema` in the first line; the file is there, and is the published one."""
    engine.answers["detect"] = {"framework": "laravel", "persistent": [], "persistent_files": []}
    holdfast("init")
    first, *_ = (text := read_text("holdfast.toml")).content.decode().splitlines()
    assert first.startswith("#:schema file:///")
    with open(unquote(first.removeprefix("#:schema file://")), encoding="utf-8") as file:
        assert json.load(file) == schema()
    assert decode(text)["framework"] == "laravel"


def test_the_schema_explains_every_key_to_an_editor():
    """The words of the reference; a key without them would be shown without a word."""
    parts = schema()["$defs"]
    names = {
        "source": "Source",
        "build": "Build",
        "shared": "Shared",
        "hooks": "Hooks",
        "attic": "Attic",
        "site": "Site",
        "hosts": "Host",
    }
    for key in known_keys():
        section, _, name = key.rpartition(".")
        part = parts[names[section.partition(".")[0]] if section else "File"]
        assert part["properties"][name].get("description"), key
