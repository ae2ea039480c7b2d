"""Secrets taken out of a text that is shown: whole values in environment files, named ones anywhere."""

from __future__ import annotations

import re
from dataclasses import field

from holdfast_engine.model.expressions import expression
from holdfast_engine.model.values import dataclass
from holdfast_engine.rules.shape_patterns import is_environment

MASK = "***"
_ASSIGNED = expression(r"^(\s*(?:#\s*)?(?:export\s+)?([A-Za-z_][\w.-]*)\s*[=:]\s*)(.*)$")
_NAMED = expression(
    r"""(?ix)
    ( (?: pass(?:word|wd|phrase)? | secret | token | credential | (?: api | private | access | _ ) _?key | salt | dsn )
      [\w-]{0,40} ["']? \s{0,9} (?: => | [=:,] ) \s{0,9} )
    (["']) ( (?: \\. | (?!\2)[^\\] )* ) \2"""
)
_IN_URL = expression(r"(://[^/\s:@]*:)([^/\s@]+)(@)")


def holds_secret(text: str) -> bool:
    """True where TEXT gives a value to a name like `password`."""
    return any(found[3].strip() for found in _NAMED.finditer(text))


@dataclass
class Masking:
    """Hides values, and says of two under one name whether they are one: a change is seen, and not what to."""

    _seen: dict[str, list[str]] = field(default_factory=dict)

    def __call__(self, path: str, text: str) -> str:
        """TEXT of the file at PATH without its secrets, line for line."""
        name = path.rpartition("/")[2].lower()
        lines = text.splitlines()
        if is_environment(path) or name.endswith(".env") or name.startswith(".env"):
            return "\n".join(self._environment(lines))
        return "\n".join(self._named(line) for line in lines)

    def _environment(self, lines: list[str]) -> list[str]:
        """Names stay, values go; a value in quotes may have several lines. What is no comment and no name goes too."""
        shown, quote, name = [], "", ""
        for line in lines:
            found = None if quote else _ASSIGNED.match(line)
            if found:
                start, name, value = found.groups()
                quote = _left_open(value)
                shown.append(start + self._hidden(name, value))
            elif quote:
                quote = "" if _ends(line, quote) else quote
                shown.append(self._hidden(name + " goes on", line))
            else:
                shown.append(line if line.lstrip()[:1] in ("", "#", ";") else MASK)
        return shown

    def _named(self, line: str) -> str:
        line = _NAMED.sub(lambda found: f"{found[1]}{found[2]}{self._hidden(found[1], found[3])}{found[2]}", line)
        return _IN_URL.sub(rf"\1{MASK}\3", line)

    def _hidden(self, name: str, value: str) -> str:
        """Nothing where nothing is; of several values under NAME each later one bears its number."""
        if not value.strip():
            return value
        seen = self._seen.setdefault(name.strip(), [])
        if value not in seen:
            seen.append(value)
        number = seen.index(value)
        return MASK if number == 0 else f"{MASK} ({number + 1})"


def _left_open(value: str) -> str:
    """The quote that VALUE begins with and that does not end on its line; empty where none is open."""
    quote = value[:1]
    return quote if quote in ("'", '"') and not _ends(value[1:], quote) else ""


def _ends(text: str, quote: str) -> bool:
    return re.search(rf"(?<!\\){quote}", text) is not None
