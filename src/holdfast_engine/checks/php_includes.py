"""Shared files of code that look for others beside themselves: through a link they look in `shared/`."""

from __future__ import annotations

import os
from collections.abc import Iterator

from holdfast_engine.checks.check_input import CheckInput
from holdfast_engine.model.expressions import expression
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import WARN, Check

_BESIDE = expression(
    rb"""\b(?:require|include)(?:_once)?\s*(?:\(\s*)?(?:__DIR__|dirname\s*\(\s*__FILE__\s*\))\s*\.\s*['"]/?([^'"\n]+)['"]"""
)


def php_includes(subject: CheckInput) -> Iterator[Check]:
    """Whether a shared PHP file, as a `config.php`, includes what lies in the release alone: PHP resolves the link
    first, and finds nothing there. Told only where it is so.
    """
    lost = [(one.path, name) for one in subject.shared if one.kind == FILE for name in _not_found(subject, one.path)]
    if lost:
        first, below = lost[0]
        served = subject.root.absolute(Layout.current / RelPath(first).parent / below)
        named = ", ".join(f"`{name}` by `{path}`" for path, name in lost)
        why = f"included from beside a file that is served through a link: {named}"
        yield Check("linked-code", WARN, why, f"name it in `shared/{first}` by the path that is live: `{served}`")


def _not_found(subject: CheckInput, path: str) -> Iterator[str]:
    """What the file at PATH includes from beside itself and `shared/` does not hold."""
    if not path.endswith(".php"):
        return
    home = subject.layout.in_shared(path)
    for found in _BESIDE.findall(_content(subject, path, home)):
        name = os.fsdecode(found)
        target = os.path.normpath(f"{home.parent}/{name}")
        if not target.startswith("..") and not subject.root.has(RelPath(target)):
            yield name


def _content(subject: CheckInput, path: str, home: RelPath) -> bytes:
    """What is served at PATH, or is about to be; nothing where it may not be read."""
    places = [home, *([subject.live / path] if subject.live else [])]
    try:
        return next((content for content in map(subject.root.read, places) if content is not None), b"")
    except OSError:
        return b""
