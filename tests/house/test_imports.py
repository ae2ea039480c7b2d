"""Which room may import what; the order of the rooms itself is held by `make layers`."""

from __future__ import annotations

import ast
import sys

import pytest

from house.source_tree import modules

ENGINE = modules("holdfast_engine")
CONTROLLER = modules("holdfast")

ONLY_IN = {
    "click": "holdfast/cli/",
    "rich": "holdfast/cli/render/rich.py",
}


def offenders(found, refused=lambda module, name: True):
    """`file:line name` for every import of the modules FOUND that REFUSED says no to."""
    return [f"{each.name}:{line} {name}" for each in found for line, name in each.imports() if refused(each, name)]


def one_of(*tops):
    return lambda _module, name: name.split(".")[0] in tops


def test_the_engine_needs_the_standard_library_alone():
    """DESIGN 7: it runs on hosts where nothing can be installed."""
    known = {*sys.stdlib_module_names, "holdfast_engine"}
    assert offenders(ENGINE, lambda _module, name: name.split(".")[0] not in known) == []


def test_the_engine_handles_no_paths_that_follow_links():
    """G9: every traversal is relative to a descriptor; pathlib, shutil and the archive modules know none."""
    refused = ("pathlib", "shutil", "tarfile", "zipfile", "glob", "fileinput", "dbm", "shelve")
    assert offenders(ENGINE, one_of(*refused)) == []
    assert offenders([module for module in ENGINE if module.room != "fs"], one_of("tempfile")) == []


def test_values_and_rules_reach_no_disk_no_clock_and_no_process():
    """DESIGN 7: `model/` and `rules/` are pure."""
    refused = ("os", "io", "time", "random", "secrets", "socket", "subprocess", "threading", "datetime", "sys")
    assert offenders([module for module in ENGINE if module.room in ("model", "rules")], one_of(*refused)) == []


@pytest.mark.parametrize("library", ONLY_IN)
def test_each_library_has_one_room(library):
    """DESIGN 7: a library that is imported in one place can be replaced in one place."""
    found = offenders(CONTROLLER, one_of(library))
    assert found
    assert [line for line in found if not line.startswith(ONLY_IN[library])] == []


def test_only_named_rooms_start_programs():
    """DESIGN 5: other programs write in three places only; git, build commands, hooks and reloads are started here."""
    may = ("holdfast_engine/sources/", "holdfast_engine/activation/", "holdfast_engine/databases/")
    rest = [module for module in ENGINE if not module.name.startswith(may)]
    assert offenders(rest, one_of("subprocess", "pty", "multiprocessing")) == []


def test_no_module_speaks_to_a_network():
    """No telemetry, no look for updates: git and a user's own commands are the only programs that leave the host."""
    speaking = ("http", "socket", "ssl", "ftplib", "smtplib", "imaplib", "poplib", "telnetlib", "xmlrpc", "asyncio")
    assert offenders([*ENGINE, *CONTROLLER], one_of(*speaking, "requests")) == []
    assert offenders([*ENGINE, *CONTROLLER], lambda _module, name: name.startswith("urllib.request")) == []


def test_nothing_prints_but_programs_run_by_hand():
    """DESIGN 7: the engine tells events, the renderers write."""
    by_hand = ("generate.py", "__main__.py")
    quiet = [module for module in (*ENGINE, *CONTROLLER) if not module.name.endswith(by_hand)]
    calls = [
        (module.name, node.func) for module in quiet for node in ast.walk(module.tree) if isinstance(node, ast.Call)
    ]
    assert [f"{name}:{call.lineno}" for name, call in calls if getattr(call, "id", "") == "print"] == []
