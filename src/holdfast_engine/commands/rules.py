"""What is shared in a release of this site: its listing, the rules on it, and what lies in `shared/` today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Optional

from holdfast_engine.commands.narrowing import let_go
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.data.classify import Classifier
from holdfast_engine.data.detect import Detection, detect
from holdfast_engine.data.links import Bench
from holdfast_engine.data.shape_patterns import lineage
from holdfast_engine.fs.root import kind_of
from holdfast_engine.fs.sets import belongs_to
from holdfast_engine.model.listing import DIR, FILE, LINK, Listing
from holdfast_engine.model.paths import RelPath, link_text, outermost
from holdfast_engine.model.request import Settings
from holdfast_engine.model.rules import ARTIFACT, FOUND, HAPPENED, STRAY, SharedPath
from holdfast_engine.model.sets import JOURNAL, main_of
from holdfast_engine.state.records import ReleaseRecord


@dataclass(frozen=True)
class Rules:
    """The rules on one release: DETECTION, CLASSIFIER, and SHARED, the paths to link, outermost and in order.

    LINKS are the framework's own, which lead to data by another name: where, and to what in the release. BLOCKED are
    files in `shared/` where the release ships a directory of code: they cannot be linked. GIVEN_WAY is what happened to
    lie in `shared/` where a build makes something: the build wins.
    """

    listing: Listing
    detection: Detection
    classifier: Classifier
    shared: tuple[SharedPath, ...]
    settings: Settings
    links: tuple[tuple[str, str], ...] = ()
    blocked: tuple[str, ...] = ()
    given_way: tuple[str, ...] = ()

    @cached_property
    def shared_paths(self) -> frozenset[str]:
        return frozenset(one.path for one in self.shared)

    def is_shared(self, path: str) -> bool:
        """True when PATH, or a directory above it, is linked into `shared/`."""
        return any(step in self.shared_paths for step in lineage(path))

    @property
    def web_root(self) -> str:
        return self.classifier.web_root

    def stays_writable(self, path: str) -> bool:
        """True for directories of the release that the running application may make names in."""
        web = self.web_root
        inside_web = RelPath(path).is_within(web) if web not in ("", ".") else True
        return inside_web or any(RelPath(path).is_within(top) for top in self.classifier.writable())


def rules_for(place: Workplace, listing: Listing, settings: Settings, *, also: Iterable[SharedPath] = ()) -> Rules:
    """The rules on LISTING at this site. Once shared stays shared; what lies in `shared/` is shared (DESIGN 4).

    ALSO are paths that are about to be shared. Raises `path-invalid`, `shared-paths-overlap` and `framework-unknown`.
    """
    detection = _detected(listing, settings.framework)
    site = place.survey.site
    known = [one for one in site.shared if one.why not in (STRAY, FOUND)]
    classifier = _classifier(listing, detection, settings, known)
    gone = let_go(place.bench, classifier, site, place.request)
    if gone:
        known = [one for one in known if one.path not in gone]
        classifier = _classifier(listing, detection, settings, known)
    certain = classifier.shared_paths({**_existing(place.bench, known), **_named_kinds(place, settings)})
    links = _links(place, classifier)
    covered = {one.path for one in certain} | _standing(place, links)
    lying = list(found_in_shared(place.bench, classifier, covered))
    every = {one.path: one for one in (*also, *lying, *certain)}
    for path in [path for path in every if path.endswith(JOURNAL) and main_of(path) in every]:
        del every[path]  # whatever rules say: in its place a link would be dangerous (`model.sets`)
    kept = tuple(every[path] for path in outermost(every))
    standing = {at: to for at, to in links.items() if not any(RelPath(at).is_within(one.path) for one in kept)}
    happened = [path for path, one in every.items() if one.why in HAPPENED]
    given_way = tuple(path for path in happened if _gives_way(place, classifier, path))
    blocked = tuple(path for path in happened if path not in given_way and _is_blocked(place.bench, classifier, path))
    kept = tuple(one for one in kept if one.path not in blocked and one.path not in given_way)
    return Rules(listing, detection, classifier, kept, settings, tuple(standing.items()), blocked, given_way)


def _detected(listing: Listing, framework: str) -> Detection:
    """What LISTING is, found out once: rules are asked for many times in one command, and a listing does not change."""
    key = ("detected", framework)
    if key not in listing.made:
        listing.made[key] = detect(listing, framework=framework)
    found: Detection = listing.made[key]
    return found


def _classifier(listing: Listing, detection: Detection, settings: Settings, known: list[SharedPath]) -> Classifier:
    key = ("classifier", settings, tuple(known))
    if key not in listing.made:
        listing.made[key] = Classifier(listing, detection, settings, known)
    found: Classifier = listing.made[key]
    return found


def _gives_way(place: Workplace, classifier: Classifier, path: str) -> bool:
    """True for what no rule names, in build output, where a build makes something else than a directory around it; and
    where an earlier one did so, for what is not shown any more (DESIGN 4).
    """
    if not classifier.in_output(path):
        return False
    status, live = place.root.lstat(place.bench.layout.in_shared(path)), place.survey.current
    shown = live is not None and place.bench.is_served(live, path)
    if status is not None and not shown and place.survey.site.options.get("given_way", {}).get(path) == status.st_ino:
        return True
    made = classifier.listing.kind(path)
    return made == FILE or (status is not None and kind_of(status) != DIR and _ships_code_in(classifier, path))


def _links(place: Workplace, classifier: Classifier) -> dict[str, str]:
    """Links that the framework makes, and those that an earlier one made: what is served through them stays served,
    unless the release ships something there (G2).
    """
    earlier = {
        at: to
        for at, to in place.survey.site.options.get("links", {}).items()
        if not (unshared(classifier, at) or _ships_else(classifier.listing, RelPath(at), RelPath(to)))
    }
    every = {**earlier, **dict(classifier.links())}
    return {at: to for at, to in every.items() if not _is_below_a_file(classifier.listing, RelPath(at))}


def _ships_else(listing: Listing, at: RelPath, to: RelPath) -> bool:
    """True when something is shipped AT that is not the framework's own link, which a baseline may hold as well."""
    return listing.has(at) and listing.link(at) != link_text(at, to)


