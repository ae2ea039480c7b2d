"""What the application itself declares about its data: disks, databases, media and upload directories."""

from __future__ import annotations

import posixpath
import re

from holdfast_engine.model.listing import Listing
from holdfast_engine.model.rules import SHARED
from holdfast_engine.rules.declared_node import in_node
from holdfast_engine.rules.declared_php import in_php
from holdfast_engine.rules.declared_place import DATABASE_ENDINGS, Declared, joined
from holdfast_engine.rules.declared_python import in_python
from holdfast_engine.rules.declared_ruby import in_ruby
from holdfast_engine.rules.declared_settings import in_settings

__all__ = ["DATABASE_ENDINGS", "Declared", "declared"]


def declared(listing: Listing, *, app_root: str = ".", web_root: str = "public") -> tuple[Declared, ...]:
    """Every declaration below APP_ROOT that stays inside it, in the order found; never raises.

    Whole roots are never declared to be data: `public_path('')` names nothing.
    """
    found: dict[str, Declared] = {}
    for finder in (in_settings, in_php, in_python, in_ruby, in_node):
        for one in finder(listing, "" if app_root == "." else app_root, web_root):
            path = _inside(one.path)
            whole = (app_root, joined(app_root, web_root)) if one.care == SHARED else (app_root,)
            if path and path not in whole:
                listing.content(one.source.split("`")[1])  # from now on something follows from it
                found.setdefault(path, Declared(path, one.kind, one.care, one.source, one.weak))
    return tuple(found.values())


def _inside(path: str) -> str:
    """The normal form of PATH, or nothing when it names no place below the release."""
    clean = posixpath.normpath(path)
    outside = path.startswith("/") or clean == "." or clean.split("/")[0] == ".."
    return "" if outside or re.search(r"[\x00-\x1f\x7f*?$~{}\\]", clean) else clean
