"""Files, environment and flags laid over each other: the later one wins where both speak."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any, NamedTuple

from holdfast.config.places import absolute, working_directory
from holdfast.config.text import Text
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Settings
from holdfast_engine.model.values import dataclass

VARIABLES = {
    "HOLDFAST_FRAMEWORK": "framework",
    "HOLDFAST_KEEP": "keep",
    "HOLDFAST_SOURCE": "source",
    "HOLDFAST_REF": "source.ref",
    "HOLDFAST_SHA256": "source.sha256",
    "HOLDFAST_SITE": "site.root",
    "HOLDFAST_WEB_USER": "site.web_user",
    "HOLDFAST_PUBLIC_HTML": "site.public_html",
}
"""Environment variables and the setting each gives. `source` is any of git, path and archive."""

_PLACES = frozenset({"site.root", "site.public_html"})
_LOCATIONS = ("source", "source.git", "source.path", "source.archive")
_FIELDS = {
    "framework": "framework",
    "keep": "keep",
    "build": "build.commands",
    "shared": "shared.paths",
    "code": "shared.code",
    "artifacts": "shared.artifacts",
    "carried": "shared.carried",
    "writable": "shared.writable",
    "stop": "hooks.stop",
    "start": "hooks.start",
    "before_activation": "hooks.before_activation",
    "after_activation": "hooks.after_activation",
    "web_user": "site.web_user",
    "public_html": "site.public_html",
    "attic_keep": "attic.keep",
}


class Value(NamedTuple):
    """A setting with the file, variable or flag it comes from, and where its relative paths start.

    LAYER is the kind of that origin: `file`, `environment` or `flag`.
    """

    value: Any
    origin: str
    base: str = ""
    layer: str = "file"


@dataclass(frozen=True)
class Resolved:
    """What holds after all layers, by dotted key."""

    values: Mapping[str, Value] = field(default_factory=dict)

    def get(self, key: str) -> Any:
        return self.values[key].value if key in self.values else None

    def origin(self, key: str) -> str:
        """Who said so; `default` when nobody did."""
        return self.values[key].origin if key in self.values else "default"

    def layer(self, key: str) -> str:
        """The kind of who said so; `default` when nobody did."""
        return self.values[key].layer if key in self.values else "default"

    @property
    def location(self) -> tuple[str, Value] | None:
        """The source's key (`source` when its kind is to be found out) and value, when there is one."""
        return next(((key, self.values[key]) for key in _LOCATIONS if key in self.values), None)

    def origins(self) -> tuple[str, ...]:
        """Who gave what the engine needs to know, each once."""
        return tuple(dict.fromkeys(self.origin(key) for key in _FIELDS.values() if key in self.values))

    def settings(self) -> Settings:
        """What the engine needs to know."""
        return Settings(**{name: self.get(_FIELDS[name]) for name in self.said()})

    def said(self) -> tuple[str, ...]:
        """The engine's names of the settings that a file, a variable or a flag gives."""
        return tuple(name for name, key in _FIELDS.items() if key in self.values)


def load_settings(
    files: Iterable[Text | tuple[str, bytes]], environment: Mapping[str, str], flags: Mapping[str, Any]
) -> Resolved:
    """Settings from FILES (the last one wins), then `HOLDFAST_*`, then FLAGS by dotted key.

    A list replaces a list as a whole. A source replaces a source together with its ref and its
    SHA-256: neither travels to another one. That signatures are wanted holds whatever the source
    is, until somebody says otherwise. Raises what `decode` raises.
    """
    values: dict[str, Value] = {}
    for file in files:
        _lay(values, _of_file(Text(*file)))
    _lay(values, _of_environment(environment))
    given = {key: value for key, value in flags.items() if value is not None}
    here = working_directory()
    _lay(values, {key: _placed(key, Value(value, _flag(key), here, "flag")) for key, value in given.items()})
    return Resolved(values)


def _lay(values: dict[str, Value], layer: Mapping[str, Value]) -> None:
    if any(key in layer for key in _LOCATIONS):
        for key in (*_LOCATIONS, "source.ref", "source.sha256"):
            values.pop(key, None)
    values.update(layer)


def _of_file(text: Text) -> dict[str, Value]:
    from holdfast.config.decode import decode  # costs more than the rest of a start: only where a file is read

    values = {key: _placed(key, Value(value, text.origin, text.base)) for key, value in decode(text).items()}
    silent = ("site.", "hosts", "source.") if text.from_source else ()
    return {key: value for key, value in values.items() if not key.startswith(silent)}


def _of_environment(environment: Mapping[str, str]) -> dict[str, Value]:
    said = {name: environment[name] for name in VARIABLES if environment.get(name)}
    return {VARIABLES[name]: _placed(VARIABLES[name], _variable(name, text)) for name, text in said.items()}


def _variable(name: str, text: str) -> Value:
    if VARIABLES[name] != "keep":
        return Value(text, f"`{name}`", working_directory(), "environment")
    if not text.isascii() or not text.isdigit():
        raise Problem(
            "config-invalid", f"`{name}` cannot be {text!r}: a whole number is needed", hint=f"export {name}=5"
        )
    return Value(int(text), f"`{name}`", layer="environment")


def _placed(key: str, value: Value) -> Value:
    """Directories on this host become absolute here, where it is still known what they are relative to."""
    if key not in _PLACES:
        return value
    if value.layer == "file" and not value.value:
        raise Problem("config-invalid", f"`{key}` in {value.origin} is empty", hint="name a directory, or leave it out")
    return value._replace(value=absolute(value.value, value.base, what=value.origin))


def _flag(key: str) -> str:
    return f"`--{(key.partition('.')[2] or key).replace('_', '-')}`".replace("`--root`", "`--site`")
