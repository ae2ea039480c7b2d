"""What the application itself declares about its data: disks, databases and media directories."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from holdfast_engine.model.listing import DIR, FILE, Listing
from holdfast_engine.model.rules import ARTIFACT, SHARED
from holdfast_engine.rules.dotenv import assignments

_PHP_TOKEN = re.compile(r"""('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")|/\*.*?\*/|//[^\n]*|\#(?!\[)[^\n]*""", re.DOTALL)
_DISK = re.compile(
    r"""['"]root['"]\s*=>\s*(?:env\([^,\n]*,)?[^,\n]*?\b(public_path|storage_path|base_path)\(\s*(?:['"]([^'"]*)['"])?\s*\)"""
    r"""(?:\s*\.\s*(?:DIRECTORY_SEPARATOR\s*\.\s*)?['"]([^'"]*)['"])?"""
)
_SETTINGS = re.compile(r"(?:^|/)settings(?:/(?:__init__|base|common|defaults?|production|prod|local))?\.py$")
_PY_ROOT = re.compile(r"^[ \t]*(MEDIA_ROOT|STATIC_ROOT)[ \t]*(?::[^=\n]+)?=[ \t]*(.+(?:\n[ \t]+.+){0,3})", re.MULTILINE)
_PY_NAME = re.compile(r"""["']NAME["']\s*:\s*(.+)""")
_STRING = re.compile(r"""["']([^"'\n]*)["']""")
_RAILS_ROOT = re.compile(r"^\s*root:\s*<%=\s*Rails\.root\.join\(([^)]*)\)", re.MULTILINE)
_RAILS_BASE = re.compile(r"^\s*database:\s*([\w./-]+\.(?:sqlite3?|db))\s*$", re.MULTILINE)
_SYMFONY = re.compile(r"(?:^|/)config/(?:services|packages/(?:prod/)?[\w-]+)\.ya?ml$")
_SYMFONY_PLACE = re.compile(
    r"""^[ \t]*([\w.-]+)[ \t]*:[ \t]*"""
    r"""["']?%kernel\.project_dir%/([\w./-]+)["']?[ \t]*$""",
    re.MULTILINE | re.IGNORECASE,
)
_SYMFONY_KEYS = ("upload", "directory", "storage")
_CRAFT = re.compile(r"(?:^|/)config/project/(?:project|(?:fs|volumes)/[\w.-]+)\.ya?ml$")
_CRAFT_PLACE = re.compile(r"""^[ \t]*path:[ \t]*["']?@(webroot|root|storage)/([\w./-]+)["']?[ \t]*$""", re.MULTILINE)
DATABASE_ENDINGS = (".sqlite", ".sqlite3", ".db", ".db3")


@dataclass(frozen=True)
class Declared:
    """One path, relative to the release, that the application's own files name: SOURCE says where."""

    path: str
    kind: str
    care: str
    source: str


def declared(listing: Listing, *, app_root: str = ".", web_root: str = "public") -> tuple[Declared, ...]:
    """Every declaration below APP_ROOT that stays inside it, in the order found; never raises.

    Whole roots are never declared to be data: `public_path('')` names nothing.
    """
    found: dict[str, Declared] = {}
    for finder in (_disks, _environment, _symfony, _craft, _django, _rails):
        for one in finder(listing, "" if app_root == "." else app_root, web_root):
            path = _inside(one.path)
            whole = (app_root, _joined(app_root, web_root)) if one.care == SHARED else (app_root,)
            if path and path not in whole:
                found.setdefault(path, Declared(path, one.kind, one.care, one.source))
    return tuple(found.values())


def _inside(path: str) -> str:
    """The normal form of PATH, or nothing when it names no place below the release."""
    clean = posixpath.normpath(path)
    outside = path.startswith("/") or clean == "." or clean.split("/")[0] == ".."
    return "" if outside or re.search(r"[\x00-\x1f\x7f*?$~{}\\]", clean) else clean


def _joined(*parts: str) -> str:
    return posixpath.normpath("/".join(part.strip("/") for part in parts if part.strip("/") not in ("", ".")) or ".")


def _disks(listing: Listing, root: str, web_root: str) -> Iterator[Declared]:
    """`root` of each disk in `config/filesystems.php`; comments are not read."""
    places = {"public_path": web_root, "storage_path": "storage", "base_path": ""}
    for name in ("config/filesystems.php", "app/Config/filesystems.php"):
        file = _joined(root, name)
        code = _PHP_TOKEN.sub(lambda token: token.group(1) or " ", listing.text(file))
        for call, inner, tail in _DISK.findall(code):
            rest = _joined(inner, tail)
            if rest != "." and ".." not in rest.split("/"):
                yield Declared(_joined(root, places[call], rest), DIR, SHARED, f"`{file}`: {call}('{rest}')")


def _environment(listing: Listing, root: str, _web_root: str) -> Iterator[Declared]:
    """A relative `DB_DATABASE` that names a SQLite file."""
    for name in (".env", ".env.production", ".env.example"):
        file = _joined(root, name)
        values = dict(assignments(listing.text(file)))
        path = values.get("DB_DATABASE", "")
        if path.lower().endswith(DATABASE_ENDINGS) and not path.startswith("/"):
            yield Declared(_joined(root, path), FILE, SHARED, f"`{file}`: DB_DATABASE")


def _symfony(listing: Listing, root: str, web_root: str) -> Iterator[Declared]:
    """Where uploads and stored files go, by parameters and by the settings of bundles.

    A directory that is not said to be for uploads may be one of templates or fixtures: where it lies decides.
    """
    places = (web_root, "var", "data", "files", "media", "private", "storage", "uploads")
    for file in _files(listing, root, _SYMFONY):
        for key, path in _SYMFONY_PLACE.findall(listing.text(file)):
            named = any(word in key.lower() for word in _SYMFONY_KEYS)
            data = "upload" in key.lower() or path.split("/")[0] in places
            if named and data and not {"cache", "src", "config", "templates", "vendor"}.intersection(path.split("/")):
                yield Declared(_joined(root, path), DIR, SHARED, f"`{file}`: {key}")


def _craft(listing: Listing, root: str, web_root: str) -> Iterator[Declared]:
    """The place of each local file system of a project configuration."""
    places = {"webroot": web_root, "root": "", "storage": "storage"}
    for file in _files(listing, root, _CRAFT):
        for alias, path in _CRAFT_PLACE.findall(listing.text(file)):
            yield Declared(_joined(root, places[alias], path), DIR, SHARED, f"`{file}`: path: @{alias}/{path}")


def _files(listing: Listing, root: str, pattern: re.Pattern[str]) -> Iterator[str]:
    top = f"{root}/" if root else ""
    return (file for file in listing.entries if pattern.search(file) and file.startswith(top) and file.count("/") < 6)


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
                yield Declared(_joined(root, path), DIR, care, f"`{file}`: {setting}")
        for value in _PY_NAME.findall(text):
            path = _python_path(value)
            if path.lower().endswith(DATABASE_ENDINGS):
                yield Declared(_joined(root, path), FILE, SHARED, f"`{file}`: DATABASES NAME")


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


def _rails(listing: Listing, root: str, _web_root: str) -> Iterator[Declared]:
    """Disk services of `config/storage.yml` and SQLite files of `config/database.yml`, without those for tests."""
    storage, database = _joined(root, "config/storage.yml"), _joined(root, "config/database.yml")
    for arguments in _RAILS_ROOT.findall(listing.text(storage)):
        path = "/".join(_STRING.findall(arguments))
        if path and not path.startswith("tmp"):
            yield Declared(_joined(root, path), DIR, SHARED, f"`{storage}`: root")
    for path in _RAILS_BASE.findall(listing.text(database)):
        if "test" not in path and not path.startswith("/"):
            yield Declared(_joined(root, path), FILE, SHARED, f"`{database}`: database")
