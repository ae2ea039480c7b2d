"""Files that are valid only together: a SQLite database, known by its first bytes, and what stands beside it."""

from __future__ import annotations

from holdfast_engine.model.paths import RelPath

_NAME_MAX = 255
HEADER = b"SQLite format 3\0"
WAL, SHM, JOURNAL = "-wal", "-shm", "-journal"
COMPANIONS = (WAL, SHM, JOURNAL)
"""What SQLite puts beside the file that it has opened, at the end of all links: newest rows, their index, the way back.

The main file with its companions is one set: moved, compared, kept and put back as a whole.
"""
LINKED = (WAL, SHM)
"""Those in whose old place a link of ours may stand. A process that opened the database under its old name makes and
removes its `-journal` there by name: through a link it would be refused, or (before SQLite 3.31) leave the journal of
a committed transaction in `shared/`, and whoever opens the database next would take that transaction back.
"""


def main_of(path: str) -> RelPath:
    """The database that PATH belongs to if it is a companion, by its name; empty when its name is no companion's."""
    suffix = next((suffix for suffix in COMPANIONS if path.endswith(suffix)), "")
    main = RelPath(path[: -len(suffix)]) if suffix else RelPath("")
    return main if main.name else RelPath("")


def suffixes_of(path: str) -> tuple[str, ...]:
    """Those of COMPANIONS that can stand beside PATH: a name that would be too long is none (NAME_MAX)."""
    used = len(RelPath(path).name.encode("utf-8", "surrogateescape"))
    return tuple(suffix for suffix in COMPANIONS if used + len(suffix) <= _NAME_MAX)


def members(path: str) -> tuple[RelPath, ...]:
    """Every name of the set of the database at PATH, its own first."""
    return (RelPath(path), *(RelPath(path + suffix) for suffix in suffixes_of(path)))
