"""What applications in Python declare: media, static files, folders for uploads, databases."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from holdfast_engine.model.listing import DIR, FILE, Listing
from holdfast_engine.model.rules import ARTIFACT, SHARED
from holdfast_engine.rules.declared_place import DATABASE_ENDINGS, Declared, joined, programs

_SETTINGS = re.compile(r"(?:^|/)settings(?:/(?:__init__|base|common|defaults?|production|prod|local))?\.py$")
_PY_ROOT = re.compile(r"^[ \t]*(MEDIA_ROOT|STATIC_ROOT)[ \t]*(?::[^=\n]+)?=[ \t]*(.+(?:\n[ \t]+.+){0,3})", re.MULTILINE)
_PY_NAME = re.compile(r"""["']NAME["']\s*:\s*(.+)""")
_STRING = re.compile(r"""["']([^"'\n]*)["']""")
_FOLDER = re.compile(
    r"""^[ \t]*(?:\w{1,40}\.config\[["'])?((?:UPLOAD|MEDIA|ATTACHMENT|AVATAR|EXPORT|UPLOADED_\w{1,20})\w{0,24}_?"""
    r"""(?:FOLDER|DIR|DIRECTORY|PATH|DEST|ROOT))(?:["']\])?[ \t]*(?::[^=\n]{1,40})?=[ \t]*(.{1,200})""",
    re.MULTILINE,
)
_OWN = re.compile(r"__file__|root_path|\bbasedir\b|\bhere\b", re.IGNORECASE)


def in_python(listing: Listing, root: str, web_root: str) -> Iterator[Declared]:
    """Every declaration of an application in Python, those that are settings first."""
    yield from _django(listing, root, web_root)
    for file, text in programs(listing, root, (".py",), (b"UPLOAD", b"MEDIA_", b"_DIR", b"_FOLDER")):
        for name, value in _FOLDER.findall(text):
            path = _python_path(value)
            if path and not _SETTINGS.search(file) and name != "MEDIA_ROOT":
                yield Declared(_placed(root, file, value, path), DIR, SHARED, f"`{file}`: {name}", weak=True)


def _placed(root: str, file: str, value: str, path: str) -> str:
    """Where PATH lies: beside FILE where the expression says so, else in the application."""
    return joined(posixpath.dirname(file), path) if _OWN.search(value) else joined(root, path)


def _django(listing: Listing, root: str, _web_root: str) -> Iterator[Declared]:
    """`MEDIA_ROOT` is data, `STATIC_ROOT` is output, a SQLite `NAME` is a database."""
    for file in listing.entries:
        if not _SETTINGS.search(file) or not file.startswith(root) or file.count("/") > 4:
            continue
        text = re.sub(r"(?m)^\s*#.*$", "", listing.text(file))
        for setting, value in _PY_ROOT.findall(text):
            path = _python_path(value)
            if path:
                care = SHARED if setting == "MEDIA_ROOT" else ARTIFACT
                yield Declared(joined(root, path), DIR, care, f"`{file}`: {setting}")
        for value in _PY_NAME.findall(text):
            path = _python_path(value)
            if path.lower().endswith(DATABASE_ENDINGS):
                yield Declared(joined(root, path), FILE, SHARED, f"`{file}`: DATABASES NAME")


def _python_path(value: str) -> str:
    """The path that a Python expression joins, when it starts at a base directory or is one string."""
    line = value.partition("\n")[0]
    whole = value if line.count("(") > line.count(")") else line
    call = re.search(r"\b\w*(?:BASE|ROOT|PROJECT|REPO)\w*\b(.*)", whole, re.DOTALL)
    literal = re.match(r"""\s*["']""", whole)
    parts = _STRING.findall(call.group(1) if call else line if literal else "")
    if not parts or (not call and parts[0].startswith("/")) or ".." in parts:
        return ""
    return "/".join(part.strip("/") for part in parts if part.strip("/"))
