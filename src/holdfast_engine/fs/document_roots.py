"""What the web servers of this host serve, as far as their configuration may be read; nothing is changed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from holdfast_engine.fs.host_files import texts
from holdfast_engine.model.expressions import expression

HOST_FILES = (
    "/etc/nginx/nginx.conf",
    "/etc/nginx/conf.d/*.conf",
    "/etc/nginx/sites-enabled/*",
    "/etc/apache2/apache2.conf",
    "/etc/apache2/sites-enabled/*",
    "/etc/httpd/conf/httpd.conf",
    "/etc/httpd/conf.d/*.conf",
    "/etc/caddy/Caddyfile",
)
"""Where hosts are declared, by distribution; nothing else of the host is read."""
_WORDS = (
    expression(r"""(?:^|[\s{;])root\s+["']?(/[^;"'\n]+?)["']?\s*;""", re.MULTILINE),
    expression(r"""^\s*DocumentRoot\s+["']?(/[^"'\n]+?)["']?\s*$""", re.MULTILINE | re.IGNORECASE),
    expression(r"^\s*root\s+(?:\*\s+)?(/[^;\s]+)\s*$", re.MULTILINE),
)
"""As nginx, Apache and Caddy write it."""
_COMMENT = expression(r"^\s*#.*$", re.MULTILINE)


class Served(NamedTuple):
    """A document root, and the file that names it."""

    path: str
    file: str


def declared() -> tuple[Served, ...]:
    """Every document root that is declared on this host."""
    return tuple(dict.fromkeys(_all()))


def _all() -> Iterator[Served]:
    for file, text in texts(HOST_FILES):
        bare = _COMMENT.sub("", text)
        for word in _WORDS:
            yield from (Served(os.path.normpath(path.strip()), file) for path in word.findall(bare))


def leading_through(link: str) -> list[str]:
    """What would lead nowhere without LINK, the `current` of a site: document roots of this host that name it, and
    links beside the site, as a document root is that was made one. Nothing is followed.
    """
    top = os.path.dirname(os.path.dirname(link))
    beside = {one: os.path.normpath(os.path.join(top, text)) for one, text in _links_in(top)}
    named = {served.path: os.path.normpath(served.path) for served in declared()}
    return sorted(one for one, there in {**named, **beside}.items() if f"{there}/".startswith(f"{link}/"))


def _links_in(top: str) -> Iterator[tuple[str, str]]:
    with suppress(OSError):
        for name in os.listdir(top):
            one = os.path.join(top, name)
            with suppress(OSError):  # what is no link has no text
                yield one, os.readlink(one)
