"""Which packages an application asks for, by whole names, and where they come to, from manifests that may be broken."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import takewhile
from typing import Any

from holdfast_engine.model.expressions import expression
from holdfast_engine.model.listing import Listing

_NAME = expression(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_QUOTED = expression(r"""["']([^"'\s]+)[^"']*["']""")
_GEM = expression(r"""^\s*gem\s*\(?\s*["']([^"']+)["']""", re.MULTILINE)
_LOCKED_GEM = expression(r"^ {4}([^\s(]+) \(", re.MULTILINE)
_NOT_RUN = expression(r"dev|test|doc|lint|ci\b|tools?\b", re.IGNORECASE)
"""In the name of a list of requirements: what is installed elsewhere."""
_SETTING = expression(r"\s*[\w.-]+\s*=(?!=)|\[")
_ITEM = expression(r"^\s*-\s*([A-Za-z0-9][\w.-]*)", re.MULTILINE)
_KEY = expression(r"""^\s*["']?([A-Za-z0-9][A-Za-z0-9._-]*)["']?\s*=""")
_BESIDE_UPLOADS = frozenset(("type:wordpress-plugin", "type:wordpress-theme", "type:wordpress-muplugin"))
_CORE_INSTALLERS = frozenset((
    "johnpbloch/wordpress", "johnpbloch/wordpress-core-installer", "roots/wordpress", "roots/wordpress-core-installer",
))  # fmt: skip
_CORE = "wordpress"
"""Where these install, unless `wordpress-install-dir` says otherwise."""


def at(root: str, path: str) -> str:
    """PATH below ROOT, either of which may be `.`."""
    return path if root == "." else root if path == "." else f"{root}/{path}"


