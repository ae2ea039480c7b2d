"""What is to come home from places that are not live: one look, one plan and one round for every command."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import field, replace

from holdfast_engine.model.carried import Base
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import Plan
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence import old_document_root, retired_releases, saved_pages
from holdfast_engine.persistence.adopt import Adopter
from holdfast_engine.persistence.retired_releases import Lingering
from holdfast_engine.persistence.saved_pages import IsCode
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.site.handle import Site


@dataclass(frozen=True)
class Elsewhere:
    """What is to come home: from RELEASES that are not live, and what was SAVED in the old document root, or PAGES in
    one that is filled with links, with why.
    """

    releases: tuple[Lingering, ...] = ()
    saved: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.origins)

    @property
    def origins(self) -> dict[str, tuple[str, str]]:
        """Each path with the place that holds it, and why it has to come home."""
        found = retired_releases.to_adopt(self.releases)
        pages = {path: (saved_pages.PLACE, why) for path, why in self.pages.items()}
        return {**found, **pages, **{path: (old_document_root.PLACE, why) for path, why in self.saved.items()}}

    @property
    def held(self) -> dict[str, RelPath]:
        """Where each path lies that a release holds; of two releases in the newer one."""
        places = {one.record.id: one.record.path for one in self.releases}
        return {path: places[place] / path for path, (place, _) in self.origins.items() if place in places}

    @property
    def carried(self) -> list[tuple[RelPath, Base]]:
        """What goes along as it is, by the release that holds it."""
        return [(one.record.path, one.found.carried) for one in self.releases]

    def shown_in(self, plan: Plan) -> Plan:
        """PLAN with what comes home from here; what the live release holds at the same path is named first."""
        found = {path: row for path, row in self.origins.items() if path not in plan.adopt}
        adopt = {path: why for path, (_, why) in found.items()}
        carried = {path: why for path, why in adopt.items() if any(path in one.found.to_carry for one in self.releases)}
        return replace(
            plan,
            adopt={**plan.adopt, **adopt},
            origins={path: place for path, (place, _) in found.items()},
            carried={**carried, **plan.carried},
        )

    def coming(self, site: Site) -> int:
        """How many files more `shared/` will count."""
        return retired_releases.coming(site, self.releases)


def look(site: Site, rules: Rules, *, but: Collection[RelPath] = ()) -> Elsewhere:
    """What is to come home, RULES being those of what is served from now on; BUT are releases that are looked at by
    other means. Nothing is changed.
    """
    saved = old_document_root.saved(site, rules) if site.survey.current is not None else {}
    return Elsewhere(retired_releases.look(site, rules, but=but), saved, saved_pages.look(site, rules))


def bring_saved(adopter: Adopter, live: RelPath, found: Elsewhere, is_code: IsCode) -> bool:
    """The first half of a round, before the last look at LIVE: what was saved in document roots lies in it."""
    pages = saved_pages.bring(adopter, live, found.pages, is_code)
    return old_document_root.bring(adopter, live, found.saved, is_code) or pages


def bring_left(adopter: Adopter, found: Elsewhere) -> None:
    """The second half: what lay in releases that are not live is in `shared/`, and what was looked through is noted."""
    retired_releases.bring(adopter, found.releases)
