"""Three renderers of the same events, plans, results and problems: plain, rich and json.

`pages` and `changes` turn results into lines, without knowing what a terminal is; `plain`
writes lines, `rich` paints them, `json` writes none. `rich` alone may import the library of
that name. No renderer lets a broken output stop the engine.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import Any, Protocol

from holdfast.errors import Problem
from holdfast_engine.model.event import Event


@dataclass(frozen=True, kw_only=True)
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

    def result(self, page: str, result: dict[str, Any]) -> None: ...

    def trace(self, text: str) -> None: ...

    def problem(self, problem: Problem, log: str = "") -> int: ...


def choose(manner: Manner) -> View:
    """The renderer for MANNER and for what stdout and stderr are."""
    if manner.json:
        from holdfast.cli.render.json import JsonView

        return JsonView(manner)
    if manner.color == "always" or (manner.color == "auto" and _may_color() and _has_terminal()):
        from holdfast.cli.render.rich import RichView

        return RichView(manner)
    from holdfast.cli.render.plain import PlainView

    return PlainView(manner)


def _may_color() -> bool:
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _has_terminal() -> bool:
    return any(is_terminal(stream) for stream in (sys.stdout, sys.stderr))


def is_terminal(stream: Any) -> bool:
    """True for a stream that a person looks at; a closed or absent one is none."""
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):
        return False
