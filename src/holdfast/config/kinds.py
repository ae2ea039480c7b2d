"""Kinds of values in a TOML file: each takes what fits it, says what does not, and describes itself to editors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol

from holdfast_engine.model.values import dataclass

_WORDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a fraction",
    str: "a text",
    list: "a list",
    dict: "a table",
}


class Misfit(Exception):
    """VALUE stands where it cannot stand: at the key that WAY leads to. REASON says what is wanted there."""

    def __init__(self, value: object, way: tuple[str, ...], reason: str) -> None:
        super().__init__(reason)
        self.value, self.way, self.reason = value, way, reason


class Kind(Protocol):
    """What may stand at one place."""

    def take(self, raw: object, *way: str) -> Any:
        """RAW as a setting; raises `Misfit` with the WAY to it."""

    def schema(self) -> dict[str, Any]:
        """The same as JSON Schema."""


@dataclass(frozen=True)
class Truth:
    """True or false."""

    def take(self, raw: object, *way: str) -> Any:
        return _typed(raw, bool, way)

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Count:
    """A whole number from 0 on."""

    def take(self, raw: object, *way: str) -> Any:
        number = _typed(raw, int, way)
        if number < 0:
            raise Misfit(raw, way, "a whole number of 0 or more is needed")
        return number

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": 0}


@dataclass(frozen=True)
class Words:
    """A text; without MAY_BE_EMPTY one with something in it. PATTERN, where there is one, is that of what LIKE says."""

    may_be_empty: bool = False
    pattern: str = ""
    like: str = ""

    def take(self, raw: object, *way: str) -> Any:
        text = _typed(raw, str, way)
        if self.pattern and not re.search(self.pattern, text):
            raise Misfit(raw, way, f"{self.like} is needed")
        if not (text or self.may_be_empty or self.pattern):
            raise Misfit(raw, way, "a text that is not empty is needed")
        return text

    def schema(self) -> dict[str, Any]:
        if self.pattern:
            return {"type": "string", "pattern": self.pattern}
        return {"type": "string"} if self.may_be_empty else {"type": "string", "minLength": 1}


@dataclass(frozen=True)
class Many:
    """A list of values of the kind EACH."""

    each: Kind

    def take(self, raw: object, *way: str) -> Any:
        return tuple(self.each.take(one, *way) for one in _typed(raw, list, way))

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.each.schema()}


@dataclass(frozen=True)
class Table:
    """A table with known KEYS, called NAME in the schema; those in NEEDED cannot be left out."""

    name: str
    about: str
    keys: Mapping[str, Kind]
    needed: tuple[str, ...] = ()

    def take(self, raw: object, *way: str) -> Any:
        table = _typed(raw, dict, way)
        for key in self.needed:
            if key not in table:
                raise Misfit(raw, way, f"it needs a key `{key}`")
        return {key: kind.take(table[key], *way, key) for key, kind in self.keys.items() if key in table}

    def schema(self) -> dict[str, Any]:
        return {"$ref": f"#/$defs/{self.name}"}

    def described(self) -> dict[str, Any]:
        """What `schema` refers to."""
        return {
            "type": "object",
            "title": self.name,
            "description": self.about,
            "properties": {key: kind.schema() for key, kind in self.keys.items()},
            "required": list(self.needed),
            "additionalProperties": False,
        }


@dataclass(frozen=True)
class Named:
    """A table whose keys are names that the person chose, each with a table of the kind EACH."""

    each: Table

    def take(self, raw: object, *way: str) -> Any:
        return {name: self.each.take(one, *way, name) for name, one in _typed(raw, dict, way).items()}

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": self.each.schema()}


def _typed(raw: object, wanted: type, way: tuple[str, ...]) -> Any:
    """RAW, when it is of the type WANTED itself: true is no number here."""
    if type(raw) is wanted:
        return raw
    found = _WORDS.get(type(raw), f"a {type(raw).__name__}")
    raise Misfit(raw, way, f"{_WORDS[wanted]} is needed, and this is {found}")
