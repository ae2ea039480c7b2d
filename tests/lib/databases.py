"""SQLite databases in a site: a process that keeps one open, and what there is to be read in one."""

from __future__ import annotations

import os
import select
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

_PROGRAM = """
import sqlite3, sys
d = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)
d.execute("pragma journal_mode=" + sys.argv[2]); d.execute("pragma wal_autocheckpoint=0")
d.execute("create table if not exists t (v text)")
for line in sys.stdin:
    word, _, rest = line.strip().partition(" ")
    if word == "add":
        for v in rest.split(): d.execute("insert into t values (?)", (v,))
    elif word == "begin":
        d.execute("pragma cache_size=1"); d.execute("begin immediate")
        d.executemany("insert into t values (?)", [("pending-%d" % n + "x" * 2000,) for n in range(200)])
    elif word == "close":
        d.close()
    else:
        d.execute(word)
    print("done", flush=True)
"""


class Connected:
    """A process that opened the database PATH, as seen from DIRECTORY, and keeps it open; it never checkpoints."""

    def __init__(self, directory: Path, path: str, *, mode: str = "wal") -> None:
        words = [sys.executable, "-S", "-c", _PROGRAM, path, mode]
        self._process = subprocess.Popen(words, cwd=directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.rows: list[str] = []
        self.ask("add")

    @property
    def number(self) -> int:
        return self._process.pid

    def ask(self, line: str, *, sent: int = 0) -> None:
        """LINE is done, and the SENT lines before it that nobody waited for."""
        self.send(line)
        assert self._process.stdout
        assert [self._process.stdout.readline() for _ in range(sent + 1)] == ["done\n"] * (sent + 1)

    def send(self, *lines: str) -> None:
        """LINES are asked for; nobody waits for an answer."""
        assert self._process.stdin
        self._process.stdin.write("".join(f"{line}\n" for line in lines))
        self._process.stdin.flush()

    def answers(self, *, within: float) -> bool:
        """An answer to what was sent came WITHIN seconds."""
        return bool(select.select([self._process.stdout], [], [], within)[0])

    def add(self, *rows: str) -> None:
        """ROWS are in the database, acknowledged."""
        self.ask(f"add {' '.join(rows)}")
        self.rows += rows

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def __enter__(self) -> Connected:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


def rows(path: Path) -> list[str]:
    """What a new client reads in the database at PATH, which is whole."""
    with closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=20)) as database:
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)
        return [row[0] for row in database.execute("select v from t order by rowid")]


def parts(path: Path) -> set[str]:
    """The endings of what stands beside the database at PATH."""
    return {name[len(path.name) :] for name in os.listdir(path.parent) if name.startswith(path.name + "-")}
