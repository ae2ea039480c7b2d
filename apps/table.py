"""One line for each cell, and the page docs/applications.md."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cells import Cell

_COUNTED = ("lost", "hidden", "back", "refused_writes", "unwritable", "failed", "wrong")


def well(report: dict[str, Any]) -> bool:
    return not any(report.get(word) for word in _COUNTED)


def line(cell: Cell, report: dict[str, Any]) -> str:
    """What is printed of CELL, and below it the first of everything that is wrong."""
    words = [f"{cell.name}: {report.get('written', 0)} contents, {report.get('asked', 0)} requests"]
    words += [f"{len(report.get(word, []))} {word.replace('_', ' ')}" for word in _COUNTED]
    words += [f"old answers {report.get('old', 0):.1f} s", f"{report.get('seconds', 0):.0f} s in all"]
    if report.get("failed_in_gaps"):
        words.append(f"{len(report['failed_in_gaps'])} failed while a hook had it down for {report['gap']:.1f} s")
    wrong = [f"    {word}: {one}" for word in _COUNTED for one in report.get(word, [])[:4]]
    return "\n".join([", ".join(words), *wrong])


def page(found: Iterable[tuple[Cell, dict[str, Any] | None]]) -> str:
    return "\n".join(str(one) for one in found)
