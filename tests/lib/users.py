"""A site on which the tool is one user and the application another: each act is a process of its own (Shows 4)."""

from __future__ import annotations

import functools
import importlib
import json
import os
import struct
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import holdfast_engine
from holdfast_engine.commands import perform
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request
from lib.world import World

TOOL, APPLICATION = 1234, 33
_HOME = str(Path(holdfast_engine.__file__).parents[1])
_ENVIRONMENT = {"PATH": os.defpath, "PYTHONPATH": _HOME, "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"}

_LATE = ("bz2", "encodings.ascii", "fcntl", "grp", "lzma", "pwd", "select", "sqlite3", "tarfile", "tempfile", "zipfile")
"""What the engine reads of the standard library where it is needed: others may not read it where this Python lies."""


def as_user(user: int, act: Callable[[], Any], *, groups: tuple[int, ...] = ()) -> Any:
    """What ACT, in a process of its own, returns as USER, in the group of the same number and in GROUPS, with umask
    022; it is JSON.
    """
    for name in _LATE:
        importlib.import_module(name)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        ended = 1
        try:
            _become(user, groups)
            with open(writing, "w", encoding="utf-8") as stream:
                json.dump(act(), stream)
            ended = 0
        except BaseException:  # noqa: BLE001 - told, and no word of it reaches what pytest does at its end
            traceback.print_exc()
        finally:
            os._exit(ended)
    os.close(writing)
    with open(reading, encoding="utf-8") as stream:
        told = stream.read()
    _, status = os.waitpid(child, 0)
    assert status == 0, f"the act of user {user} failed"
    return json.loads(told)


def _become(user: int, groups: tuple[int, ...]) -> None:
    os.setgroups(groups)
    os.setgid(user)
    os.setuid(user)
    os.umask(0o022)
    os.chdir("/")
    os.environ.clear()
    os.environ.update(_ENVIRONMENT)


@functools.cache
def why_not() -> str:
    """Why nobody else can be acted for on this host; empty when it can be done."""
    if os.geteuid() != 0:
        return "needs root, to act as two other users"
    if not as_user(TOOL, lambda: os.access(holdfast_engine.__file__, os.R_OK)):
        return f"user {TOOL} may not read the engine"
    return ""


class Hosted(World):
    """A World whose commands are run by the user TOOL and whose data is written by the user APPLICATION."""

    def __init__(self, top: Path, *, tool: int = TOOL, groups: tuple[int, ...] = (), **more: Any) -> None:
        super().__init__(top, **more)
        self.tool, self.groups = tool, groups
        top.chmod(0o755)
        give(top, tool)

    def commit(self, changes: Any = None) -> str:
        give(self.repository, os.geteuid())
        found = super().commit(changes)
        give(self.repository, self.tool)
        return found

    def perform(self, command: str, **more: Any) -> dict[str, Any]:
        request = self.request(command, **more)
        answer: dict[str, Any] = as_user(self.tool, lambda: _answer(request), groups=self.groups)
        if "problem" in answer:
            told = {name: answer["problem"][name] for name in ("context", "state", "whereabouts", "hint")}
            raise Problem(answer["problem"]["code"], answer["problem"]["message"], **told)
        return answer

    def application_writes(self, path: str) -> bytes:
        """The application writes PATH below `current`, as itself; what it wrote is precious."""
        content = f"{path} number {len(self.precious.written)} by the application\n".encode()
        as_user(APPLICATION, lambda: write(self.live / path, content))
        self.precious.written[path] = content
        return content

    def application_reads(self, path: str) -> bytes:
        """What the application reads at PATH below `current`."""
        text: str = as_user(APPLICATION, (self.live / path).read_text)
        return text.encode()


def _answer(request: Request) -> dict[str, Any]:
    try:
        return perform(request, tell=lambda _event: None, ask=lambda _plan: True)
    except Problem as problem:
        return {"problem": problem.to_json()}


def write(path: Path, content: bytes) -> None:
    """CONTENT is at PATH, in directories that are made where they lack."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def give(top: Path, user: int) -> None:
    """TOP and all below it belong to USER; no link is followed."""
    os.chown(top, user, user)
    for here, directories, names in os.walk(top):
        for name in (*directories, *names):
            os.chown(os.path.join(here, name), user, user, follow_symlinks=False)


def let_read(path: Path, user: int) -> None:
    """As `setfacl -m u:USER:r PATH` does for a file that its owner alone may read (acl(5))."""
    nobody = 0xFFFFFFFF
    entries = ((0x01, 6, nobody), (0x02, 4, user), (0x04, 0, nobody), (0x10, 4, nobody), (0x20, 0, nobody))
    packed = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
    os.setxattr(path, "system.posix_acl_access", packed)


def belongings(top: Path) -> dict[str, tuple[int, int, int, int, int]]:
    """Owner, group, mode, time and size of everything below TOP but directories' own times, by path."""
    found = {}
    for here, directories, names in os.walk(top):
        for name in (*directories, *names):
            path = os.path.join(here, name)
            status = os.lstat(path)
            moment = 0 if name in directories else status.st_mtime_ns
            size = 0 if name in directories else status.st_size
            found[os.path.relpath(path, top)] = (status.st_uid, status.st_gid, status.st_mode, moment, size)
    return found
