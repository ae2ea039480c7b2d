"""Whether a proof of a framework or of a library holds in a source."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from itertools import islice
from operator import attrgetter
from typing import Optional

from holdfast_engine.model.listing import Listing
from holdfast_engine.rules.detect_packages import Packages, at
from holdfast_engine.rules.presets import EVERY, Evidence, Preset, load, names

_MOST = 40
"""So many files with a name like the one that proves are looked at, and no more."""
Found = Optional[tuple[str, str]]
"""The file and the text that prove."""


def holds(listing: Listing, root: str, packages: Packages, proof: Evidence) -> Found:
    """The file and the text that prove, or None; every part of PROOF must hold."""
    first: Found = None
    for found in _parts(listing, root, packages, proof):
        if found is None:
            return None
        first = first or found
    return first


def _parts(listing: Listing, root: str, packages: Packages, proof: Evidence) -> Iterator[Found]:
    """What each part that PROOF asks for finds, in turn: a source of no interest is not read for the next one."""
    if proof.file:
        yield _some_file(listing, root, proof)
    if proof.files:
        yield _all_files(listing, root, proof.files)
    for manifest, wanted, asked, finds in _PACKAGES:
        if wanted(proof):
            yield finds(at(root, manifest), wanted(proof), asked(packages))


def additions(listing: Listing, root: str, preset: Preset) -> tuple[Preset, ...]:
    """What stands on top of PRESET in ROOT: libraries and extensions with rules of their own, in order of their ids."""
    packages = Packages(listing, root)
    return tuple(
        one
        for one in _possible(preset.id)
        if any(holds(listing, root, packages, proof) is not None for proof in one.evidence)
    )


@cache
def _possible(framework: str) -> tuple[Preset, ...]:
    """What can stand on top of FRAMEWORK."""
    bases = _bases(load(framework))
    return tuple(one for one in map(load, names()) if bases.intersection(one.adds_to) and one.id != framework)


def _bases(preset: Preset) -> frozenset[str]:
    """PRESET's id and those of all that it extends."""
    found = {EVERY, preset.id}
    while preset.extends:
        preset = load(preset.extends)
        found.add(preset.id)
    return frozenset(found)


def _some_file(listing: Listing, root: str, proof: Evidence) -> Found:
    for name in proof.file:
        for path in _named(listing, root, name):
            if not proof.contains or any(text in listing.text(path) for text in proof.contains):
                return (path, "exists")
    return None


def _named(listing: Listing, root: str, name: str) -> Iterator[str]:
    """What is called NAME in ROOT: of a name with a `*` the first few, in order."""
    if "*" not in name:
        yield from (path for path in (at(root, name),) if listing.has(path))
        return
    folders = ["" if root == "." else root]
    for step in name.split("/"):
        found = (f"{folder}/{child}".strip("/") for folder in folders for child in _matching(listing, folder, step))
        folders = list(islice(found, _MOST))
    yield from folders


def _matching(listing: Listing, folder: str, pattern: str) -> Iterator[str]:
    names = listing.children.get(folder, ())
    yield from (name for name in names if fnmatchcase(name, pattern) and not name.startswith("."))


def _all_files(listing: Listing, root: str, wanted: tuple[str, ...]) -> Found:
    if all(listing.has(at(root, name)) for name in wanted):
        return (at(root, wanted[0]) if wanted else "", "exists")
    return None


def _all(manifest: str, wanted: tuple[str, ...], asked: frozenset[str]) -> Found:
    return (manifest, f"requires {' and '.join(wanted)}") if asked.issuperset(wanted) else None


def _package(manifest: str, wanted: tuple[str, ...], asked: frozenset[str]) -> Found:
    found = [name for one in wanted for name in _asked(one, asked)]
    return (manifest, f"requires {found[0]}") if found else None


def _asked(wanted: str, asked: frozenset[str]) -> list[str]:
    """The packages of a whole vendor for a name that ends in `*`."""
    if wanted.endswith("*"):
        return sorted(name for name in asked if name.startswith(wanted[:-1]))
    return [wanted] if wanted in asked else []


_PACKAGES = (
    ("composer.json", attrgetter("named"), attrgetter("composer_name"), _package),
    ("composer.json", attrgetter("composer_all"), attrgetter("composer"), _all),
    ("package.json", attrgetter("npm_all"), attrgetter("npm"), _all),
    ("composer.json", attrgetter("composer"), attrgetter("composer"), _package),
    ("package.json", attrgetter("npm"), attrgetter("npm"), _package),
    ("requirements", attrgetter("python"), attrgetter("python"), _package),
    ("Gemfile", attrgetter("gem"), attrgetter("gem"), _package),
    ("composer.lock", attrgetter("library"), attrgetter("composer_locked"), _package),
)
"""Each part of a proof that names packages: the manifest, what is wanted, what that asks for, and how both compare."""
