"""Programs at work in a site, each a process of its own that acknowledges what it wrote line by line on its output.

As applications do it: SQLite through one connection that stays open, a log that is kept open, one
that is opened per line, files that are included while they are replaced, a process that was
started in the release and stays there. What was refused is acknowledged as refused.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

_LOOP = """
import os, sqlite3, sys, time
top, end = sys.argv[1], time.monotonic() + 60
def say(number, word="wrote"):
    sys.stdout.write(f"{word} {number}\\n"); sys.stdout.flush()
def refused(number, error):
    say(f"{number} {type(error).__name__}: {error}", "refused")
"""
_PACE = "    time.sleep(0.001)\n"
_SQLITE = """
database = sqlite3.connect(top + "/PLACE", isolation_level=None, timeout=20)
database.execute("pragma journal_mode=MODE"); database.execute("create table if not exists t (n integer)")
number = 0
while time.monotonic() < end:
    try:
        database.execute("insert into t values (?)", (number,)); say(number)
    except sqlite3.Error as error:
        refused(number, error)
    number += 1
"""
_KEPT_OPEN = """
log = os.open(top + "/PLACE", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
number = 0
while time.monotonic() < end:
    os.write(log, b"%d\\n" % number); say(number)
    number += 1
"""
_REOPENED = """
number = 0
while time.monotonic() < end:
    try:
        with open(top + "/PLACE", "a") as log:
            log.write("%d\\n" % number)
        say(number)
    except OSError as error:
        refused(number, error)
    number += 1
"""
_INCLUDES = """
number = 0
while time.monotonic() < end:
    try:
        with open(top + "/PLACE/new-%d" % os.getpid(), "w") as page:
            page.write("%d\\n" % number)
        os.replace(top + "/PLACE/new-%d" % os.getpid(), top + "/PLACE/page.php")
        say(number); open(top + "/PLACE/page.php").read()
    except OSError as error:
        refused(number, error)
    number += 1
"""
_STAYS = """
os.chdir(os.path.realpath(top))
os.makedirs("DIR", exist_ok=True)
number = 0
while time.monotonic() < end:
    try:
        with open("PLACE-%d" % number, "x") as file:
            file.write("by a process that stays, %d\\n" % number)
        say(number)
    except OSError as error:
        refused(number, error)
    number += 1
"""
KINDS = {
    "sqlite-wal": (_SQLITE.replace("MODE", "wal"), "storage/app/wal.sqlite"),
    "sqlite-journal": (_SQLITE.replace("MODE", "delete"), "storage/app/journal.sqlite"),
    "log-kept-open": (_KEPT_OPEN, "storage/logs/kept.log"),
    "log-reopened": (_REOPENED, "storage/logs/lines.log"),
    "includes": (_INCLUDES, "storage/framework/views"),
    "stays-in-its-directory": (_STAYS.replace("DIR", "storage/app/node"), "storage/app/node/file"),
}


class Writer:
    """One process that writes as KIND does below TOP until `stop`."""

    def __init__(self, kind: str, top: Path) -> None:
        program, self.place = KINDS[kind]
        self.kind = kind
        (top / self.place).parent.mkdir(parents=True, exist_ok=True)
        if kind == "includes":
            (top / self.place).mkdir(exist_ok=True)
        words = [sys.executable, "-S", "-c", _LOOP + program.replace("PLACE", self.place) + _PACE, str(top)]
        self._process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        self._lines = [self._process.stdout.readline()]

    def stop(self) -> None:
        self._process.kill()
        self._lines += (self._process.communicate()[0] or "").splitlines()

    @property
    def acknowledged(self) -> list[int]:
        return [int(line.split()[1]) for line in self._lines if line.startswith("wrote")]

    @property
    def refused(self) -> list[str]:
        return [line for line in self._lines if line.startswith("refused")]

    def lost(self, top: Path) -> list[int]:
        """What was acknowledged and is not served below TOP."""
        found = set(self._found(top))
        due = self.acknowledged if self.kind != "includes" else self.acknowledged[-1:]
        return [number for number in due if number not in found]

    def _found(self, top: Path) -> Iterable[int]:
        where = top / self.place
        if self.kind.startswith("sqlite"):
            database = sqlite3.connect(where)
            rows = [row[0] for row in database.execute("select n from t")]
            database.close()
            return rows
        if self.kind == "includes":
            number = int((where / "page.php").read_text())
            return range(number + 1)  # it may have been killed between the rename and its word
        if self.kind == "stays-in-its-directory":
            return [int(path.name.rpartition("-")[2]) for path in where.parent.glob("file-*")]
        return [int(line) for line in where.read_text().split()]
