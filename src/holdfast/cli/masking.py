"""Secrets taken out of text that is kept: by their names, by their shapes, and by the values that are known."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping

from holdfast_engine.model.redaction import redacted
from holdfast_engine.rules.dotenv import assignments

MASK = "***"
_WORDS = r"pass(?:word|wd|phrase)|secret|token|credential|api[_-]?key|access[_-]?key|private[_-]?key|app[_-]?keys?"
_NAME = re.compile(rf"(?i){_WORDS}|(?:^|_)(?:key|pass|salt|dsn)$|_pwd$")
_VALUE = r"""("[^"\n]{0,4096}"|'[^'\n]{0,4096}'|[^\s"',;&]+)"""
_ASSIGNED = re.compile(rf"""(?i)((?:{_WORDS})[\w-]{{0,64}}["']?\s{{0,4}}[=:]\s{{0,4}}){_VALUE}""")
_TYPED = re.compile(rf"(?i)(--[\w-]{{0,64}}(?:{_WORDS})[\w-]{{0,64}}\s)(\S+)")
_HEADER = re.compile(r"(?i)\b(authorization\s{0,4}:\s{0,4}\w+\s{1,4}|bearer\s{1,4})([^\s\"']+)")
_SHORT = re.compile(
    r"((?:\bmysql\w*\b[^|;&\n]{0,200}?\s-p|\bsshpass\s+-p\s{0,4}|\bcurl\b[^|;&\n]{0,200}?\s-u\s{0,4}[^\s:]+:))(\S+)"
)
_MOST = 1_000_000
_SHORTEST = 6
"""A shorter value is a word that stands in many places, and says nothing when it is hidden in all of them."""


class Masks:
    """Hides what is known to be secret, and what looks like it; what is neither by name, shape nor value is kept."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._known: tuple[str, ...] = ()
        self.learn(values)

    def learn(self, values: Iterable[str]) -> None:
        """From now on VALUES are hidden wherever they stand, the longest first."""
        kept = {value for value in (*self._known, *values) if len(value) >= _SHORTEST}
        self._known = tuple(sorted(kept, key=len, reverse=True))

    def __call__(self, text: str) -> str:
        for value in self._known:
            text = text.replace(value, MASK)
        for pattern in (_ASSIGNED, _TYPED, _HEADER, _SHORT):
            text = pattern.sub(rf"\1{MASK}", text)
        return redacted(text)


def secrets_of(pairs: Mapping[str, str] | Iterable[tuple[str, str]]) -> Iterator[str]:
    """The values whose names say that nobody else should read them."""
    for name, value in pairs.items() if isinstance(pairs, Mapping) else pairs:
        if _NAME.search(name):
            yield value
        yield from re.findall(r"://[^/\s:@]*:([^/\s@]+)@", value)


def secrets_in(path: str) -> Iterator[str]:
    """The secret values of the environment file at PATH; nothing where it may not be read, or is no file at all."""
    try:
        # What lies there was written by the application: a pipe must not keep us waiting.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return
    with open(descriptor, encoding="utf-8", errors="replace") as file:
        text = file.read(_MOST) if stat.S_ISREG(os.fstat(descriptor).st_mode) else ""
    yield from secrets_of(list(assignments(text)))


def environment_files(site: str) -> Iterator[str]:
    """Where the secrets of the application at SITE stand."""
    yield from (os.path.join(site, *place, ".env") for place in (("shared",), ("current",), ()))
