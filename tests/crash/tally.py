"""Figures of a long run: one line for each sweep, in the file that HOLDFAST_TALLY names."""

from __future__ import annotations

import os
from collections.abc import Sequence


def count(what: str, where: str, tried: int, told: Sequence[str]) -> None:
    """WHAT (an operation) was tried so often WHERE (a model, a file system); lost bytes and everything else apart."""
    lost = sum("# lost" in line for line in told)
    if "HOLDFAST_TALLY" in os.environ:
        with open(os.environ["HOLDFAST_TALLY"], "a", encoding="utf-8") as out:
            out.write(f"{what}\t{where}\t{tried}\t{lost}\t{len(told) - lost}\n")
