"""What a fresh clone installs, and what a wheel and the program for older Pythons hold."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile

import pytest

import holdfast
import holdfast_engine
from holdfast.cli.manual import TOPICS
from house.source_tree import ROOT, read
from lib.engine_file import engine_file

LOCKS = {"requirements/dev.txt": 15, "requirements/run.txt": 5}
"""What is locked for those who change Holdfast and for those who run it, and how much that is at least."""
OLD = "requirements/old.txt"
"""What is locked for older Pythons, and has no colours."""


def project():
    return tomllib.loads(read("pyproject.toml"))


def entries(lock):
    """Each entry with its hashes."""
    return re.split(r"\n(?=\S)", re.sub(r"(?m)^#.*\n", "", read(lock)).strip())


def test_there_is_one_version():
    """The controller, its package and its engine are one release."""
    assert holdfast.__version__ == holdfast_engine.__version__ == project()["project"]["version"]


@pytest.mark.parametrize("lock", [*LOCKS, OLD])
def test_every_locked_requirement_has_its_hashes(lock):
    """What is installed is what was tested, or nothing is."""
    assert len(entries(lock)) >= LOCKS.get(lock, 2)
    assert [one.split()[0] for one in entries(lock) if "==" not in one or "--hash=sha256:" not in one] == []


@pytest.mark.parametrize("lock", [*LOCKS, OLD])
def test_the_lock_names_no_place(lock):
    """Neither a registry nor a directory of the machine that wrote it."""
    assert re.findall(r"://|--index|--find-links|file:|^/", read(lock), re.MULTILINE) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_holds_everything_that_is_asked_for(lock):
    """`make lock` was run after the last change."""
    wanted = list(project()["project"]["dependencies"])
    wanted += project()["dependency-groups"]["dev"] if "dev" in lock else []
    names = [re.split(r"[><=]", one)[0] for one in wanted]
    assert [name for name in names if not any(one.startswith(f"{name}==") for one in entries(lock))] == []


def test_the_old_libraries_are_no_older_than_the_package_allows():
    """A host that has them may install the package, too; and what paints is in no old lock."""
    wanted = dict(re.findall(r"^(\w+)>=([\d.]+)", "\n".join(project()["project"]["dependencies"]), re.MULTILINE))
    locked = dict(re.findall(r"^(\w+)==([\d.]+)", read(OLD), re.MULTILINE))
    assert locked["click"] == wanted["click"]
    assert sorted(locked) == ["click", "colorama", "tomli"]


def test_what_is_run_is_what_is_tested():
    """The libraries in the programs and in the package are those that the tests had."""
    tested = {one.split()[0] for one in entries("requirements/dev.txt")}
    assert [one for one in entries("requirements/run.txt") if one.split()[0] not in tested] == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The names in a wheel of this tree."""
    target = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(target)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    (path,) = target.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def test_a_wheel_holds_the_documentation_the_man_page_the_schema_and_the_types(wheel):
    """Who installs it has no clone: `holdfast docs` and `man holdfast` work without a network."""
    pages = [f"holdfast/pages/{page}" for page, _ in TOPICS.values()]
    engine = ["holdfast_engine/rules.json", "holdfast_engine/names.json"]
    rest = ["holdfast/py.typed", "holdfast/config/holdfast.schema.json", *engine]
    assert [name for name in (*pages, *rest) if name not in wheel] == []
    assert [name for name in wheel if name.endswith("/share/man/man1/holdfast.1")] != []


def test_a_wheel_needs_no_compiler(wheel):
    """It is the same on every machine: Python and data alone."""
    assert [name for name in wheel if name.endswith((".so", ".pyd", ".pyc"))] == []


@pytest.fixture(scope="module")
def members():
    """The names in the program for older Pythons."""
    with zipfile.ZipFile(engine_file()) as archive:
        return set(archive.namelist())


def test_the_program_for_older_pythons_is_the_whole_program_without_colours(members):
    """Every module and page that a wheel brings, and the libraries of its own lock; no bytecode, no test."""
    ours = {
        os.path.relpath(os.path.join(folder, name), os.path.join(ROOT, "src"))
        for package in ("holdfast", "holdfast_engine")
        for folder, _, files in os.walk(os.path.join(ROOT, "src", package))
        for name in files
        if name.endswith((".py", ".json", ".toml", ".css", ".js", ".html"))
    }
    assert ours - members == {"holdfast/cli/render/rich.py"}
    assert [f"holdfast/pages/{page}" for page, _ in TOPICS.values() if f"holdfast/pages/{page}" not in members] == []
    packages = {name.split("/")[0] for name in members if ".dist-info/" not in name}
    assert packages == {"__main__.py", "holdfast", "holdfast_engine", "click", "tomli"}
    assert [name for name in members if name.endswith((".so", ".pyc"))] == []


def test_the_program_for_older_pythons_is_a_program():
    """INTERFACE: `python3 holdfast-engine.pyz …` with no installation; and by itself."""
    assert os.access(engine_file(), os.X_OK)
    assert engine_file().read_bytes().startswith(b"#!/usr/bin/env python3\n")
