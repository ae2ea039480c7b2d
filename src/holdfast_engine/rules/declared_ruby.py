"""What applications in Ruby declare: disk services, databases, places of attachments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast_engine.model.expressions import expression
from holdfast_engine.model.listing import DIR, FILE, Listing
from holdfast_engine.model.rules import SHARED
from holdfast_engine.rules.declared_place import Declared, joined, programs

_STRING = expression(r"""["']([^"'\n]*)["']""")
_RAILS_ROOT = expression(r"^\s*root:\s*<%=\s*Rails\.root\.join\(([^)]*)\)", re.MULTILINE)
_RAILS_BASE = expression(r"^\s*database:\s*([\w./-]+\.(?:sqlite3?|db))\s*$", re.MULTILINE)
_ATTACHED = expression(r"""\b(?:path:|:path\s*=>)\s*["'](?::rails_root/)?([\w./-]{1,120}?)/?(?::|\#\{|["'])""")
_STORE = expression(r"""\bdef\s+(?:store|cache)_dir\s{1,9}["']([\w/-]{1,80}?)/?(?:\#\{|["'])""")


def in_ruby(listing: Listing, root: str, web_root: str) -> Iterator[Declared]:
    """Every declaration of an application in Ruby, those that are settings first."""
    yield from _rails(listing, root, web_root)
    for file, text in programs(listing, root, (".rb",), (b"has_attached_file", b"store_dir", b":rails_root")):
        attached = _ATTACHED.findall(text) if "has_attached_file" in text or ":rails_root" in text else ()
        for path in attached:
            yield Declared(joined(root, path), DIR, SHARED, f"`{file}`: has_attached_file path", weak=True)
        for path in _STORE.findall(text):
            place = path if path.startswith((web_root + "/", "private/")) else f"{web_root}/{path}"
            yield Declared(joined(root, place), DIR, SHARED, f"`{file}`: store_dir", weak=True)


def _rails(listing: Listing, root: str, _web_root: str) -> Iterator[Declared]:
    """Disk services of `config/storage.yml` and SQLite files of `config/database.yml`, without those for tests."""
    storage, database = joined(root, "config/storage.yml"), joined(root, "config/database.yml")
    for arguments in _RAILS_ROOT.findall(listing.text(storage)):
        path = "/".join(_STRING.findall(arguments))
        if path and not path.startswith("tmp"):
            yield Declared(joined(root, path), DIR, SHARED, f"`{storage}`: root")
    for path in _RAILS_BASE.findall(listing.text(database)):
        if "test" not in path and not path.startswith("/"):
            yield Declared(joined(root, path), FILE, SHARED, f"`{database}`: database")
