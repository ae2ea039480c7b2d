"""Ratios within one run: what Holdfast costs beside the plain way to do the same.

Each measurement alternates with its rival, so that a busy machine slows both; medians are
compared. Trees are deleted at the very end, but for old releases, which both sides of `deploy` delete:
ext4 makes files slowly after a large deletion.

    python bench/run.py [NAME ...]     all, or those whose name begins with NAME
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "src")]

from carrying import CARRYING  # noqa: E402 - found beside this file
from measures import MEASURES, Result  # noqa: E402


def main(wanted: list[str]) -> int:
    """1 when a goal is missed, else 0; the table is printed and kept in `bench/results/`."""
    top = tempfile.mkdtemp(prefix="holdfast-bench-")
    try:
        results = [
            result
            for name, measure in {**MEASURES, **CARRYING}.items()
            if not wanted or name.startswith(tuple(wanted))
            for result in told(name, measure(os.path.join(top, name)))
        ]
        print("\n".join(table(results)))
        print(f"\nkept in {keep(results)}", flush=True)
    finally:
        remove(top)
    return 0 if all(result.met for result in results) else 1


def told(name: str, results: list[Result]) -> list[Result]:
    print(f"measured: {name}", file=sys.stderr, flush=True)
    return results


def table(results: list[Result]) -> list[str]:
    head = ("what", "holdfast", "rival", "ratio", "goal", "met")
    rows = [head, *(row(result) for result in results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def row(result: Result) -> tuple[str, ...]:
    ours, rival = result.shown(result.ours), result.shown(result.rival)
    return (result.name, ours, rival, f"{result.ratio:.2f}", result.goal, "yes" if result.met else "NO")


def keep(results: list[Result]) -> str:
    path = os.path.join(HERE, "results", time.strftime("%Y%m%d-%H%M%S.json", time.gmtime()))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    machine = {"processors": os.cpu_count(), "kernel": os.uname().release, "python": sys.version.split()[0]}
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"machine": machine, "results": [result.to_json() for result in results]}, file, indent=1)
    return path


def remove(top: str) -> None:
    for here, _, _ in os.walk(top):
        os.chmod(here, stat.S_IRWXU)
    shutil.rmtree(top)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
