"""The problems that the controller itself finds; their shape and codes are the engine's."""

from __future__ import annotations

from collections.abc import Iterable

from holdfast_engine.model.problem import CODES, EXIT_CODES, Problem

__all__ = ["CODES", "EXIT_CODES", "Problem", "bug", "interrupted", "nearest", "suggestion"]


def bug(error: BaseException) -> Problem:
    """A broken invariant inside Holdfast, as a problem of class 70."""
    return Problem(
        "bug",
        f"a fault inside Holdfast: {type(error).__name__}: {error}",
        state="the next command that changes the site finishes or undoes this one; the journal has each step",
        hint="holdfast status",
    )


def interrupted() -> Problem:
    """A person or a signal ended the run."""
    return Problem(
        "interrupted",
        "interrupted",
        state="the command was undone, or the next command that changes the site finishes it",
        hint="holdfast status",
    )


def nearest(word: str, known: Iterable[str], *, always: bool = False) -> str:
    """The one of KNOWN that WORD was probably meant to be, or nothing; with ALWAYS the least unlike one.

    One that begins with WORD, or that WORD begins with, is nearer than any that is spelled alike.
    """
    from difflib import get_close_matches

    names = list(known)
    begun = [name for name in names if min(len(word.strip("-")), len(name.strip("-"))) > 1 and _begins(word, name)]
    spelled = get_close_matches(word, begun or names, n=1, cutoff=0.0 if always or begun else 0.6)
    return next(iter(spelled), "")


def _begins(word: str, name: str) -> bool:
    return name.startswith(word) or word.startswith(name)


def suggestion(word: str, known: Iterable[str], *, always: bool = False) -> str:
    """A question to end a message with, or nothing."""
    found = nearest(word, known, always=always)
    return f"did you mean `{found}`?" if found else ""
