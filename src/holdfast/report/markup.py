"""HTML that is escaped where it is made: whatever somebody called a file, a text is a text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Union

MARK = "<!doctype html><!-- holdfast report"
"""How every page begins, and by what it is known as ours."""
_BACKTICKS = re.compile(r"`([^`]+)`")


class Html(str):
    """Text that is HTML already; nothing but this module makes it of what came from outside."""

    __slots__ = ()


Part = Union[str, Iterable[str]]


def element(name: str, *parts: Part, **attributes: str) -> Html:
    """An element with PARTS in it, escaped but for what is HTML. Of an attribute's name `_` is a hyphen, at its end
    nothing; one that is empty is left out.
    """
    told = "".join(_attribute(key, value) for key, value in attributes.items() if value)
    return Html(f"<{name}{told}>{joined(*parts)}</{name}>")


def joined(*parts: Part) -> Html:
    """PARTS one after the other; one that is several is all of them."""
    return Html("".join(text(part) if isinstance(part, str) else joined(*part) for part in parts))


def text(words: str) -> Html:
    """WORDS as they are shown, with what no screen shows spelled out; HTML as it is."""
    return words if isinstance(words, Html) else Html(escape(shown(words)))


def coded(sentence: str) -> Html:
    """SENTENCE, in which what stands in backticks is typed or is a name."""
    plain, *rest = _BACKTICKS.split(sentence)
    pairs = zip(rest[::2], rest[1::2])
    return joined(plain, *(joined(element("code", code), after) for code, after in pairs))


def shown(words: str) -> str:
    """WORDS with bytes that are no text, and with letters that turn or hide others, spelled out."""
    return words if words.isprintable() else "".join(map(_spelled, words))


def _spelled(letter: str) -> str:
    if letter.isprintable():
        return letter
    byte = ord(letter) - 0xDC00
    return f"\\x{byte:02x}" if 0x80 <= byte <= 0xFF else letter.encode("unicode_escape").decode()


def _attribute(key: str, value: str) -> str:
    return f' {key.rstrip("_").replace("_", "-")}="{escape(shown(value))}"'