class Packages:
    """The dependency names below one directory of a listing; broken files count as empty."""

    def __init__(self, listing: Listing, root: str = ".") -> None:
        self._listing = listing
        self._root = "" if root == "." else root + "/"

    def _text(self, name: str) -> str:
        return self._listing.text(self._root + name)

    @cached_property
    def composer(self) -> frozenset[str]:
        return _keys(parse_json(self._text("composer.json")), "require")

    @cached_property
    def composer_name(self) -> frozenset[str]:
        """The name that the project itself bears: a product that is its own source names no dependency on itself."""
        name = parse_json(self._text("composer.json")).get("name")
        return frozenset((name.lower(),) if isinstance(name, str) else ())

    @cached_property
    def composer_locked(self) -> frozenset[str]:
        """Libraries that are installed in production, asked for by the project or by another library."""
        rows = parse_json(self._text("composer.lock")).get("packages")
        names = (row.get("name") for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()
        return self.composer | frozenset(name.lower() for name in names if isinstance(name, str))

    @cached_property
    def _extra(self) -> Mapping[str, Any]:
        extra = parse_json(self._text("composer.json")).get("extra")
        return extra if isinstance(extra, dict) else {}

    @cached_property
    def wordpress_content(self) -> str:
        """The directory of plugins and themes, and so of the uploads of WordPress, where `installer-paths` name it."""
        paths = self._extra.get("installer-paths")
        for place, wanted in paths.items() if isinstance(paths, dict) else ():
            if isinstance(wanted, list) and any(one in _BESIDE_UPLOADS for one in wanted if isinstance(one, str)):
                return _inside(posixpath.dirname(place.partition("/{$")[0]))
        return ""

    @cached_property
    def wordpress_core(self) -> str:
        """Where the core of WordPress is installed; empty where it comes by other ways."""
        said = self._extra.get("wordpress-install-dir")
        named = [one for one in (said.values() if isinstance(said, dict) else (said,)) if isinstance(one, str)]
        return _inside(next(iter(named), "" if _CORE_INSTALLERS.isdisjoint(self.composer) else _CORE))

    @cached_property
    def npm(self) -> frozenset[str]:
        return _keys(parse_json(self._text("package.json")), "dependencies", "devDependencies")

    @cached_property
    def python(self) -> frozenset[str]:
        """Distribution names in lower case from lists of requirements, `pyproject.toml`, `Pipfile`, `environment.yml`,
        `setup.py` and `setup.cfg`.
        """
        names = {name for path in self._requirement_lists() for name in _requirements(self._text(path))}
        names.update(_toml_names(self._text("pyproject.toml")), _toml_names(self._text("Pipfile")))
        names.update(_setup_names(self._text("setup.py"), self._text("setup.cfg")))
        names.update(_listed_names(self._text("environment.yml")))
        return frozenset(name.lower().replace("_", "-") for name in names)

    def _requirement_lists(self) -> Iterator[str]:
        """Lists of what is installed where the application runs, at the top or in a directory for them."""
        for folder in ("", "requirements/"):
            for name in self._listing.children.get(f"{self._root}{folder}".rstrip("/"), ()):
                listed = folder or name.startswith("requirements")
                if listed and name.endswith((".txt", ".in")) and not _NOT_RUN.search(name):
                    yield folder + name

    @cached_property
    def gem(self) -> frozenset[str]:
        asked = _GEM.findall(self._text("Gemfile"))
        return frozenset(asked) | frozenset(_LOCKED_GEM.findall(self._text("Gemfile.lock")))

    @property
    def every(self) -> frozenset[str]:
        """All that is asked for, in any language."""
        return self.composer | self.npm | self.python | self.gem


def parse_json(text: str) -> Mapping[str, Any]:
    """TEXT as a JSON object; empty when it is anything else. Never raises."""
    try:
        value = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _inside(place: str) -> str:
    """PLACE in its normal form; empty where it is the project itself, or names no place inside."""
    clean = posixpath.normpath(place)
    return "" if clean in (".", "/") or clean.startswith(("..", "/")) else clean


def _keys(manifest: Mapping[str, Any], *sections: str) -> frozenset[str]:
    found: set[str] = set()
    for section in sections:
        table = manifest.get(section)
        found.update(table if isinstance(table, dict) else ())
    return frozenset(name.lower() for name in found)


def _requirements(text: str) -> list[str]:
    lines = (line.strip() for line in text.splitlines())
    matches = (_NAME.match(line) for line in lines if line and line[0] not in "#-")
    return [match.group() for match in matches if match]


def _setup_names(*texts: str) -> list[str]:
    """What `install_requires` lists, as a list of Python or line by line."""
    lists = [text.partition("install_requires")[2].partition("=")[2].lstrip() for text in texts]
    python = [name for one in lists if one[:1] == "[" for name in _QUOTED.findall(one.partition("]")[0])]
    lines = [line for one in lists if one[:1] != "[" for line in takewhile(_is_item, one.splitlines())]
    return _requirements("\n".join([*python, *lines]))


def _is_item(line: str) -> bool:
    """True for one line of a list in an ini file; the next key or section ends it."""
    return bool(line.strip()) and not _SETTING.match(line)


def _listed_names(text: str) -> list[str]:
    return _ITEM.findall(text)


def _toml_names(text: str) -> list[str]:
    """Names in dependency tables and lists, by a tolerant scan of lines (3.9 has no TOML reader)."""
    names: list[str] = []
    table, in_list = "", False
    for line in text.splitlines():
        bare = line.strip()
        if bare.startswith("[") and bare.endswith("]") and not in_list:
            table = bare.strip("[]").lower()
            continue
        key = _KEY.match(line)
        opens = bool(key) and key is not None and key.group(1) in ("dependencies", "requires") and "[" in bare
        if opens or in_list:
            quoted = bare.split("=", 1)[1] if opens else bare
            names += [match.group() for text in _QUOTED.findall(quoted) for match in [_NAME.match(text)] if match]
            in_list = not bare.rstrip(",").endswith("]")
        elif key and (table.endswith("dependencies") or table in ("packages", "dev-packages")):
            names.append(key.group(1))
    return names
