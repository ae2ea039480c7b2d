"""Which framework an application uses, where it lies in its source, and what proves it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from holdfast_engine.data.detect_packages import Packages
from holdfast_engine.data.presets import EVERY, Evidence, Preset, load, names
from holdfast_engine.model.listing import DIR, Listing
from holdfast_engine.model.rules import Ruling

GENERIC = "generic"
SURE = 0.5
"""Below this a framework's evidence is a hint, not a finding."""
FALLBACK_TIER = 9
_NEVER_AN_APP = frozenset(
    (
        "vendor",
        "node_modules",
        "test",
        "tests",
        "spec",
        "specs",
        "doc",
        "docs",
        "example",
        "examples",
        "fixtures",
        "install",
        "installer",
        "setup",
        "stubs",
        "docker",
        "build",
        "dist",
    )
)
_WORKSPACES = ("apps", "packages")
_USUAL = (
    "apps/web",
    "src",
    "app",
    "api",
    "backend",
    "server",
    "web",
    "site",
    "www",
)


@dataclass(frozen=True)
class Detection:
    """What a source was found to be.

    APP_ROOT is relative to the source, `.` at its top; WEB_ROOT is relative to APP_ROOT, `.`
    when the application is its own web root. EVIDENCE has one ruling with care `framework`
    for each proof that held.
    """

    framework: str
    confidence: float
    app_root: str = "."
    web_root: str = "public"
    workspace: str = ""
    """The member that holds the framework, where the application is a workspace of packages."""
    evidence: tuple[Ruling, ...] = ()


@dataclass(frozen=True)
class _Finding:
    preset: Preset
    root: str
    confidence: float
    evidence: tuple[Ruling, ...]

    def order(self) -> tuple[int, float, str]:
        return (self.preset.tier, -self.confidence, self.preset.id)


def detect(listing: Listing, *, framework: str = "") -> Detection:
    """Find the framework of LISTING, at its top or one level down; a broken manifest never raises.

    FRAMEWORK, when given, settles the name (raises `framework-unknown`) and only places are
    looked for. What proves nothing is `generic`, with confidence 0.
    """
    findings = _best_place(listing, framework)
    if findings:
        return _settled(listing, findings[0])
    root = "."
    return _settled(listing, _Finding(load(framework or GENERIC), root, 1.0 if framework else 0.0, ()))


def _best_place(listing: Listing, framework: str) -> list[_Finding]:
    top = _findings(listing, ".", framework)
    if top and (framework or top[0].preset.tier < FALLBACK_TIER or top[0].confidence >= SURE - 0.1):
        return top
    below = [found for root in _directories(listing) for found in _findings(listing, root, framework)[:1]]
    strong = [found for found in below if found.preset.tier < FALLBACK_TIER]
    return sorted(strong, key=lambda found: (found.order()[0], _usual(found.root), found.order())) or top


def _directories(listing: Listing) -> Iterator[str]:
    for name in listing.children.get("", ()):
        if listing.kind(name) == DIR and not name.startswith(".") and name.lower() not in _NEVER_AN_APP:
            yield name
            if name in _WORKSPACES:
                yield from (f"{name}/{inner}" for inner in listing.children.get(name, ()))


def _usual(root: str) -> int:
    return _USUAL.index(root) if root in _USUAL else len(_USUAL)


def _findings(listing: Listing, root: str, framework: str) -> list[_Finding]:
    """Every framework proven in ROOT, best first, without those that another one beats."""
    packages = Packages(listing, root)
    wanted = (load(framework),) if framework else tuple(load(name) for name in names() if name != EVERY)
    found = [finding for preset in wanted for finding in [_weigh(listing, root, packages, preset)] if finding]
    sure = [finding for finding in found if finding.confidence >= SURE or finding.preset.tier >= FALLBACK_TIER]
    beaten = {name for finding in sure for name in finding.preset.beats}
    return sorted((finding for finding in sure if finding.preset.id not in beaten), key=_Finding.order)


def _weigh(listing: Listing, root: str, packages: Packages, preset: Preset) -> _Finding | None:
    held = [(proof, where) for proof in preset.evidence for where in [_holds(listing, root, packages, proof)] if where]
    if not held:
        return None
    rulings = tuple(Ruling(where, "framework", preset.id, rule) for _, (where, rule) in held)
    return _Finding(preset, root, max(proof.confidence for proof, _ in held), rulings)


def _holds(listing: Listing, root: str, packages: Packages, proof: Evidence) -> tuple[str, str] | None:
    """The file and the text that prove, or None; every part of PROOF must hold."""
    where: list[tuple[str, str]] = []
    for asked, holds in (
        (bool(proof.file), _some_file(listing, root, proof)),
        (bool(proof.files), _all_files(listing, root, proof.files)),
        (bool(proof.npm_all), _all_npm(packages, proof.npm_all)),
        (bool(proof.composer), _package("composer.json", proof.composer, packages.composer)),
        (bool(proof.npm), _package("package.json", proof.npm, packages.npm)),
        (bool(proof.python), _package("requirements", proof.python, packages.python)),
        (bool(proof.gem), _package("Gemfile", proof.gem, packages.gem)),
    ):
        if asked and holds is None:
            return None
        if asked and holds is not None:
            where.append(holds)
    return where[0] if where else None


def _at(root: str, path: str) -> str:
    return path if root == "." else f"{root}/{path}"


def _some_file(listing: Listing, root: str, proof: Evidence) -> tuple[str, str] | None:
    for name in proof.file:
        path = _at(root, name)
        if listing.has(path) and (not proof.contains or any(text in listing.text(path) for text in proof.contains)):
            return (path, "exists")
    return None


def _all_files(listing: Listing, root: str, wanted: tuple[str, ...]) -> tuple[str, str] | None:
    if all(listing.has(_at(root, name)) for name in wanted):
        return (_at(root, wanted[0]) if wanted else "", "exists")
    return None


def _all_npm(packages: Packages, wanted: tuple[str, ...]) -> tuple[str, str] | None:
    return ("package.json", f"asks for {' and '.join(wanted)}") if packages.npm.issuperset(wanted) else None


def _package(manifest: str, wanted: tuple[str, ...], asked: frozenset[str]) -> tuple[str, str] | None:
    found = [name for name in wanted if name in asked]
    return (manifest, f"asks for {found[0]}") if found else None


def _settled(listing: Listing, finding: _Finding) -> Detection:
    web_root = _web_root(listing, finding)
    if "/" in finding.root:
        # Packages of a workspace are installed and configured at its top: that is the application
        web_root = finding.root if web_root == "." else f"{finding.root}/{web_root}"
        return Detection(finding.preset.id, finding.confidence, ".", web_root, finding.root, finding.evidence)
    return Detection(finding.preset.id, finding.confidence, finding.root, web_root, "", finding.evidence)


def _web_root(listing: Listing, finding: _Finding) -> str:
    """The preset's web root where it exists, else the first of its other usual places that does."""
    for name in (finding.preset.web_root, *finding.preset.web_roots):
        if name == "." or listing.has(_at(finding.root, name)):
            return name
    return finding.preset.web_root or "."
