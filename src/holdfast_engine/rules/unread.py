"""What a source leaves out by name although nothing on a server has it: names that promise no data.

Nothing is thrown away for it: what is found there on a server is judged like all else (G2). It is not announced.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from holdfast_engine.model.expressions import expression
from holdfast_engine.model.listing import FILE, Listing
from holdfast_engine.rules.declared_place import DATABASE_ENDINGS
from holdfast_engine.rules.detect_packages import Packages
from holdfast_engine.rules.names import words
from holdfast_engine.rules.presets import FALLBACK_TIER, Preset, load, names
from holdfast_engine.rules.shape_ignores import Ignores
from holdfast_engine.rules.shape_patterns import lineage

_ON_DEVICES = words("device-packages")
_IN_EVERY_TEMPLATE = "local_settings.py"
"""What every template for Python has in its block for Django."""
_ABOUT = expression(r"\s+(?:stuff|specific|files|project)$|:$", re.IGNORECASE)
_LETTERS = expression(r"[^a-z0-9]+")


class Unread:
    """Answers about one source: FRAMEWORKS are those that were found in it, ROOTS the directories of its applications,
    PRESET their rules together.
    """

    def __init__(
        self, listing: Listing, ignores: Ignores, preset: Preset, frameworks: Iterable[str], roots: Iterable[str]
    ) -> None:
        self._listing = listing
        self._ignores = ignores
        self._preset = preset
        self._roots = frozenset(roots)
        self._known = frozenset((*preset.dirs, *preset.files, *preset.candidates, *preset.databases))
        self._headings = _headings()
        self._foreign = self._headings - _headings_of(frameworks)

    def holds(self, path: str, *, anchored: bool, heading: str) -> bool:
        """True for a name that is nothing here: PATH, of a line that is ANCHORED or holds anywhere, below HEADING."""
        return (
            self._is_on_devices(path)
            or self._is_shipped_elsewhere(path)
            or self._has_no_schema(path)
            or self._is_in_every_list(path, anchored=anchored)
            or self._is_a_templates(path, _key(heading))
        )

    def _is_on_devices(self, path: str) -> bool:
        """True below a member of a workspace that is built into a program for phones or desks: no server runs it."""
        above = (here for here in lineage(path)[1:] if here not in self._roots)
        return any(not _ON_DEVICES.isdisjoint(Packages(self._listing, here).npm) for here in above)

    def _is_shipped_elsewhere(self, path: str) -> bool:
        """True for a file of settings that the source ships at the other place where it is looked for."""
        name = posixpath.basename(path)
        others = (one for one in self._preset.files if one != path and posixpath.basename(one) == name)
        return path in self._known and any(map(self._is_shipped, others))

    def _is_shipped(self, path: str) -> bool:
        return self._listing.kind(path) == FILE and not self._ignores.ignored(path)

    def _has_no_schema(self, path: str) -> bool:
        """True for a database of Prisma in a directory that is not here: it would lie beside the schema there."""
        folder = posixpath.dirname(path)
        return (
            posixpath.basename(folder) == "prisma"
            and path.lower().endswith(DATABASE_ENDINGS)
            and not self._listing.has(folder)
        )

    def _is_in_every_list(self, path: str, *, anchored: bool) -> bool:
        """True for what the framework's own tools write into the list of things to ignore."""
        usual = self._preset.usual
        return path in usual or (not anchored and posixpath.basename(path) in map(posixpath.basename, usual))

    def _is_a_templates(self, path: str, heading: str) -> bool:
        """True for what a template names in its block for a framework that is not here, or for every one of that."""
        if posixpath.basename(path) == _IN_EVERY_TEMPLATE:
            return heading in self._headings and not self._is_asked_for(_IN_EVERY_TEMPLATE)
        return heading in self._foreign and path not in self._known

    def _is_asked_for(self, module: str) -> bool:
        """True where settings speak of another file of Python, as one that may be imported."""
        settings = (path for path in self._listing.entries if path.endswith(".py") and "settings" in path)
        name = module.partition(".")[0]
        return any(name in self._listing.text(path) for path in settings if not path.endswith(module))


def _headings() -> frozenset[str]:
    """How a block of a template may be headed that is for one framework, whatever an application is made with."""
    presets = (preset for preset in map(load, names()) if preset.tier < FALLBACK_TIER and not preset.adds_to)
    return frozenset(_key(said) for preset in presets for said in (preset.id, preset.name))


def _headings_of(frameworks: Iterable[str]) -> frozenset[str]:
    own = [load(name) for name in frameworks]
    every = [*own, *(load(name) for preset in own for name in preset.beats)]
    return frozenset(_key(said) for preset in every for said in (preset.id, preset.name))


def _key(heading: str) -> str:
    """The letters of HEADING, without what is said around a name in a comment."""
    return _LETTERS.sub("", _ABOUT.sub("", _ABOUT.sub("", heading.strip())).lower())
