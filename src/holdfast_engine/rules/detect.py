"""Which framework an application uses, where it lies in its source, and what proves it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import replace
from typing import Optional

from holdfast_engine.model.listing import Listing
from holdfast_engine.model.rules import Ruling
from holdfast_engine.model.values import dataclass
from holdfast_engine.rules.detect_likely import likely
from holdfast_engine.rules.detect_packages import Packages, at
from holdfast_engine.rules.detect_places import WEB_ROOTS, deeper, directories, is_member, leads, projects
from holdfast_engine.rules.detect_proofs import holds
from holdfast_engine.rules.detect_web_root import web_root_of
from holdfast_engine.rules.presets import FALLBACK_TIER, Preset, load

GENERIC = "generic"
SURE = 0.5
"""Below this a framework's evidence is a hint, not a finding."""
_PAGE, _PHP_PAGE = 0.4, 0.45
"""How sure a front page alone makes of what is written in no framework, and one that PHP makes."""
_PHP = "generic-php"
_FRONT_ENDS = (6, 7)
"""Tiers of what makes pages in a browser, or builds them."""
_BACK_END_TIER = 5
_SERVERS = ("express",)
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
    served: str = ""
    """The web root, relative to ROOT, where something beside the application names it."""
    only_listed: bool = False
    """True where nothing but a list of what is installed proves it."""
    is_below_its_list: bool = False
    """True where that list lies at the top, and the framework's own files in ROOT."""

    @property
    def is_strong(self) -> bool:
        """True for a framework; what names a language alone gives way to one."""
        return self.preset.tier < FALLBACK_TIER

    @property
    def is_back_end(self) -> bool:
        """True for what runs on the server, and so has the data."""
        return self.preset.tier <= _BACK_END_TIER or self.preset.id in _SERVERS

    def order(self) -> tuple[int, float, str]:
        return (self.preset.tier, -self.confidence, self.preset.id)

    def order_below(self) -> tuple[bool, int, int, tuple[int, float, str]]:
        """In directories of their own: back ends before front ends, and usual names before others."""
        return (not self.is_back_end, self.preset.tier, _usual(self.root), self.order())


def detect(listing: Listing, *, framework: str = "") -> Detection:
    """Find the framework of LISTING, at its top or below; a broken manifest never raises.

    FRAMEWORK, when given, settles the name (raises `framework-unknown`) and only places are
    looked for. What proves nothing is `generic`, with confidence 0.
    """
    nothing = _Finding(load(framework or GENERIC), ".", 1.0 if framework else 0.0, ())
    found = _found(listing, framework) or nothing
    settled = _settled(listing, found)
    return replace(settled, beside=tuple(_beside(listing, found.root, at(found.root, settled.web_root))))


def _beside(listing: Listing, root: str, web_root: str) -> Iterator[Detection]:
    """What is found beyond doubt in a directory with a manifest of its own; the web root belongs to what serves it, and
    `packages/` of a workspace to libraries.
    """
    for place in directories(listing):
        own = any(listing.has(at(place, name)) for name in MANIFESTS) and not place.startswith("packages/")
        found = _findings(listing, place, "")[:1] if own and place not in (root, web_root) else []
        yield from (_settled(listing, one) for one in found if one.is_strong)


def _found(listing: Listing, framework: str) -> Optional[_Finding]:
    """The application: what the front page at the top leads to, else the top, else what lies below it."""
    top = next(iter(_findings(listing, ".", framework)), None)
    led = _led(listing, framework)
    if led is not None and (top is None or not top.is_strong or _has_home(listing, led) > _has_home(listing, top)):
        return led
    if top is not None and (framework or top.is_strong):
        return _at_its_files(listing, top)
    below = sorted(_below(listing, framework, top), key=_Finding.order_below)
    return next(iter([*below, *([top] if top else ()), *(() if framework else _plain(listing))]), None)


def _at_its_files(listing: Listing, top: _Finding) -> _Finding:
    """TOP, or the one directory with the framework's own files, where the top only lists what Python installs: what
    runs is started there. A package is none, for it is imported from what it lies in.
    """
    kin = {top.preset.id, *top.preset.beats}
    for places in (directories(listing), deeper(listing)) if top.only_listed and top.preset.has_lists else ():
        apart = (place for place in places if not listing.has(at(place, "__init__.py")))
        found = [one for place in apart for one in _findings(listing, place, "") if one.preset.id in kin]
        own = [one for one in found if not one.only_listed]
        if own:
            return (
                replace(top, root=own[0].root, is_below_its_list=True) if len({one.root for one in own}) == 1 else top
            )
    return top


