"""How long a long test may go on: until a deadline that `make soak` sets, or for ever.

A loop that stops early has tried a share of its cases. Which ones, a seed decides, so that the
next run with another seed tries others.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

_granted: list[float] = []
_seed: list[int] = []


def grant(seconds: float, seed: int) -> None:
    """From now on a loop may go on for SECONDS and takes its cases in the order that SEED gives."""
    _granted[:], _seed[:] = [time.monotonic() + seconds], [seed]


def forget() -> None:
    """A loop goes on until it is done, in the order of its cases."""
    _granted.clear()
    _seed.clear()


def left(most: float) -> float:
    """The seconds that are left, MOST at most."""
    return min(most, max(_granted[0] - time.monotonic(), 1.0)) if _granted else most


def while_it_lasts(cases: Iterable[T]) -> Iterator[T]:
    """CASES until the time is spent, the first of them in any case."""
    for number, case in enumerate(cases):
        if number and _granted and time.monotonic() > _granted[0]:
            return
        yield case


def ordered(cases: Iterable[str], *, together: str) -> list[str]:
    """CASES in the seed's order; those that begin alike, up to the word TOGETHER, follow each other."""
    if not _seed:
        return list(cases)
    return sorted(cases, key=lambda case: (_lot(case.partition(together)[0]), _lot(case)))


def _lot(case: str) -> bytes:
    return lot(_seed[0], case)


def lot(seed: int, text: str) -> bytes:
    """What decides the place of TEXT in an order by SEED."""
    return hashlib.sha256(f"{seed}:{text}".encode()).digest()
