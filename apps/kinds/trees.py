"""Sources of applications: a tree below `sources/`, version by version."""

from __future__ import annotations

import os
import shutil

SOURCES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "sources")


def copy_version(name: str, target: str, number: int) -> None:
    """The tree NAME stands at TARGET as version NUMBER, and nothing else does."""
    shutil.rmtree(target, ignore_errors=True)
    top = os.path.join(SOURCES, name)
    for here, _, names in os.walk(top):
        for one in names:
            with open(os.path.join(here, one), encoding="utf-8") as file:
                text = file.read()
            put(os.path.join(target, os.path.relpath(os.path.join(here, one), top)), stamped(text, number))
    os.chmod(target, 0o755)


def stamped(text: str, number: int) -> str:
    return text.replace("{version}", str(number))


def put(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
