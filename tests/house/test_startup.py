"""Short commands start fast: what they do not need is not loaded."""

from __future__ import annotations

import os
import resource
import subprocess
import sys

import pytest

import holdfast
from house.source_tree import SRC

HEAVY = frozenset(
    """
    argparse asyncio bz2 ctypes concurrent email hashlib html http importlib.metadata json logging lzma
    multiprocessing pathlib pdb pydoc rich selectors shutil socket sqlite3 ssl subprocess tarfile tempfile tomllib
    typing_extensions unittest urllib xml zipfile
    """.split()
)
BY_CLICK = {"--version": set(), "--help": {"bz2", "lzma", "shutil"}}
"""What click itself loads to measure the terminal that help is written for."""

OURS = (
    *("holdfast.cli.commands.", "holdfast.config", "holdfast.presets", "holdfast.report", "holdfast.session"),
    "holdfast_engine.fs",
)
PROGRAM = """
import sys
from holdfast import session
from holdfast.cli.main import main
session.perform = lambda request, **_: {"site": request.site, "current": None, "releases": [], "shared": []}
code = main(sys.argv[1:])
sys.stderr.write("\\n".join(sys.modules))
sys.exit(code)
"""


def loaded(tmp_path, *arguments):
    """Names of the modules that one command line needs, as a fresh interpreter says."""
    program = PROGRAM
    if arguments[0].startswith("-"):
        program = "\n".join(line for line in PROGRAM.splitlines() if "session" not in line)
    told = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    before = subprocess.run(
        [sys.executable, "-c", "import sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(told.stderr.splitlines()) - set(before.stdout.split())


@pytest.mark.parametrize("flag", ["--version", "--help"])
def test_help_and_version_load_no_command_and_nothing_heavy(tmp_path, flag):
    """A list, not a stopwatch: it says which import was too much."""
    found = loaded(tmp_path, flag)
    assert "click" in found
    assert sorted(found & HEAVY - BY_CLICK[flag]) == []
    assert sorted(name for name in found if name.startswith(OURS)) == []


def test_a_plain_status_loads_its_own_command_alone_and_no_renderer_it_does_not_use(tmp_path):
    """Neither `rich` for a pipe nor what reads TOML where there is no file to read."""
    found = loaded(tmp_path, "status", "--site", "/srv/club")
    assert sorted(found & HEAVY) == []
    assert [name for name in found if name.startswith("holdfast.cli.commands.")] == ["holdfast.cli.commands.status"]
    assert "holdfast.cli.render.rich" not in found
    assert [name for name in found if name.startswith("holdfast.report")] == []


def test_a_command_line_can_be_imported_without_the_engines_rooms(tmp_path):
    """They are loaded by the command that needs them, when it begins."""
    found = loaded(tmp_path, "status", "--site", "/srv/club")
    assert sorted(name for name in found if name.startswith(("holdfast_engine.fs", "holdfast_engine.commands"))) == []


COMPLETION = """
import sys
from holdfast.cli.main import main
try:
    main([])
finally:
    sys.stderr.write("\\n".join(sys.modules))
"""


@pytest.mark.parametrize(("typed", "commands"), [(["ro"], []), (["rollback", "--s"], ["rollback"])])
def test_a_completion_loads_the_command_it_completes_and_nothing_heavy(tmp_path, typed, commands):
    """Who presses Tab waits: of twenty commands one is imported, or none where a name is completed."""
    words = ["holdfast", *typed]
    asked = {"_HOLDFAST_COMPLETE": "bash_complete", "COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1)}
    told = subprocess.run(
        [sys.executable, "-c", COMPLETION], env={**os.environ, **asked}, capture_output=True, text=True, check=True
    )
    found = set(told.stderr.splitlines())
    assert "plain," in told.stdout
    assert sorted(found & HEAVY) == []
    ours = [name.rpartition(".")[2] for name in found if name.startswith("holdfast.cli.commands.")]
    assert ours == commands


def seconds(*command):
    """The least processor time of several runs, which a busy machine stretches less than the clock."""
    times = []
    for _ in range(7):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, env={**os.environ, "PYTHONPATH": SRC}, capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times)


@pytest.mark.parametrize(("flag", "starts"), [("--version", 5), ("--help", 10)])
def test_help_and_version_cost_few_bare_starts(flag, starts):
    """The loose second check, for what hides inside one module."""
    assert seconds(sys.executable, "-m", "holdfast", flag) <= starts * max(seconds(sys.executable, "-c", "pass"), 0.008)


def test_the_version_is_told_before_anything_is_loaded():
    """Scripts ask for it; the library of the command line would cost them four bare starts."""
    program = "import sys; sys.argv = ['holdfast', '--version']; from holdfast.__main__ import main; code = main()"
    told = subprocess.run(
        [sys.executable, "-c", f"{program}; print(code, *sys.modules)"],
        env={**os.environ, "PYTHONPATH": SRC},
        capture_output=True,
        text=True,
        check=True,
    )
    version, loaded_then = told.stdout.splitlines()
    assert version == f"holdfast {holdfast.__version__}"
    assert [name for name in loaded_then.split() if name.startswith(("click", "holdfast."))] == ["holdfast.__main__"]
