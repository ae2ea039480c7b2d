"""What the application may write, asked of the kernel as the user that it runs as."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys

from play.people import People

_LOOK = """
import os, sys
top = sys.argv[1]
for here, folders, names in os.walk(top, followlinks=True):
    inside = os.path.relpath(here, top)
    if inside == ".":
        folders[:] = [one for one in folders if one not in ("releases", "shared", "current", ".holdfast")]
    if os.access(here, os.W_OK | os.X_OK):
        print(inside + "/")
    for name in names:
        if os.access(os.path.join(here, name), os.W_OK):
            print(os.path.normpath(os.path.join(inside, name)))
"""


def writable(people: People, top: str) -> set[str]:
    """Directories (with a slash) in which names can be made, and files that can be written, below TOP."""
    who = pwd.getpwnam(people.web)
    told = subprocess.run(
        [sys.executable, "-c", _LOOK, os.path.realpath(top)],
        user=who.pw_uid,
        group=who.pw_gid,
        extra_groups=os.getgrouplist(people.web, who.pw_gid),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(told.stdout.splitlines())


def taken_away(before: set[str], after: set[str], top: str, source: str, outputs: tuple[str, ...]) -> list[str]:
    """What still stands and could be written BEFORE, and not AFTER. Files that SOURCE ships, and those in OUTPUTS of
    its build, are read-only by design: whether the application can do without is asked by HTTP.
    """
    real = os.path.realpath(top)
    gone = [one for one in sorted(before - after) if os.path.lexists(os.path.join(real, one))]
    ours = [one for one in gone if not (outputs and one.startswith(outputs))]
    return [one for one in ours if one.endswith("/") or not os.path.lexists(os.path.join(source, one))]
