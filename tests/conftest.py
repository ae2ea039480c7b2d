"""Isolation for every test: a home of its own, no configuration of the machine, no colours, one time zone."""

from __future__ import annotations

import os
import sys
import time

import pytest
from hypothesis import settings

from holdfast_engine.fs import processes
from lib import once, tally

settings.register_profile("here", deadline=None)  # how busy a machine is says nothing of a property
settings.load_profile("here")

_numbers = processes.numbers
_IDENTITY = {"NAME": "Ada", "EMAIL": "ada@example.org"}


_MEMORY, _ROOM = "/dev/shm", 4 << 30


def pytest_configure(config):
    """Sites are made in memory where that has room: what a disk does is asked by tests with a disk of their own."""
    if "PYTEST_DEBUG_TEMPROOT" not in os.environ and os.access(_MEMORY, os.W_OK):
        status = os.statvfs(_MEMORY)
        if status.f_bavail * status.f_frsize > _ROOM:
            os.environ["PYTEST_DEBUG_TEMPROOT"] = _MEMORY
    if not hasattr(config, "workerinput"):
        once.begin()
        _keep_bytecode()


def _keep_bytecode():
    """Hundreds of interpreters are started: none of them is to compile everything again."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def pytest_pycollect_makeitem(collector, name, obj):
    """A function that is for the long run alone makes no cases where they are left out: there are thousands."""
    marks = getattr(obj, "pytestmark", ()) if name.startswith("test_") else ()
    if "not soak" in collector.config.option.markexpr and any(mark.name == "soak" for mark in marks):
        return []
    return None


def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):
        once.end()


_OTHERS = frozenset(processes.numbers()) - {os.getpid()}
"""What ran before: the web servers of whoever runs the tests serve none of the sites that these make."""


@pytest.fixture(autouse=True)
def isolated(monkeypatch, tmp_path_factory):
    """Nothing a test sees or starts depends on the person or the machine that runs it."""
    monkeypatch.setattr(processes, "numbers", lambda: [number for number in _numbers() if number not in _OTHERS])
    for name in list(os.environ):
        if name.startswith(("HOLDFAST_", "GIT_", "SSH_")):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_TERMINAL_PROMPT", "0")
    for role in ("AUTHOR", "COMMITTER"):
        for key, value in _IDENTITY.items():
            monkeypatch.setenv(f"GIT_{role}_{key}", value)
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE", "COLUMNS", "SUDO_USER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    old = os.umask(0o022)
    yield
    os.umask(old)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """What a test tried travels with its report."""
    if call.when == "call":
        item.user_properties += [("tally", row) for row in tally.taken()]
    yield
