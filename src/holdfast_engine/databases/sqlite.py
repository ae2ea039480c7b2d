"""SQLite: keeping writers out for the moment in which a database changes its place (I91)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Optional

from holdfast_engine.fs.root import Root
from holdfast_engine.model.sets import HEADER

if TYPE_CHECKING:
    from sqlite3 import Connection

_WAL = 2
PATIENCE = 5.0
"""How many seconds a transaction of somebody else is waited for."""


@contextmanager
def quiet(root: Root, path: str) -> Iterator[bool]:
    """No transaction is under way in the database at PATH inside the block; False when that could not be had.

    In rollback-journal mode an exclusive transaction of ours keeps writers waiting, so that no
    hot journal is left beside the old name; what a crash has left of one is played back as it
    begins. In WAL mode nothing is opened: closing the last connection would checkpoint the
    application's own file. Files that are no database pass. Inside the block nothing in this
    process may open the file itself: as it is closed again, our lock is gone (fcntl(2)).
    """
    header = _header(root, path)
    if (header and not header.startswith(HEADER)) or header[18:19] == bytes([_WAL]):
        yield True
        return
    connection = _begin(root.absolute(path))
    try:
        yield connection is not None
    finally:
        if connection is not None:
            connection.close()


def _header(root: Root, path: str) -> bytes:
    import os

    try:
        descriptor = root.open_file(path)
    except OSError:
        return b""
    try:
        return os.read(descriptor, 100)
    finally:
        os.close(descriptor)


def _begin(path: str) -> Optional[Connection]:
    try:
        import sqlite3
    except ImportError:
        return None
    try:
        connection = sqlite3.connect(f"file:{_quoted(path)}?mode=rw", uri=True, timeout=PATIENCE, isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error:
        return None
    return connection


def _quoted(path: str) -> str:
    from urllib.parse import quote

    return quote(path)
