"""The JSON Schema of `holdfast.toml`, for editors; published as `holdfast.schema.json`."""

from __future__ import annotations

import json
import os
from typing import Any

import msgspec

from holdfast.config.shape import File

PUBLISHED = os.path.join(os.path.dirname(__file__), "holdfast.schema.json")


def schema() -> dict[str, Any]:
    """The schema as `shape` has it now."""
    (top,), parts = msgspec.json.schema_components((File,), ref_template="#/$defs/{name}")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "holdfast.toml", **top, "$defs": parts}


def published() -> str:
    """The text of the published file as it should be."""
    return json.dumps(schema(), indent=2, sort_keys=True) + "\n"
