"""Dataclasses that are made when the first of them is: a command reads a hundred classes, and uses some.

Making the methods of all of them took nearly half of the time in which a command starts, and those of the ones that it
uses a fifth. So what is compared, hashed and shown is so by one function for all classes, and a frozen one is frozen
for mypy, which reads the standard library's dataclass here and lets nobody write to it; a process asks no more.
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Callable, Optional

__all__ = ["dataclass"]
_FIELDS = "__dataclass_fields__"
_COMPARED = "_compared"


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
            _make(owner, **self._options)


def _make(owner: type, *, frozen: bool = False) -> None:
    dataclasses.dataclass(repr=False, eq=False)(owner)
    compared = [one.name for one in dataclasses.fields(owner) if one.compare]
    _own(owner, _COMPARED, staticmethod(attrgetter(*compared) if compared else type))
    _own(owner, "__eq__", _equal)
    _own(owner, "__hash__", _hash if frozen else None)
    _own(owner, "__repr__", _shown)


def _own(owner: type, name: str, value: object) -> None:
    """OWNER has VALUE as NAME, unless its author wrote one."""
    if name not in vars(owner):
        setattr(owner, name, value)


def _equal(self: Any, other: Any) -> Any:
    compared = getattr(self, _COMPARED)
    return compared(self) == compared(other) if type(self) is type(other) else NotImplemented


def _hash(self: Any) -> int:
    return hash(getattr(self, _COMPARED)(self))


def _shown(self: Any) -> str:
    shown = (f"{one.name}={getattr(self, one.name)!r}" for one in dataclasses.fields(self))
    return f"{type(self).__qualname__}({', '.join(shown)})"


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
