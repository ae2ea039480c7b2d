"""Write the engine's `rules.json` and `names.json`: `python -m holdfast.presets.generate`.

`versions.json` beside the presets holds, for each of them, one digest per version of what its
rules decide. Rules that changed under the version they had are refused: a site that was set up
with the earlier ones would not notice.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import holdfast_engine
from holdfast.presets.catalog import Preset, PresetError, catalog, word_lists

DECIDING = ("dirs", "files", "candidates", "needs", "databases", "artifacts", "caches", "ephemeral", "code")
"""What of a preset decides which paths are shared."""


def rules() -> str:
    """The text of `rules.json`: sorted and stable, so that equal presets give equal bytes."""
    return json.dumps(catalog(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def names() -> str:
    """The text of `names.json`: the lists of words with their reasons, sorted like the rules."""
    return json.dumps(word_lists(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def target(name: str = "rules.json") -> Path:
    return Path(holdfast_engine.__file__).with_name(name)


def ledger() -> Path:
    return Path(__file__).with_name("versions.json")


def digest(preset: Preset) -> str:
    """What PRESET decides, inherited rules included, as a few letters."""
    deciding = json.dumps([preset[key] for key in DECIDING])
    return hashlib.sha256(deciding.encode()).hexdigest()[:16]


def versions(known: dict[str, list[str]], presets: dict[str, Preset]) -> dict[str, list[str]]:
    """KNOWN with the versions of PRESETS added; raises `PresetError` for rules that changed and kept their version."""
    return {name: _with(known.get(name, []), preset) for name, preset in presets.items()}


def _with(known: list[str], preset: Preset) -> list[str]:
    now, version = digest(preset), preset["version"]
    if known and known[-1] == now and version == len(known):
        return known
    if version == len(known) + 1:
        return [*known, now]
    raise PresetError(f"{preset['id']}: its rules or those it inherits changed, so `version = {len(known) + 1}` is due")


def published(found: dict[str, Any]) -> str:
    """The text of `versions.json`."""
    return json.dumps(found, indent=1, sort_keys=True) + "\n"


def main() -> None:
    known = json.loads(ledger().read_text("utf-8")) if ledger().exists() else {}
    ledger().write_text(published(versions(known, catalog())), encoding="utf-8")
    target().write_text(rules(), encoding="utf-8")
    target("names.json").write_text(names(), encoding="utf-8")


if __name__ == "__main__":
    main()
