"""A SQLite database with its writer: a process of its own that lives across commands and never checkpoints.

It writes when it is asked to, and acknowledges each row. What was acknowledged is read by a new
client at `current/`, in a database that is whole.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sqlite3
from pathlib import Path
from typing import NoReturn

KINDS = (("club.sqlite", "wal"), ("database/books.sqlite", "wal"), ("stock.db", "delete"), ("books/mail.db", "wal"))
"""Where the application keeps one, and its mode: files beside code, and directories that nobody declared."""
_PATIENCE = 5.0

ABSENT = "it is not there"


class Database:
    """One database at PLACE. OWED while it may be out of sight until the next deploy, by what people did."""

    def __init__(self, place: str, mode: str) -> None:
        self.place, self.mode = place, mode
        self.acknowledged: set[int] = set()
        self.owed = False
        self._next, self._process = 0, 0
        self._ask = self._hear = -1

    def write(self, live: Path, rows: int) -> None:
        """The application that works at LIVE, started if it does not run, writes ROWS; refused ones do not count."""
        if self.owed or not (self._process or self._start(live)):
            return
        for number in range(self._next, self._next + rows):
            os.write(self._ask, f"{number}\n".encode())
            told = os.read(self._hear, 100)
            self.acknowledged |= {number} if told == b"written" else set()
            if told != b"written":
                self.stop()
                break
        self._next += rows

    def stop(self) -> None:
        """SIGKILL: what it held open is not closed in any order."""
        if self._process:
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
            os.close(self._ask)
            os.close(self._hear)
        self._process = 0

    def wrong(self, live: Path) -> list[str]:
        """What a new client at LIVE misses."""
        if self.owed or not self.acknowledged:
            return []
        found, told = rows_in(live / self.place)
        missing = sorted(self.acknowledged - found)
        wrong = [f"{self.place}: {told}"] if told != "ok" else []
        return wrong + ([f"lost: {len(missing)} rows of {self.place}, from {missing[0]} on"] if missing else [])

    def begin_anew(self, live: Path) -> None:
        """People brought another state of the site: what stands at LIVE now is the database, whatever was before."""
        self.stop()
        self.owed = False
        self.acknowledged = rows_in(live / self.place)[0] if (live / self.place).is_file() else set()

    def _start(self, live: Path) -> bool:
        where = live / self.place
        try:
            where.parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            return False
        self._ask, self._hear, self._process = _forked(str(where), self.mode)
        return True


def rows_in(where: Path) -> tuple[set[int], str]:
    """The rows that a new client reads, and what the database says of itself."""
    if not where.is_file():
        return set(), ABSENT
    with contextlib.closing(sqlite3.connect(where, timeout=_PATIENCE)) as client:
        try:
            told = client.execute("pragma integrity_check").fetchone()[0]
            return {row[0] for row in client.execute("select n from t")}, told
        except sqlite3.Error as error:
            return set(), str(error)


def _forked(where: str, mode: str) -> tuple[int, int, int]:
    """What to write to, what to read from, and the process."""
    theirs, ask = os.pipe()
    hear, ours = os.pipe()
    parent, child = os.getpid(), os.fork()
    if child == 0:
        _serve(where, mode, parent, theirs, ours)
    os.close(theirs)
    os.close(ours)
    return ask, hear, child


def _serve(where: str, mode: str, parent: int, asked: int, said: int) -> NoReturn:
    """Until it is killed, or nobody is there any more who could do that."""
    with contextlib.suppress(BaseException):
        client = None
        while os.getppid() == parent:
            if select.select([asked], [], [], _PATIENCE)[0]:
                number = int(os.read(asked, 100))
                try:
                    client = client or _opened(where, mode)
                    client.execute("insert into t values (?, ?)", (number, "x" * 200))
                    os.write(said, b"written")
                except sqlite3.Error:
                    os.write(said, b"refused")
    os._exit(0)


def _opened(where: str, mode: str) -> sqlite3.Connection:
    client = sqlite3.connect(where, isolation_level=None, timeout=_PATIENCE)
    client.execute(f"pragma journal_mode={mode}")
    client.execute("pragma wal_autocheckpoint=0")
    client.execute("create table if not exists t (n integer, pad text)")
    return client
