"""What the operating system refused, as problems in words (exit 40, or 60 where something was begun)."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from shlex import quote
from typing import Optional

from holdfast_engine.fs.accounts import name_of
from holdfast_engine.fs.refusals import code_of, mend_of, words_of
from holdfast_engine.fs.root import Root
from holdfast_engine.journal import log
from holdfast_engine.model.problem import Problem

REFUSED = (errno.EACCES, errno.EPERM, errno.EBUSY, errno.EXDEV, errno.ENOTEMPTY)
"""How moving what is another user's, a mount point or in an image ends: it was not moved, and stays where it is."""


@contextmanager
def told_in_words(root: Root) -> Iterator[None]:
    """No operating system's error leaves the block: what a failed step leaves is what a crash would leave (G4)."""
    try:
        yield
    except OSError as error:
        raise stopped(root, error) from error


def stopped(root: Root, error: OSError) -> Problem:
    """ERROR as the reason why a command ended on the way: with something begun, or with nothing."""
    why = words_of(error)
    operation = _begun(root)
    if operation is not None:
        return Problem(
            "unfinished",
            f"`{operation}` stopped: {why}",
            state="what was moved is served from its place, and nothing is lost",
            hint=f"{mend_of(error)}, then `holdfast recover --site {quote(root.path)}`, or any next command",
        )
    return problem_of(error)


def _begun(root: Root) -> Optional[str]:
    try:
        return log.unfinished(root)
    except OSError:
        return None


def problem_of(error: OSError, *, state: str = "no data was moved") -> Problem:
    """What the operating system refused before anything was begun, in words (class `host`, exit 40)."""
    code, message = code_of(error), words_of(error)
    as_whom = f" (as `{name_of(os.geteuid())}`)" if code == "no-permission" else ""
    return Problem(code, f"{message}{as_whom}", state=state, hint=f"{mend_of(error)}, then run the command again")
