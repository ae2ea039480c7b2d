"""What a Python that is too old says of a program in one file: one sentence, and nothing else."""

from __future__ import annotations

import ast
import os
import subprocess
import zipfile

import pytest
from packages import start

from lib.interpreters import interpreter

FILES = ("holdfast-engine.pyz", "holdfast.pyz")
OLD = ("2.7", "3.6", "3.7", "3.8")


def python(folder, name, says, status=0):
    """A made-up interpreter that answers the question for its version."""
    (folder / name).write_text(f"#!/bin/sh\necho {says}\nexit {status}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def path(tmp_path, monkeypatch):
    """The only directory in PATH but for the shell's."""
    folder = tmp_path / "pythons"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{tmp_path / 'nothing'}")
    return folder


@pytest.mark.parametrize("name", FILES)
def test_the_first_file_is_read_to_its_end_by_an_old_python(published, name):
    """The grammar of 3.6; an older one is asked below, where it is installed."""
    with zipfile.ZipFile(published.at / name) as archive:
        text = archive.read("__main__.py").decode()
    ast.parse(text, feature_version=(3, 6))
    assert text.isascii()
    assert "__future__ import" not in text


@pytest.mark.parametrize("version", [(3, 6), (3, 7), (3, 8)])
def test_the_newest_python_of_the_host_is_named_with_the_whole_command(path, monkeypatch, capsys, version):
    """What is printed is what is typed next."""
    for name, says in {"python3": "3.8", "python3.10": "3.10", "python3.9": "3.9", "python3.11-config": "3.11"}.items():
        python(path, name, says)
    python(path, "python3.14", "no such interpreter", status=1)
    monkeypatch.setattr("sys.version_info", (*version, 1))
    monkeypatch.setattr("sys.argv", ["./holdfast-engine.pyz", "status", "--site", "/srv/a club"])
    with pytest.raises(SystemExit) as ended:
        start.start("nowhere", (3, 9))
    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (40, "")
    assert told.err == (
        f"error[python-old]: this is Python {version[0]}.{version[1]}, and holdfast-engine.pyz needs 3.9 or newer; "
        "nothing was changed; type: python3.10 ./holdfast-engine.pyz status --site '/srv/a club'\n"
    )


def test_the_file_for_older_pythons_is_named_where_it_lies_beside(path, monkeypatch, capsys, tmp_path):
    """A host with Python 3.9 needs nothing more than what was published beside it."""
    (tmp_path / "holdfast-engine.pyz").touch()
    monkeypatch.setattr("sys.version_info", (3, 9, 18))
    monkeypatch.setattr("sys.argv", [str(tmp_path / "holdfast.pyz"), "status"])
    with pytest.raises(SystemExit):
        start.start("nowhere", (3, 11))
    assert f"type: python3 {tmp_path}/holdfast-engine.pyz status" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("system", "typed"),
    [
        ("ID=debian\n", "apt-get install python3.9"),
        ('NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n', "apt-get install python3.9"),
        ('ID="almalinux"\nID_LIKE="rhel centos fedora"\n', "dnf install python3.11"),
        ("ID=fedora\n", "dnf install python3.11"),
    ],
)
def test_where_none_is_found_what_brings_one_is_said(system, typed):
    """By what the host is; both where it says nothing of itself."""
    assert typed in start.bringing((3, 9), system)
    other = {"apt-get", "dnf"} - {typed.split()[0]}
    assert not any(word in start.bringing((3, 9), system) for word in other)
    assert typed in start.bringing((3, 9), "")


def test_an_old_python_that_is_not_new_enough_is_not_named(path, monkeypatch):
    """Only what would run it."""
    python(path, "python3", "3.8")
    assert start.newest((3, 9)) == ""
    assert "none is in PATH" in start.refusal(["x.pyz"], (3, 6), (3, 9))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("version", OLD)
def test_a_real_old_python_says_the_same(published, tmp_path, version, name):
    """No traceback, and nothing is written."""
    old = interpreter(version)
    if old is None:
        pytest.skip(f"no Python {version} on this machine")
    told = subprocess.run(
        [old, str(published.at / name), "status"],
        cwd=tmp_path,
        env={"PATH": "/nowhere", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stdout, told.stderr.count("\n")) == (40, "", 1)
    assert told.stderr.startswith(f"error[python-old]: this is Python {version}, and {name} needs ")
    assert os.listdir(tmp_path) == []
