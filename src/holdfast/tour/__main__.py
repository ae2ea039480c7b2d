"""One command of the tour in a process of its own: a request as JSON on stdin, the answer on stdout."""

from __future__ import annotations

import json
import sys
from typing import Any

from holdfast.session import perform
from holdfast_engine.fs.failpoint import obey_environment
from holdfast_engine.model.event import Event
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request, Settings, Source


def main() -> int:
    """The exit code; `notes` in the answer are what a person would have been told on the way."""
    obey_environment()
    notes: list[str] = []

    def tell(event: Event) -> None:
        if event.kind == "noticed":
            notes.append(event.text)

    try:
        answer = perform(_request(json.load(sys.stdin)), tell=tell, ask=lambda _plan: True)
    except Problem as problem:
        json.dump({"error": problem.to_json()}, sys.stdout)
        return problem.exit_code
    json.dump({**answer, "notes": [*answer.get("notes", ()), *notes]}, sys.stdout)
    return 0


def _request(asked: dict[str, Any]) -> Request:
    source = Source(**asked.pop("source")) if asked.get("source") else None
    return Request(**{**asked, "settings": Settings.from_json(asked["settings"]), "source": source})


if __name__ == "__main__":
    sys.exit(main())
