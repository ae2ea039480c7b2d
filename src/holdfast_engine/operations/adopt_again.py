"""A line that adopts, told where an adoption was refused or failed: it says all that was said the first time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from shlex import quote

from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request, Source

_ADOPT = "holdfast adopt "


@contextmanager
def told_again(request: Request) -> Iterator[None]:
    """The versions that REQUEST names, and its yes, stand in every line of a Problem that adopts."""
    try:
        yield
    except Problem as problem:
        more = _said(request)
        problem.hint = problem.hint.replace(_ADOPT, f"{_ADOPT}{more}")
        problem.context = tuple(line.replace(_ADOPT, f"{_ADOPT}{more}") for line in problem.context)
        raise


def _said(request: Request) -> str:
    versions = (f"--was {quote(_typed(source))} " for source in request.was)
    return "".join((*versions, "--yes " if request.yes else ""))


def _typed(source: Source) -> str:
    """SOURCE as a person names it, from wherever: a ref, or the place of an archive, a directory or a repository."""
    return source.ref or source.location
