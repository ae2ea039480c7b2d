"""The sites that a command leaves on its way, from one run of it: what SIGKILL at each of its calls would leave.

A kill ends a process between two calls of the system, and the engine keeps nothing that such a
call did not hand over: so the site before a call is the site of whoever was killed there.
test_shim.py compares the two.
"""

from __future__ import annotations

import itertools
import shutil
import subprocess
from collections.abc import Collection
from pathlib import Path

from crash import victim
from crash.judge import fingerprint
from crash.shim import Shim
from holdfast_engine.model.request import Request


class Passage:
    """REQUEST ran on SITE; below TOP is kept what SITE was before each changing call and at the end.

    PRINTS are the fingerprints of those sites: number N is before the call N + 1. Of a passage that is looked at
    here and there ONLY some are kept.
    """

    def __init__(self, top: Path, site: Path, request: Request, *, only: Collection[int] | None = None) -> None:
        self.top, self._site, self._only, self._seen = top, site, only, itertools.count()
        shutil.rmtree(top, ignore_errors=True)
        top.mkdir()
        victim.perform(request, Shim(str(site), look=self._look))
        self._keep()
        self.prints = (top / "prints").read_text().split()

    def _look(self) -> None:
        """Runs in the victim."""
        number = next(self._seen)
        if self._only is None or number in self._only:
            self._keep()
        else:
            self._note("unkept")

    def _keep(self) -> None:
        """Sites that hold the same are kept once."""
        seen = fingerprint(self._site)
        if not (self.top / seen).exists():
            subprocess.run(["cp", "-a", str(self._site), str(self.top / seen)], check=True)
        self._note(seen)

    def _note(self, seen: str) -> None:
        with (self.top / "prints").open("a") as stream:
            stream.write(f"{seen}\n")

    @property
    def calls(self) -> int:
        """How many changing calls there were."""
        return len(self.prints) - 1

    def site(self, number: int) -> Path:
        """What was there after NUMBER calls; to be copied, not changed."""
        return self.top / self.prints[number]
