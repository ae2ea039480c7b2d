"""What was tried and what went wrong, by operation and kind of fault: the table that `make soak` ends with.

Each test's counts travel with its report, so that it does not matter which process ran it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

_counts: Counter[tuple[str, str, str]] = Counter()
COLUMNS = ("tried", "of", "lost", "stuck", "other")


def add(operation: str, fault: str, tried: int, wrong: Iterable[str] = (), *, of: int | None = None) -> None:
    """TRIED points (OF so many) of FAULT in OPERATION, and the lines of what was WRONG."""
    _counts[operation, fault, "tried"] += tried
    _counts[operation, fault, "of"] += tried if of is None else of
    for line in wrong:
        _counts[operation, fault, _column(line)] += 1


def _column(line: str) -> str:
    if "lost" in line:
        return "lost"
    return "stuck" if "stuck" in line or "did not work" in line else "other"


def fault_of(case: str) -> str:
    """The kind of fault that a case of the crash tests is."""
    if case.startswith("model/"):
        return _power_cut(*case.split("/")[1:3])
    if "/then/" in case:
        return f"SIGKILL at a {'call' if case.startswith('shim/') else 'point'}, then of the recovery"
    if case.startswith("call/"):
        return "SIGKILL at a call of the real process"
    if case.startswith("fsync/"):
        return "one fsync fails"
    kind = case.removeprefix("shim/").partition("/")[2]
    where = "call" if case.startswith("shim/") else "point"
    return f"SIGKILL at a {where}" if kind in ("", "killed") else _failure(kind, where)


def _failure(kind: str, where: str) -> str:
    if kind in ("interrupt", "crash"):
        return f"{kind} at a {where}"
    return f"an error at a {where}" + {"+": ", lasting", "!": " that was done"}.get(kind[-1], "")


def _power_cut(model: str, story: str) -> str:
    when = {"kill": ", after kill and recovery", "cut": ", after cut and recovery"}.get(story.partition("@")[0], "")
    return f"power cut, {model} model{when}"


def taken() -> list[list[str | int]]:
    """The counts since the last time, as a report can carry them."""
    found: list[list[str | int]] = [[*key, number] for key, number in _counts.items()]
    _counts.clear()
    return found


def table(rows: Iterable[Sequence[str | int]]) -> list[str]:
    """The lines of the table, and one for the sum."""
    sums: Counter[tuple[str, str, str]] = Counter()
    for operation, fault, column, number in rows:
        sums[str(operation), str(fault), str(column)] += int(number)
        sums["all", "", str(column)] += int(number)
    names = sorted({key[:2] for key in sums}, key=lambda name: (name[0] == "all", name))
    head = [
        "| operation | fault | points tried | of | lost bytes | stuck states | other |",
        "| --- | --- | --: | --: | --: | --: | --: |",
    ]
    lines = [[*name, *(f"{sums[(*name, column)]:,}" for column in COLUMNS)] for name in names]
    return head + ["| " + " | ".join(line) + " |" for line in lines]
