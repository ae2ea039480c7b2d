"""`make soak`: each loop has a share of the minutes, in an order by seed, and a table comes last.

A pytest plugin, loaded by that command alone. The mark `soak(share=N)` says how much of the time
a loop (all cases of one test function) has beside the others. The tests of a loop divide what is
left of its time; a loop that needs less leaves the rest unused. Without `--minutes` all is tried.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pytest

from lib import patience, tally

_PURSES = "HOLDFAST_SOAK"


def pytest_addoption(parser):
    group = parser.getgroup("soak")
    group.addoption("--minutes", type=float, default=0.0, help="for the long tests altogether (0: until all is tried)")
    group.addoption("--seed", type=int, default=1, help="which order, and so which share where time is short")


def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        os.environ[_PURSES] = tempfile.mkdtemp(prefix="holdfast-soak-")
    config.pluginmanager.register(Purses(config, Path(os.environ[_PURSES])), "purses")


def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ[_PURSES], ignore_errors=True)


class Purses:
    """The time of each loop; what was spent stands in one file a loop, for workers share a purse."""

    def __init__(self, config, top: Path) -> None:
        workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
        self.top, self.seed, self.is_worker = top, config.option.seed, hasattr(config, "workerinput")
        self.seconds = config.option.minutes * 60 * workers
        self.tests: Counter[str] = Counter()
        self.shares: dict[str, int] = {}

    def pytest_collection_modifyitems(self, items):
        for item in items:
            mark = item.get_closest_marker("soak")
            if mark is not None:
                self.tests[_loop(item)] += 1
                self.shares[_loop(item)] = mark.kwargs["share"]
        items.sort(key=lambda item: patience.lot(self.seed, item.nodeid))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        """The test has its part of what the purse holds, and pays for the time that it took."""
        seconds = self._part(_loop(item)) if self.seconds else 1e9
        if seconds < 1:
            item.add_marker(pytest.mark.skip(reason=f"the time for {_loop(item)} is spent"))
        patience.grant(seconds, self.seed)
        began = time.monotonic()
        try:
            return (yield)
        finally:
            patience.forget()
            with (self.top / _loop(item)).open("a") as purse:
                purse.write(f"{time.monotonic() - began}\n")

    def _part(self, loop: str) -> float:
        purse = self.top / loop
        spent = [float(line) for line in purse.read_text().split()] if purse.exists() else []
        held = self.seconds * self.shares[loop] / sum(self.shares.values())
        return (held - sum(spent)) / max(self.tests[loop] - len(spent), 1)

    def pytest_runtest_logreport(self, report):
        """What fails is told at once: the end is far."""
        if report.failed and not self.is_worker:
            sys.stderr.write(f"\n{report.nodeid}\n{report.longreprtext}\n")
            sys.stderr.flush()

    def pytest_terminal_summary(self, terminalreporter, config):
        """Operation by fault: points tried, lost bytes, stuck states."""
        reports = [report for group in ("passed", "failed") for report in terminalreporter.stats.get(group, ())]
        rows = [row for report in reports for name, row in report.user_properties if name == "tally"]
        terminalreporter.section("points tried")
        terminalreporter.write_line(
            f"kernel {platform.release()}, Python {platform.python_version()}, seed {self.seed}"
        )
        terminalreporter.write_line("\n".join(tally.table(rows)))


def _loop(item) -> str:
    return item.originalname
