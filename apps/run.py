"""Plays the cells in roots of Debian, prints one line for each, and writes the table.

    python apps/run.py                                          all
    python apps/run.py --app wordpress                          one application
    python apps/run.py --app plain-php --people one --variable realpath_root
    python apps/run.py --write                                  docs/applications.md, from what was played last

Exit 1 where a cell lost, hid, refused or failed something, 0 otherwise. What cannot be had is skipped by name.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from cells import Cell, Kind, cells  # noqa: E402 - found beside this file
from sandbox.enter import enter  # noqa: E402
from sandbox.node import fetch  # noqa: E402
from sandbox.places import PROJECT, RESULTS, Unavailable  # noqa: E402
from sandbox.roots import build  # noqa: E402
from table import line, page, well  # noqa: E402


def main(arguments: list[str]) -> int:
    asked = parse(arguments)
    good = True
    if not asked.write:
        skipped: dict[str, str] = {}
        for cell in cells(asked.app, asked.people, asked.variable):
            good = played(cell, skipped, short=asked.short) and good
    if asked.write or not (asked.app or asked.people or asked.variable):
        write()
    return 0 if good else 1


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--app", default="")
    parser.add_argument("--people", default="")
    parser.add_argument("--variable", default="")
    parser.add_argument("--short", action="store_true", help="two deploys and one rollback, and no page")
    parser.add_argument("--write", action="store_true")
    return parser.parse_args(arguments)


def played(cell: Cell, skipped: dict[str, str], *, short: bool) -> bool:
    """Play CELL and print its line; False where something is wrong with it."""
    if cell.kind.key not in skipped:
        skipped[cell.kind.key] = reason(cell.kind)
    if skipped[cell.kind.key]:
        print(f"{cell.name}: skipped, {skipped[cell.kind.key]}", flush=True)
        keep(cell.name, {"skipped": skipped[cell.kind.key]})
        return True
    report = play(cell, short=short)
    print(line(cell, report), flush=True)
    keep("short" if short else cell.name, report)
    return well(cell, report)


def reason(kind: Kind) -> str:
    """Why KIND cannot be played here; "" where it can."""
    try:
        build(kind.groups)
        if kind.npm:
            fetch(kind.npm)
    except (Unavailable, OSError) as why:
        return str(why)
    return ""


def play(cell: Cell, *, short: bool) -> dict[str, Any]:
    print(f"  {cell.name}", file=sys.stderr, flush=True)
    words = ["python3", "-m", "play", cell.kind.key, cell.people, cell.variable, *(["short"] if short else [])]
    told = enter(cell.kind.groups, words, {}, limit=cell.kind.limit)
    if not told:
        return {"wrong": ["no answer came from the root"]}
    report: dict[str, Any] = json.loads(told)
    return report


def keep(name: str, report: dict[str, Any]) -> None:
    os.makedirs(RESULTS, exist_ok=True)
    report["day"] = time.strftime("%Y-%m-%d", time.gmtime())
    with open(os.path.join(RESULTS, name.replace(" ", ".") + ".json"), "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)


def kept(cell: Cell) -> dict[str, Any] | None:
    try:
        with open(os.path.join(RESULTS, cell.name.replace(" ", ".") + ".json"), encoding="utf-8") as file:
            report: dict[str, Any] = json.load(file)
            return report
    except FileNotFoundError:
        return None


def write() -> None:
    with open(os.path.join(PROJECT, "docs/applications.md"), "w", encoding="utf-8") as file:
        file.write(page([(cell, kept(cell)) for cell in cells()]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
