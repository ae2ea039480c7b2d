"""Where earlier versions of a framework keep what later ones keep elsewhere, and what Composer puts elsewhere."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import Any

from holdfast_engine.model.listing import Listing
from holdfast_engine.rules.detect_packages import Packages, at
from holdfast_engine.rules.presets import PATHS, Preset

_NOW, _THEN = "storage", "app/storage"
"""Laravel from version 5 on, and Laravel 4."""


def as_it_lies(listing: Listing, root: str, preset: Preset) -> Preset:
    """PRESET with its data where the application in ROOT has it, when that is of an earlier version, or has its content
    elsewhere.
    """
    return _of_laravel(listing, root, _with_content(listing, root, preset))


def _of_laravel(listing: Listing, root: str, preset: Preset) -> Preset:
    earlier = listing.has(at(root, _THEN)) and not listing.has(at(root, _NOW))
    if _NOW not in preset.dirs or not earlier:
        return preset
    return replace(
        preset,
        dirs=tuple(_renamed(path, _NOW, _THEN) for path in preset.dirs),
        caches=tuple(_renamed(path, _NOW, _THEN) for path in preset.caches),
        ephemeral=tuple(_renamed(path, _NOW, _THEN) for path in preset.ephemeral),
        skeleton=(),  # the framework makes none of these, and none of the links to them
        links=(),
    )


def _with_content(listing: Listing, root: str, preset: Preset) -> Preset:
    """PRESET with its directory of content under the name that Composer installs into."""
    name = posixpath.basename(Packages(listing, root).wordpress_content) if preset.content else ""
    if not name:
        return preset
    old, new = preset.content, f"{posixpath.dirname(preset.content)}/{name}"
    changes: dict[str, Any] = {key: tuple(_renamed(path, old, new) for path in getattr(preset, key)) for key in PATHS}
    return replace(preset, **changes)


def _renamed(path: str, old: str, new: str) -> str:
    return new + path[len(old) :] if f"{path}/".startswith(f"{old}/") else path
