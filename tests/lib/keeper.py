"""An application that keeps a file in memory and saves it whole when it ends, as lowdb and many small servers do.

It runs as a process of its own, in the release in which it was started. What it is told, it acknowledges at once, from
memory: the file holds it only once the application has ended.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from lib.processes import wait_until

_PROGRAM = """
import json, os, signal, sys, time
top, path, way = sys.argv[1:]
rows = json.load(open(path)) if os.path.exists(path) else []

def save(*_):
    if way == "rename":
        with open(path + ".new", "w") as stream:
            json.dump(rows, stream)
        os.rename(path + ".new", path)
    else:
        with open(path, "w") as stream:
            json.dump(rows, stream)
    os.unlink(top + "/pid")
    sys.exit(0)

signal.signal(signal.SIGTERM, save)
with open(top + "/pid.new", "w") as stream:
    stream.write(str(os.getpid()))
os.rename(top + "/pid.new", top + "/pid")
while True:
    for name in sorted(os.listdir(top + "/told")):
        with open(top + "/told/" + name) as stream:
            rows.append(stream.read())
        os.rename(top + "/told/" + name, top + "/heard/" + name)
    time.sleep(0.005)
"""


class Keeper:
    """The application of one site, its own affairs below TOP. PATH is its file, saved by `rename` or `in place`."""

    def __init__(self, top: Path, path: str = "db.json", *, way: str = "rename") -> None:
        self.top = top / "keeper"
        self.path = path
        self.acknowledged: list[str] = []
        for name in ("told", "heard"):
            (self.top / name).mkdir(parents=True)
        program = self.top / "keeper.py"
        program.write_text(_PROGRAM)
        arguments = f"'{program}' '{self.top}' '{path}' '{way}'"
        self.start = (
            f"test -e '{self.top}/pid' || '{sys.executable}' {arguments} >>'{self.top}/log' 2>&1 & "
            f"while [ ! -e '{self.top}/pid' ]; do sleep 0.02; done; pwd -P >> '{self.top}/started'"
        )
        self.stop = (
            f"pwd -P >> '{self.top}/stopped'; ! test -e '{self.top}/pid' || kill -TERM $(cat '{self.top}/pid'); "
            f"while [ -e '{self.top}/pid' ]; do sleep 0.02; done"
        )

    @property
    def runs(self) -> bool:
        return (self.top / "pid").exists()

    @property
    def where(self) -> str:
        """The release in which it was started last."""
        return Path((self.top / "started").read_text().splitlines()[-1]).name

    def tell(self) -> str:
        """A row that it has acknowledged, and keeps in memory."""
        row = f"row {len(self.acknowledged)}"
        waiting = self.top / "row.new"
        waiting.write_text(row)
        name = f"{len(self.acknowledged):04d}"
        waiting.rename(self.top / "told" / name)
        assert wait_until((self.top / "heard" / name).exists), (self.top / "log").read_text()
        self.acknowledged.append(row)
        return row

    def assert_knows_all(self, live: Path) -> None:
        """It runs, and once it has ended its file in LIVE holds each row that it ever acknowledged."""
        assert self.runs, "the application is down"
        self.tell()
        self.end()
        assert json.loads((live / self.path).read_text()) == self.acknowledged

    def end(self) -> None:
        """It has saved its file and is gone."""
        if self.runs:
            os.kill(int((self.top / "pid").read_text()), signal.SIGTERM)
            assert wait_until(lambda: not self.runs)
