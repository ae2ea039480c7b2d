"""The engine of this checkout against that of another one, pair by pair, and what both ask of the system.

    python bench/before.py DIR [PAIRS]     DIR is a checkout of the version before; PAIRS is 9

Each pair does the same to two sites of its own, the other engine first by turns, and nothing of the one is still to be
written when the other begins. Both engines are compiled before, as an installation is, each into a directory of its
own. The ratio is that of the medians. System calls are counted by strace, where it is there.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field

import door
import trees

NOW = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_CALL = re.compile(r"^(?:\d+ +)?(?:<\.\.\. )?(\w+)(?:\(| resumed>).* = (-?\d+)")
"""One call of a trace, in one line or, where another thread came between, in the line that ends it."""
_SYNCS = ("fsync", "fdatasync", "sync_file_range", "syncfs")
_WRITES = ("write", "pwrite64", "writev", "copy_file_range", "sendfile")


@dataclass
class Side:
    """A site of one engine, and how long each of its commands took, in seconds."""

    checkout: str
    site: str
    compiled: str
    taken: dict[str, list[float]] = field(default_factory=dict)

    def run(self, command: str, *source: str, through: tuple[str, ...] = ()) -> None:
        self.python(*door.words(command, self.site, *source), through=through)

    def python(self, *words: str, through: tuple[str, ...] = ()) -> None:
        command = (*through, sys.executable, "-S", "-E", "-X", f"pycache_prefix={self.compiled}", *words)
        home = os.path.join(self.checkout, "src")
        subprocess.run(command, cwd=home, check=True, capture_output=True)

    def timed(self, what: str, *words: str) -> None:
        os.sync()
        began = time.perf_counter()
        self.run(*words)
        self.taken.setdefault(what, []).append(time.perf_counter() - began)


def main(before: str, pairs: int) -> int:
    top = tempfile.mkdtemp(prefix="holdfast-before-")
    try:
        for files in (200, 8_000):
            print("\n".join(measured(os.path.join(top, str(files)), os.path.abspath(before), files, pairs)), flush=True)
    finally:
        shutil.rmtree(top, ignore_errors=True)
    return 0


def measured(top: str, before: str, files: int, pairs: int) -> list[str]:
    """One line for each command, at sites whose application has so many FILES."""
    source = trees.repository(os.path.join(top, "application"), files=files)
    sides = [_side(top, name, checkout) for name, checkout in (("now", NOW), ("before", before))]
    deploying = ("deploy", "git", source)
    for side in sides:
        side.run(*deploying)
    for turn in range(pairs + 4):  # the first ones have nothing to prune yet
        trees.next_version(source, turn + 2)
        for side in sides if turn % 2 else reversed(sides):
            side.timed("deploy", *deploying)
            side.timed("checklist", "checklist")
            side.timed("unchanged", *deploying)
            side.timed("rollback", "rollback")
    lines = [_line(f"{what}, {files:,} files", *(side.taken[what][4:] for side in sides)) for what in sides[0].taken]
    if shutil.which("strace"):
        trees.next_version(source, pairs + 10)
        now, old = (_asked(side, deploying) for side in sides)
        asked = ", ".join(f"{what} {old[what]:,} -> {now[what]:,}" for what in ("calls", "syncs", "bytes"))
        lines.append(f"deploy, {files:,} files: {asked}")
    return lines


def _side(top: str, name: str, checkout: str) -> Side:
    site = os.path.join(top, name)
    os.makedirs(os.path.join(site, "shared"))
    with open(os.path.join(site, "shared/.env"), "w", encoding="utf-8") as file:
        file.write("APP_KEY=bench\nAPP_NAME=bench\n")
    made = Side(checkout, site, os.path.join(top, f"{name}-compiled"))
    made.python("-m", "compileall", "-q", "holdfast_engine")
    return made


def _line(what: str, now: list[float], before: list[float]) -> str:
    ours, rival = statistics.median(now), statistics.median(before)
    return f"{what}: {ours * 1000:,.0f} ms, before {rival * 1000:,.0f} ms, ratio {ours / rival:.2f} of {len(now)} pairs"


def _asked(side: Side, words: tuple[str, ...]) -> Counter[str]:
    """How many calls a run of WORDS makes, how many of them sync, and how many bytes it writes."""
    with tempfile.NamedTemporaryFile("r", errors="replace") as told:
        side.run(*words, through=("strace", "-f", "-qq", "-o", told.name))
        made = [call for call in map(_CALL.match, told) if call]
    found = Counter(calls=len(made))
    found["syncs"] = sum(call[1] in _SYNCS for call in made)
    found["bytes"] = sum(max(int(call[2]), 0) for call in made if call[1] in _WRITES)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 9))
