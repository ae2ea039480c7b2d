"""Which framework an application uses, where it lies in its source, and what proves it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from holdfast_engine.model.listing import DIR, Listing
from holdfast_engine.model.rules import Ruling
from holdfast_engine.rules.detect_packages import Packages, parse_json
from holdfast_engine.rules.detect_proofs import at, holds
from holdfast_engine.rules.presets import EVERY, Preset, load, names

GENERIC = "generic"
SURE = 0.5
"""Below this a framework's evidence is a hint, not a finding."""
FALLBACK_TIER = 9
_FRONT_PAGES = ("index.php", "index.html")
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
MANIFESTS = (
    "package.json",
    "composer.json",
    "requirements.txt",
    "pyproject.toml",
    "Pipfile",
    "Gemfile",
    "go.mod",
    "mix.exs",
    "pom.xml",
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
    beside: tuple[Detection, ...] = ()
    """Applications in directories of their own beside this one: a front end, a second service."""


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
    nothing = _Finding(load(framework or GENERIC), ".", 1.0 if framework else 0.0, ())
    found = next(iter(_best_place(listing, framework)), nothing)
    settled = _settled(listing, found)
    return replace(settled, beside=tuple(_beside(listing, found.root, at(found.root, settled.web_root))))


def _beside(listing: Listing, root: str, web_root: str) -> Iterator[Detection]:
    """What is found beyond doubt in a directory with a manifest of its own; the web root belongs to what serves it, and
    `packages/` of a workspace to libraries.
    """
    for place in _directories(listing):
        own = any(listing.has(at(place, name)) for name in MANIFESTS) and not place.startswith("packages/")
        found = _findings(listing, place, "")[:1] if own and place not in (root, web_root) else []
        yield from (_settled(listing, one) for one in found if one.preset.tier < FALLBACK_TIER)


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
    alone = (preset for preset in wanted if framework or not preset.adds_to)
    found = [finding for preset in alone for finding in [_weigh(listing, root, packages, preset)] if finding]
    sure = [finding for finding in found if finding.confidence >= SURE or finding.preset.tier >= FALLBACK_TIER]
    beaten = {name for finding in sure for name in finding.preset.beats}
    return sorted((finding for finding in sure if finding.preset.id not in beaten), key=_Finding.order)


def _weigh(listing: Listing, root: str, packages: Packages, preset: Preset) -> _Finding | None:
    held = [(proof, where) for proof in preset.evidence for where in [holds(listing, root, packages, proof)] if where]
    if not held:
        return None
    rulings = tuple(Ruling(where, "framework", preset.id, rule) for _, (where, rule) in held)
    return _Finding(preset, root, max(proof.confidence for proof, _ in held), rulings)


def _settled(listing: Listing, finding: _Finding) -> Detection:
    web_root = _web_root(listing, finding)
    if "/" in finding.root:
        # Packages of a workspace are installed and configured at its top: that is the application
        web_root = finding.root if web_root == "." else f"{finding.root}/{web_root}"
        return Detection(finding.preset.id, finding.confidence, ".", web_root, finding.root, finding.evidence)
    return Detection(finding.preset.id, finding.confidence, finding.root, web_root, "", finding.evidence)


def _web_root(listing: Listing, finding: _Finding) -> str:
    """Where the application says that it serves from; else the first usual place that has a front page, or exists."""
    said = _web_root_said(listing, finding)
    if said:
        return said
    usual = [name for name in (finding.preset.web_root, *finding.preset.web_roots) if _is_there(listing, finding, name)]
    fronts = (name for name in usual if _has(listing, at(finding.root, name), _FRONT_PAGES))
    return next(fronts, next(iter(usual), finding.preset.web_root or "."))


def _is_there(listing: Listing, finding: _Finding, name: str) -> bool:
    """True for a directory that exists; the project itself is one that is served where something says so."""
    if name != ".":
        return listing.has(at(finding.root, name))
    served = finding.preset.web_root == "." or finding.preset.tier >= FALLBACK_TIER
    return served or _has(listing, finding.root, (*_FRONT_PAGES, ".htaccess"))


def _has(listing: Listing, folder: str, names: tuple[str, ...]) -> bool:
    return any(listing.has(at(folder, name)) for name in names)


def _web_root_said(listing: Listing, finding: _Finding) -> str:
    """What `extra` of `composer.json` names as the web root; nothing where it names no place inside."""
    extra = parse_json(listing.text(at(finding.root, "composer.json"))).get("extra")
    for keys in finding.preset.web_root_extra:
        value: object = extra
        for key in keys.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, str) and value.strip("./") and not {"..", ""}.intersection(value.strip("/").split("/")):
            return "/".join(name for name in value.split("/") if name not in ("", "."))
    return ""
