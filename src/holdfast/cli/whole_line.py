"""A hint as a whole line: it acts on the site that was named, wherever it is typed next."""

from __future__ import annotations

import re
from shlex import quote

from holdfast.cli.table import TABLE

_ELSEWHERE = frozenset(("detect", "explain", "init", "link", "adopt", "try", "docs", "completion"))
"""Commands that are told by another word where they act, or act on no site."""
_WORD = rf"holdfast (?:{'|'.join(name for name in TABLE if name not in _ELSEWHERE)})\b"
_QUOTED = re.compile(rf"`({_WORD}[^`\n]*)`")
_ALONE = re.compile(rf"({_WORD}[^`\n]*)$")


def with_site(hint: str, site: str) -> str:
    """HINT with its commands on SITE where they name none: between backticks, or all of a hint that is a command."""

    def on_site(line: str) -> str:
        said = any(f" {word}" in line for word in ("--site", "--help", "-h"))
        return line if said else f"{line} --site {quote(site)}"

    if not site:
        return hint
    if _ALONE.match(hint):
        return on_site(hint)
    return _QUOTED.sub(lambda found: f"`{on_site(found[1])}`", hint)
