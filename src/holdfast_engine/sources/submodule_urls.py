"""Addresses of submodules that are written relative to the repository they stand in."""

from __future__ import annotations

from typing import NamedTuple

from holdfast_engine.model.expressions import expression

_WORD = expression(r"(?!\.\.\Z)[^-/\s:\\][^/\s:\\]*\Z")
_UP_ON_THIS_HOST = 1
"""On a server others decide who may read what; on this host `../..` would reach whatever its user can read."""


class _Parts(NamedTuple):
    """An address as its HEAD (which names a host, and is never left) and the NAMES below it."""

    head: str
    names: list[str]


def beside(base: str, url: str) -> str:
    """URL, which begins with `./` or `../`, seen from the repository at BASE; empty where it would leave BASE's host.

    On this host it may lead to what lies beside BASE, and no further.
    """
    head, names = _parted(base)
    words = [word for word in url.split("/") if word not in ("", ".")]
    up = next((at for at, word in enumerate(words) if word != ".."), len(words))
    down = words[up:]
    here = head in ("/", "file:///")
    if not down or up > len(names) or (here and up > _UP_ON_THIS_HOST) or not all(map(_WORD.match, down)):
        return ""
    kept = names[: len(names) - up]
    return head + "/".join([*kept, *down])


def _parted(base: str) -> _Parts:
    scheme, separator, rest = base.partition("://")
    if separator:
        host, _, path = rest.partition("/")
        return _Parts(f"{scheme}://{host}/", _names(path))
    if base.startswith("/"):
        return _Parts("/", _names(base))
    host, _, path = base.partition(":")
    return _Parts(f"{host}:/" if path.startswith("/") else f"{host}:", _names(path))


def _names(path: str) -> list[str]:
    return [name for name in path.split("/") if name not in ("", ".")]
