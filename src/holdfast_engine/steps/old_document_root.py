"""The old document root of an adopted site, once a person has said that it is served no more."""

from __future__ import annotations

from holdfast_engine.checks.old_document_root import NAME
from holdfast_engine.model.words import count
from holdfast_engine.persistence.old_document_root import close_down
from holdfast_engine.site import document_root
from holdfast_engine.steps.step import Step
from holdfast_engine.steps.work import Outlook, Work


class CloseDown(Step[Outlook, Work]):
    """After everything that was saved there is home."""

    name = "close-down"

    def due(self, planned: Outlook) -> bool:
        site = planned.site
        return NAME in site.request.accept and bool(document_root.entries(site.root, site.survey.site))

    def sentence(self, planned: Outlook) -> str:
        site = planned.site
        links = count(len(document_root.ours(site.root, site.survey.site)), "link")
        return f"remove {links} from the old document root, which is no longer served"

    def run(self, work: Work) -> Work:
        """The site's directory is a document root no more: nothing of what is live is to be seen there. A crash leaves
        some of the links, and the same command takes them away.
        """
        work.site.refresh()
        close_down(work.site)
        return work
