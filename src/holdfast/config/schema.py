"""The JSON Schema of `holdfast.toml`, for editors; published as `holdfast.schema.json`."""

from __future__ import annotations

import json
import os
import re
from typing import Any

from holdfast.config.shape import FILE, HOST, SECTIONS
from holdfast.config.text import SCHEMA as PUBLISHED

__all__ = ["PUBLISHED", "published", "schema"]
_KEY = re.compile(r"(?:# )?(\w+) = .+")


def schema() -> dict[str, Any]:
    """The schema as `shape` has it now, each key with the words of its example."""
    parts: dict[str, Any] = {}
    for example, table in {"top": FILE, "hosts": HOST, **SECTIONS}.items():
        parts[table.name] = table.described()
        for key, words in _explained(example).items():
            parts[table.name]["properties"][key]["description"] = words
    top = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "holdfast.toml", **FILE.schema()}
    return {**top, "$defs": parts}


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
