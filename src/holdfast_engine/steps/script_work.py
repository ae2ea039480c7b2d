"""What `link` looks at and works on, for people whose own script deploys and switches."""

from __future__ import annotations

from dataclasses import field, replace
from typing import Optional

from holdfast_engine.data.baseline import baseline_of
from holdfast_engine.data.found import Found
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.walk import walk
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.carried import Base
from holdfast_engine.model.listing import Listing
from holdfast_engine.model.memory import Missing
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.adopt import Adopter
from holdfast_engine.persistence.elsewhere import Elsewhere
from holdfast_engine.persistence.lost_data import CODE_ENDINGS
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.persistence.strays import sweep
from holdfast_engine.site.handle import Site
from holdfast_engine.site.records import ReleaseRecord


@dataclass(frozen=True)
class ScriptOutlook:
    """The release at PATH that is to be linked, with its LISTING and RULES, and the releases that are live (LIVES) with
    what each holds that must come home.
    """

    site: Site
    path: RelPath
    lives: tuple[RelPath, ...]
    listing: Listing
    rules: Rules
    found: dict[RelPath, Found]
    elsewhere: Elsewhere

    @property
    def is_live(self) -> bool:
        return self.path in self.lives


@dataclass(frozen=True)
class ScriptWork:
    """One `link` under way. BASE is what is carried into the release, SEEDS are the shipped digests once the release is
    linked, GONE is what stays missing.
    """

    outlook: ScriptOutlook
    operation: Operation
    report: Report
    rules: Rules
    record: Optional[ReleaseRecord]
    seeds: dict[str, str] = field(default_factory=dict)
    base: Base = field(default_factory=dict)
    gone: tuple[Missing, ...] = ()

    @property
    def site(self) -> Site:
        return self.outlook.site

    @property
    def adopter(self) -> Adopter:
        return Adopter(self.site, self.operation, self.report)


def see(site: Site, live: Optional[RelPath]) -> None:
    """The site as if `current` named LIVE: a script may have another name for its link."""
    site.survey = replace(site.survey, current=live)


def record_of(site: Site, release: RelPath) -> Optional[ReleaseRecord]:
    return next((one for one in site.survey.releases if one.path == release), None)


def free_id(site: Site, release: RelPath) -> str:
    """What a release at this path is called, where it has no record yet."""
    taken = {one.id for one in site.survey.releases}
    name = release.replace("/", "-") if release.parent != "releases" else release.name
    return name if name not in taken else f"{name}-{site.survey.site.counter + 1}"


def look_into(site: Site, live: RelPath, rules: Rules) -> Found:
    """What a live release holds that must come home."""
    see(site, live)
    if site.root.kind(live) != "dir":
        return Found()
    baseline = baseline_of(site, record_of(site, live))
    found = sweep(site, live, rules, baseline=baseline)
    if baseline is not None:
        return found
    certain = found.without(lambda path: not _is_certain(site.root, live, path, rules))
    return replace(certain, displaced={})


def _is_certain(root: Root, live: RelPath, path: str, rules: Rules) -> bool:
    """Nothing is known of what the live release shipped: data is what rules name, and what is no code by its name; a
    directory outside the web root with code in it may be one that this release left out.
    """
    if path in rules.shared_paths:
        return True
    web = rules.web_root
    in_web = RelPath(path).is_within(web) if web not in ("", ".") else True
    looked_at = [path] if in_web else [path, *(below for below, _, _ in walk(root, live / path))]
    return not any(one.endswith(CODE_ENDINGS) for one in looked_at)
