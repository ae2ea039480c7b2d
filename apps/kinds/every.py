"""Every application by its name, with the packages that it needs."""

from __future__ import annotations

from importlib import import_module

from kinds.application import Application
from kinds.recipes import PAGES, RECIPES
from kinds.small import Small
from kinds.static import Static
from play.people import People

_CLASSES = {
    "plain-php": ("plain_php", "PlainPhp"),
    "wordpress": ("wordpress", "WordPress"),
    "laravel": ("laravel", "Laravel"),
    "dokuwiki": ("wikis", "DokuWiki"),
    "mediawiki": ("wikis", "MediaWiki"),
}


def make(key: str, people: People, variable: str) -> Application:
    if key in RECIPES:
        return Small(people, variable, key, RECIPES[key])
    if key in PAGES:
        return Static(people, variable, key, PAGES[key])
    module, name = _CLASSES[key]
    kind: type[Application] = getattr(import_module(f"kinds.{module}"), name)
    return kind(people, variable, key)
