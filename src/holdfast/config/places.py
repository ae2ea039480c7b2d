"""Where a person stands, and what the paths mean that are written there."""

from __future__ import annotations

import os

from holdfast_engine.model.problem import Problem


def working_directory() -> str:
    """The directory that the person stands in; empty where it was removed meanwhile, as a pruned release is."""
    try:
        return os.getcwd()
    except OSError:
        return ""


def absolute(text: str, base: str, *, what: str = "the path") -> str:
    """TEXT from BASE on, without a look at the disk. WHAT names it in the problem.

    Raises `usage` for an empty one: a variable that was not set must not name the directory that somebody happens
    to stand in. Raises `path-missing` for a relative one where BASE is empty, for then it leads nowhere.
    """
    if not text:
        raise Problem("usage", f"{what} is empty", state="nothing was changed", hint="name a directory or a file")
    path = os.path.join(base, os.path.expanduser(text))
    if os.path.isabs(path):
        return os.path.abspath(path)
    raise Problem(
        "path-missing",
        f"the working directory is gone, so {what} `{text}` leads nowhere",
        state="nothing was changed",
        hint="`cd` to a directory that exists, or name an absolute path",
    )
