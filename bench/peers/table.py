"""The result as one Markdown table, with what each column is below it."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator

from peers.gauntlet import Column, Scenario
from peers.tool import Tool


def markdown(scenarios: list[Scenario], columns: list[Column]) -> Iterator[str]:
    yield row("#", "scenario", *(column.title for column in columns))
    yield row(*("---" for _ in range(len(columns) + 2)))
    for scenario in scenarios:
        yield row(scenario.number, scenario.title, *(column.cells.get(scenario.number, "") for column in columns))
    yield row("", "one deploy, median, seconds", *(f"{column.median:.2f}" for column in columns))


def row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def conditions(tools: dict[type[Tool], str], place: str) -> Iterator[str]:
    kernel = ".".join(os.uname().release.split(".")[:2])
    asked = ["findmnt", "--noheadings", "--output", "FSTYPE", "--target", place]
    kind = subprocess.run(asked, check=False, capture_output=True, text=True).stdout.strip()
    day = time.strftime("%Y-%m-%d", time.gmtime())
    yield f"{day}, kernel {kernel}, file system {kind}, {os.cpu_count()} processors"
    yield ""
    for tool, reason in tools.items():
        yield (
            f"- {tool.title}: skipped, {reason}"
            if reason
            else f"- {f'{tool.title} {tool.version()}'.rstrip()}: {tool.how}"
        )
