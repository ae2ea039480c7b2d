"""Small disks, in a namespace of their own.

A site is copied to the disk, all but some of it is filled by somebody else, the command runs,
the judge looks, room is made, and the next command must go on. The room grows from nothing to
what is enough.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

from crash import victim
from crash.arena import Arena
from lib.mounts import mount_memory

PAGE = 4096
FRUGAL = ("rollback", "prune")
"""Commands that must succeed without one free byte and without one free inode."""
_CODES = (30, 40, 50, 60)


def fill(disk: Path, *, pages: int | None = None, inodes: int | None = None) -> None:
    """Somebody else takes everything but PAGES, or all but INODES names."""
    free = os.statvfs(disk)
    if pages is not None:
        size = free.f_bavail * free.f_frsize - pages * PAGE
        descriptor = os.open(disk / "ballast", os.O_WRONLY | os.O_CREAT)
        os.posix_fallocate(descriptor, 0, max(size, 1))
        os.close(descriptor)
    if inodes is not None:
        (disk / "many").mkdir()
        (disk / "many/0").touch()
        for number in range(1, os.statvfs(disk).f_favail - inodes + 1):
            (disk / "many" / str(number)).touch()


def empty(disk: Path) -> None:
    (disk / "ballast").unlink(missing_ok=True)
    shutil.rmtree(disk / "many", ignore_errors=True)


def attempt(arena: Arena, disk: Path, **left: int) -> tuple[bool, list[str]]:
    """Whether the command did its work with no more than LEFT on DISK, and what is wrong after it."""
    site = disk / f"run-{arena.scenario.name}"
    subprocess.run(["cp", "-a", str(arena.base), str(site)], check=True)
    fill(disk, **left)
    act = arena.act(site)
    meant = ("space", "inodes") if act.command == "deploy" else ()  # or it would not even be begun
    ended = victim.perform(replace(act, accept=meant))
    wrong = arena.at_the_crash(site)
    if ended.how != "done" and not (ended.how == "problem" and ended.what[1] in _CODES):
        wrong.append(f"ended as {ended.how}: {ended.what}")
    if arena.scenario.name in FRUGAL and ended.how != "done":
        wrong.append(f"did not work on a full disk: {ended.what}")
    empty(disk)
    wrong += arena.afterwards(site, recover_first=False)
    shutil.rmtree(site)
    return ended.how == "done", wrong


def stepped(arena: Arena, disk: Path, what: str, *, every: bool) -> tuple[int, list[str]]:
    """How many steps from 0 to what is enough of WHAT, and what was wrong on the way."""
    left, steps, wrong, well = 0, 0, [], 0
    while well < 2 and left < 4096:
        done, found = attempt(arena, disk, **{what: left})
        wrong += [f"{arena.scenario.name} with {left} {what} left: {line}" for line in found]
        well, steps = well + done, steps + 1
        left += 1 if every else max(left, 1)
    return steps, wrong


def stepped_on(arena: Arena, kind: str, mount: str, *, every: bool) -> dict[str, tuple[int, list[str]]]:
    """As `stepped` for pages and for inodes, on a disk of this KIND that is mounted for it."""
    if kind == "tmpfs":
        mount_memory(Path(mount), "size=96m,nr_inodes=1500")
    else:
        subprocess.run(["mount", "-o", "loop", f"{mount}.image", mount], check=True)
    return {what: stepped(arena, Path(mount), what, every=every) for what in ("pages", "inodes")}
