"""The one-line rule: what each path of a release is to us, by the first of eight rules that speaks.

In order: the site's configuration, what was shared before, the framework's preset, a name that tells of one release
alone, the application's own declarations, a placeholder, what the source ignores, the name; else the default.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, reduce
from typing import Any, Optional, Union

from holdfast_engine.model.listing import DIR, FILE, Listing
from holdfast_engine.model.request import Settings
from holdfast_engine.model.rules import ARTIFACT, CACHE, CODE, EPHEMERAL, SEEDED, SHARED, Ruling, SharedPath
from holdfast_engine.rules.classify_settings import Configured, looks_like_file
from holdfast_engine.rules.declared import Declared, declared
from holdfast_engine.rules.detect import MANIFESTS, Detection
from holdfast_engine.rules.detect_packages import Packages, at
from holdfast_engine.rules.detect_proofs import additions
from holdfast_engine.rules.earlier import as_it_lies
from holdfast_engine.rules.names import words
from holdfast_engine.rules.passing import Passing
from holdfast_engine.rules.presets import Preset, beside, load, merged, placed
from holdfast_engine.rules.shape import DATA_NAMES, Shape
from holdfast_engine.rules.shape_ignores import Ignores
from holdfast_engine.rules.shape_patterns import PathSet, lineage

CONFIGURATION, KNOWN, PRESET, DECLARED, SHAPE, NAME, DEFAULT = (
    "configuration", "known", "preset", "declared", "shape", "name", "default",
)  # fmt: skip
_COMMON = words("code-names") | DATA_NAMES | words("design-names") - {"wp-admin", "wp-includes"} | {"content", "flags"}
_BUILT_NAMES = frozenset(("dist", "build", "node_modules", "vendor", "coverage", "_site", ".next"))
_READERS = words("environment-readers")
_EXAMPLE_ENDINGS = (".example", ".sample", ".dist")
_ANYTHING = frozenset(("generic", "generic-php", "node", "python"))
"""Presets of applications of which nobody knows what they read."""


class PathRules:
    """The rules on one path of a listing. Every path given and returned is relative to the release.

    PRESET is a detection, or a preset whose application lies at the top of the listing. KNOWN
    are the paths that were shared before: they stay so until the configuration names them as
    code or output. Raises `path-invalid`, `shared-paths-overlap` and `framework-unknown`.
    """

    def __init__(
        self,
        listing: Listing,
        preset: Union[Preset, Detection],
        settings: Settings,
        known: Iterable[SharedPath] = (),
    ) -> None:
        self.listing = listing
        self.app_root = preset.app_root if isinstance(preset, Detection) else "."
        rules = load(preset.framework) if isinstance(preset, Detection) else preset
        manifests = _manifests_in(listing, preset)
        self._packages = Packages(listing, manifests)
        self.additions = additions(listing, manifests, rules)
        self._code = tuple(path.replace("{web}/", "") for path in rules.code)
        whole = as_it_lies(listing, manifests, reduce(merged, self.additions, rules))
        own = _placed(whole, preset)
        neighbours = preset.beside if isinstance(preset, Detection) else ()
        self.preset = reduce(merged, (beside(_placed(load(one.framework), one)) for one in neighbours), own)
        self.web_root = self.preset.web_root
        self.frameworks = (rules.id, *(one.id for one in self.additions), *(one.framework for one in neighbours))
        self.roots = tuple(map(_root, (preset, *neighbours)))
        self.ignores = Ignores(listing, self.roots)
        self.shape = Shape(listing, self.ignores, web_root=self.web_root, roots=self.roots)
        self._passing = Passing(listing, self.shape.ships_code, app_root=self.app_root, web_root=self.web_root)
        self._configured = Configured(settings)
        self._written_here = settings.writable
        self._programs: dict[str, bool] = {}
        self._once: dict[str, Any] = {}  # what follows from the listing alone; copies that know other paths share it
        self._known: Mapping[str, SharedPath] = {one.path: one for one in known if not self._unshared(one.path)}
        self._always = PathSet((*self.preset.dirs, *self.needs, *self.preset.databases))
        self._files, self._candidates = PathSet(self.preset.files), PathSet(self.preset.candidates)
        output = PathSet(self.preset.artifacts)
        self._groups = (
            (ARTIFACT, output),
            (CACHE, PathSet(self.preset.caches)),
            (EPHEMERAL, PathSet(self.preset.ephemeral)),
            # a front page that is built is a build's, as what lies beside it (data.md)
            (CODE, PathSet(path for path in self.preset.code if output.match(path) is None)),
        )

    def ruling(self, path: str) -> Ruling:
        """The first rule that speaks about PATH; there is always one, the default."""
        return next(self._rulings(path))

    def explain(self, path: str) -> tuple[Ruling, ...]:
        """Every rule that speaks about PATH, in order; the first decides."""
        return tuple(self._rulings(path))

    def _rulings(self, path: str) -> Iterator[Ruling]:
        rules = (
            self._by_configuration,
            self._by_knowledge,
            self._by_preset,
            self._as_passing,
            self._by_declaration,
            self._by_placeholder,
            self._by_ignores,
            self._by_name,
        )
        for rule in rules:
            said = rule(path)
            if said is not None:
                yield self._as_seed(said)
        yield self._default(path)

    def _as_seed(self, said: Ruling) -> Ruling:
        """What a release ships inside a shared path is a seed."""
        shipped = self.listing.kind(said.path) not in (None, DIR)
        return Ruling(said.path, SEEDED, said.rule, said.source) if said.care == SHARED and shipped else said

    def _by_configuration(self, path: str) -> Optional[Ruling]:
        named = self._configured.covering(path)
        return Ruling(path, named.care, CONFIGURATION, named.source) if named else None

    def _unshared(self, path: str) -> bool:
        named = self._configured.covering(path)
        return named is not None and named.care != SHARED

    def _by_knowledge(self, path: str) -> Optional[Ruling]:
        top = next((here for here in lineage(path) if here in self._known), None)
        return Ruling(path, SHARED, KNOWN, f"`{top}` was shared before, by {self._known[top].why}") if top else None

    def _by_preset(self, path: str) -> Optional[Ruling]:
        """The deepest entry of the preset; at one depth data speaks before everything else."""
        if path in dict(self.preset.links):
            return Ruling(path, ARTIFACT, PRESET, f"{self.preset.name}: a link to `{dict(self.preset.links)[path]}`")
        found = [(care, top) for care, top in self._preset_matches(path) if top]
        if not found:
            return None
        care, top = max(found, key=lambda match: len(match[1]))
        if care in (ARTIFACT, CACHE) and self._declared_inside(top, path):
            return None
        if care == ARTIFACT and self._kept_open_inside(top, path):
            return None
        return Ruling(path, care, PRESET, f"{self.preset.name}: `{top}`")

    def _as_passing(self, path: str) -> Optional[Ruling]:
        """What is of no use to the next release, although a source ignores it or keeps a place open for it."""
        why = self._passing.why(path)
        return Ruling(path, EPHEMERAL, NAME, why) if why else None

    def _declared_inside(self, top: str, path: str) -> bool:
        """True when the application itself puts data at or above PATH and below TOP, where the preset sees output."""
        said = next((self.declared[here] for here in lineage(path) if here in self.declared), None)
        return said is not None and said.care == SHARED and said.path.startswith(top + "/")

    def _kept_open_inside(self, top: str, path: str) -> bool:
        """True when the source keeps a directory open for data at or above PATH and below TOP: a placeholder, and an
        ignore line at that very place.
        """
        return any(here.startswith(top + "/") and self.shape.is_kept_open(here) for here in lineage(path))

    def _preset_matches(self, path: str) -> Iterator[tuple[str, str]]:
        yield SHARED, self._always.match(path) or ""
        yield SHARED, self._preset_file(path)
        yield SHARED, next((top for top in lineage(path) if self._is_open_candidate(top)), "")
        for care, entries in self._groups:
            yield care, entries.match(path) or ""
        yield CODE, "" if self._always.match(path) else self._deep_code.match(path) or ""

    @cached_property
    def _deep_code(self) -> PathSet:
        """What the preset calls code, at any depth: a framework may lie in a directory that nobody expected. A name
        that anything may bear says so only in its place.
        """
        entries = (
            path for path in self._code if not _COMMON.intersection(path.lower().split("/")) or path.count("/") > 0
        )
        return PathSet(f"**/{path}" for path in entries if "*" not in path and "." not in path)

    def _preset_file(self, path: str) -> str:
        """A configuration file is data where the source leaves it out, and code where it ships it."""
        ours = self._files.names(path)
        shipped = self.listing.kind(path) == FILE and not self.ignores.ignored(path)
        return path if ours and not shipped else ""

    def is_settings(self, path: str) -> bool:
        """True for a file by whose name the framework has its settings on each server, shipped or not."""
        return self._files.names(path)

    def _is_open_candidate(self, path: str) -> bool:
        # `writable/*` is all that stands there but what the preset names otherwise, as `writable/cache`
        code = path in self._kept_out or self.listing.kind(path) not in (None, DIR) or self.is_around_output(path)
        if code or not self._candidates.names(path):
            return False
        if path not in self._programs:
            self._programs[path] = self._is_code_all_the_same(path)
        return not self._programs[path]

    def is_around_output(self, path: str) -> bool:
        """True for what only a pattern names and a cache lies in: what is beside the cache has names of its own."""
        return path not in self.preset.candidates and self.keeps_output(path)

    def _is_code_all_the_same(self, path: str) -> bool:
        """True for a candidate that holds a program, or that the preset knows by a usual name alone and in which
        authors ship files of their own.
        """
        if path.rpartition("/")[2].lower() in DATA_NAMES and path in self._at_usual_places:
            return not self.shape.may_hold_data(path)
        return self.shape.holds_program(path)

    @cached_property
    def _at_usual_places(self) -> frozenset[str]:
        """Candidates directly in the application or in its web root: any application may have them."""
        roots = ("", "" if self.app_root == "." else self.app_root, self.web_root)
        return frozenset(path for path in self.preset.candidates if path.rpartition("/")[0] in roots)

    @cached_property
    def _kept_out(self) -> frozenset[str]:
        return frozenset((*self.preset.artifacts, *self.preset.caches, *self.preset.ephemeral, *self.preset.code))

    def _is_preset_top(self, path: str) -> bool:
        return self._always.names(path) or self._files.names(path) or self._is_open_candidate(path)

    @property
    def declared(self) -> Mapping[str, Declared]:
        """What the application itself says of its paths."""
        if "declared" not in self._once:
            web_root = posixpath.relpath(self.web_root or ".", self.app_root)
            said = declared(self.listing, app_root=self.app_root, web_root=web_root)
            self._once["declared"] = {one.path: one for one in said if not one.weak or self._is_open(one.path)}
        found: Mapping[str, Declared] = self._once["declared"]
        return found

    def _is_open(self, path: str) -> bool:
        """True for a directory that a program names and that no author's file, no preset and no root speaks for."""
        code = self._is_root(path) or any(entries.match(path) for _, entries in self._groups)
        return not code and not self.shape.is_conventional(path.rpartition("/")[2]) and self.shape.may_hold_data(path)

    def _by_declaration(self, path: str) -> Optional[Ruling]:
        said = next((self.declared[here] for here in lineage(path) if here in self.declared), None)
        if said is None or (said.care == SHARED and said.kind == DIR and self.shape.holds_program(said.path)):
            return None
        return Ruling(path, said.care, DECLARED, said.source)

    def _by_placeholder(self, path: str) -> Optional[Ruling]:
        top, why = self._awaiting(path)
        return Ruling(path, SHARED, SHAPE, f"`{top}` {why}") if top else None

    def _awaiting(self, path: str) -> tuple[str, str]:
        """The shallowest directory at or above PATH that exists to be written to; never a root."""
        for here in reversed(lineage(path)):
            why = "" if self._is_root(here) else self.shape.awaits_writing(here)
            if why and not self.keeps_output(here):
                return here, why
        return "", ""

    def keeps_output(self, top: str) -> bool:
        """True when the preset keeps something below TOP in the release, as `var/cache` in `var`: TOP is not shared."""
        return top in self._above_output

    @cached_property
    def _above_output(self) -> frozenset[str]:
        kept = (*self.preset.caches, *self.preset.artifacts, *self.preset.code)
        return frozenset(above for entry in kept if "*" not in entry for above in lineage(entry)[1:])

    def _is_root(self, path: str) -> bool:
        roots = (self.app_root, self.web_root)
        return path in roots or any(root.startswith(path + "/") for root in roots)

    def _by_ignores(self, path: str) -> Optional[Ruling]:
        """An ignored path is data or build output; code only where it is shipped all the same."""
        rule = self.ignores.ignored(path, is_dir=self.listing.kind(path) == DIR)
        if not rule:
            return None
        built = bool(self._built_top(path))
        if self.shape.ships_code(path) and not (built and self._has_front_page(self.ignores.top(path))):
            return None
        return Ruling(path, ARTIFACT if built else SHARED, SHAPE, f"ignored by {rule}")

    def _built_top(self, path: str) -> str:
        """The ignored directory at or above PATH that a build fills, by its name or by its front page; else nothing."""
        top = self.ignores.top(path)
        return top if _BUILT_NAMES.intersection(top.lower().split("/")) or self._has_front_page(top) else ""

    def _has_front_page(self, top: str) -> bool:
        """True for a directory TOP with a page of its own that is no guard: somebody built what the source ignores."""
        page = f"{top}/index.html"
        named = top.rpartition("/")[2].lower() in DATA_NAMES
        return not named and self.listing.kind(page) == FILE and not self.shape.placeholder(page)

    def _by_name(self, path: str) -> Optional[Ruling]:
        top = self._name_top(path)
        if not top:
            return None
        given = self.shape.was_given(top)
        return Ruling(
            path, SHARED, NAME, f"`{top}` {'holds what an application named' if given else 'is named for data'}"
        )

    def _name_top(self, path: str) -> str:
        """The shallowest directory of the web root at or above PATH whose name means data, or the names of all that is
        shipped in it; empty when there is none.
        """
        below = (here for here in reversed(lineage(path)) if self._in_web_root(here) and not self._is_root(here))
        return next((here for here in below if self._named(here, path)), "")

    def _named(self, here: str, path: str) -> bool:
        is_dir = here != path or self.listing.kind(here) == DIR or not looks_like_file(here)
        named = is_dir and self.listing.kind(here) in (None, DIR)
        if not named or (not self._runs and self.shape.ships_code(here)):
            return False
        return self.shape.named_for_data(here) or self.shape.was_given(here)

    @property
    def _runs(self) -> bool:
        """False where a build makes all that is served: no application is there that could name a file."""
        return self.preset.id not in words("built-sites")

    def _in_web_root(self, path: str) -> bool:
        return not self.web_root or path.startswith(self.web_root + "/")

    def _default(self, path: str) -> Ruling:
        if self.listing.has(path):
            return Ruling(path, CODE, DEFAULT, "shipped by the release")
        where = "in the web root" if self._in_web_root(path) else "outside the web root"
        return Ruling(path, SHARED, DEFAULT, f"{where} and not shipped by the release")

    def is_cache(self, path: str) -> bool:
        """True when the preset calls PATH, or a directory above it, a cache, and no configuration says otherwise."""
        return self._configured.covering(path) is None and self._groups[1][1].match(path) is not None

    def is_passing(self, path: str) -> bool:
        """True when PATH bears a name that tells of one release alone, and no configuration says otherwise."""
        return bool(self._passing.why(path)) and self._configured.covering(path) is None

    def builds(self, path: str) -> bool:
        """True when PATH is where builds leave their output, whatever the configuration says of it."""
        last = path.rpartition("/")[2]
        return self._groups[0][1].match(path) is not None or last in _BUILT_NAMES

    def links(self, shared: Iterable[str] = ()) -> tuple[tuple[str, str], ...]:
        """Links that the framework makes in a release: where, and what they lead to, relative to the release.

        A place that is itself in SHARED is left out: data lies there, and its own link comes first.
        """
        taken = frozenset(shared)
        return tuple((at, to) for at, to in self.preset.links if taken.isdisjoint(lineage(at)))

    def writable(self) -> tuple[str, ...]:
        """What the application writes in its release although it is no data, by a person's word or the preset."""
        return (*(path.rstrip("/") for path in self._written_here), *self.preset.writable)

    def skeleton(self) -> tuple[str, ...]:
        """Directories that must exist in `shared/` before the application starts."""
        return self.preset.skeleton

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """Files without which the application cannot run: the preset's, and `.env` where an example is shipped and
        something reads it. What a person named as code is none of the site's.
        """
        named = dict.fromkeys((*self.preset.needs, *((self._environment,) if self._reads_environment() else ())))
        return tuple(path for path in named if not self._unshared(path))

    @property
    def _environment(self) -> str:
        return ".env" if self.app_root == "." else f"{self.app_root}/.env"

    def _reads_environment(self) -> bool:
        """True where an example of `.env` is shipped and read: by what the preset or a library says, or where nobody
        knows what the application is. A framework that has its settings elsewhere needs none for it.
        """
        examples = any(self.listing.has(self._environment + ending) for ending in _EXAMPLE_ENDINGS)
        asks = self.preset.id in _ANYTHING or self._environment in (*self.preset.needs, *self.preset.files)
        return examples and (asks or not self._packages.every.isdisjoint(_READERS))


def _root(found: Union[Preset, Detection]) -> str:
    """Where the framework's own files lie."""
    return (found.workspace or found.app_root) if isinstance(found, Detection) else "."


def _manifests_in(listing: Listing, found: Union[Preset, Detection]) -> str:
    """Where the manifests lie that tell what was added: a member of a workspace has its own, or the top has them."""
    own = any(listing.has(at(_root(found), name)) for name in MANIFESTS)
    return _root(found) if own or not isinstance(found, Detection) else found.app_root


def _placed(rules: Preset, found: Union[Preset, Detection]) -> Preset:
    """RULES with paths relative to the release: in a workspace they hold for the member with the framework."""
    web_root = found.web_root or "."
    if not isinstance(found, Detection):
        return placed(rules, app_root=".", web_root=web_root)
    if found.workspace:
        return placed(rules, app_root=found.workspace, web_root=web_root[len(found.workspace) + 1 :] or ".")
    return placed(rules, app_root=found.app_root, web_root=web_root)
