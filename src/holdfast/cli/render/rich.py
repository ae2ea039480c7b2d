"""The same lines in colour, for a terminal: the only module that imports `rich`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, Literal

from rich.console import Console
from rich.text import Text

from holdfast.cli.render.plain import PlainView, printable, write
from holdfast.cli.render.view import Manner, is_terminal
from holdfast.cli.render.words import Line
from holdfast_engine.model.event import Event

_STYLES = {"good": "green", "warn": "yellow", "bad": "red", "dim": "dim", "strong": "bold", "": ""}
_ERASE = "\r\x1b[2K"


class RichView(PlainView):
    """Paints what `PlainView` writes; where colour is not forced, a stream that is no terminal gets plain text."""

    def __init__(self, manner: Manner) -> None:
        super().__init__(manner)
        self._running = False

    def tell(self, event: Event) -> None:
        """Besides the finished steps, the running one: a line that the next one replaces."""
        if event.kind == "output" and not (self.manner.verbose or self.manner.events):
            return  # nothing is written, so the running step stays
        self._clear()
        super().tell(event)
        shows = not (self.manner.quiet or self.manner.events or self.manner.verbose)
        if event.kind == "started" and shows and is_terminal(sys.stderr):
            self.write("stderr", [Line(f"{event.name:<12} …", "dim")], end="")
            self._running = True

    def write(self, name: str, lines: Iterable[Line], end: str = "\n") -> None:
        if self._running:
            self._clear()
        stream = getattr(sys, name)
        if is_terminal(stream) or self.manner.color == "always":
            write(name, "".join(_painted(stream, line) + end for line in lines))
        else:
            super().write(name, lines, end)

    def _clear(self) -> None:
        if self._running:
            self._running = False
            write("stderr", _ERASE)


def _painted(stream: Any, line: Line) -> str:
    """LINE with the codes that this terminal understands, unwrapped; written by our own `write`, which never raises."""
    # Of a pipe nothing is known but the colours that every terminal has.
    known: Literal["auto", "standard"] = "auto" if is_terminal(stream) else "standard"
    console = Console(file=stream, soft_wrap=True, highlight=False, force_terminal=True, color_system=known)
    with console.capture() as captured:
        console.print(Text(printable(line.text), _STYLES[line.style]), end="")
    return captured.get()
