"""A document root that cannot be a link shows the release that is live."""

from __future__ import annotations

from holdfast_engine.persistence.public_html import Filling, clear, fill, look, web_root_of
from holdfast_engine.site.public_html import PublicHtml, opened
from holdfast_engine.site.saved_pages import names_of
from holdfast_engine.steps.step import Step
from holdfast_engine.steps.work import Outlook, Work


def _is_filled(planned: Outlook) -> bool:
    with opened(planned.site) as place:
        return place is not None


def _path(planned: Outlook) -> str:
    with opened(planned.site) as place:
        return place.path if place else ""


class Fill(Step[Outlook, Work]):
    name = "fill"

    def due(self, planned: Outlook) -> bool:
        return _is_filled(planned)

    def sentence(self, planned: Outlook) -> str:
        return f"link what the release brings into `{_path(planned)}`"

    def run(self, work: Work) -> Work:
        """What the release has at the top of its web root has a link in the document root, which leads nowhere until
        the switch. A crash leaves some of them: whatever is live then, the next command keeps in step with it.
        """
        known = not work.outlook.returns  # its plan has a check that says so
        work.report.warnings.extend(fill(work.site, work.path, work.rules.web_root, known=known))
        return work


class Clear(Step[Outlook, Work]):
    name = "clear"

    def due(self, planned: Outlook) -> bool:
        return _is_filled(planned)

    def sentence(self, planned: Outlook) -> str:
        return f"remove links from `{_path(planned)}` that the release has no file for"

    def run(self, work: Work) -> Work:
        """The document root shows what is live, with what hooks made since; links to what is gone are gone as well."""
        return _cleared(work, work.rules.web_root)


class KeepInStep(Step[Outlook, Work]):
    """For a site on which nothing is switched."""

    name = "keep-in-step"

    def due(self, planned: Outlook) -> bool:
        with opened(planned.site) as place:
            return place is not None and bool(_filling(planned, place))

    def sentence(self, planned: Outlook) -> str:
        return f"link what is live into `{_path(planned)}`, and remove links that lead nowhere"

    def run(self, work: Work) -> Work:
        """The document root shows what is live, whatever the host has left of it."""
        return _cleared(work, web_root_of(work.site, work.rules.web_root))


def _cleared(work: Work, web_root: str) -> Work:
    found = clear(work.site, work.path, web_root, known=not work.outlook.returns)
    work.report.warnings.extend(line for line in found if line not in work.report.warnings)
    return work


def _filling(planned: Outlook, place: PublicHtml) -> Filling:
    site, live = planned.site, planned.record.path
    web_root = web_root_of(site, planned.rules.web_root)
    return look(place, names_of(site.links, live, web_root), web_root)
