"""The JSON Schema of `holdfast.toml`, for editors; published as `holdfast.schema.json`."""

from __future__ import annotations

import json
import os
import re
from typing import Any

import msgspec

from holdfast.config.shape import SECTIONS, File
from holdfast.config.text import SCHEMA as PUBLISHED

__all__ = ["PUBLISHED", "published", "schema"]
_KEY = re.compile(r"(?:# )?(\w+) = .+")
_HOSTS = "hosts"


def schema() -> dict[str, Any]:
    """The schema as `shape` has it now, each key with the words of its example."""
    (top,), parts = msgspec.json.schema_components((File,), ref_template="#/$defs/{name}")
    shapes = {"top": "File", _HOSTS: "Host", **{name: shape.__name__ for name, shape in SECTIONS.items()}}
    for name, shape in shapes.items():
        for key, words in _explained(name).items():
            parts[shape]["properties"][key]["description"] = words
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "holdfast.toml", **top, "$defs": parts}


def _explained(section: str) -> dict[str, str]:
    """Each key of SECTION with the comment that stands above it in the example."""
    with open(os.path.join(os.path.dirname(__file__), "docs", f"{section}.toml"), encoding="utf-8") as file:
        lines = file.read().splitlines()
    found: dict[str, str] = {}
    words: list[str] = []
    for line in lines:
        key = _KEY.fullmatch(line)
        if key:
            found[key[1]] = " ".join(words)
        words = [*words, line.removeprefix("# ")] if line.startswith("#") and not key else []
    return found


def published() -> str:
    """The text of the published file as it should be."""
    return json.dumps(schema(), indent=2, sort_keys=True) + "\n"
