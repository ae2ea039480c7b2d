"""Every application by its name, with the packages that it needs."""

from __future__ import annotations

from importlib import import_module

from kinds.application import Application
from play.people import People

_CLASSES = {
    "plain-php": ("plain_php", "PlainPhp"),
    "wordpress": ("wordpress", "WordPress"),
}


def make(key: str, people: People, variable: str) -> Application:
    module, name = _CLASSES[key]
    kind: type[Application] = getattr(import_module(f"kinds.{module}"), name)
    return kind(people, variable, key)
