"""What the last problem of a test says to type is typed, where that test has left its site: each hint once in a run."""

from __future__ import annotations

import re
from importlib.util import find_spec
from inspect import signature

import pytest

from hints.typed import commands, objections
from lib import once
from lib.oracle import lost
from lib.world import World


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """G2: a hint helps, or is refused in words and loses nothing. Not where a test pretends something of the host."""
    done = yield
    world = item.funcargs.get("world")
    pretends = "monkeypatch" in signature(item.function).parameters
    if find_spec("click") and type(world) is World and world.refusal is not None and not pretends:
        _type_all(world, world.refusal)
    return done


def _type_all(world, problem):
    gone = lost(world.site, world.precious.digests) if world.site.is_dir() else []
    for line in commands(problem.hint):
        if _is_first(f"{problem.code}: {_shape(world, line)}"):
            assert objections(world.top, line) == []
            assert lost(world.site, world.precious.digests) == gone, line


def _shape(world, line):
    """LINE without what differs from one test to the next."""
    return re.sub(r"\d{8}-\d{6}(-\d+)?", "RELEASE", line.replace(str(world.top), ""))


def _is_first(what):
    """True for whoever asks first in this run of the tests."""
    known = once.top() / "hints"
    known.mkdir(exist_ok=True)
    try:
        (known / re.sub(r"\W+", "-", what)[:200]).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
