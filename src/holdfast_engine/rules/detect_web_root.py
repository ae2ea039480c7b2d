"""From where an application is served."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from holdfast_engine.model.expressions import expression
from holdfast_engine.model.listing import DIR, Listing
from holdfast_engine.rules.detect_packages import Packages, at, parse_json
from holdfast_engine.rules.presets import FALLBACK_TIER, Preset

_FRONT_PAGES = ("index.php", "index.html")
_PATHS = expression(r"""["']public["']\s*=>\s*__DIR__\s*\.\s*["']/?([\w./-]+)["']""")
"""Where Laravel 4 serves from, in `bootstrap/paths.php`."""
_OF_THE_CORE = "wp-content"
"""What the core of WordPress brings itself: it is the content unless there is another one."""


def web_root_of(listing: Listing, preset: Preset, root: str) -> str:
    """Where the application in ROOT says that it serves from, relative to it; else the first usual place that has a
    front page, or exists.
    """
    said = _around_content(listing, preset, root) or _in_manifest(listing, preset, root) or _in_paths(listing, root)
    if said:
        return said
    every = (one for name in (preset.web_root, *preset.web_roots) for one in _expanded(listing, root, name))
    usual = [name for name in every if _is_there(listing, preset, root, name)]
    fronts = (name for name in usual if _has(listing, at(root, name), _FRONT_PAGES))
    return next(fronts, next(iter(usual), preset.web_root or "."))


def _is_there(listing: Listing, preset: Preset, root: str, name: str) -> bool:
    """True for a directory that exists; the project itself is one that is served where something says so."""
    if name != ".":
        return listing.has(at(root, name))
    served = preset.web_root == "." or preset.tier >= FALLBACK_TIER
    return served or _has(listing, root, (*_FRONT_PAGES, ".htaccess"))


def _has(listing: Listing, folder: str, names: tuple[str, ...]) -> bool:
    return any(listing.has(at(folder, name)) for name in names)


def _around_content(listing: Listing, preset: Preset, root: str) -> str:
    """The directory that PRESET's content lies in, as Composer says: that of what it installs or the source ships of
    it, else the core. Empty where nothing says so.
    """
    packages = Packages(listing, root)
    content, core = (packages.wordpress_content, packages.wordpress_core) if preset.content else ("", "")
    if content or not core:
        return posixpath.dirname(content) or ("." if content else "")
    name, beside = posixpath.basename(preset.content), posixpath.dirname(core) or "."
    shipped = (one for one in (beside, preset.web_root, *preset.web_roots) if listing.has(at(root, at(one, name))))
    return next(shipped, core if name == _OF_THE_CORE else beside)


def _in_manifest(listing: Listing, preset: Preset, root: str) -> str:
    """What `extra` of `composer.json` names as the web root; nothing where it names no place inside."""
    extra = parse_json(listing.text(at(root, "composer.json"))).get("extra")
    for keys in preset.web_root_extra:
        value: object = extra
        for key in keys.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, str) and value.strip("./") and not {"..", ""}.intersection(value.strip("/").split("/")):
            return "/".join(name for name in value.split("/") if name not in ("", "."))
    return ""


def _in_paths(listing: Listing, root: str) -> str:
    """What `bootstrap/paths.php` names, which may lie beside the application."""
    found = _PATHS.search(listing.text(at(root, "bootstrap/paths.php")))
    place = posixpath.normpath(at(root, f"bootstrap/{found[1]}")) if found else "."
    return posixpath.relpath(place, root) if listing.kind(place) == DIR else ""


def _expanded(listing: Listing, root: str, name: str) -> Iterator[str]:
    """NAME, or for `*/static` what packages in ROOT serve themselves."""
    package, _, inner = name.partition("/")
    if package != "*":
        yield name
        return
    for child in listing.children.get("" if root == "." else root, ()):
        if listing.has(at(root, f"{child}/__init__.py")) and listing.has(at(root, f"{child}/{inner}")):
            yield f"{child}/{inner}"
