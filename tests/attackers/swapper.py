"""An attacker: the application's user, who swaps directories for links to a victim while the tool is at work."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lib.users import APPLICATION

CANARY = b"CANARY: nobody but its owner may read this"
ONLY_THERE = "only-the-victim-has-this"
_NAMES = (*(f"v{number}" for number in range(4)), ONLY_THERE, "sub/deep")

_SWAP = """
import ctypes, os, sys
libc = ctypes.CDLL(None)
victim = sys.argv[1]

def seed():
    for folder in ("dir", "dir/sub"):
        try: os.mkdir(folder)
        except OSError: pass
    for name in ("dir/v0", "dir/v1", "dir/sub/deep", "file"):
        try:
            with open(name, "x") as stream: stream.write("mine: " + name)
        except OSError: pass
    texts = {"link": victim, "closedlink": victim, "filelink": victim + "/v0", "dir/sublink": victim + "/sub"}
    for name, text in texts.items():
        try: os.symlink(text, name)
        except OSError: pass

def swap(one, two, flags=2):
    libc.renameat2(-100, one, -100, two, flags)

seed()
print("ready", flush=True)
count = 0
while True:
    swap(b"dir", b"link")
    swap(b"file", b"filelink")
    swap(b"closed", b"closedlink")
    count += 1
    if count % 3 == 0: swap(b"dir/sub", b"dir/sublink")
    if count % 5 == 0: swap(b"link/sub", b"link/sublink")
    if count % 7 == 0:
        swap(b"dir", b"away", 1)
        swap(b"link", b"dir", 1)
        swap(b"dir", b"link", 1)
        swap(b"away", b"dir", 1)
    if count % 50 == 0: seed()
    if count % 50 == 1 and os.path.isdir("closedlink") and not os.path.islink("closedlink"):
        swap(b"closedlink", b"closed%d" % count, 1)
"""


class Victim:
    """Files outside every site, which belong to OWNER and which nobody has a reason to touch or to read."""

    def __init__(self, top: Path, owner: int) -> None:
        self.top = top
        for number, name in enumerate(_NAMES):
            path = top / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(CANARY + b" %d" % number)
            os.chown(path, owner, owner)
            path.chmod(0o640)
        for path in (top, top / "sub"):
            os.chown(path, owner, owner)
            path.chmod(0o755)
        self.before = self._look()

    def _look(self) -> dict[str, tuple[int, ...]]:
        """What every change leaves a trace in: ctime, for one, which nobody can set."""
        found = {}
        for name in (".", "sub", *_NAMES):
            status = os.lstat(self.top / name)
            told = (status.st_mode, status.st_uid, status.st_gid, status.st_nlink, status.st_size)
            found[name] = (*told, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        return found

    def harm(self) -> list[str]:
        """What was done to it."""
        try:
            now = self._look()
        except OSError as error:
            return [f"gone: {error.filename}"]
        wrong = [name for name, status in now.items() if status != self.before[name]]
        names = {*os.listdir(self.top), *os.listdir(self.top / "sub")} - {*_NAMES, "sub", "deep"}
        return wrong + sorted(f"new: {name}" for name in names)


@contextmanager
def swapping(where: Path, victim: Victim) -> Iterator[None]:
    """Inside the block the attacker is at work in WHERE, and wherever that directory is moved to."""
    command = ["setpriv", "--reuid", str(APPLICATION), "--regid", str(APPLICATION), "--clear-groups"]
    attacker = subprocess.Popen(
        [*command, sys.executable, "-S", "-c", _SWAP, str(victim.top)], cwd=where, stdout=subprocess.PIPE, umask=0o022
    )
    try:
        assert attacker.stdout is not None
        assert attacker.stdout.readline() == b"ready\n"
        yield
        assert attacker.poll() is None, "the attacker ended early: nothing was proven"
    finally:
        attacker.kill()
        attacker.wait()


def leaks(top: Path) -> list[str]:
    """Files below TOP that hold what only the victim has, found without following a link."""
    found = []
    for here, _, names in os.walk(top):
        for name in names:
            path = os.path.join(here, name)
            if name == ONLY_THERE or (os.path.isfile(path) and not os.path.islink(path) and _holds_canary(path)):
                found.append(path)
    return found


def _holds_canary(path: str) -> bool:
    try:
        with open(path, "rb") as stream:
            return CANARY in stream.read(1 << 16)
    except OSError:
        return False
