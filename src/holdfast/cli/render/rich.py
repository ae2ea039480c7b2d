"""The same lines in colour, for a terminal: the only module that imports `rich`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, Literal

from rich.console import Console
from rich.text import Text

from holdfast.cli.render.plain import Page, PlainView, folded, printable, width, write
from holdfast.cli.render.progress import Running
from holdfast.cli.render.view import Manner, is_terminal
from holdfast.cli.render.words import Line
from holdfast_engine.model.event import Event
from holdfast_engine.model.problem import Problem

_STYLES = {"good": "green", "warn": "yellow", "bad": "red", "dim": "dim", "strong": "bold", "": ""}


class RichView(PlainView):
    """Paints what `PlainView` writes; where colour is not forced, a stream that is no terminal gets plain text."""

    def __init__(self, manner: Manner, page: Page) -> None:
        super().__init__(manner, page)
        self._running = Running(width("stderr"))

    def tell(self, event: Event) -> None:
        """Besides the finished steps, the running one: a line that the next one replaces."""
        shows = not (self.manner.quiet or self.manner.events or self.manner.verbose) and is_terminal(sys.stderr)
        if event.kind == "output" and shows:
            self._running.say(event.text)
            return
        super().tell(event)
        if event.kind == "started" and shows:
            self._running.begin(event.name)

    def result(self, page_name: str, result: dict[str, Any]) -> None:
        self._running.end()
        super().result(page_name, result)

    def problem(self, problem: Problem, log: str = "") -> int:
        self._running.end()
        return super().problem(problem, log)

    def put(self, name: str, lines: Iterable[Line], end: str = "\n") -> None:
        self._running.clear()
        stream, columns = getattr(sys, name), width(name)
        if is_terminal(stream) or self.manner.color == "always":
            pieces = (line._replace(text=text) for line in lines for text in folded(line, columns))
            write(name, "".join(_painted(stream, line) + end for line in pieces))
        else:
            super().put(name, lines, end)


def _painted(stream: Any, line: Line) -> str:
    """LINE with the codes that this terminal understands, unwrapped; written by our own `write`, which never raises."""
    # Of a pipe nothing is known but the colours that every terminal has.
    known: Literal["auto", "standard"] = "auto" if is_terminal(stream) else "standard"
    console = Console(file=stream, soft_wrap=True, highlight=False, force_terminal=True, color_system=known)
    with console.capture() as captured:
        console.print(Text(printable(line.text), _STYLES[line.style]), end="")
    return captured.get()
