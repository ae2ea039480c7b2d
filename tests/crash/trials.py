"""The ways in which a command is stopped; each takes one case, as text that replays it, and says what went wrong.

A case is `POINT` (kill), `POINT/KIND` (an error, an interrupt), or `POINT/then/POINT` (the
recovery is killed as well).
"""

from __future__ import annotations

import zlib

from crash import victim
from crash.arena import Arena, remove
from holdfast_engine.model.request import Request


def replayed(arena: Arena, case: str) -> str:
    return f"python -m tests.crash.replay {arena.scenario.name} {case}"


def kill(arena: Arena, case: str) -> list[str]:
    """SIGKILL at the point: nothing is lost, the live site is whole, the next command goes on."""
    site = arena.copy()
    ended = victim.perform(arena.act(site), victim.fate(case))
    wrong = [] if ended.how == victim.KILLED else [f"not killed but {ended.how}: {ended.what}"]
    wrong += arena.at_the_crash(site)
    wrong += arena.afterwards(site, recover_first=zlib.crc32(case.encode()) % 2 == 0)
    remove(site)
    return wrong


def kill_both_ways(arena: Arena, case: str) -> list[str]:
    """Like `kill`, and from one and the same crash both `recover` and the next command, each first."""
    site = arena.copy()
    victim.perform(arena.act(site), victim.fate(case))
    wrong = arena.at_the_crash(site)
    other = arena.copy(site)
    wrong += arena.afterwards(site, recover_first=True) + arena.afterwards(other, recover_first=False)
    remove(site)
    remove(other)
    return wrong


def fail(arena: Arena, case: str) -> list[str]:
    """An error or an interrupt at the point: it ends with a Problem, nothing is lost, the next command goes on."""
    point, _, kind = case.partition("/")
    site = arena.copy()
    ended = victim.perform(arena.act(site), victim.fate(point, kind))
    wrong = []
    if ended.how == "bug" or (ended.how == "crash") != (kind == "crash"):
        wrong.append(f"ended as {ended.how}: {ended.what}")
    wrong += arena.at_the_crash(site)
    wrong += arena.afterwards(site, recover_first=zlib.crc32(case.encode()) % 2 == 0)
    remove(site)
    return wrong


def kill_recovery(arena: Arena, case: str) -> list[str]:
    """SIGKILL at the first point, then SIGKILL of `recover` at the second: the same promise."""
    first, _, second = case.partition("/then/")
    site = arena.copy()
    victim.perform(arena.act(site), victim.fate(first))
    victim.perform(recovering(site), victim.fate(second))
    wrong = arena.at_the_crash(site)
    wrong += arena.afterwards(site, recover_first=zlib.crc32(case.encode()) % 2 == 0)
    remove(site)
    return wrong


def recovering(site: object) -> Request:
    from crash.scenarios import ACT_AT

    return Request("recover", str(site), now=ACT_AT + 60, yes=True)
