"""Dataclasses that are made when the first of them is: a command reads a hundred classes, and uses some.

Making the methods of all of them took nearly half of the time in which a command starts.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Callable, Optional

__all__ = ["dataclass"]
_FIELDS = "__dataclass_fields__"


class _Waiting:
    """In the place of the fields of CLASS until somebody asks for them, or makes the first: then it is a dataclass."""

    def __init__(self, owner: type, options: dict[str, Any]) -> None:
        self._owner, self._options = owner, options

    def __get__(self, _instance: object, _owner: Optional[type] = None) -> Any:
        self.end()
        return getattr(self._owner, _FIELDS)

    def end(self) -> None:
        """The class has its methods; a second call does nothing. Not for two threads that make the first at once."""
        owner = self._owner
        if owner.__dict__.get(_FIELDS) is self:
            delattr(owner, "__init__")
            delattr(owner, _FIELDS)
            dataclasses.dataclass(**self._options)(owner)


def _later(owner: type, options: dict[str, Any]) -> type:
    waiting = _Waiting(owner, options)

    def first(self: Any, *values: Any, **named: Any) -> None:
        waiting.end()
        owner.__dict__["__init__"](self, *values, **named)

    setattr(owner, _FIELDS, waiting)
    owner.__init__ = first  # type: ignore[misc]
    return owner


if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(owner: Optional[type] = None, **options: Any) -> Callable[[type], type]:
        """As in the standard library, in all but the moment."""
        return _later(owner, options) if owner else lambda found: _later(found, options)
