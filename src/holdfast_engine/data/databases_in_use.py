"""Databases that somebody has open: why they stay where they are, in words."""

from __future__ import annotations

from holdfast_engine.fs.root import Root
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.sets import JOURNAL


def why_apart(users: list[int], main: str) -> str:
    if users:
        return f"belongs to `{main}`, which {processes(users)} opened before it was moved: restart that process"
    return f"has rows of `{main}`, which was changed without it since: both are kept where they are"


def processes(users: list[int]) -> str:
    return f"process{'es' if len(users) > 1 else ''} {', '.join(str(user) for user in users[:5])}"


def busy(root: Root, database: RelPath, users: list[int]) -> Problem:
    """`database-busy`: moved now, the journal of what is under way would be left behind."""
    where = root.absolute(database)
    whose = f" by {processes(users)}" if users else ""
    return Problem(
        "database-busy",
        f"`{where}` is in the middle of a transaction{whose}, and cannot be moved away from its journal",
        state="the database is where it was",
        whereabouts=[f"{where}{suffix}" for suffix in ("", JOURNAL)],
        hint="wait for its end, or stop its program, and open the database once; then run the command again",
    )


APART = "`shared/` is on another file system: a copy would miss its latest rows"


def still_open(root: Root, database: RelPath, users: list[int], why: str = APART) -> Problem:
    """`database-open`: who has it open would go on beside it; WHY says what is to be done with it."""
    where = root.absolute(database)
    return Problem(
        "database-open",
        f"`{where}` is open in {processes(users)}, and {why}",
        state="the database is where it was",
        whereabouts=[where],
        hint="stop what has it open, run the command again, and start it again",
    )
