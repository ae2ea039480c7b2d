"""What was done to a site, from its journals."""

from __future__ import annotations

from typing import Any

from holdfast_engine.fs.root import Root
from holdfast_engine.journal import log
from holdfast_engine.journal.record import END, MOVE
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.problem import Problem


def history(root: Root) -> list[dict[str, Any]]:
    """One row per operation, newest first: how many FILES `shared/` held at its end, where that was counted, and how
    many paths it ADOPTED.
    """
    return [_row(root, operation) for operation in reversed(log.operations(root))]


def _row(root: Root, operation: str) -> dict[str, Any]:
    try:
        records = log.read(root, operation)
    except Problem:
        return _unreadable(root, operation)
    begin = records[0].facts if records else {}
    end = records[-1].facts if records and records[-1].kind == END else {}
    return {
        "id": operation,
        "command": begin.get("command"),
        "started": begin.get("at"),
        "finished": end.get("at"),
        "outcome": end.get("outcome", "unfinished"),
        "release": begin.get("release"),
        "who": begin.get("who", ""),
        "files": end.get("files"),
        "adopted": len({one.facts["path"] for one in records if one.kind == MOVE and one.facts["what"] == "adopt"}),
        "removed": list(end.get("removed", ())),
        "expired": list(end.get("expired", ())),
    }


def _unreadable(root: Root, operation: str) -> dict[str, Any]:
    """What its name tells of an operation whose journal is damaged, and where to read what is left of it."""
    return {
        "id": operation,
        "command": operation.partition("-")[2],
        "started": None,
        "finished": None,
        "outcome": "unreadable",
        "release": None,
        "who": "",
        "files": None,
        "where": root.absolute(Layout().journal(operation)),
    }
