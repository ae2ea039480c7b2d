"""The problems that the controller itself finds; their shape and codes are the engine's."""

from __future__ import annotations

from collections.abc import Iterable

from holdfast_engine.model.problem import CODES, EXIT_CODES, Problem

__all__ = ["CODES", "EXIT_CODES", "Problem", "bug", "interrupted", "nearest", "suggestion"]


def bug(error: BaseException) -> Problem:
    """A broken invariant inside Holdfast, as a problem of class 70."""
    return Problem(
        "bug",
        f"a mistake inside Holdfast: {type(error).__name__}: {error}",
        state="what was begun is in the journal; the next command that changes the site finishes or undoes it",
        hint="holdfast status",
    )


def interrupted() -> Problem:
    """A person or a signal ended the run."""
    return Problem(
        "interrupted",
        "interrupted",
        state="what was begun is undone, or is finished by the next command that changes the site",
        hint="holdfast status",
    )


def nearest(word: str, known: Iterable[str]) -> str:
    """The one of KNOWN that WORD was probably meant to be, or nothing."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, list(known), n=1, cutoff=0.6)), "")


def suggestion(word: str, known: Iterable[str]) -> str:
    """A question to end a message with, or nothing."""
    found = nearest(word, known)
    return f"did you mean `{found}`?" if found else ""
