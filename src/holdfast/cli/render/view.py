"""What every renderer can do, and how a person or a script wants to be told."""

from __future__ import annotations

from typing import Any, Protocol

from holdfast_engine.model.event import Event
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.values import dataclass


@dataclass(frozen=True)
class Manner:
    """How a person or a script wants to be told."""

    json: bool = False
    events: bool = False
    quiet: bool = False
    verbose: bool = False
    color: str = "auto"


class View(Protocol):
    """Where a run shows itself. No method raises when the output is gone."""

    def tell(self, event: Event) -> None: ...

    def say(self, line: str) -> None: ...

    def plan(self, plan: dict[str, Any]) -> None: ...

    def question(self, text: str) -> None: ...

    def end_line(self) -> None: ...

    def result(self, page: str, result: dict[str, Any]) -> None: ...

    def trace(self, text: str) -> None: ...

    def problem(self, problem: Problem, log: str = "") -> int: ...


def is_terminal(stream: Any) -> bool:
    """True for a stream that a person looks at; a closed or absent one is none."""
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):
        return False