def _led(listing: Listing, framework: str) -> Optional[_Finding]:
    """The application that a front page hands over to; what has a web root of its own is served from the page's."""
    for lead in leads(listing):
        for found in _findings(listing, lead.root, framework)[:1]:
            if found.is_strong or framework:
                beside = not lead.is_a_door and found.preset.web_root not in ("", ".")
                return replace(found, served=posixpath.relpath(lead.folder, lead.root) if beside else "")
    return None


def _has_home(listing: Listing, found: _Finding) -> bool:
    """True where the directory stands in which the framework's data lies: WordPress may lie apart from it."""
    places = (path.replace("{web}", "").strip("/").rpartition("/")[0] for path in found.preset.dirs)
    return all(not place or listing.has(at(found.root, place)) for place in places)


def _usual(root: str) -> int:
    return _USUAL.index(root) if root in _USUAL else len(_USUAL)


def _below(listing: Listing, framework: str, top: Optional[_Finding]) -> Iterator[_Finding]:
    """What is found beyond doubt below the top, nearest first; where the top has a page of its own, only what is served
    from there, or a back end to a page that no program makes.
    """
    for places in (directories(listing), deeper(listing), projects(listing)):
        found = [one for place in places for one in _findings(listing, place, framework)[:1] if one.is_strong]
        kept = [one for one in found if top is None or _outranks(listing, one, top)]
        yield from kept
        if kept:
            return


def _outranks(listing: Listing, found: _Finding, top: _Finding) -> bool:
    """True where the top has no page, or none of its own: one that FOUND serves, or that no program makes."""
    if top.preset.id != _PHP:
        return top.confidence < _PAGE or found.is_back_end
    beside = web_root_of(listing, found.preset, found.root).startswith("..")
    return top.confidence < _PHP_PAGE or found.root in WEB_ROOTS or beside


def _plain(listing: Listing) -> list[_Finding]:
    """PHP without a framework, in a directory: as good as nothing, and better than that."""
    found = (one for place in directories(listing) for one in _findings(listing, place, "")[:1])
    pages = [one for one in found if one.preset.id == _PHP and one.confidence >= _PHP_PAGE]
    return sorted(pages, key=_Finding.order_below)


def _findings(listing: Listing, root: str, framework: str) -> list[_Finding]:
    """Every framework proven in ROOT, best first, without those that another one beats."""
    packages = Packages(listing, root)
    wanted = (load(framework),) if framework else likely(listing, root)
    alone = (preset for preset in wanted if framework or not preset.adds_to)
    found = [finding for preset in alone for finding in [_weigh(listing, root, packages, preset)] if finding]
    sure = [finding for finding in found if finding.confidence >= SURE or not finding.is_strong]
    beaten = {name for finding in sure for name in finding.preset.beats}
    pages = any(finding.preset.id == _PHP and finding.confidence >= _PHP_PAGE for finding in sure)
    left = (one for one in sure if one.preset.id not in beaten and not (pages and one.preset.tier in _FRONT_ENDS))
    return sorted(left, key=_Finding.order)


def _weigh(listing: Listing, root: str, packages: Packages, preset: Preset) -> _Finding | None:
    held = [(proof, where) for proof in preset.evidence for where in [holds(listing, root, packages, proof)] if where]
    if not held:
        return None
    rulings = tuple(Ruling(where, "framework", preset.id, rule) for _, (where, rule) in held)
    listed = not any(proof.file or proof.files for proof, _ in held)
    return _Finding(preset, root, max(proof.confidence for proof, _ in held), rulings, only_listed=listed)


def _settled(listing: Listing, finding: _Finding) -> Detection:
    web_root = finding.served or web_root_of(listing, finding.preset, finding.root)
    if finding.is_below_its_list or is_member(listing, finding.root):
        # What is installed and configured at the top is there: that is the application
        web_root = at(finding.root, web_root)
        return Detection(finding.preset.id, finding.confidence, ".", web_root, finding.root, finding.evidence)
    return Detection(finding.preset.id, finding.confidence, finding.root, web_root, "", finding.evidence)
