"""`make soak`: each loop has a share of the minutes, in an order by seed, and a table comes last.

A pytest plugin, loaded by that command alone. The mark `soak(share=N)` says how much of the time
a loop (all cases of one test function) has beside the others, and its tests have equal parts of
it. What a test leaves unused is for all that come after it. Without `--minutes` all is tried.
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

_PURSE = "HOLDFAST_SOAK"


def pytest_addoption(parser):
    group = parser.getgroup("soak")
    group.addoption("--minutes", type=float, default=0.0, help="for the long tests altogether (0: until all is tried)")
    group.addoption("--seed", type=int, default=1, help="which order, and so which share where time is short")


def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        os.environ[_PURSE] = tempfile.mkdtemp(prefix="holdfast-soak-")
    config.pluginmanager.register(Purse(config, Path(os.environ[_PURSE])), "purse")


def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ[_PURSE], ignore_errors=True)


class Purse:
    """The time of all loops; what was spent stands in one file, which the workers share."""

    def __init__(self, config, top: Path) -> None:
        workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
        self.spent, self.seed, self.is_worker = top / "spent", config.option.seed, hasattr(config, "workerinput")
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
            with self.spent.open("a") as spent:
                spent.write(f"{_loop(item)} {time.monotonic() - began}\n")

    def _part(self, loop: str) -> float:
        """Of the seconds that are left what this test is worth beside all that have not ended."""
        lines = self.spent.read_text().splitlines() if self.spent.exists() else []
        done = [line.split() for line in lines]
        left = self.seconds - sum(float(seconds) for _, seconds in done)
        return left * self._worth(loop) / (sum(self.shares.values()) - sum(self._worth(name) for name, _ in done))

    def _worth(self, loop: str) -> float:
        return self.shares[loop] / self.tests[loop]

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
