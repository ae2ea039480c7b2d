"""What it costs to take along what appeared on the server, and to adopt very much data."""

from __future__ import annotations

import itertools
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import door
import trees
from measures import ENVIRONMENT, Result

CARRIED, ADOPTED, COUNTED = 20_000, 1_000_000, 400
_TOTAL = re.compile(r"^ *100\.00 +\S+ +(?:\d+ +)?(\d+)", re.MULTILINE)
_PYTHON = (sys.executable, "-S", "-E", "-B")


def carrying(top: str) -> list[Result]:
    """A later deploy with 20,000 carried files, less one without any, against `cp -al` of them."""
    with_them, without = _Shop(os.path.join(top, "with")), _Shop(os.path.join(top, "without"))
    _forum(with_them.live(), CARRIED)
    for shop in (with_them, without):
        shop.deploy()
    mine, rivals, copies = [], [], os.path.join(top, "copies")
    os.makedirs(copies)
    for turn in range(8):
        more = with_them.deploy() - without.deploy()
        taken = _seconds("cp", "-al", os.path.join(with_them.live(), "forum"), os.path.join(copies, str(turn)))
        mine.append(more)
        rivals.append(taken)
    name = "deploy with 20,000 carried files, less one without / cp -al of them"
    medians = statistics.median(mine[1:]), statistics.median(rivals[1:])
    above = Result("deploy with 20,000 carried files, less one without / 1.5 s", medians[0], 1.5, 1.0)
    return [above, Result(name, *medians, 1.2, 0.0, tuple(mine[1:]), tuple(rivals[1:]))]


def calls(top: str) -> list[Result]:
    """System calls of a later deploy for each carried file, each shared single path and each edited shipped file."""
    if shutil.which("strace") is None:
        print("skipped: calls (no strace on this host)", file=sys.stderr)
        return []
    none, rows = _calls(os.path.join(top, "none"), _nothing), []
    for name, most, make in GOALS:
        each = (_calls(os.path.join(top, name.replace(" ", "-")), make) - none) / COUNTED
        rows.append(Result(f"system calls for each {name} / the most there may be", each, most, 1.0, unit="calls"))
    return rows


def memory(top: str) -> list[Result]:
    """The most memory that the adoption of 1,000,000 files takes, against 150 MB."""
    site = os.path.join(top, "site")
    trees.uploads(os.path.join(site, "public/uploads"), files=ADOPTED)
    for path in ("artisan", "public/index.php"):
        with open(os.path.join(site, path), "w", encoding="utf-8") as file:
            file.write("<?php\n")
    _seconds(sys.executable, "-m", "holdfast", "adopt", site, "--yes")
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    return [Result("memory to adopt 1,000,000 files / the most there may be", most / 1e6, 150, 1.0, unit="MB")]


class _Shop:
    """A small site, deployed by a process of its own each time."""

    def __init__(self, top: str, *, extra: int = 0) -> None:
        self.source, self.site, self._version = (
            os.path.join(top, "source"),
            os.path.join(top, "site"),
            itertools.count(1),
        )
        os.makedirs(os.path.join(self.source, "lib"))
        for number in range(extra):
            with open(os.path.join(self.source, "lib", f"note-{number}.txt"), "w", encoding="utf-8") as file:
                file.write(f"note {number}\n")
        self.deploy()

    def deploy(self, *through: str) -> float:
        with open(os.path.join(self.source, "index.php"), "w", encoding="utf-8") as file:
            file.write(f"<?php // {next(self._version)}\n")
        os.sync()
        return _seconds(*through, *_PYTHON, *door.words("deploy", self.site, "directory", self.source))

    def live(self) -> str:
        return os.path.realpath(os.path.join(self.site, "current"))


def _seconds(*command: str) -> float:
    began = time.perf_counter()
    subprocess.run(command, env=ENVIRONMENT, check=True, capture_output=True, cwd=ENVIRONMENT["PYTHONPATH"])
    return time.perf_counter() - began


def _calls(top: str, make: Callable[[str, int], None]) -> int:
    """How many system calls the second deploy makes after MAKE did its part in the live release."""
    shutil.rmtree(top, ignore_errors=True)
    shop, trace = _Shop(top, extra=COUNTED), os.path.join(top, "trace")
    make(shop.live(), COUNTED)
    shop.deploy()
    shop.deploy("strace", "-f", "-c", "-o", trace)
    with open(trace, encoding="utf-8") as file:
        found = _TOTAL.search(file.read())
    assert found is not None
    return int(found.group(1))


def _nothing(_live: str, _number: int) -> None:
    return


def _forum(live: str, number: int) -> None:
    """A directory with programs, put there by hand."""
    for one in range(number):
        where = os.path.join(live, "forum", f"part-{one // 200}")
        os.makedirs(where, exist_ok=True)
        with open(os.path.join(where, f"page-{one}.php"), "w", encoding="utf-8") as file:
            file.write("<?php // " + "x" * 200)


def _shared(live: str, number: int) -> None:
    """Files that lie in `shared/` beside code, each of which is linked by itself."""
    lying = os.path.join(os.path.dirname(os.path.dirname(live)), "shared/lib")
    os.makedirs(lying)
    for one in range(number):
        with open(os.path.join(lying, f"bill-{one}.pdf"), "w", encoding="utf-8") as file:
            file.write(f"bill {one}\n")


def _edit(live: str, number: int) -> None:
    """Shipped files that are no programs, changed on the server."""
    for one in range(number):
        path = os.path.join(live, "lib", f"note-{one}.txt")
        os.chmod(path, 0o644)
        with open(path, "a", encoding="utf-8") as file:
            file.write("changed here\n")


GOALS = (("carried file", 6, _forum), ("shared single path", 30, _shared), ("edited file", 15, _edit))
CARRYING = {"carrying": carrying, "calls": calls, "memory": memory}
