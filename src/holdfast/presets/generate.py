"""Write the engine's `rules.json`: `python -m holdfast.presets.generate`."""

from __future__ import annotations

import json
from pathlib import Path

import holdfast_engine
from holdfast.presets.catalog import catalog


def rules() -> str:
    """The text of `rules.json`: sorted and stable, so that equal presets give equal bytes."""
    return json.dumps(catalog(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def target() -> Path:
    return Path(holdfast_engine.__file__).with_name("rules.json")


def main() -> None:
    target().write_text(rules(), encoding="utf-8")


if __name__ == "__main__":
    main()
