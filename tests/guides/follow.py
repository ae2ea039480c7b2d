"""A guide is followed on a host of its own; users write all the while, and what they wrote is asked for at the end."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from guides import machine, page
from guides.worlds import WORLDS, World

_USERS = """
import itertools, os, sys
served, ledger, places = sys.argv[1], sys.argv[2], sys.argv[3:]
for place in places:
    name = next(f"{place}/{n}.jpg" for n in itertools.count() if not os.path.lexists(f"{served}/{place}/{n}.jpg"))
    if os.path.isdir(f"{served}/{place}"):
        text = f"uploaded as {name}\\n"
        open(f"{served}/{name}", "w").write(text)
        print(name, file=open(ledger, "a"))
"""
"""Somebody uploads a file to each place that is there."""


@dataclass(frozen=True)
class Followed:
    """What stood on the terminal, how the shell ended, which files of users are not served as they were written, and
    which lines of the page say what was not printed.
    """

    text: str
    code: int
    gone: list[str]
    unlike: list[str]


def follow(name: str) -> Followed:
    """The page at NAME, in a mount namespace that the caller has made (`lib.mounts.tell`)."""
    followed = page.read(Path(name))
    top = Path(tempfile.mkdtemp(prefix="holdfast-guide-"))
    top.chmod(0o755)
    programs = machine.furnish(top)
    world = WORLDS[followed.follow["world"]]()
    (top / "ledger").touch()
    (top / "ledger").chmod(0o666)
    users = f"{sys.executable} -c '{_USERS}' {world.served} {top}/ledger {' '.join(world.places)}"
    text = machine.script(followed.blocks, users)
    ended = machine.run(text, user=followed.follow.get("user", "root"), programs=programs)
    served = Path(followed.follow.get("served", world.served))
    gone = _gone(served, world, (top / "ledger").read_text().split())
    return Followed(ended.text, ended.code, gone, list(_unlike(followed, ended.text)))


def _unlike(followed: page.Page, text: str) -> Iterator[str]:
    """What the page shows as output and was not printed in that order; numbers, ids and hashes may be others."""
    for typed, shown in followed.shown:
        printed = iter(_plain(text.partition(f"@@ line {typed.line}\n")[2].partition("@@ line ")[0]))
        yield from (line for line in _plain(shown.text) if line != "…" and line not in printed)


def _plain(text: str) -> list[str]:
    """The lines of TEXT without what differs from one run to the next."""
    plain = re.sub(r"[0-9a-f]{12}\b", "HASH", re.sub(r"\d{8}-\d{6}(-\d+)?", "RELEASE", text))
    return [re.sub(r"[\d.,]+", "N", line).strip() for line in plain.splitlines() if line.strip()]


def _gone(served: Path, world: World, uploads: list[str]) -> list[str]:
    wanted = {**world.data, **{name: f"uploaded as {name}\n" for name in uploads}}
    return [name for name, text in wanted.items() if _read(served / name) != text]


def _read(path: Path) -> str | None:
    return path.read_text() if path.is_file() else None
