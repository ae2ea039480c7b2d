"""Settings as a person asks for them: each with its value, and with who said so."""

from __future__ import annotations

from typing import Any

from holdfast.config.layers import Resolved
from holdfast.config.shape import known_keys
from holdfast_engine.model.redaction import redacted
from holdfast_engine.model.request import Settings

DEFAULTS = {"keep": Settings().keep, "attic.keep": Settings().attic_keep}
"""What holds where nobody says anything; every other setting is then empty, or detected."""


def told(resolved: Resolved, *, unread: str = "") -> dict[str, Any]:
    """The answer of `holdfast config`: passwords in URLs left out. UNREAD is a source that was not looked into."""
    keys = [key for key in known_keys() if not key.startswith("hosts.")]
    rows = [_row(resolved, key) for key in (*keys, *(key for key in resolved.values if key == "source"))]
    files = dict.fromkeys(value.origin for value in resolved.values.values() if value.layer == "file")
    note = f"a holdfast.toml in `{redacted(unread)}` is not shown here; `holdfast plan` reads it"
    return {"settings": [*rows, *_hosts(resolved)], "files": list(files), "notes": [note] if unread else []}


def _row(resolved: Resolved, key: str) -> dict[str, Any]:
    layer = resolved.layer(key)
    value = resolved.get(key) if layer != "default" else DEFAULTS.get(key)
    origin = "" if layer == "default" else resolved.origin(key).strip("`")
    return {"key": key, "value": _plain(value), "origin": layer, "from": origin}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return redacted(value) if isinstance(value, str) else value


def _hosts(resolved: Resolved) -> list[dict[str, Any]]:
    """One row for each field of each host, under the names that the file gives them."""
    found = resolved.get("hosts") or {}
    said = {"origin": resolved.layer("hosts"), "from": resolved.origin("hosts")}
    return [
        {"key": f"hosts.{name}.{field}", "value": _plain(value), **said}
        for name, host in found.items()
        for field, value in host.items()
    ]
