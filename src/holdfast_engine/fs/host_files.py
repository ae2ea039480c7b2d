"""Configuration of this host, as far as it may be read: named places alone, nothing is changed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

_AT_MOST = 1 << 18


def texts(patterns: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each file that one of PATTERNS names and this user may read, with the beginning of its text.

    In the host's own directories links are followed, as whatever reads the configuration follows them.
    """
    for pattern in patterns:
        for path in _matching("/", pattern.strip("/").split("/")):
            try:
                with open(path, encoding="utf-8", errors="replace") as file:
                    yield path, file.read(_AT_MOST)
            except OSError:
                continue


def _matching(here: str, names: list[str]) -> Iterator[str]:
    """What is called NAMES, one below the other, `*` being any name that does not begin with a dot."""
    if not names:
        yield from [here] if os.path.isfile(here) else []
        return
    try:
        found = [names[0]] if "*" not in names[0] else sorted(os.listdir(here))
    except OSError:
        return
    for name in found:
        if name == names[0] or (not name.startswith(".") and fnmatchcase(name, names[0])):
            yield from _matching(os.path.join(here, name), names[1:])
