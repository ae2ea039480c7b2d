"""A hint can be typed as it is printed, also by who runs a single file; what people wrote stays as they wrote it."""

from __future__ import annotations

import os
import sys

import pytest

from holdfast.cli import own_name
from holdfast.cli.own_name import all_as_typed, as_typed
from lib.engine_file import INSTALLED, compiled, engine_file, surroundings, typed

FILE = "python3 holdfast-engine.pyz"


@pytest.fixture
def from_a_file(monkeypatch):
    """This process as if it ran from a single file."""
    monkeypatch.setattr(own_name, "own_name", lambda: FILE)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("holdfast status --site /srv/club", f"{FILE} status --site /srv/club"),
        ("try: holdfast --help", f"try: {FILE} --help"),
        ("`holdfast releases` lists them", f"`{FILE} releases` lists them"),
        (
            "one of `holdfast access allow`, `holdfast access deny`",
            f"one of `{FILE} access allow`, `{FILE} access deny`",
        ),
        ("sudo -u www-data holdfast restore a --site b", f"sudo -u www-data {FILE} restore a --site b"),
        ("      type: sudo holdfast recover", f"      type: sudo {FILE} recover"),
        ("          do: holdfast prune --keep 1", f"          do: {FILE} prune --keep 1"),
        ("mv a b && ln -s b a && holdfast adopt b", f"mv a b && ln -s b a && {FILE} adopt b"),
        ("back     holdfast rollback --site c", f"back     {FILE} rollback --site c"),
        ("next  holdfast plan --site DIR", f"next  {FILE} plan --site DIR"),
        ("source <(holdfast completion bash)", f"source <({FILE} completion bash)"),
    ],
)
@pytest.mark.usefixtures("from_a_file")
def test_a_command_is_told_by_what_can_be_typed(said, told):
    """INTERFACE: the hint is one thing to type next. Twice told is told once."""
    assert as_typed(said) == told
    assert as_typed(told) == told


@pytest.mark.parametrize(
    "said",
    [
        'version  0123456789ab "`holdfast deploy` and holdfast adopt, explained"',
        "  cd /srv && holdfast sweep",
        "  holdfast deploy",
        "holdfast is a word, and holdfast.toml a file",
        "/srv/holdfast status",
        "the log of holdfast deploy",
    ],
)
@pytest.mark.usefixtures("from_a_file")
def test_what_people_wrote_is_told_as_they_wrote_it(said):
    """The subject of a commit, a hook of theirs, the name of a file."""
    assert as_typed(said) == said


@pytest.mark.usefixtures("from_a_file")
def test_in_an_object_the_same_holds_by_the_keys():
    """JSON `hint` and the like; a subject, a path and a hook are what people wrote."""
    theirs = {"subject": "holdfast deploy", "hooks": {"start": ["holdfast sweep"]}, "path": "holdfast status"}
    told = all_as_typed({"back": "holdfast rollback", "source": theirs, "warnings": ["`holdfast prune` helps", 3]})
    assert told == {"back": f"{FILE} rollback", "source": theirs, "warnings": [f"`{FILE} prune` helps", 3]}


def test_the_installed_program_is_holdfast():
    """Nothing is put in, and nothing is looked for."""
    told = {"hint": "holdfast status"}
    assert own_name.own_name() == "holdfast"
    assert all_as_typed(told) is told


@pytest.fixture
def folder(tmp_path):
    """A directory with a blank in its name, in which the file lies."""
    where = tmp_path / "my tools"
    where.mkdir()
    (where / "holdfast-engine.pyz").symlink_to(compiled(engine_file()))
    return where


@pytest.mark.parametrize(
    ("at", "word", "named"),
    [
        ("my tools", "holdfast-engine.pyz", "python3 holdfast-engine.pyz"),
        ("my tools", "./holdfast-engine.pyz", "python3 ./holdfast-engine.pyz"),
        (".", "'my tools/holdfast-engine.pyz'", "python3 'my tools/holdfast-engine.pyz'"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_the_file_is_named_as_it_was_typed(tmp_path, at, word, named):
    """From where the person stands; with quotes where a shell needs them."""
    environment = surroundings(tmp_path, sys.executable)
    told = typed(f"python3 {word} dploy", environment, tmp_path / at)
    assert told.stderr.splitlines()[-1] == f"try: {named} --help"
    assert typed(f"{named} --help", environment, tmp_path / at).returncode == 0


def test_a_python_that_is_not_in_path_is_named_with_its_place(tmp_path, folder):
    """`python3` would be another one, or none."""
    environment = {**surroundings(tmp_path, sys.executable), "PATH": os.defpath}
    (tmp_path / "python").symlink_to(sys.executable)
    told = typed(f"{tmp_path}/python holdfast-engine.pyz dploy", environment, folder)
    named = told.stderr.splitlines()[-1].removeprefix("try: ")
    assert named.startswith("/")
    assert typed(named, environment, folder).returncode == 0


def test_a_file_that_is_holdfast_in_path_is_called_so(tmp_path, folder):
    """`install -m 755 holdfast-engine.pyz ~/bin/holdfast`."""
    environment = surroundings(tmp_path, sys.executable)
    (tmp_path / "bin/holdfast").symlink_to(folder / "holdfast-engine.pyz")
    told = typed("holdfast dploy", environment, folder)
    assert told.stderr.splitlines()[-1] == "try: holdfast --help"
    assert typed("holdfast -h", environment, folder).stdout.startswith("Examples:\n  holdfast try")


def test_another_holdfast_in_path_is_not_taken_for_this_one(tmp_path, folder):
    """A hint that starts another version could be wrong."""
    environment = surroundings(tmp_path, sys.executable)
    (tmp_path / "bin/holdfast").write_text("#!/bin/sh\n")
    (tmp_path / "bin/holdfast").chmod(0o755)
    told = typed("python3 holdfast-engine.pyz dploy", environment, folder)
    assert INSTALLED.findall(told.stderr) == []
