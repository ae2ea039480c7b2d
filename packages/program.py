"""`holdfast.pyz`: all of it in one file, which Python 3.11 and newer run with nothing installed."""

from __future__ import annotations

from collections.abc import Iterable

from holdfast.bundle.one_file import one_file, write
from packages.wheels import contents

OLDEST = (3, 11)
"""The first Python that runs it."""


def build(target: str, wheels: Iterable[str]) -> None:
    """Leave the program at TARGET, from what is in WHEELS."""
    write(target, one_file(contents(wheels), "holdfast", OLDEST))
