"""One framework's rules as data, read from the generated `rules.json`."""

from __future__ import annotations

import difflib
import json
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

from holdfast_engine.model.problem import Problem

EVERY = "every"


@dataclass(frozen=True)
class Evidence:
    """One proof of a framework: every given part must hold.

    FILE: one of these exists. FILES: all exist. CONTAINS: one of FILE holds one of these
    texts. The others name dependencies, compared as whole keys, never as substrings.
    """

    confidence: float
    file: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    composer: tuple[str, ...] = ()
    npm: tuple[str, ...] = ()
    npm_all: tuple[str, ...] = ()
    python: tuple[str, ...] = ()
    gem: tuple[str, ...] = ()


@dataclass(frozen=True)
class Preset:
    """The rules of one framework; paths are relative to the application, `{web}` stands for its web root.

    DIRS and NEEDS are always shared, FILES and DATABASES where they exist, CANDIDATES where
    they exist and are no code. CODE is never shared as a whole. TIER orders detection: a
    lower one wins; BEATS names presets that lose against this one whatever their tier. VERSION is
    raised with every change of what is shared, so that a site knows when that became less.
    """

    id: str
    name: str
    version: int = 1
    tier: int = 9
    extends: str = ""
    web_root: str = ""
    web_roots: tuple[str, ...] = ()
    beats: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    dirs: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    databases: tuple[str, ...] = ()
    skeleton: tuple[str, ...] = ()
    artifacts: tuple[str, ...] = ()
    caches: tuple[str, ...] = ()
    ephemeral: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    build: tuple[str, ...] = ()
    before_activation: tuple[str, ...] = ()
    after_activation: tuple[str, ...] = ()


_PATHS = (
    "dirs", "files", "needs", "candidates", "databases", "skeleton",
    "artifacts", "caches", "ephemeral", "code", "writable",
)  # fmt: skip


def load(framework: str) -> Preset:
    """The preset called FRAMEWORK, complete; raises `framework-unknown` with the nearest known name."""
    raw = _rules().get(framework)
    if raw is None:
        near = difflib.get_close_matches(framework, names(), n=1, cutoff=0.5)
        hint = f'did you mean `framework = "{near[0]}"`?' if near else f"known: {', '.join(names())}"
        raise Problem("framework-unknown", f"there is no preset `{framework}`", hint=hint)
    return _decoded(framework)


def names() -> tuple[str, ...]:
    """Every framework that can be named in a configuration, in order."""
    return tuple(sorted(name for name in _rules() if name != EVERY))


def placed(preset: Preset, *, app_root: str, web_root: str) -> Preset:
    """PRESET with every path relative to the release: below APP_ROOT, `{web}` replaced by WEB_ROOT."""
    place = _Placer(app_root, web_root)
    changes: dict[str, Any] = {name: tuple(map(place, getattr(preset, name))) for name in _PATHS}
    links = tuple((place(at), place(to)) for at, to in preset.links)
    return replace(preset, web_root=place("{web}"), links=links, **changes)


@dataclass(frozen=True)
class _Placer:
    app_root: str
    web_root: str

    def __call__(self, path: str) -> str:
        web = "" if self.web_root == "." else self.web_root
        inner = path.replace("{web}", web).strip("/")
        if inner.startswith("**/") or self.app_root == ".":
            return inner
        return f"{self.app_root}/{inner}".strip("/")


@cache
def _rules() -> Mapping[str, Any]:
    # `pkgutil` asks the importer, so that the file is found inside a zip archive as well
    content = pkgutil.get_data("holdfast_engine", "rules.json")
    rules: Mapping[str, Any] = json.loads(content or b"{}")
    return rules


@cache
def _decoded(framework: str) -> Preset:
    raw = dict(_rules()[framework])
    raw["links"] = sorted(raw["links"].items())
    raw["evidence"] = [Evidence(**_tuples(proof)) for proof in raw["evidence"]]
    known = {field.name for field in fields(Preset)}
    return Preset(**_tuples({key: value for key, value in raw.items() if key in known}))


def _tuples(raw: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
