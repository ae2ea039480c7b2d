"""A site on which the tool is one user and the application another: each act is a process of its own (Shows 4)."""

from __future__ import annotations

import functools
import json
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import holdfast_engine
from holdfast_engine.model.problem import Problem
from lib.world import World

TOOL, APPLICATION = 1234, 33
_HOME = str(Path(holdfast_engine.__file__).parents[1])
_PERFORM = """
import json, sys
from holdfast_engine.commands import perform
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request, Settings, Source
value = json.load(sys.stdin)
if value["source"]:
    value["source"] = Source(**value["source"])
value["settings"] = Settings.from_json(value["settings"])
try:
    answer = perform(Request(**value), tell=lambda event: None, ask=lambda plan: True)
except Problem as problem:
    answer = {"problem": problem.to_json()}
print(json.dumps(answer))
"""
_WRITE = """
import os, sys
os.makedirs(os.path.dirname(sys.argv[1]), exist_ok=True)
with open(sys.argv[1], "wb") as stream:
    stream.write(sys.stdin.buffer.read())
"""


def run_as(
    user: int, code: str, *arguments: str, given: bytes = b"", groups: tuple[int, ...] = ()
) -> subprocess.CompletedProcess[bytes]:
    """CODE in an interpreter that is USER, in the group of the same number and in GROUPS, with umask 022."""
    also = ("--groups", ",".join(map(str, groups))) if groups else ("--clear-groups",)
    identity = ("--reuid", str(user), "--regid", str(user), *also)
    return subprocess.run(
        ["setpriv", *identity, sys.executable, "-c", code, *arguments],
        input=given,
        capture_output=True,
        check=False,
        cwd="/",
        umask=0o022,
        env={"PATH": os.defpath, "PYTHONPATH": _HOME, "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"},
    )


@functools.cache
def why_not() -> str:
    """Why nobody else can be acted for on this host; empty when it can be done."""
    if os.geteuid() != 0:
        return "needs root, to act as two other users"
    if shutil.which("setpriv") is None:
        return "needs `setpriv`"
    if run_as(TOOL, "import holdfast_engine.commands").returncode != 0:
        return f"user {TOOL} may not read the interpreter or the engine"
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
        source = request.source and vars(request.source)
        value = {**vars(request), "source": source, "settings": request.settings.to_json()}
        ran = run_as(self.tool, _PERFORM, given=json.dumps(value).encode(), groups=self.groups)
        assert ran.returncode == 0, ran.stderr.decode()
        answer: dict[str, Any] = json.loads(ran.stdout)
        if "problem" in answer:
            told = {name: answer["problem"][name] for name in ("context", "state", "whereabouts", "hint")}
            raise Problem(answer["problem"]["code"], answer["problem"]["message"], **told)
        return answer

    def application_writes(self, path: str) -> bytes:
        """The application writes PATH below `current`, as itself; what it wrote is precious."""
        content = f"{path} number {len(self.precious.written)} by the application\n".encode()
        ran = run_as(APPLICATION, _WRITE, str(self.live / path), given=content)
        assert ran.returncode == 0, ran.stderr.decode()
        self.precious.written[path] = content
        return content

    def application_reads(self, path: str) -> bytes:
        """What the application reads at PATH below `current`."""
        ran = run_as(APPLICATION, "import sys; sys.stdout.write(open(sys.argv[1]).read())", str(self.live / path))
        assert ran.returncode == 0, ran.stderr.decode()
        return ran.stdout


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
