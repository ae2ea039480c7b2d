"""Regular expressions that are compiled when the first text is held against one: a command reads a hundred of them, and
uses few.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, AnyStr

__all__ = ["expression"]


class _Waiting:
    """Has what the compiled expression of TEXT has, each method from its first use on as its own."""

    def __init__(self, text: Any, flags: int) -> None:
        self._text, self._flags = text, flags

    @cached_property
    def _compiled(self) -> Any:
        return re.compile(self._text, self._flags)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._compiled, name)
        setattr(self, name, found)
        return found


if TYPE_CHECKING:

    def expression(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]: ...
else:

    def expression(text: AnyStr, flags: int = 0) -> _Waiting:
        """As `re.compile`, in all but the moment; a wrong TEXT raises `re.error` at its first use."""
        return _Waiting(text, flags)
