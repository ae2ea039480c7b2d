"""What is shared in a release of this site: its listing, the rules on it, and what lies in `shared/` today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Optional, Union

from holdfast_engine.data.programs import holds_program
from holdfast_engine.fs.root import kind_of
from holdfast_engine.fs.sets import belongs_to
from holdfast_engine.model.listing import DIR, FILE, LINK, Listing
from holdfast_engine.model.paths import RelPath, above, link_text, outermost
from holdfast_engine.model.request import Settings
from holdfast_engine.model.rules import ARTIFACT, FOUND, HAPPENED, SharedPath
from holdfast_engine.model.sets import JOURNAL, main_of
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.preset_versions import let_go
from holdfast_engine.rules.classify import Classifier
from holdfast_engine.rules.detect import Detection, detect
from holdfast_engine.rules.presets import Preset
from holdfast_engine.rules.shape_patterns import lineage
from holdfast_engine.site.bases import base_of
from holdfast_engine.site.handle import Site
from holdfast_engine.site.links import Links
from holdfast_engine.site.records import ReleaseRecord

GIVEN_WAY = "given_way"
"""The option of a site that remembers what gave way."""


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

    def writable(self, path: str) -> bool:
        """True for what a person or the preset says that the application writes in its release."""
        return any(RelPath(path).is_within(top) for top in self.classifier.writable())


def structure(rules: Rules) -> list[str]:
    """The directories that the rules share, and the framework's skeleton inside them (I16)."""
    wanted = [one.path for one in rules.shared if one.kind == DIR]
    return wanted + [
        path for path in rules.classifier.skeleton() if any(RelPath(path).is_within(top) for top in wanted)
    ]


def rules_for(site: Site, listing: Listing, settings: Settings, *, also: Iterable[SharedPath] = ()) -> Rules:
    """The rules on LISTING at this site. Once shared stays shared; what lies in `shared/` is shared (data.md).

    ALSO are paths that are about to be shared. What a person said by `review` is laid over SETTINGS. Raises
    `path-invalid`, `shared-paths-overlap` and `framework-unknown`.
    """
    with site.root.looking():
        return _rules_for(site, listing, settings, also)


def _rules_for(site: Site, listing: Listing, settings: Settings, also: Iterable[SharedPath]) -> Rules:
    file = site.survey.site
    settings = file.reviewed.laid_over(settings)
    detection = detected(listing, settings.framework)
    known = shared_before(site)
    classifier = classified(listing, detection, settings, known)
    gone = let_go(site.links, classifier, file, site.request)
    if gone:
        known = [one for one in known if one.path not in gone]
        classifier = classified(listing, detection, settings, known)
    certain = classifier.shared_paths({**_existing(site.links, known), **_named_kinds(site, settings)})
    links = _links(site, classifier)
    covered = {one.path for one in certain} | _standing(site, links)
    lying = list(found_in_shared(site, classifier, covered))
    every = {one.path: one for one in (*also, *lying, *certain)}
    for path in [path for path in every if path.endswith(JOURNAL) and main_of(path) in every]:
        del every[path]  # whatever rules say: in its place a link would be dangerous (`model.sets`)
    kept = tuple(every[path] for path in outermost(every))
    standing = {at: to for at, to in links.items() if not any(RelPath(at).is_within(one.path) for one in kept)}
    happened = [path for path, one in every.items() if one.why in HAPPENED]
    given_way = tuple(path for path in happened if _gives_way(site, classifier, path))
    blocked = tuple(path for path in happened if path not in given_way and _is_blocked(site.links, classifier, path))
    kept = tuple(one for one in kept if one.path not in blocked and one.path not in given_way)
    return Rules(listing, detection, classifier, kept, settings, tuple(standing.items()), blocked, given_way)


def detected(listing: Listing, framework: str) -> Detection:
    """What LISTING is, found out once: rules are asked for many times in one command, and a listing does not change."""
    key = ("detected", framework)
    if key not in listing.made:
        listing.made[key] = detect(listing, framework=framework)
    found: Detection = listing.made[key]
    return found


def classified(
    listing: Listing, preset: Union[Detection, Preset], settings: Settings, known: Iterable[SharedPath] = ()
) -> Classifier:
    """The rules that follow from LISTING, made once, where the KNOWN paths were shared before."""
    key = ("classified", preset, settings)
    if key not in listing.made:
        listing.made[key] = Classifier(listing, preset, settings)
    found: Classifier = listing.made[key]
    return found.knowing(known)


def _gives_way(site: Site, classifier: Classifier, path: str) -> bool:
    """True for what no rule names, in build output, where a build makes something else than a directory around it; and
    where an earlier one did so, for what is not shown any more (data.md).
    """
    if not classifier.in_output(path):
        return False
    status, live = site.root.lstat(site.links.layout.in_shared(path)), site.survey.current
    shown = live is not None and site.links.is_served(live, path)
    if status is not None and not shown and site.survey.site.options.get(GIVEN_WAY, {}).get(path) == status.st_ino:
        return True
    made = classifier.listing.kind(path)
    return made == FILE or (status is not None and kind_of(status) != DIR and _ships_code_in(classifier, path))