def _is_below_a_file(listing: Listing, path: RelPath) -> bool:
    return any(listing.kind(step) not in (None, DIR) for step in path.ancestors())


def _standing(place: Workplace, links: dict[str, str]) -> set[str]:
    """Where the live release has the framework's own link: what somebody put into `shared/` there is not what is seen
    there, and never takes its place.
    """
    current, link = place.survey.current, place.root.link
    return {at for at, to in links.items() if current and link(current / at) == link_text(RelPath(at), RelPath(to))}


def _existing(bench: Bench, known: Iterable[SharedPath]) -> dict[str, str]:
    """What lies in `shared/` and in the live release's place, near the top, with kinds: enough to know
    candidates by.
    """
    found = {one.path: one.kind for one in known}
    for top in (bench.layout.shared, bench.layout.shared / "public", bench.layout.shared / "storage"):
        for name in bench.root.names(top):
            path = (top / name).below(bench.layout.shared)
            found[path] = bench.root.kind(top / name) or FILE
    return found


def _named_kinds(place: Workplace, settings: Settings) -> dict[str, str]:
    """What stands at the configured paths, in `shared/` or else in the live release: it decides, not the name."""
    found: dict[str, str] = {}
    for path in (RelPath.parse(text) for text in settings.shared):
        places = [place.bench.layout.in_shared(path), *([place.survey.current / path] if place.survey.current else [])]
        kinds = [kind for kind in map(place.root.kind, places) if kind in (DIR, FILE)]
        if kinds:
            found[path] = kinds[0]
    return found


def found_in_shared(bench: Bench, classifier: Classifier, covered: set[str]) -> Iterator[SharedPath]:
    """What lies in `shared/` and no rule covers: shared as a whole where the release ships and builds nothing, else
    child by child.

    This is how strays that were brought home stay shared, and how a path is split when a later
    release ships code inside it.
    """
    above = {ancestor for path in covered for ancestor in RelPath(path).ancestors()}
    waiting = [RelPath("")]
    while waiting:
        here = waiting.pop()
        for name in bench.root.names(bench.layout.shared / here):
            path = here / name
            if path in covered or unshared(classifier, path) or _goes_unlinked(bench, classifier, path):
                continue
            kind = bench.root.kind(bench.layout.in_shared(path))
            if kind == DIR and (path in above or _is_of_the_release(classifier, path)):
                waiting.append(path)
            elif kind in (DIR, FILE, LINK):
                yield SharedPath(path, DIR if kind == DIR else FILE, FOUND)


def _goes_unlinked(bench: Bench, classifier: Classifier, path: str) -> bool:
    """True for a database's journal, in whose place a link would be dangerous, and for all that belongs to a database
    which a person has unshared.
    """
    main = main_of(path)
    if not main or not (unshared(classifier, main) or path.endswith(JOURNAL)):
        return False
    return bool(belongs_to(bench.root, bench.layout.in_shared(path)))


def _ships_code_in(classifier: Classifier, path: str) -> bool:
    return classifier.listing.kind(path) == DIR and classifier.shape.ships_code(path)


def _is_of_the_release(classifier: Classifier, path: str) -> bool:
    """True for a directory that the release fills: data in it is linked by itself, or builds would end in `shared/`."""
    builds = path not in dict(classifier.links())  # what stands in the place of the framework's own link is one whole
    if classifier.in_output(path) and classifier.listing.kind(path) == FILE:
        return False
    output = builds and (classifier.ruling(path).care == ARTIFACT or classifier.keeps_output(path))
    return (output and not classifier.is_whole_in_output(path)) or _ships_code_in(classifier, path)


def unshared(classifier: Classifier, path: str) -> bool:
    """True when the site's configuration names PATH as code: the person has unshared it, its data stays where it is."""
    said = classifier.ruling(path)
    return said.rule == "configuration" and said.care not in ("shared", "seeded")


def _is_blocked(bench: Bench, classifier: Classifier, path: str) -> bool:
    kind = bench.root.kind(bench.layout.in_shared(path))
    return kind not in (None, DIR) and _ships_code_in(classifier, path)


def settings_of(record: Optional[ReleaseRecord], otherwise: Settings) -> Settings:
    """The settings that RECORD was deployed with; OTHERWISE when there is none or it remembers none."""
    return Settings.from_json(record.settings) if record and record.settings else otherwise


def union(one: Listing, two: Listing) -> Listing:
    """Everything that either ships, by name: what is in it is not a stray's own place."""
    return Listing({**two.entries, **one.entries}, one.read)
