"""One framework's rules as data, read from the generated `rules.json`."""

from __future__ import annotations

import difflib
import json
import pkgutil
import posixpath
from collections.abc import Mapping
from dataclasses import fields, replace
from functools import cache
from typing import Any

from holdfast_engine.model.problem import Problem
from holdfast_engine.model.values import dataclass

EVERY = "every"
FALLBACK_TIER = 9
"""From this tier on a preset names a language, or nothing: no framework that knows its own web root."""


@dataclass(frozen=True)
class Evidence:
    """One proof of a framework: every given part must hold.

    FILE: one of these exists; a `*` stands for whatever there is. FILES: all exist. CONTAINS: one of FILE holds one of
    these texts. NAMED: the project's own name in `composer.json`. LIBRARY: dependencies of PHP, asked for or locked.
    The others name dependencies that are asked for. Names are compared as whole keys, never as substrings; `vendor/*`
    is every key of one vendor.
    """

    confidence: float
    file: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    composer: tuple[str, ...] = ()
    composer_all: tuple[str, ...] = ()
    library: tuple[str, ...] = ()
    npm: tuple[str, ...] = ()
    npm_all: tuple[str, ...] = ()
    python: tuple[str, ...] = ()
    gem: tuple[str, ...] = ()


@dataclass(frozen=True)
class Preset:
    """The rules of one framework; paths are relative to the application, `{web}` stands for its web root.

    DIRS and NEEDS are always shared, FILES and DATABASES where they exist, CANDIDATES where
    they exist and are no code; so is an entry of DIRS with a `*`. CODE is never shared as a whole. USUAL is what the
    framework's own tools name as ignored in every source, which promises nothing. TIER orders
    detection: a lower one wins; BEATS names presets that lose against this one whatever their tier. ADDS_TO names
    presets (or `every`) on top of which this one is found: such a one is no framework of its own, its rules are added.
    WEB_ROOT_EXTRA are keys of `extra` in `composer.json` that name the web root. CONTENT is the directory of WordPress
    that Composer may be told to fill elsewhere, and the web root lies around. VERSION is
    raised with every change of what is shared, so that a site knows when that became less.
    """

    id: str
    name: str
    version: int = 1
    tier: int = 9
    extends: str = ""
    adds_to: tuple[str, ...] = ()
    web_root: str = ""
    web_roots: tuple[str, ...] = ()
    web_root_extra: tuple[str, ...] = ()
    content: str = ""
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
    usual: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    build: tuple[str, ...] = ()
    before_activation: tuple[str, ...] = ()
    after_activation: tuple[str, ...] = ()

    @property
    def has_lists(self) -> bool:
        """True for a framework of Python, of which a list of what is installed may lie above the application."""
        return any(proof.python for proof in self.evidence)


PATHS = (
    "dirs", "files", "needs", "candidates", "databases", "skeleton",
    "artifacts", "caches", "ephemeral", "code", "writable", "usual",
)  # fmt: skip
"""What of a preset are lists of paths."""


def load(framework: str) -> Preset:
    """The preset called FRAMEWORK, complete; raises `framework-unknown` with the nearest known name."""
    raw = _rules().get(framework)
    if raw is None:
        near = difflib.get_close_matches(framework, names(), n=1, cutoff=0.5)
        hint = f'did you mean `framework = "{near[0]}"`?' if near else f"known: {', '.join(names())}"
        raise Problem("framework-unknown", f"there are no rules for a framework `{framework}`", hint=hint)
    return _decoded(framework)


def names() -> tuple[str, ...]:
    """Every framework that can be named in a configuration, in order."""
    return tuple(sorted(name for name in _rules() if name != EVERY))


def placed(preset: Preset, *, app_root: str, web_root: str) -> Preset:
    """PRESET with every path relative to the release: below APP_ROOT, `{web}` replaced by WEB_ROOT."""
    place = _Placer(app_root, web_root)
    changes: dict[str, Any] = {name: tuple(map(place, getattr(preset, name))) for name in PATHS}
    links = tuple((place(at), place(to)) for at, to in preset.links)
    # where the application is its own web root, `{web}/storage` is the data itself: no link may hide what it leads to
    links = tuple((at, to) for at, to in links if not f"{to}/".startswith(f"{at}/"))
    return replace(preset, web_root=place("{web}"), links=links, **changes)


def merged(preset: Preset, added: Preset) -> Preset:
    """PRESET with the paths, links and suggested commands that ADDED has beyond what it extends."""
    base = load(added.extends or EVERY)
    own = {
        key: tuple(one for one in getattr(added, key) if one not in getattr(base, key))
        for key in (*PATHS, "links", "build", "before_activation", "after_activation")
    }
    changes: dict[str, Any] = {key: (*getattr(preset, key), *values) for key, values in own.items()}
    return replace(preset, **changes)


def beside(preset: Preset) -> Preset:
    """What PRESET says where another framework's application is deployed with it: data is kept where it exists, output
    is output, code is code, and nothing is made, needed or thrown away for it.
    """
    return Preset(
        id=preset.id,
        name=preset.name,
        files=preset.files,
        candidates=(*preset.dirs, *preset.candidates),
        databases=preset.databases,
        artifacts=(*preset.artifacts, *(path for path in preset.caches if not path.startswith("**/"))),
        code=preset.code,
        writable=preset.writable,
    )


@dataclass(frozen=True)
class _Placer:
    app_root: str
    web_root: str

    def __call__(self, path: str) -> str:
        web = "" if self.web_root == "." else self.web_root
        inner = path.replace("{web}", web).strip("/")
        if inner.startswith("**/") or self.app_root == ".":
            return inner
        whole = f"{self.app_root}/{inner}".strip("/")
        # a web root may lie beside the application, or be what the application lies in
        return _up(whole) if "/.." in whole else whole


def _up(path: str) -> str:
    """PATH without the steps up in it; the top has no name."""
    clean = posixpath.normpath(path)
    return "" if clean == "." else clean


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
