"""Text without colour: what pipes, logs and dumb terminals get."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from holdfast.cli.own_name import as_typed
from holdfast.cli.render.progress import progress
from holdfast.cli.render.view import Manner, is_terminal
from holdfast.cli.render.words import Line, Lines
from holdfast_engine.model.event import Event
from holdfast_engine.model.problem import Problem

_READ_BY_PAGES = ("docs",)
_TEXTS = ("docs", "completion", "difference")
_SCREEN = 24
_COLUMNS = 80
"""Of a terminal that does not say how wide it is."""
Page = Callable[..., Lines]


class PlainView:
    """Results on stdout, all else on stderr, line by line; PAGE makes lines of what a command answers."""

    def __init__(self, manner: Manner, page: Page) -> None:
        self.manner, self._page = manner, page
        self._read = frozenset[str]()

    def tell(self, event: Event) -> None:
        """One line for each finished step and for each notice."""
        if self.manner.events:
            from holdfast.cli.render.words import event_line

            self.put("stderr", [Line(event_line(event))])
        elif not self.manner.quiet:
            write = self.put if event.kind == "output" else self.write  # a user's program says what it says
            write("stderr", progress(event, verbose=self.manner.verbose))

    def say(self, line: str) -> None:
        self.write("stdout", [Line(line)])

    def plan(self, plan: dict[str, Any]) -> None:
        self.write("stderr", self._page("plan", plan, every=self.manner.verbose))
        told = (f"{each.get('why')}; {each.get('mend')}" for each in plan.get("checks", ()))
        self._read = frozenset([*told, *plan.get("notes", ())])

    def question(self, text: str) -> None:
        self.write("stderr", [Line(text)], end="")

    def end_line(self) -> None:
        """What comes next stands below the question that was not answered."""
        self.write("stderr", [Line("")])

    def result(self, page_name: str, result: dict[str, Any]) -> None:
        lines = self._page(page_name, self._unread(result), every=self.manner.verbose)
        if page_name in _READ_BY_PAGES and "text" in result and width("stdout"):
            from holdfast.cli.render.markdown import told

            lines = told(result["text"], width("stdout"))
        if not is_a_text(page_name, result):
            lines = named(lines)
        long = page_name in _READ_BY_PAGES and len(lines) > _SCREEN
        if not (long and is_terminal(sys.stdout) and is_terminal(sys.stdin) and _paged(lines)):
            self.put("stdout", lines)

    def _unread(self, result: dict[str, Any]) -> dict[str, Any]:
        """RESULT without the warnings that stood in the plan that was agreed to on this screen."""
        if not self._read or "warnings" not in result:
            return result
        return {**result, "warnings": [text for text in result["warnings"] if text not in self._read]}

    def trace(self, text: str) -> None:
        """The way to a mistake inside, for who asked to see it."""
        if os.environ.get("HOLDFAST_DEBUG") == "1":
            self.write("stderr", [Line(line) for line in text.splitlines()])

    def problem(self, problem: Problem, log: str = "") -> int:
        """The exit code, after the problem was told; what was found before it is a result. LOG is the run's file."""
        self.write("stdout", _found_lines(self._page, problem.answer))
        self.write("stderr", [*problem_lines(problem), *log_lines(log), *annotation(problem)])
        return problem.exit_code

    def write(self, name: str, lines: Iterable[Line], end: str = "\n") -> None:
        """LINES on the stream of that NAME, with each command as it can be typed here."""
        self.put(name, named(lines), end)

    def put(self, name: str, lines: Iterable[Line], end: str = "\n") -> None:
        """LINES on the stream of that NAME."""
        columns = width(name)
        write(name, "".join(f"{text}{end}" for line in lines for text in folded(line, columns)))


def named(lines: Iterable[Line]) -> Lines:
    """LINES with each command as it can be typed here."""
    return [line._replace(text=as_typed(line.text)) for line in lines]


def is_a_text(page_name: str, result: dict[str, Any]) -> bool:
    """True for what is shown as it is: a page of the documentation, a script, lines of a file."""
    return page_name in _TEXTS and ("text" in result or "script" in result)


def width(name: str) -> int:
    """How many columns the stream of that NAME shows; 0 for one that is no terminal, where nothing is folded."""
    stream = getattr(sys, name)
    if not is_terminal(stream):
        return 0
    said = os.environ.get("COLUMNS", "")
    with suppress(OSError, ValueError):
        return int(said) if said.isdigit() else os.get_terminal_size(stream.fileno()).columns
    return _COLUMNS


def folded(line: Line, columns: int) -> list[str]:
    """The text of LINE in as many lines as it takes; what is to be typed stays whole, for it is copied."""
    text = printable(line.text)
    if not columns or len(text) <= columns or line.style == "strong":
        return [text]
    from textwrap import wrap

    indent = len(text) - len(text.lstrip())
    hang = line.hang if 0 < line.hang <= columns // 2 else indent + 2
    first = " " * indent
    return wrap(
        text.strip(),
        columns,
        initial_indent=first,
        subsequent_indent=" " * hang,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )


def write(name: str, text: str) -> None:
    """TEXT on stdout or stderr; a stream that broke is silent from then on, and stops nothing (I28)."""
    stream = getattr(sys, name)
    try:
        stream.write(text)
        stream.flush()
    except (OSError, ValueError, AttributeError):
        # Left as it is, the interpreter would try to flush once more at its end and turn that into an exit code.
        setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open until the end


def _paged(lines: Lines) -> bool:
    from holdfast.cli.render.pager import paged

    columns = width("stdout")
    return paged("".join(f"{text}\n" for line in lines for text in folded(line, columns)))


def printable(text: str) -> str:
    """TEXT with control characters spelled out: names come from uploads, and a terminal obeys some of them."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def _found_lines(page: Page, answer: dict[str, Any]) -> Lines:
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
