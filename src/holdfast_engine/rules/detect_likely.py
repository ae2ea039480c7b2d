"""Which frameworks a directory may hold, by the names in it: the proofs of the others need not be tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from holdfast_engine.model.listing import Listing
from holdfast_engine.rules.presets import Evidence, Preset, load, names

_ANY = "*"
"""Stands for every name: a pattern is looked up by its proof alone."""
_LISTS = "requirements"
"""How the names of Python's lists begin, and the directory of them is called."""
_MANIFESTS: Mapping[str, tuple[str, ...]] = {
    "named": ("composer.json",),
    "composer": ("composer.json",),
    "composer_all": ("composer.json",),
    "library": ("composer.json", "composer.lock"),
    "npm": ("package.json",),
    "npm_all": ("package.json",),
    "python": (_LISTS, "pyproject.toml", "Pipfile", "setup.py", "setup.cfg", "environment.yml"),
    "gem": ("Gemfile", "Gemfile.lock"),
}
"""Where `detect_packages` reads what each part of a proof asks for."""


def likely(listing: Listing, root: str) -> tuple[Preset, ...]:
    """Every framework of which a proof can hold in ROOT, in the order of their ids, found by names alone."""
    children = listing.children.get("" if root == "." else root, ())
    firsts = {_ANY, *children, *(_LISTS for name in children if name.startswith(_LISTS))}
    by_name = _by_name()
    return tuple(load(one) for one in sorted({one for name in firsts for one in by_name.get(name, ())}))


@cache
def _by_name() -> Mapping[str, set[str]]:
    """The frameworks by each name that stands first in what one of their proofs looks for."""
    found: dict[str, set[str]] = {}
    for name in names():
        for first in {first for proof in load(name).evidence for first in _firsts(proof)}:
            found.setdefault(first, set()).add(name)
    return found


def _firsts(proof: Evidence) -> Iterator[str]:
    for path in (*proof.file, *proof.files):
        first = path.partition("/")[0]
        yield _ANY if _ANY in first else first
    for part, manifests in _MANIFESTS.items():
        yield from manifests if getattr(proof, part) else ()
