"""What was tried and what went wrong, by operation and kind of fault: the table that `make soak` ends with.

Each test's counts travel with its report, so that it does not matter which process ran it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

_counts: Counter[tuple[str, str, str]] = Counter()
COLUMNS = ("tried", "lost", "stuck", "other")


def add(operation: str, fault: str, tried: int, wrong: Iterable[str] = ()) -> None:
    """TRIED points of FAULT in OPERATION, and the lines of what was WRONG."""
    _counts[operation, fault, "tried"] += tried
    for line in wrong:
        _counts[operation, fault, _column(line)] += 1


def _column(line: str) -> str:
    if "lost" in line:
        return "lost"
    return "stuck" if "stuck" in line or "did not work" in line else "other"


def fault_of(case: str) -> str:
    """The kind of fault that a case of the crash tests is."""
    if "/then/" in case:
        return "SIGKILL, then of the recovery"
    if case.startswith("call/"):
        return "SIGKILL at a call (strace)"
    way, _, kind = case.removeprefix("shim/").partition("/")
    where = "call" if case.startswith("shim/") else "point"
    if kind in ("", "killed"):
        return f"SIGKILL at a {where}"
    return f"{kind.rstrip('+!')} at a {where}" if way else kind


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
        "| operation | fault | points tried | lost bytes | stuck states | other |",
        "| --- | --- | --: | --: | --: | --: |",
    ]
    lines = [[*name, *(f"{sums[(*name, column)]:,}" for column in COLUMNS)] for name in names]
    return head + ["| " + " | ".join(line) + " |" for line in lines]
