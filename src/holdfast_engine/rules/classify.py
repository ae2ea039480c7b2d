"""Which paths of a release are linked into `shared/`, and where a stray belongs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy
from functools import cached_property

from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import folded, outermost
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.rules import (
    ARTIFACT,
    CACHE,
    CARRIED,
    CODE,
    EPHEMERAL,
    SEEDED,
    SHARED,
    UNNAMED,
    Ruling,
    SharedPath,
)
from holdfast_engine.rules.classify_present import Existing, Present
from holdfast_engine.rules.classify_rules import CONFIGURATION, DECLARED, DEFAULT, KNOWN, NAME, PRESET, SHAPE, PathRules
from holdfast_engine.rules.declared_place import DATABASE_ENDINGS
from holdfast_engine.rules.output import Output
from holdfast_engine.rules.shape_patterns import PathSet, compiled, is_environment, lineage

_HISTORIES = frozenset((".git", ".hg", ".svn"))


class Classifier(PathRules):
    """The rules on one listing, applied: what to link, and what a stray is.

    Made of a listing, a preset or a detection, the settings and the paths shared before, as
    `PathRules` is.
    """

    def knowing(self, known: Iterable[SharedPath]) -> Classifier:
        """The same rules where the KNOWN paths were shared before: what follows from the listing is not made again."""
        other = copy(self)
        vars(other)["_known"] = {one.path: one for one in known if not self._unshared(one.path)}
        return other

    def shared_paths(self, existing: Existing = ()) -> tuple[SharedPath, ...]:
        """The outermost paths to link in this release, in order.

        EXISTING are paths that lie in `shared/` or were found in the live release; a mapping
        may give their kinds. Raises `shared-paths-overlap` when the configuration names code
        or output inside a path that is to be shared.
        """
        present = Present(existing, self.listing)
        found: dict[str, SharedPath] = {}
        self._gather(found, (*self._certain(present), *self._present_data(present)))
        for path in present.elsewhere():
            # most of what exists lies below something that is shared already: nothing to ask there
            if not any(here in found for here in lineage(path)):
                self._gather(found, self._left_out(path, present))
        kept = [found[path] for path in outermost(found)]
        for one in kept:
            self._refuse_code_inside(one)
        _refuse_spellings(kept)
        return tuple(kept)

    def _gather(self, found: dict[str, SharedPath], offered: Iterable[SharedPath]) -> None:
        """Add what is OFFERED and ruled to be data; what an earlier rule offered stays."""
        for one in offered:
            if self.ruling(one.path).care in (SHARED, SEEDED):
                found.setdefault(one.path, one)

    def _refuse_code_inside(self, one: SharedPath) -> None:
        inside = self._configured.inside(one.path)
        if inside is not None:
            raise Problem(
                "shared-paths-overlap",
                f"`{inside.path}` is named as {inside.care} but is inside the shared path `{one.path}`",
                context=[inside.source, f"`{one.path}` is shared by {one.why}"],
                hint=f"name `{one.path}` in `code`, and the data directories below it in `paths`",
            )

    def _certain(self, present: Present) -> Iterator[SharedPath]:
        """Paths that are shared whatever is found: named, known, always in the preset, declared."""
        for named in self._configured.shared():
            yield SharedPath(named.path, DIR if named.is_dir else present.kind(named.path), CONFIGURATION)
        yield from self._known.values()
        for path in self._those(self.preset.dirs, present):
            yield SharedPath(path, DIR, PRESET)
        for path in self.needs:
            yield SharedPath(path, FILE, PRESET)
        for said in self.declared.values():
            if said.care == SHARED and (said.kind == DIR or present.has(said.path)):
                yield SharedPath(said.path, said.kind, DECLARED)

    def _present_data(self, present: Present) -> Iterator[SharedPath]:
        """Paths that are shared because they exist, here or where the site is live."""
        for path in self._those((*self.preset.files, *self.preset.databases), present):
            if present.has(path):
                yield SharedPath(path, FILE, PRESET)
        for path in self._those(self.preset.candidates, present):
            if present.has(path) and not self.is_around_output(path):
                yield SharedPath(path, present.kind(path) if path not in self.preset.candidates else DIR, PRESET)
        yield from self._spoken

    def _those(self, entries: Iterable[str], present: Present) -> Iterator[str]:
        """ENTRIES, and in the place of a pattern the paths that fit it and are shipped or exist."""
        for entry in entries:
            if "*" in entry:
                fits = compiled(entry)
                yield from sorted(path for path in present.everything() if fits.fullmatch(path))
            else:
                yield entry

    @property
    def _spoken(self) -> tuple[SharedPath, ...]:
        """Shipped directories that are shared for what they are; this is asked many times of one listing."""
        if "spoken" not in self._once:
            shipped = (path for path, entry in self.listing.entries.items() if entry.kind == DIR)
            self._once["spoken"] = tuple(one for path in shipped for one in self._spoken_for(path))
        return tuple(self._once["spoken"])

    def _spoken_for(self, path: str) -> Iterator[SharedPath]:
        """PATH when its shape or its name makes it the top of a shared directory."""
        if self._awaiting(path)[0] == path:
            yield SharedPath(path, DIR, SHAPE)
        elif self._name_top(path) == path:
            yield SharedPath(path, DIR, NAME)

    def _left_out(self, path: str, present: Present) -> Iterator[SharedPath]:
        """What the source ignores, or names for data, and what exists elsewhere."""
        top = self._ignored_top(path, is_dir=present.kind(path) == DIR)
        if top and not self.shape.ships_code(top):
            yield SharedPath(top, present.kind(top), SHAPE)
        named = self._name_top(path)
        if named:
            yield SharedPath(named, present.kind(named), NAME)

    def _ignored_top(self, path: str, *, is_dir: bool) -> str:
        """The shallowest ignored path at or above PATH that can be shared as a whole; empty when none can."""
        ignored = self.ignores.top(path, is_dir=is_dir)
        deep = (here for here in reversed(lineage(path)) if len(here) >= len(ignored) and not self.keeps_output(here))
        return next(deep, "") if ignored else ""

    def stray_target(self, path: str, kind: str) -> tuple[str, str]:
        """What a stray at PATH in the live release is, and the path that is to be shared for it.

        Care is `shared` where a rule names it as data, `carried` where a person or a preset keeps code on the server
        there, and `unnamed` where nothing but its being there speaks. It is `artifact`, `cache` or `ephemeral` when a
        rule says so, or `code` when the configuration names it so (a person has decided) or the release ships a file at
        or above PATH (there the release wins). The target is the shared path that covers it,
        else its shallowest path that is not shipped, else itself. A real directory where the
        framework makes a link is data like any other (`public/storage` copied by a host).
        """
        if not _HISTORIES.isdisjoint(path.split("/")):
            return EPHEMERAL, path  # somebody's repository is kept, and never served (I44)
        made = next((here for here in lineage(path) if here in dict(self.preset.links)), "")
        if made:
            return (ARTIFACT if kind == "link" and made == path else SHARED), made
        said = self.ruling(path)
        if self.in_output(path) and self._output.keeps(path, self._output_top(path)) and not self._ships(path):
            return UNNAMED, self._output.place(path, self._output_top(path))
        if said.care in (ARTIFACT, CACHE, EPHEMERAL, CARRIED) or (said.care == CODE and said.rule == CONFIGURATION):
            return said.care, path
        covered = self._covering(path, said)
        if not covered and any(self.listing.kind(here) not in (None, DIR) for here in lineage(path)):
            return CODE, path
        return self._named_care(path, said), covered or self._speaking_top(path, said) or self._not_shipped(path)

    def _speaking_top(self, path: str, said: Ruling) -> str:
        """What the rule that spoke names, where that can be shared as a whole: what it lies in is named by nobody, and
        what comes there later is judged by itself.
        """
        tops = {SHAPE: self.ignores.named_top, NAME: self._name_top}
        top = tops[said.rule](path) if said.rule in tops else ""
        return top if top and self._is_free(top) else ""

    def _is_free(self, top: str) -> bool:
        return not (self._is_root(top) or self.keeps_output(top) or self.shape.ships_code(top))

    def _named_care(self, path: str, said: Ruling) -> str:
        """Whether the rule that speaks about PATH names it as data, as code kept on the server, or not at all."""
        if said.rule == PRESET and said.care == CODE:
            return CARRIED  # between what is shipped there, as plugins are
        if said.rule == SHAPE:
            return SHARED if self._awaiting(path)[0] or self.ignores.named_top(path) else UNNAMED
        return UNNAMED if said.rule == DEFAULT else SHARED

    def is_kept_here(self, path: str) -> bool:
        """True for what a person named as code that lives on the server: its version there is the one that counts."""
        said = self.ruling(path)
        return said.care == CARRIED and said.rule == CONFIGURATION

    def leaves_to_the_server(self, path: str) -> str:
        """What is to be shared because of PATH, which this version does not ship and names as data, by a configured
        path or an ignore line (`git rm --cached`): what a release before shipped there is the server's from then on.
        Empty where the source only took it away, or ignores what builds and tools make.
        """
        if any(self.listing.kind(here) not in (None, DIR) for here in lineage(path)):
            return ""
        said = self.ruling(path)
        if said.care == SHARED and said.rule == CONFIGURATION:
            return self._covering(path, said) or path
        ignored = (said.rule, said.care) == (SHAPE, SHARED) and not self._awaiting(path)[0]
        if not ignored or not self._is_ignored_as_data(path):
            return ""
        return self._speaking_top(path, said) or path

    def _is_ignored_as_data(self, path: str) -> bool:
        if self.ignores.named_top(path):
            return True
        own = path.lower().endswith(DATABASE_ENDINGS) or is_environment(path)  # what a wildcard names as well
        return own and not self.ignores.is_usual(self.ignores.top(path))

    def leads_to_data(self, path: str) -> bool:
        """True for build output in which data has a place of its own, or that is served, and for a directory that
        nobody ships above a cache or a flag: it is looked into, not taken as one whole.
        """
        if self.listing.kind(path) is None and (path in self._above_caches or self._passing.leads_to_flags(path)):
            return True
        if self._above_data.match(path) == path:
            return self.ruling(path).care == ARTIFACT
        return self.in_output(path) and self._output.leads_to_served(path, self._output_top(path))

    def in_output(self, path: str) -> bool:
        """True where builds leave their output, as far as no person and no declaration says otherwise (data.md)."""
        said = self.ruling(path)
        return said.care == ARTIFACT and said.rule in (PRESET, SHAPE) and bool(self._output_top(path))

    def is_below_output(self, path: str) -> bool:
        """True for what lies below a directory that builds fill, whatever it is itself."""
        return any(self._output_top(here) == here for here in lineage(path)[1:])

    def is_whole_in_output(self, path: str) -> bool:
        """True for a directory in build output that a build does not fill: somebody put it there to be served."""
        return self.in_output(path) and self.stray_target(path, DIR) in ((SHARED, path), (UNNAMED, path))

    def _output_top(self, path: str) -> str:
        """Where the build output begins in which PATH lies."""
        return self._groups[0][1].match(path) or self._built_top(path)

    def _ships(self, path: str) -> bool:
        return self.listing.kind(path) not in (None, DIR)

    @cached_property
    def _output(self) -> Output:
        return Output(self.listing, self.web_root)

    @cached_property
    def _above_caches(self) -> frozenset[str]:
        entries = (*self.preset.caches, *self.preset.ephemeral)
        return frozenset(above for entry in entries if "*" not in entry for above in lineage(entry)[1:])

    @cached_property
    def _above_data(self) -> PathSet:
        named = (*self.preset.dirs, *self.preset.files, *self.preset.databases, *self.preset.candidates)
        places = (*named, *(said.path for said in self.declared.values() if said.care == SHARED))
        return PathSet(above for place in places if not place.startswith("**/") for above in lineage(place)[1:])

    def _covering(self, path: str, said: Ruling) -> str:
        """The path that the rule which spoke would share as a whole."""
        tops = {
            CONFIGURATION: (named.path for named in self._configured.shared()),
            KNOWN: iter(self._known),
            PRESET: (here for here in lineage(path) if self._is_preset_top(here)),
            DECLARED: iter(self.declared),
            SHAPE: (self._awaiting(path)[0],),
            NAME: (top for top in (self._name_top(path),) if self.shape.ships_code(top)),
        }.get(said.rule, ())
        held = set(tops)
        shallow = [here for here in reversed(lineage(path)) if here in held]
        return shallow[0] if shallow and said.care in (SHARED, SEEDED) else ""

    def _not_shipped(self, path: str) -> str:
        """The shallowest path at or above PATH that ships nothing and keeps no code or output by the preset."""
        code = self._groups[-1][1]
        for here in reversed(lineage(path)):
            kept = self._is_root(here) or self.keeps_output(here) or code.match(here)
            if not kept and not self.shape.ships_code(here):
                return here
        return path


def _refuse_spellings(paths: Iterable[SharedPath]) -> None:
    """A configured path may not be another shared path in different letters: some disks keep one of the two."""
    seen: dict[str, SharedPath] = {}
    for one in paths:
        first = seen.setdefault(folded(one.path), one)
        if first is not one and CONFIGURATION in (first.why, one.why):
            raise Problem(
                "shared-paths-overlap",
                f"`{first.path}` and `{one.path}` differ only in case or in how letters are encoded",
                context=[f"`{path.path}` is shared by {path.why}" for path in (first, one)],
                hint="keep the spelling that the application uses",
            )
