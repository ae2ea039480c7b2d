"""Decode the preset files and resolve what they inherit."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from holdfast import toml

ROOT = "every"
NAMES = "names.toml"
"""The one file beside the presets that is no framework: lists of words, each with its reason."""

_TOP = {
    "id": "", "version": 1, "name": "", "extends": "", "adds_to": [], "tier": 9,
    "web_root": "", "web_roots": [], "web_root_extra": [], "content": "", "beats": [],
}  # fmt: skip
_LISTS = {
    "shared": ("dirs", "files", "candidates", "needs", "databases", "skeleton"),
    "release": ("artifacts", "caches", "ephemeral", "code", "writable", "usual"),
    "suggests": ("build", "before_activation", "after_activation"),
}
_PROOFS = (
    "file", "files", "contains", "named", "composer", "composer_all", "library", "npm", "npm_all", "python", "gem",
    "confidence",
)  # fmt: skip

Preset = dict[str, Any]


class PresetError(ValueError):
    """A preset file says something that no preset can say."""


def sources() -> dict[str, str]:
    """The text of every preset file by its name without `.toml`."""
    found = (entry for entry in files("holdfast.presets").iterdir() if entry.name.endswith(".toml"))
    return {entry.name[:-5]: entry.read_text("utf-8") for entry in found if entry.name != NAMES}


def word_lists() -> dict[str, dict[str, str]]:
    """Every list of words by its name: each word with the reason why it is in the list."""
    return toml.loads(files("holdfast.presets").joinpath(NAMES).read_text("utf-8"))


def decode(stem: str, text: str) -> Preset:
    """One preset as flat data, before inheritance. Unknown keys and a foreign id raise `PresetError`."""
    raw = toml.loads(text)
    _refuse_unknown(stem, raw, (*_TOP, *_LISTS, "evidence", "links"))
    if raw.get("id") != stem:
        raise PresetError(f"{stem}.toml says id {raw.get('id')!r}")
    if type(raw.get("version", 1)) is not int or raw.get("version", 1) < 1:
        raise PresetError(f"{stem}.toml: `version` is a whole number from 1 on")
    preset: Preset = {key: raw[key] for key in _TOP if key in raw}
    for section, keys in _LISTS.items():
        _refuse_unknown(f"{stem} [{section}]", raw.get(section, {}), keys)
        preset.update(raw.get(section, {}))
    preset["links"] = raw.get("links", {})
    preset["evidence"] = [_proof(stem, proof) for proof in raw.get("evidence", [])]
    return preset


def _refuse_unknown(where: str, table: dict[str, Any], known: tuple[str, ...]) -> None:
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise PresetError(f"{where}: unknown key {', '.join(unknown)}")


def _proof(stem: str, raw: dict[str, Any]) -> dict[str, Any]:
    _refuse_unknown(f"{stem} [[evidence]]", raw, _PROOFS)
    confidence = raw.get("confidence")
    if not isinstance(confidence, float) or not 0 < confidence <= 1 or len(raw) < 2:
        raise PresetError(f"{stem} [[evidence]]: needs one proof and a confidence between 0 and 1")
    return {key: [value] if isinstance(value, str) else value for key, value in raw.items()}


def catalog(texts: dict[str, str] | None = None) -> dict[str, Preset]:
    """Every preset by id, complete: inherited lists are merged, own entries first."""
    texts = sources() if texts is None else texts
    decoded = {stem: decode(stem, text) for stem, text in sorted(texts.items())}
    return {stem: _resolved(decoded, stem, ()) for stem in decoded}


def _resolved(decoded: dict[str, Preset], stem: str, below: tuple[str, ...]) -> Preset:
    if stem not in decoded or stem in below:
        raise PresetError(f"{' extends '.join((*below, stem))}: no such chain of presets")
    own = decoded[stem]
    complete = {**_TOP, **{key: [] for keys in _LISTS.values() for key in keys}, **own}
    if stem == ROOT:
        return complete
    parent = _resolved(decoded, own.get("extends") or ROOT, (*below, stem))
    return _merged(complete, own, parent)


def _merged(complete: Preset, own: Preset, parent: Preset) -> Preset:
    for keys in _LISTS.values():
        for key in keys:
            complete[key] = list(dict.fromkeys([*complete[key], *parent[key]]))
    for key in ("web_root", "web_roots", "web_root_extra", "content", "tier"):
        complete[key] = own.get(key, parent[key])
    complete["links"] = {**parent["links"], **complete["links"]}
    if own.get("extends"):
        complete["beats"] = sorted({*complete["beats"], own["extends"]})
    return complete
