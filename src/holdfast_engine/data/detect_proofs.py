"""Whether a proof of a framework or of a library holds in a source."""

from __future__ import annotations

from typing import Optional

from holdfast_engine.data.detect_packages import Packages
from holdfast_engine.data.presets import EVERY, Evidence, Preset, load, names
from holdfast_engine.model.listing import Listing


def holds(listing: Listing, root: str, packages: Packages, proof: Evidence) -> Optional[tuple[str, str]]:
    """The file and the text that prove, or None; every part of PROOF must hold."""
    where: list[tuple[str, str]] = []
    for asked, found in (
        (bool(proof.file), _some_file(listing, root, proof)),
        (bool(proof.files), _all_files(listing, root, proof.files)),
        (bool(proof.named), _package("composer.json", proof.named, packages.composer_name)),
        (bool(proof.composer_all), _all("composer.json", proof.composer_all, packages.composer)),
        (bool(proof.npm_all), _all("package.json", proof.npm_all, packages.npm)),
        (bool(proof.composer), _package("composer.json", proof.composer, packages.composer)),
        (bool(proof.npm), _package("package.json", proof.npm, packages.npm)),
        (bool(proof.python), _package("requirements", proof.python, packages.python)),
        (bool(proof.gem), _package("Gemfile", proof.gem, packages.gem)),
        (bool(proof.library), _package("composer.lock", proof.library, packages.composer_locked)),
    ):
        if asked and found is None:
            return None
        if asked and found is not None:
            where.append(found)
    return where[0] if where else None


def at(root: str, path: str) -> str:
    """PATH below ROOT, either of which may be `.`."""
    return path if root == "." else root if path == "." else f"{root}/{path}"


def additions(listing: Listing, root: str, preset: Preset) -> tuple[Preset, ...]:
    """What stands on top of PRESET in ROOT: libraries and extensions with rules of their own, in order of their ids."""
    packages = Packages(listing, root)
    bases = _bases(preset)
    possible = (one for one in map(load, names()) if bases.intersection(one.adds_to) and one.id != preset.id)
    return tuple(
        one for one in possible if any(holds(listing, root, packages, proof) is not None for proof in one.evidence)
    )


def _bases(preset: Preset) -> frozenset[str]:
    """PRESET's id and those of all that it extends."""
    found = {EVERY, preset.id}
    while preset.extends:
        preset = load(preset.extends)
        found.add(preset.id)
    return frozenset(found)


def _some_file(listing: Listing, root: str, proof: Evidence) -> Optional[tuple[str, str]]:
    for name in proof.file:
        path = at(root, name)
        if listing.has(path) and (not proof.contains or any(text in listing.text(path) for text in proof.contains)):
            return (path, "exists")
    return None


def _all_files(listing: Listing, root: str, wanted: tuple[str, ...]) -> Optional[tuple[str, str]]:
    if all(listing.has(at(root, name)) for name in wanted):
        return (at(root, wanted[0]) if wanted else "", "exists")
    return None


def _all(manifest: str, wanted: tuple[str, ...], asked: frozenset[str]) -> Optional[tuple[str, str]]:
    return (manifest, f"asks for {' and '.join(wanted)}") if asked.issuperset(wanted) else None


def _package(manifest: str, wanted: tuple[str, ...], asked: frozenset[str]) -> Optional[tuple[str, str]]:
    found = [name for name in wanted if name in asked]
    return (manifest, f"asks for {found[0]}") if found else None
