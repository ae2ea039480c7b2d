"""Everything that is asked, told, planned and raised, to JSON and back, whole: what a wire carries."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from holdfast_engine.model.event import Event
from holdfast_engine.model.plan import Check, Plan, PlannedStep
from holdfast_engine.model.problem import CODES, Problem
from holdfast_engine.model.request import Request, Settings, Source
from holdfast_engine.model.rules import Ruling, SharedPath

T = TypeVar("T")
KINDS: dict[str, type] = {
    "source": Source,
    "settings": Settings,
    "request": Request,
    "event": Event,
    "ruling": Ruling,
    "shared-path": SharedPath,
    "check": Check,
    "step": PlannedStep,
    "plan": Plan,
    "problem": Problem,
}
"""What has a name on the wire. Answers are JSON already, and are carried as they are."""

_PROBLEM = ("code", "message", "context", "state", "whereabouts", "hint", "answer")


def encode(value: Any) -> dict[str, Any]:
    """VALUE, one of KINDS, as JSON values with its type; `decode` makes an equal one of it."""
    kind = next(name for name, cls in KINDS.items() if type(value) is cls)
    return {"type": kind, **_plain(value)}


def decode(value: Any) -> Any:
    """What `encode` was given. Raises `format-unknown` for a kind or a field that we do not know, one that is missing,
    or a value of another type: what somebody else meant by it is not guessed (G7).
    """
    if not isinstance(value, dict) or value.get("type") not in KINDS:
        raise _not_understood(f"it is a `{value.get('type') if isinstance(value, dict) else value!r}`")
    rest = {name: one for name, one in value.items() if name != "type"}
    return _made(KINDS[value["type"]], rest)


def _plain(value: Any) -> Any:
    if isinstance(value, Problem):
        return {name: _plain(getattr(value, name)) for name in _PROBLEM}
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    return str(value) if isinstance(value, str) else value


def _made(cls: type[T], value: Any) -> T:
    if cls is Problem:
        return _problem(value)  # type: ignore[return-value]
    hints = get_type_hints(cls)
    if not isinstance(value, dict) or value.keys() != hints.keys():
        raise _not_understood(
            f"a {cls.__name__} has other fields: {sorted(value) if isinstance(value, dict) else value}"
        )
    return cls(**{name: _as(hint, value[name]) for name, hint in hints.items()})


def _problem(value: Any) -> Problem:
    if not isinstance(value, dict) or value.keys() != set(_PROBLEM):
        raise _not_understood("a problem has other fields")
    if value["code"] not in CODES:
        raise _not_understood(f"there is no problem called `{value['code']}`")
    words = {name: _as(str, value[name]) for name in ("code", "message", "state", "hint")}
    lists = {name: _as(tuple[str, ...], value[name]) for name in ("context", "whereabouts")}
    made = Problem(**words, **lists)
    made.answer = _as(dict[str, Any], value["answer"])
    return made


def _as(hint: Any, value: Any) -> Any:
    """VALUE as HINT says, which is one of those that our values have."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any:
        return value
    if origin is Union:
        return None if value is None else _as(next(one for one in inner if one is not type(None)), value)
    if is_dataclass(hint):
        return _made(hint, value)  # type: ignore[arg-type]
    if origin in (tuple, list) and isinstance(value, list):
        return origin(_as(inner[0], one) for one in value)
    if origin is dict and isinstance(value, dict):
        return {name: _as(inner[1], one) for name, one in value.items()}
    if type(value) is hint:
        return value
    if hint is float and type(value) is int:
        return float(value)
    raise _not_understood(f"`{value!r}` is in the place of {hint}")


def _not_understood(why: str) -> Problem:
    return Problem("format-unknown", f"a message is not understood: {why}", state="nothing was changed")
