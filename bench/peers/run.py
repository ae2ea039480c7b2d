"""Fetches the tools, plays every scenario with each, and prints one Markdown table.

    python bench/peers/run.py                          all
    python bench/peers/run.py --tool Mina --tool Holdfast --scenario 6b

The table is also kept in `bench/results/`. Where it runs as root it moves into a mount namespace of its own first.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BENCH = os.path.dirname(HERE)
sys.path[:0] = [BENCH, os.path.join(os.path.dirname(BENCH), "src")]

from peers import interrupted, refusing, undeclared  # noqa: E402 - found beside this file
from peers.gauntlet import Column, Scenario, objection, run  # noqa: E402
from peers.installing import install  # noqa: E402
from peers.table import conditions, markdown  # noqa: E402
from peers.tool import Tool  # noqa: E402
from peers.tools.capistrano import Capistrano  # noqa: E402
from peers.tools.holdfast import Holdfast  # noqa: E402
from peers.tools.mina import Mina  # noqa: E402
from peers.tools.scripts import Ansistrano, Bash, Deployer  # noqa: E402
from peers.tools.shipit import Shipit  # noqa: E402

TOOLS: list[type[Tool]] = [Holdfast, Capistrano, Mina, Shipit, Bash, Deployer, Ansistrano]
SCENARIOS: list[Scenario] = sorted(
    (*undeclared.SCENARIOS, *interrupted.SCENARIOS, *refusing.SCENARIOS),
    key=lambda scenario: (int(scenario.number.rstrip("abc")), scenario.number),
)


def main(arguments: list[str]) -> int:
    asked = parse(arguments)
    install()
    tools = {tool: objection(tool) for tool in TOOLS if not asked.tool or tool.title in asked.tool}
    scenarios = [one for one in SCENARIOS if not asked.scenario or one.number in asked.scenario]
    columns = [column(tool, scenarios) for tool, reason in tools.items() if not reason]
    lines = [*markdown(scenarios, columns), "", *conditions(tools, tempfile.gettempdir())]
    print("\n".join(lines))
    keep("\n".join(lines))
    return 0


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", action="append", choices=[tool.title for tool in TOOLS])
    parser.add_argument("--scenario", action="append", choices=[scenario.number for scenario in SCENARIOS])
    return parser.parse_args(arguments)


def column(tool: type[Tool], scenarios: list[Scenario]) -> Column:
    whole = Column(tool.title)
    for scenario in scenarios:
        one = run(tool, tool.title, [scenario])
        print(f"{tool.title}, {scenario.number}: {one.cells[scenario.number]}", file=sys.stderr, flush=True)
        whole.cells.update(one.cells)
        whole.seconds += one.seconds
    return whole


def keep(text: str) -> None:
    path = os.path.join(BENCH, "results", time.strftime("peers-%Y%m%d-%H%M%S.md", time.gmtime()))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text + "\n")


def alone() -> None:
    """As root, small file systems that scenario 7 mounts are seen by nobody else, and go with the process."""
    if os.geteuid() == 0 and shutil.which("unshare") and not os.environ.get("PEERS_MOUNTS"):
        words = ["unshare", "--mount", sys.executable, *sys.argv]
        os.execvpe("unshare", words, {**os.environ, "PEERS_MOUNTS": "own"})


if __name__ == "__main__":
    alone()
    sys.exit(main(sys.argv[1:]))
