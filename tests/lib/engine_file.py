"""`holdfast-engine.pyz` of this tree, built once for all tests of it, and how somebody runs it who has nothing else."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from holdfast.cli.table import TABLE
from house.source_tree import ROOT, SRC
from lib import once

NAME = "holdfast-engine.pyz"
_FETCH = "from packages.wheels import OLD, locked; locked(OLD)"
INSTALLED = re.compile(rf"(?<![\w./'-])holdfast (?:--\w|(?:{'|'.join(TABLE)})\b)")
"""A command as it is typed where Holdfast is installed."""


def engine_file() -> Path:
    """The file, alone in a directory; the test is skipped where its libraries can be had from nowhere."""
    at = once.made_once(once.top() / "engine-file.made", _built)
    if not at:
        pytest.skip("the wheels of requirements/old.txt are not in .wheels, and no registry gives them")
    return Path(at)


def compiled(file: Path, python: str = sys.executable) -> Path:
    """The program FILE with what PYTHON compiles of it beside each source, as an installation has it: for tests of what
    it does, in which it starts hundreds of times. `tests/installs` starts what is published.
    """
    ending = python.replace("/", "-")
    at = once.made_once(once.top() / f"{file.name}{ending}.made", lambda: _compiled(file, python, ending))
    return Path(at)


def _compiled(file: Path, python: str, ending: str) -> str:
    sources, target = once.top() / f"sources{ending}" / file.name, once.top() / f"compiled{ending}" / file.name
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(file) as archive:
        archive.extractall(sources)
    how = ("-m", "compileall", "-q", "-b", "--invalidation-mode", "unchecked-hash")
    subprocess.run([python, "-I", *how, sources], check=True)
    shutil.copy(file, target)
    with zipfile.ZipFile(target, "a") as archive:
        for one in sorted(sources.rglob("*.pyc")):
            archive.write(one, one.relative_to(sources))
    return str(target)


def _built() -> str:
    if _python("-c", _FETCH).returncode:
        return ""
    target = once.top() / "engine-file" / NAME
    built = _python("-m", "packages.program", str(target))
    assert built.returncode == 0, built.stderr
    return str(target)


def _python(*words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": SRC}
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def surroundings(home: Path, python: str) -> dict[str, str]:
    """An environment in which PYTHON is `python3`, and nothing of Holdfast is installed."""
    folder = home / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "python3").is_symlink():
        (folder / "python3").symlink_to(python)
    return {"HOME": str(home), "PATH": f"{folder}:{os.defpath}", "LC_ALL": "C.UTF-8"}


def typed(line: str, environment: Mapping[str, str], at: Path) -> subprocess.CompletedProcess[str]:
    """How LINE ends for somebody who types it in AT, with nobody to answer a question."""
    return subprocess.run(
        ["sh", "-c", line], cwd=at, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
