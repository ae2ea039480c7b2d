"""What a shell offers at the Tab key."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import holdfast
from holdfast.cli.table import TABLE
from lib.terminal import terminal

SRC = os.path.dirname(os.path.dirname(holdfast.__file__))


@pytest.fixture
def site(tmp_path):
    """Two releases, one operation that displaced a file."""
    for name in ("20250814-090000", "20250815-152018"):
        (tmp_path / "club/releases" / name).mkdir(parents=True)
    displaced = tmp_path / "club/.holdfast/attic/000005-recover/files/public/uploads"
    displaced.mkdir(parents=True)
    (displaced / "a.png").write_text("x")
    return tmp_path / "club"


def environment(**more):
    return {**os.environ, "PYTHONPATH": SRC, **more}


def offered(*words, shell="bash", cwd=None):
    """What Holdfast answers to a shell that stands behind the last of WORDS; the shell asks by variables alone."""
    typed = ["holdfast", *words]
    told = subprocess.run(
        [sys.executable, "-m", "holdfast"],
        env=environment(
            _HOLDFAST_COMPLETE=f"{shell}_complete", COMP_WORDS="\n".join(typed), COMP_CWORD=str(len(words))
        ),
        cwd=cwd,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stderr == ""
    return [line for line in told.stdout.splitlines() if line]


def test_bash_itself_completes_commands_options_and_releases(site, tmp_path):
    """The issue's three: by the script that `completion bash` writes, in a real bash."""
    (tmp_path / "bin").mkdir()
    shim = tmp_path / "bin/holdfast"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m holdfast "$@"\n')
    shim.chmod(0o755)
    ask = 'source <(holdfast completion bash); while read -ra typed; do COMP_WORDS=("${typed[@]%_}"); '
    ask += "COMPREPLY=(); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _holdfast_completion holdfast; "
    ask += 'echo "${COMPREPLY[@]}"; done'
    lines = f"holdfast ro\nholdfast deploy --dry\nholdfast rollback --site {site} _\n"
    told = subprocess.run(
        ["bash", "--norc", "-c", ask],
        env=environment(PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}"),
        input=lines,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.splitlines() == ["rollback", "--dry-run", "20250815-152018 20250814-090000"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script_for_the_command_by_its_name(capsys, monkeypatch, tmp_path, shell):
    """It names no path of this machine, so that it can be kept in a file."""
    typed = terminal(capsys, monkeypatch, tmp_path / "here")
    script = typed("completion", shell).out
    assert f"_HOLDFAST_COMPLETE={shell}_complete" in script
    assert script.rstrip().endswith((";", "holdfast)", '"', "fi"))
    assert os.path.dirname(sys.executable) not in script
    assert typed("completion", shell, "--json").json["script"].splitlines() == script.splitlines()
    assert typed("completion", "csh").code == 2


def test_zsh_and_fish_are_told_what_each_command_does():
    """Both show it beside the name."""
    assert offered("rollb", shell="zsh") == ["plain", "rollback", TABLE["rollback"][1]]


def test_releases_are_those_of_the_site_that_is_meant(site):
    """By the flag, or by where the person stands; newest first, since `-o nosort` keeps the order."""
    newest_first = ["plain,20250815-152018", "plain,20250814-090000"]
    assert offered("rollback", "--site", str(site), "") == newest_first
    assert offered("rollback", "20250814", cwd=site) == newest_first[1:]


def test_what_the_attic_holds_can_be_restored_by_a_key(site):
    """`restore PATH --operation ID`."""
    assert offered("restore", "", cwd=site) == ["plain,public/uploads/a.png"]
    assert offered("restore", "a", "--operation", "", cwd=site) == ["plain,000005-recover"]


def test_values_with_a_fixed_list_and_directories_are_offered():
    """The checks that can be accepted, the pages there are, and the shell's own directories."""
    assert "plain,preset-narrowed" in offered("deploy", "--accept", "pre")
    assert offered("docs", "gua") == ["plain,guarantees"]
    assert offered("status", "--site", "/srv") == ["dir,/srv"]


@pytest.mark.parametrize("words", [("rollback", "--site", "/nowhere", ""), ("rollback", ""), ("nosuch", "--si")])
def test_where_nothing_is_found_nothing_is_said(words, tmp_path):
    """A person who types is not interrupted by a message."""
    assert offered(*words, cwd=tmp_path) == []
