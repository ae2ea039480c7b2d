"""Where earlier versions of a framework keep what later ones keep elsewhere."""

from __future__ import annotations

from dataclasses import replace

from holdfast_engine.model.listing import Listing
from holdfast_engine.rules.detect_packages import at
from holdfast_engine.rules.presets import Preset

_NOW, _THEN = "storage", "app/storage"
"""Laravel from version 5 on, and Laravel 4."""


def as_it_lies(listing: Listing, root: str, preset: Preset) -> Preset:
    """PRESET with its data where the application in ROOT has it, when that is of an earlier version."""
    earlier = listing.has(at(root, _THEN)) and not listing.has(at(root, _NOW))
    if _NOW not in preset.dirs or not earlier:
        return preset
    return replace(
        preset,
        dirs=tuple(map(_moved, preset.dirs)),
        caches=tuple(map(_moved, preset.caches)),
        ephemeral=tuple(map(_moved, preset.ephemeral)),
        skeleton=(),  # the framework makes none of these, and none of the links to them
        links=(),
    )


def _moved(path: str) -> str:
    return f"{_THEN}{path[len(_NOW) :]}" if path == _NOW or path.startswith(f"{_NOW}/") else path
