"""What a fresh clone installs, and what a wheel and the bundle hold."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
import tomllib
import zipfile

import pytest

import holdfast
import holdfast_engine
from holdfast.bundle import build, bundled
from holdfast.cli.manual import TOPICS
from house.source_tree import ROOT, read

LOCKS = {"requirements/dev.txt": 15, "requirements/run.txt": 5}
"""What is locked for those who change Holdfast and for those who run it, and how much that is at least."""


def project():
    return tomllib.loads(read("pyproject.toml"))


def entries(lock):
    """Each entry with its hashes."""
    return re.split(r"\n(?=\S)", re.sub(r"(?m)^#.*\n", "", read(lock)).strip())


def test_there_is_one_version():
    """The controller, its package and its engine are one release."""
    assert holdfast.__version__ == holdfast_engine.__version__ == project()["project"]["version"]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_requirement_has_its_hashes(lock):
    """What is installed is what was tested, or nothing is."""
    assert len(entries(lock)) >= LOCKS[lock]
    assert [one.split()[0] for one in entries(lock) if "==" not in one or "--hash=sha256:" not in one] == []


@pytest.mark.parametrize("lock", LOCKS)
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


def test_the_bundle_is_the_same_bytes_each_time(tmp_path):
    """One digest for one engine, so that it is sent to a host once."""
    target = str(tmp_path / "dist/holdfast-engine.pyz")
    digest = build(target)
    with open(target, "rb") as file:
        content = file.read()
    assert (digest, content) == (hashlib.sha256(content).hexdigest(), bundled())
    assert os.access(target, os.X_OK)
    assert os.listdir(tmp_path / "dist") == ["holdfast-engine.pyz"]


def test_the_bundle_holds_the_engine_whole_and_nothing_else():
    """Every module, and the rules; no bytecode, no test."""
    names = set(zipfile.ZipFile(io.BytesIO(bundled())).namelist())
    top = os.path.join(ROOT, "src")
    kept = {
        os.path.relpath(os.path.join(folder, name), top)
        for folder, _, files in os.walk(os.path.join(top, "holdfast_engine"))
        for name in files
        if name.endswith((".py", ".json"))
    }
    assert names == {"__main__.py", *kept}


def test_the_bundle_runs_without_an_installation(tmp_path):
    """INTERFACE: `python3 holdfast-engine.pyz link RELEASE SHARED` with no installation."""
    target = str(tmp_path / "holdfast-engine.pyz")
    build(target)
    told = subprocess.run(
        [sys.executable, "-I", target, "--help"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (told.returncode, "link" in told.stdout) == (0, True), told.stderr
