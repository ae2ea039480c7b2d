"""Trials at single calls: `shim/N` (SIGKILL before the Nth), `shim/N/KIND`, `shim/N/then/M` (the recovery at its Mth).

What else must hold than the judge asks: no error is a traceback, an exit code tells the truth
about what is live, and after a sync that failed nothing is acknowledged.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from crash import victim
from crash.arena import Arena, recovering, remove
from crash.passage import Passage
from crash.scenarios import run
from crash.shim import SYNCS, Made, Shim, heard
from crash.trials import _judged, recovers_first
from holdfast_engine.model.problem import Problem

SWITCHING = ("deploy-first", "deploy-later", "rollback")
UNDONE = (40, 50)
ENDINGS = (30, 40, 50, 60)
"""What INTERFACE.md has for a command that the operating system stopped."""


def calls(arena: Arena) -> list[Made]:
    """Every changing call of the scenario's command, in order."""
    site = arena.copy()
    found = heard(str(site), lambda: run(arena.act(site)))
    remove(site)
    return found


_known: dict[Path, list[Made]] = {}


def known_calls(arena: Arena) -> list[Made]:
    """As `calls`, heard once in a run of the tests: not for a process in which a defect was planted."""
    if arena.top not in _known:
        _known[arena.top] = arena.once("calls", lambda: calls(arena))
    return _known[arena.top]


def telling(found: list[Made]) -> list[int]:
    """The number of the first call on each way through the code, for each such way."""
    first: dict[tuple[str, int], int] = {}
    for number, made in enumerate(found, start=1):
        first.setdefault((made.name, made.way), number)
    return list(first.values())


def trial(arena: Arena, case: str) -> list[str]:
    """CASE happened; what is wrong after it."""
    _, number, *rest = case.split("/")
    if rest and rest[0] == "then":
        return _kill_recovery(arena, case, int(number), int(rest[1]))
    return _strike(arena, case, int(number), rest[0] if rest else "kill")


def _strike(arena: Arena, case: str, number: int, kind: str) -> list[str]:
    site = arena.copy()
    shim = Shim(str(site), number, kind)
    ended = victim.perform(arena.act(site), shim)
    if kind in ("kill", "killed"):
        wrong = [] if ended.how == victim.KILLED else [f"not killed but {ended.how}: {ended.what}"]
    else:
        wrong = _told(arena, site, ended, kind)
    return wrong + _judged(arena, case, site)


def _told(arena: Arena, site: Path, ended: victim.Ended, kind: str) -> list[str]:
    """What the command said is true: no acknowledgement after a failed sync, no `undone` after a switch."""
    if ended.how not in ("done", "problem") or (ended.how == "problem" and ended.what[1] not in ENDINGS):
        return [f"ended as {ended.how}: {ended.what}"]
    name, went = ended.struck.partition(" ")[0], arena.account._went(site)
    wrong = ["a failed sync was retried"] if ended.retried else []
    if ended.how == "done" and name in SYNCS:
        wrong.append(f"acknowledged after {ended.struck} failed")
    if arena.scenario.name in SWITCHING and ended.how == "done" and not went:
        wrong.append("acknowledged, and the release is not live")
    if arena.scenario.name in SWITCHING and ended.how == "problem" and ended.what[1] in UNDONE and went:
        wrong.append(f"told as undone, and the release is live: {ended.what}")
    return wrong


def _kill_recovery(arena: Arena, case: str, first: int, second: int) -> list[str]:
    site = stopped(arena, first)
    victim.perform(recovering(site), Shim(str(site), second))
    return _judged(arena, case, site)


def stopped(arena: Arena, number: int) -> Path:
    """A site whose command was killed at the call of that NUMBER."""
    return arena.stopped(f"shim/{number}", lambda kept: victim.perform(arena.act(kept), Shim(str(kept), number)))


def passed(arena: Arena, case: str) -> list[str]:
    """As `trial` of a kill, or of a kill and one of the recovery, by what the command leaves on its way."""
    _, number, *rest = case.split("/")
    first, pair = int(number), rest[:1] == ["then"]
    way = _recovery(arena, first) if pair else passage(arena)
    calls = int(rest[1]) - 1 if pair else first - (rest != ["killed"])
    return arena.verdict_on(way, calls, recover_first=pair or recovers_first(case))


def passage(arena: Arena) -> Passage:
    """What the scenario's command leaves on its way."""
    return arena.passage("command", arena.copy, arena.act)


def _recovery(arena: Arena, first: int) -> Passage:
    """What `recover` leaves on its way after a kill at the FIRST call."""
    start = passage(arena).site(first - 1)
    return arena.passage(f"recovery/{first}", lambda: arena.copy(start), recovering)


def recovery_calls(arena: Arena, first: int) -> int:
    """How many changing calls `recover` makes after a kill at the FIRST call; none where there is no site yet."""
    site = arena.copy(passage(arena).site(first - 1))
    found = len(heard(str(site), lambda: _recover(site))) if (site / ".holdfast/site.json").exists() else 0
    remove(site)
    return found


def _recover(site: Path) -> None:
    """Where a leaving came to its end, `recover` says in a problem that there is no site any more."""
    with suppress(Problem):
        run(recovering(site))
