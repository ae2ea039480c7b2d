"""Lists of names that mean data, code or output, read from the generated `names.json`."""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Mapping
from functools import cache


@cache
def words(table: str) -> frozenset[str]:
    """The words of the list called TABLE; why each is in it stands beside it in `names.json`."""
    return frozenset(_tables()[table])


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    # `pkgutil` asks the importer, so that the file is found inside a zip archive as well
    content = pkgutil.get_data("holdfast_engine", "names.json")
    tables: Mapping[str, Mapping[str, str]] = json.loads(content or b"{}")
    return tables
