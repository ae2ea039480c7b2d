"""The ways in which a command is stopped; each takes one case, as text that replays it, and says what went wrong.

A case is `POINT` (SIGKILL there), `POINT/KIND` (an error or an interrupt), `POINT/then/POINT`
(the recovery is killed as well), `call/NAME:COUNT` (SIGKILL of the real process at a
system call), `fsync/COUNT` (that fsync fails), `shim/…` (a call, in `shimmed.py`), `model/…`
(a power cut by a model, `powercut.py`), or `disk/…` and `shutdown/…` (one on a real file
system, `block_states.py`).
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from zlib import crc32

from crash import block_states, judge, powercut, syscalls, victim
from crash.arena import Arena, recovering

STANDS = 60
"""The exit code of a command whose release is live although something after the switch failed."""


def kill(arena: Arena, case: str) -> list[str]:
    """SIGKILL at the point: nothing is lost, the live site is whole, the next command goes on."""
    site = arena.copy()
    ended = victim.perform(arena.act(site), victim.fate(case))
    wrong = [] if ended.how == victim.KILLED else [f"not killed but {ended.how}: {ended.what}"]
    return wrong + _judged(arena, case, site)


def kill_both_ways(arena: Arena, case: str) -> list[str]:
    """Like `kill`, and from one and the same crash both `recover` and the next command, each first."""
    site = arena.copy()
    victim.perform(arena.act(site), victim.fate(case))
    other = arena.copy(site)
    return arena.verdict(site, recover_first=True) + arena.verdict(other, recover_first=False)


def fail(arena: Arena, case: str) -> list[str]:
    """An error or an interrupt at the point: it ends with a Problem, nothing is lost, the next command goes on."""
    point, _, kind = case.partition("/")
    site = arena.copy()
    ended = victim.perform(arena.act(site), victim.fate(point, kind))
    unfit = ended.how == "bug" or (ended.how == "crash") != (kind == "crash")
    return [f"ended as {ended.how}: {ended.what}"] * unfit + _judged(arena, case, site)


def kill_recovery(arena: Arena, case: str) -> list[str]:
    """SIGKILL at the first point, then SIGKILL of `recover` at the second: the same promise."""
    first, _, second = case.partition("/then/")
    site = arena.stopped(first, lambda kept: victim.perform(arena.act(kept), victim.fate(first)))
    victim.perform(recovering(site), victim.fate(second))
    return _judged(arena, case, site)


def fail_sync(arena: Arena, case: str) -> list[str]:
    """The fsync of the number fails, and it alone: the command ends as failed, and says whether the release is live."""
    site, real, left = arena.copy(), os.fsync, [int(case.removeprefix("fsync/"))]
    live = judge.live(site)

    def failing(descriptor: int) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(descriptor)

    os.fsync = failing
    try:
        ended = victim.perform(arena.act(site))
    finally:
        os.fsync = real
    wrong = [f"a failed fsync ended as {ended.how}: {ended.what}"] if ended.how != "problem" else []
    switches = arena.act(site).command in ("deploy", "rollback")
    if switches and ended.how == "problem" and live != judge.live(site) and ended.what[1] != STANDS:
        wrong.append(f"live, and told as undone: {ended.what}")
    return wrong + _judged(arena, case, site)


def kill_at_call(arena: Arena, case: str) -> list[str]:
    """SIGKILL of the real process at a system call: the same promise."""
    site = arena.copy()
    ended = syscalls.killed_at(arena.act(site), case.removeprefix("call/"), arena.engine)
    return ([] if ended == "" else [f"not killed: {ended}"]) + _judged(arena, case, site)


def _judged(arena: Arena, case: str, site: Path) -> list[str]:
    return arena.verdict(site, recover_first=recovers_first(case))


def recovers_first(case: str) -> bool:
    """True for those cases after which `recover` runs before the next command."""
    return crc32(case.encode()) % 3 == 0


def trial_of(case: str):
    """The trial that CASE is for."""
    if case.startswith(powercut.PREFIX):
        return powercut.cut
    if case.startswith(("disk/", "shutdown/")):
        return block_states.lose_power
    if case.startswith("fsync/"):
        return fail_sync
    if case.startswith("call/"):
        return kill_at_call
    if case.startswith("shim/"):
        from crash.shimmed import trial

        return trial
    if "/then/" in case:
        return kill_recovery
    return fail if "/" in case else kill
