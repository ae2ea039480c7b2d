"""What the attic kept is served again."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

from holdfast_engine.data.restore import Stands, bring_back, in_release, look
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.sets import LINKED
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.adopt import Adopter
from holdfast_engine.persistence.report import Report
from holdfast_engine.site import survey as surveys
from holdfast_engine.site.handle import Site
from holdfast_engine.site.links import Links
from holdfast_engine.steps.step import Again, Step


@dataclass(frozen=True)
class Restoring:
    """One restore under way: PATH from SOURCE in the attic, and what STANDS there. REPLACED is what it saved. HOME is
    the live release where PATH is none of the shared data, else empty.
    """

    site: Site
    operation: Operation
    report: Report
    path: RelPath
    source: RelPath
    stands: Stands
    home: RelPath = RelPath("")
    replaced: tuple[tuple[str, RelPath], ...] = ()


class Restore(Step[RelPath, Restoring]):
    """Planned from the path that is to be restored."""

    name = "restore"

    def sentence(self, planned: RelPath) -> str:
        return f"bring `{planned}` back from the attic; what is there now goes to the attic first"

    def run(self, work: Restoring) -> Restoring:
        """The attic's version is served, a copy of it; what it replaces is in the attic (G5)."""
        site, live = work.site, work.site.survey.current
        links = at_home(site, work.home)
        replaced = bring_back(links, work.operation, source=work.source, path=work.path, stands=work.stands)
        adopter = Adopter(site, work.operation, work.report)
        if live is not None and not work.home:
            adopter.serve(live, work.path)
            adopter.link_into(live, (work.path + end for end in LINKED))
        return replace(work, replaced=tuple(replaced))

    def redo(self, again: Again) -> None:
        """What was to be brought back is served, from the attic's own copy, where nobody saved anything since."""
        begin, site = again.begin, again.site
        source, path = RelPath(begin["source"]), begin["path"]
        live: Optional[RelPath] = surveys.current_release(site.root)
        home = RelPath(begin.get("home", ""))
        links = at_home(site, home)
        if not home and site.links.is_away(path):
            return
        if not home and begin.get("served") and live is not None and not site.links.is_served(live, path):
            return  # saved anew in the live release since: the newer one, which a deploy or `recover` brings home
        if site.root.has(source):
            stands = begin.get("stands") or look(links, source, path)
            bring_back(links, again.operation, source=source, path=path, stands=stands)
        if live is not None and not home:
            again.adopter.serve(live, path)


def at_home(site: Site, home: RelPath) -> Links:
    """Where something is put back: HOME, a release, or `shared/` where that is empty."""
    return in_release(site.links, home) if home else site.links
