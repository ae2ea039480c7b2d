"""Which version a file names: a plugin's header, a manifest, a core's own version file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Optional

from holdfast_engine.model.expressions import expression

_NUMBER = r"v?(\d+(?:\.\d+)*[0-9A-Za-z.+~-]*)"
_PATTERNS = tuple(
    expression(pattern, re.MULTILINE | re.IGNORECASE)
    for pattern in (
        rf"^[ \t]*[/*#@]*[ \t]*version[ \t]*:?[ \t]*[\"']?{_NUMBER}",  # headers of WordPress; YAML
        rf"^[ \t{{,]*\"version\"[ \t]*:[ \t]*\"{_NUMBER}\"",  # composer.json, package.json, extension.json
        rf"<version>[ \t]*{_NUMBER}",  # Joomla, Nextcloud
        rf"\$\w*version[ \t]*=[ \t]*[\"']{_NUMBER}[\"']",  # wp-includes/version.php
        rf"(?:define\([ \t]*[\"']|\bconst[ \t]+(?:string[ \t]+)?)\w*version[\"']?[ \t]*[,=][ \t]*[\"']{_NUMBER}[\"']",
        r"^date[ \t]+(\d{4}-\d\d-\d\d)",  # plugin.info.txt of DokuWiki
    )
)
_WHOLE = expression(rf"\s*(?:release|version)?\s*{_NUMBER}", re.IGNORECASE)
_BEFORE = expression(r"dev|alpha|beta|rc|pre|a\d|b\d", re.IGNORECASE)
MOST = 64 * 1024
"""Bytes at the beginning of a file in which its version is looked for."""


def version_in(path: str, text: str) -> Optional[str]:
    """The version that the file at PATH names for itself or for what it belongs to, or None."""
    name = path.rpartition("/")[2].lower().partition(".")[0]
    if name in ("version", "release") and not path.lower().endswith(".php"):
        whole = _WHOLE.match(text)
        if whole:
            return whole.group(1)
    return next((found.group(1) for pattern in _PATTERNS for found in [pattern.search(text[:MOST])] if found), None)


def is_newer(one: str, two: str) -> bool:
    """True where version ONE comes after version TWO: 1.10 after 1.9, 2.0 after 2.0-rc1; 2.0 and 2.0.0 are one."""
    return _ordered(one) > _ordered(two)


def _ordered(version: str) -> tuple[tuple[int, ...], bool, tuple[int, ...]]:
    """The leading numbers, whether it is a whole release, and the numbers after that."""
    leading = re.match(r"\d+(?:\.\d+)*|", version)
    assert leading is not None
    parts, rest = list(_numbers(leading.group())), version[leading.end() :]
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts), _BEFORE.search(rest) is None, tuple(_numbers(rest))


def _numbers(text: str) -> Iterator[int]:
    yield from (int(number) for number in re.findall(r"\d+", text))
