"""What applications in Python declare: media, static files, folders for uploads, databases."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from holdfast_engine.model.expressions import expression
from holdfast_engine.model.listing import DIR, FILE, Listing
from holdfast_engine.model.rules import ARTIFACT, SHARED
from holdfast_engine.rules.declared_place import DATABASE_ENDINGS, Declared, joined, programs
from holdfast_engine.rules.shape_patterns import lineage

_SETTINGS = expression(r"(?:^|/)settings(?:/(?:__init__|base|common|defaults?|production|prod|local))?\.py$")
_PY_ROOT = expression(r"^[ \t]*(MEDIA_ROOT|STATIC_ROOT)[ \t]*(?::[^=\n]+)?=[ \t]*(.+(?:\n[ \t]+.+){0,3})", re.MULTILINE)
_ASSIGNED = expression(r"^[ \t]*(\w{1,40})[ \t]*(?::[^=\n]{1,60})?=[ \t]*(.+(?:\n[ \t]+.+){0,3})", re.MULTILINE)
_UP = expression(r"\bdirname\(|\.parent\b|\bparents\[(\d)\]|\)[ \t]*-[ \t]*(\d)\b")
"""A step up from a file, or as many of them as `parents[1]` and `environ.Path(__file__) - 2` say."""
_NAME = expression(r"[A-Za-z_]\w*")
_PY_NAME = expression(r"""["']NAME["']\s*:\s*(.+)""")
_STRING = expression(r"""["']([^"'\n]*)["']""")
_FOLDER = expression(
    r"""^[ \t]*(?:\w{1,40}\.config\[["'])?((?:UPLOAD|MEDIA|ATTACHMENT|AVATAR|EXPORT|UPLOADED_\w{1,20})\w{0,24}_?"""
    r"""(?:FOLDER|DIR|DIRECTORY|PATH|DEST|ROOT))(?:["']\])?[ \t]*(?::[^=\n]{1,40})?=[ \t]*(.{1,200})""",
    re.MULTILINE,
)
_SQLITE = expression(r"""["']sqlite(?:\+\w{1,20})?:///(?:\./)?([\w-][\w./-]{0,120})["']""")
_SQLITE_JOINED = expression(r"""["']sqlite(?:\+\w{1,20})?:///["'][ \t]*\+[ \t]*(.{1,200})""")
_OWN = expression(r"__file__|root_path|\bbasedir\b|\bhere\b", re.IGNORECASE)


def in_python(listing: Listing, root: str, web_root: str) -> Iterator[Declared]:
    """Every declaration of an application in Python, those that are settings first."""
    yield from _django(listing, root, web_root)
    for file, text in programs(listing, root, (".py",), (b"UPLOAD", b"MEDIA_", b"_DIR", b"_FOLDER", b"sqlite")):
        yield from _databases(root, file, text)
        for name, value in _FOLDER.findall(text):
            path = _python_path(value)
            if path and not _SETTINGS.search(file) and name != "MEDIA_ROOT":
                yield Declared(_placed(root, file, value, path), DIR, SHARED, f"`{file}`: {name}", weak=True)


def _databases(root: str, file: str, text: str) -> Iterator[Declared]:
    """What `sqlite:///` names: from where the application is started, or joined to a place in the text. What belongs to
    an application of Flask lies in its instance directory, which is known.
    """
    started = () if "SQLALCHEMY_DATABASE_URI" in text else _SQLITE.findall(text)
    places = [joined(root, one) for one in started]
    bases = _bases(file, text) if "sqlite" in text else {}
    places += [_place(bases, value) for value in _SQLITE_JOINED.findall(text)]
    for place in places:
        if place.lower().endswith(DATABASE_ENDINGS) and "test" not in place and place[:2] != "..":
            yield Declared(place, FILE, SHARED, f"`{file}`: sqlite")


def _placed(root: str, file: str, value: str, path: str) -> str:
    """Where PATH lies: beside FILE where the expression says so, else in the application."""
    return joined(posixpath.dirname(file), path) if _OWN.search(value) else joined(root, path)


def _django(listing: Listing, root: str, _web_root: str) -> Iterator[Declared]:
    """`MEDIA_ROOT` is data, `STATIC_ROOT` is output, a SQLite `NAME` is a database."""
    inside = f"{root}/" if root else ""
    files = [one for one in listing.entries if _SETTINGS.search(one) and one.startswith(inside) and one.count("/") < 6]
    texts = {file: re.sub(r"(?m)^\s*#.*$", "", listing.text(file)) for file in files}
    for file, text in texts.items():
        beside = (one for one in files if posixpath.dirname(one) == posixpath.dirname(file) and one != file)
        bases = {name: place for one in (*beside, file) for name, place in _bases(one, texts[one]).items()}
        home = _home(listing, root, file)
        for setting, value in _PY_ROOT.findall(text):
            care = SHARED if setting == "MEDIA_ROOT" else ARTIFACT
            path = _placed_by(bases, home, value)
            if path:
                yield Declared(path, DIR, care, f"`{file}`: {setting}")
        for value in _PY_NAME.findall(text):
            path = _placed_by(bases, home, value)
            if path.lower().endswith(DATABASE_ENDINGS):
                yield Declared(path, FILE, SHARED, f"`{file}`: DATABASES NAME")


def _bases(file: str, text: str) -> dict[str, str]:
    """Directories that FILE names, by its own place and by each other; one outside of the source begins with `..`."""
    found = {"__file__": file}
    for name, value in _ASSIGNED.findall(text):
        place = _place(found, _expression(value))
        if place:
            found[name] = place
    return found


def _place(bases: Mapping[str, str], expression: str) -> str:
    """Where EXPRESSION leads from the first of BASES in it: first up, then down by the strings that follow; empty where
    it begins at none.
    """
    start = next((name for name in _NAME.finditer(expression) if name.group() in bases), None)
    if start is None:
        return ""
    steps = sum(int(one or less or 0) + bool(not less) for one, less in _UP.findall(expression))
    strings = _STRING.findall(expression[start.end() :])
    parts = (part for part in strings if re.fullmatch(r"[\w./-]+", part) and part[:1] != "/")
    return posixpath.normpath("/".join((bases[start.group()], *[".."] * steps, *parts)))


def _placed_by(bases: Mapping[str, str], home: str, value: str) -> str:
    """The path that VALUE joins, from one of BASES or else from HOME; empty where it joins none, one outside, or one
    that the settings lie in.
    """
    path, place = _python_path(value), _place(bases, _expression(value))
    if place:
        around = place == "." or bases["__file__"].startswith(f"{place}/")
        return "" if around or place.startswith("..") else place
    return joined(home, path) if path else ""


def _home(listing: Listing, root: str, file: str) -> str:
    """Where the project lies that FILE belongs to: the directory of the next `manage.py` above it."""
    above = (here for here in lineage(file)[1:] if listing.has(f"{here}/manage.py"))
    return next(above, root)


def _expression(value: str) -> str:
    """VALUE as far as it goes on: to the end of its line, or of what it opens there."""
    line = value.partition("\n")[0]
    return value if line.count("(") > line.count(")") else line


def _python_path(value: str) -> str:
    """The path that a Python expression joins, when it starts at a base directory or is one string."""
    line, whole = value.partition("\n")[0], _expression(value)
    call = re.search(r"\b\w*(?:BASE|ROOT|PROJECT|REPO)\w*\b(.*)", whole, re.DOTALL)
    literal = re.match(r"""\s*["']""", whole)
    parts = _STRING.findall(call.group(1) if call else line if literal else "")
    if not parts or (not call and parts[0].startswith("/")) or ".." in parts:
        return ""
    return "/".join(part.strip("/") for part in parts if part.strip("/"))
