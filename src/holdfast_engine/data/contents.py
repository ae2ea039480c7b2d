"""What files were found to hold, asked once by one command."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from holdfast_engine.data.baseline import now_ns
from holdfast_engine.fs.clock import settled
from holdfast_engine.model.manifest import Stamp

Answer = TypeVar("Answer")


class Contents:
    """Answers to questions that need the content of a file of one release: they hold as long as its stamp does.

    What was written in the moment in which it was read, and what is empty, is read anew each time.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, Stamp], object] = {}

    def asked(self, question: str, path: str, stamp: Stamp, read: Callable[[], Answer]) -> Answer:
        """What READ says of PATH, or said when the same QUESTION was asked and the file had this STAMP."""
        key, at = (question, path, stamp), now_ns()
        if key in self._known:
            known: Answer = self._known[key]  # type: ignore[assignment]
            return known
        answer = read()
        if stamp[0] and settled(stamp[2], at=at):
            self._known[key] = answer
        return answer
