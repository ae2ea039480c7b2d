"""What is carried along from the live release and looks like code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Optional

from holdfast_engine.fs.copy import beginning, digest_of
from holdfast_engine.model.carried import Base
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath, outermost
from holdfast_engine.model.rules import CARRIED, Ruling
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.earlier import Earlier
from holdfast_engine.persistence.review_rows import Row
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.rules.classify_rules import CONFIGURATION, DEFAULT, PRESET
from holdfast_engine.rules.code_evidence import LOOKED_INTO, RUNS, SHIPPED, Evidence, evidence
from holdfast_engine.site.handle import Site


@dataclass(frozen=True)
class CarriedCode:
    """What goes along from LIVE, by RULES, and looks like code; a directory that is carried as a whole is one row."""

    site: Site
    live: RelPath
    rules: Rules
    earlier: Earlier

    def rows(self, carried: Base) -> Iterator[Row]:
        """One for each outermost name of what is CARRIED that looks like code, and that nobody named."""
        files = sorted(path for path, one in carried.items() if one.kind == FILE)
        units = (path for path, one in carried.items() if one.kind != DIR or not self._is_around_users_files(path))
        below: dict[str, list[str]] = {top: [] for top in outermost(units)}
        for path in files:
            below[next(here for here in (*RelPath(path).ancestors(), path) if here in below)].append(path)
        for top, inner in sorted(below.items()):
            why = self._why(top, inner, carried) if inner else ()
            if why:
                size = sum(carried[path].size for path in inner)
                changed = max(carried[path].mtime for path in inner) / 1e9
                yield Row(
                    top, CARRIED, carried[top].kind, len(inner), size, changed, self.live / top, self._ruling(top), why
                )

    def _is_around_users_files(self, path: str) -> bool:
        """True for a directory that a release shipped once: what is left in it was put there file by file."""
        found = self.earlier.shipping(path)
        return found is not None and found[1].kind == DIR

    def _ruling(self, top: str) -> Ruling:
        """Why it goes along as it is: no rule names it, or one that shares a directory alone, without a program."""
        said = self.rules.classifier.ruling(top)
        if said.rule == DEFAULT:
            return Ruling(top, CARRIED, DEFAULT, "no rule names it: it appeared here beside code")
        return Ruling(top, CARRIED, said.rule, said.source)

    def _why(self, top: str, inner: list[str], carried: Base) -> tuple[Evidence, ...]:
        """Nothing for what a person named, and for what a preset expects there, as plugins: that is code that lives on
        the server, whoever put it there; but where a release once shipped it.
        """
        rule = self.rules.classifier.ruling(top)
        if rule.rule == CONFIGURATION:
            return ()
        shipped = tuple(self._shipped(top, inner))
        if rule.rule == PRESET and not shipped:
            return ()
        if inner == [top]:
            own = evidence(top, carried[top].size, self.rules.web_root, self._read)
        else:
            own = self._of_directory(inner, carried)
        return (*own, *shipped)

    def _of_directory(self, inner: list[str], carried: Base) -> Iterator[Evidence]:
        """For a directory: how many of its files are programs, and what the first of them is."""
        size, web_root = {path: carried[path].size for path in inner}, self.rules.web_root
        found = [path for path in inner if any(evidence(path, size[path], web_root, self._read_name))]
        if found:
            first = next(iter(evidence(found[0], size[found[0]], web_root, self._read)), None)
            said = f": {first.text}" if first else ""
            yield Evidence(RUNS, f"{len(found):,} of {len(inner):,} files are code, as `{found[0]}`{said}")

    def _shipped(self, top: str, inner: list[str]) -> Iterator[Evidence]:
        """That a release shipped it once, or a file in it: a directory alone tells nothing, for users put files beside
        code. What is shipped today as well, and was edited here, is none of that.
        """
        every = () if self.rules.listing.has(top) else inner
        for path, found in ((path, self.earlier.shipping(path)) for path in every):
            if found is not None and found[1].kind == FILE:
                same = digest_of(self.site.root, self.live / path) == found[1].digest
                text = "and it is unchanged since" if same else "and it was changed here"
                what = "it" if path == top else f"`{path}`"
                yield Evidence(SHIPPED, f"the release `{found[0].id}` shipped {what}, {text}")
                return

    def _read(self, path: str) -> Optional[bytes]:
        return beginning(self.site.root, self.live / path, LOOKED_INTO)

    def _read_name(self, path: str) -> Optional[bytes]:
        """Nothing: of the many files of a directory the names are enough, but for a guard page."""
        return self._read(path) if path.endswith(("index.php", "index.phtml")) else None
