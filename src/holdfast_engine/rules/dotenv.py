"""Reading environment files: the one place that knows how names and values are written in a `.env`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast_engine.model.expressions import expression

_QUOTED = r""" "([^"\\]*(?:\\.[^"\\]*)*)" | '([^']*)' """.replace(" ", "")
"""Written so that ten megabytes between quotes are one step of the matcher and not ten million."""
_LINE = expression(
    rf"^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(?:{_QUOTED}|([^\r\n]*))",
    re.MULTILINE | re.DOTALL,
)
_COMMENT = expression(r"(^|\s)#.*$")


def assignments(text: str) -> Iterator[tuple[str, str]]:
    """Every name with its value, in order; of a name that comes twice the last one counts. Values in quotes may have
    several lines; what stands behind a bare value as a comment is none of it. Nothing is expanded.
    """
    for name, double, single, bare in _LINE.findall(text):
        yield name, double or single or _COMMENT.sub("", bare).strip()