def _links(site: Site, classifier: Classifier) -> dict[str, str]:
    """Links that the framework makes, and those that an earlier one made: what is served through them stays served,
    unless the release ships something there (G2).
    """
    earlier = {
        at: to
        for at, to in site.survey.site.options.get("links", {}).items()
        if not (unshared(classifier, at) or _ships_else(classifier.listing, RelPath(at), RelPath(to)))
    }
    every = {**earlier, **dict(classifier.links())}
    return {at: to for at, to in every.items() if not _is_below_a_file(classifier.listing, RelPath(at))}


def _ships_else(listing: Listing, at: RelPath, to: RelPath) -> bool:
    """True when something is shipped AT that is not the framework's own link, which a baseline may hold as well."""
    return listing.has(at) and listing.link(at) != link_text(at, to)


def _is_below_a_file(listing: Listing, path: RelPath) -> bool:
    return any(listing.kind(step) not in (None, DIR) for step in path.ancestors())


def _standing(site: Site, links: dict[str, str]) -> set[str]:
    """Where the live release has the framework's own link: what somebody put into `shared/` there is not what is seen
    there, and never takes its place.
    """
    current, link = site.survey.current, site.root.link
    return {at for at, to in links.items() if current and link(current / at) == link_text(RelPath(at), RelPath(to))}


def _existing(links: Links, known: Iterable[SharedPath]) -> dict[str, str]:
    """What lies in `shared/` and in the live release's place, near the top, with kinds: enough to know
    candidates by.
    """
    found = {one.path: one.kind for one in known}
    for top in (links.layout.shared, links.layout.shared / "public", links.layout.shared / "storage"):
        for name in links.root.names(top):
            path = (top / name).below(links.layout.shared)
            found[path] = links.root.kind(top / name) or FILE
    return found


def _named_kinds(site: Site, settings: Settings) -> dict[str, str]:
    """What stands at the configured paths, in `shared/` or else in the live release: it decides, not the name."""
    found: dict[str, str] = {}
    for path in (RelPath.parse(text) for text in settings.shared):
        places = [site.links.layout.in_shared(path), *([site.survey.current / path] if site.survey.current else [])]
        kinds = [kind for kind in map(site.root.kind, places) if kind in (DIR, FILE)]
        if kinds:
            found[path] = kinds[0]
    return found


def found_in_shared(site: Site, classifier: Classifier, covered: set[str]) -> Iterator[SharedPath]:
    """What lies in `shared/` and no rule covers: shared as a whole where the release ships and builds nothing and
    nothing is carried, else child by child.

    This is how strays that were brought home stay shared, and how a path is split when a later
    release ships code inside it.
    """
    links, carried = site.links, _carried(site)
    leading = {ancestor for path in covered for ancestor in RelPath(path).ancestors()}
    waiting = [RelPath("")]
    while waiting:
        here = waiting.pop()
        live = _live_kinds(site, here)
        for name, kind in links.root.kinds(links.layout.shared / here).items():
            path = here / name
            if path in covered or unshared(classifier, path) or _goes_unlinked(links, classifier, path):
                continue
            whole = path not in leading and not _is_of_the_release(classifier, path)
            parted = live.get(name) == DIR and (path in carried or _is_of_code(site, path))
            if kind == DIR and (parted or not whole):
                waiting.append(path)
            elif kind in (DIR, FILE, LINK):
                yield SharedPath(path, DIR if kind == DIR else FILE, FOUND)


def _live_kinds(site: Site, path: RelPath) -> dict[str, str]:
    live = site.survey.current
    return site.root.kinds(live / path) if live is not None else {}


def _carried(site: Site) -> set[RelPath]:
    """Directories of the live release in which something goes along."""
    active = site.survey.active
    return above(base_of(site, active.id)) if active is not None else set()


def _is_of_code(site: Site, path: str) -> bool:
    """True for a directory of the live release that holds a program: what lies in `shared/` is a part of it."""
    live = site.survey.current
    return live is not None and holds_program(site.root, live / path)


def _goes_unlinked(links: Links, classifier: Classifier, path: str) -> bool:
    """True for a database's journal, in whose place a link would be dangerous, and for all that belongs to a database
    which a person has unshared.
    """
    main = main_of(path)
    if not main or not (unshared(classifier, main) or path.endswith(JOURNAL)):
        return False
    return bool(belongs_to(links.root, links.layout.in_shared(path)))


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


def _is_blocked(links: Links, classifier: Classifier, path: str) -> bool:
    return _ships_code_in(classifier, path) and links.root.kind(links.layout.in_shared(path)) not in (None, DIR)


def settings_of(record: Optional[ReleaseRecord], otherwise: Settings) -> Settings:
    """The settings that RECORD was deployed with; OTHERWISE when there is none or it remembers none."""
    return Settings.from_json(record.settings) if record and record.settings else otherwise


def shared_before(site: Site) -> list[SharedPath]:
    """What a rule shared before; what only happened to lie there is looked at anew."""
    return [one for one in site.survey.site.shared if one.why not in HAPPENED]


def shared_by_rule(site: Site) -> list[SharedPath]:
    """What lies in `shared/` and is shared by a rule, not only for lying there; all that lay where nothing is mounted
    now, and will lie there again.
    """
    away = [one for one in site.survey.site.shared if site.links.is_away(one.path)]
    return [*away, *(one for one in shared_before(site) if site.root.has(site.links.layout.in_shared(one.path)))]
