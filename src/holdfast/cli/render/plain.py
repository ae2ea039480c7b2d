"""Text without colour: what pipes, logs and dumb terminals get."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from holdfast.cli.render.page import page
from holdfast.cli.render.view import Manner, is_terminal
from holdfast.cli.render.words import Line, Lines
from holdfast_engine.model.event import Event
from holdfast_engine.model.problem import Problem

_READ_BY_PAGES = ("docs",)
_SCREEN = 24


class PlainView:
    """Results on stdout, all else on stderr, line by line."""

    def __init__(self, manner: Manner) -> None:
        self.manner = manner

    def tell(self, event: Event) -> None:
        """One line for each finished step and for each notice."""
        if self.manner.events:
            from holdfast.cli.render.words import event_line

            self.write("stderr", [Line(event_line(event))])
        elif not self.manner.quiet:
            self.write("stderr", progress(event, verbose=self.manner.verbose))

    def say(self, line: str) -> None:
        self.write("stdout", [Line(line)])

    def plan(self, plan: dict[str, Any]) -> None:
        self.write("stderr", page("plan", plan))

    def question(self, text: str) -> None:
        self.write("stderr", [Line(text)], end="")

    def result(self, page_name: str, result: dict[str, Any]) -> None:
        lines = page(page_name, result)
        if page_name in _READ_BY_PAGES and len(lines) > _SCREEN and is_terminal(sys.stdout) and is_terminal(sys.stdin):
            paged(lines)
        else:
            self.write("stdout", lines)

    def trace(self, text: str) -> None:
        """The way to a mistake inside, for who asked to see it."""
        if os.environ.get("HOLDFAST_DEBUG") == "1":
            self.write("stderr", [Line(line) for line in text.splitlines()])

    def problem(self, problem: Problem, log: str = "") -> int:
        """The exit code, after the problem was told; what was found before it is a result. LOG is the run's file."""
        self.write("stdout", found_lines(problem.answer))
        self.write("stderr", [*problem_lines(problem), *log_lines(log), *annotation(problem)])
        return problem.exit_code

    def write(self, name: str, lines: Iterable[Line], end: str = "\n") -> None:
        """LINES on the stream of that NAME."""
        write(name, "".join(f"{printable(line.text)}{end}" for line in lines))


def write(name: str, text: str) -> None:
    """TEXT on stdout or stderr; a stream that broke is silent from then on, and stops nothing (I28)."""
    stream = getattr(sys, name)
    try:
        stream.write(text)
        stream.flush()
    except (OSError, ValueError, AttributeError):
        # Left as it is, the interpreter would try to flush once more at its end and turn that into an exit code.
        setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open until the end


def paged(lines: Lines) -> None:
    """LINES by the person's `PAGER`, which may be closed before the end."""
    from click import echo_via_pager

    with suppress(OSError):
        echo_via_pager("".join(f"{printable(line.text)}\n" for line in lines))


def printable(text: str) -> str:
    """TEXT with control characters spelled out: names come from uploads, and a terminal obeys some of them."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def progress(event: Event, *, verbose: bool) -> Lines:
    """What a person reads of EVENT while a command runs."""
    if event.kind == "finished":
        return [Line(f"{event.name:<12} {event.seconds:6.2f} s  {event.text}".rstrip())]
    if event.kind == "noticed":
        where = [Line(f"  {name}: {value}", "dim") for name, value in event.data.items()] if verbose else []
        return [Line(f"note: {event.text or event.name}", "warn"), *where]
    if event.kind == "output" and verbose:
        return [Line(f"  {event.text}", "dim")]
    if event.kind == "started" and verbose:
        return [Line(f"{event.name:<12} begins  {event.text}".rstrip(), "dim")]
    return []


def found_lines(answer: dict[str, Any]) -> Lines:
    """What a command had found when its problem came."""
    return page("found", answer) if answer.get("found") or "copies" in next(iter(answer.get("missing", ())), {}) else []


def log_lines(log: str) -> Lines:
    """Where the whole of the run is written down."""
    return [Line(f"log: {log}", "dim")] if log else []


def annotation(problem: Problem) -> Lines:
    """The problem as GitHub shows it beside a run; `%` begins an escape there."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return []
    return [Line(f"::error title=holdfast {problem.code}::{problem.message.replace('%', '%25')}")]


def problem_lines(problem: Problem) -> Lines:
    """What went wrong, why, how the site stands, where data lies, and what to type next."""
    return [
        Line(f"error[{problem.code}]: {problem.message}", "bad"),
        *(Line(f"  {fact}") for fact in problem.context),
        *([Line(f"state: {problem.state}")] if problem.state else []),
        *(Line(f"data: {place}") for place in problem.whereabouts),
        *([Line(f"try: {problem.hint}", "strong")] if problem.hint else []),
    ]
