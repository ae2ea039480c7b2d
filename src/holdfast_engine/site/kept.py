"""The access of the application, as the site file keeps it (G10)."""

from __future__ import annotations

from dataclasses import replace

from holdfast_engine.model.access import Kept
from holdfast_engine.site import format as site_format
from holdfast_engine.site.handle import Site


def kept_at(site: Site) -> Kept:
    """What is kept for this site; nothing where it was never measured."""
    return Kept.from_json(site.survey.site.access)


def keep(site: Site, kept: Kept) -> None:
    """The site file keeps KEPT: the old or the new after a crash."""
    file = site_format.read(site.root) or site_format.SiteFile()
    site_format.write(site.root, replace(file, access=kept.to_json()))
    site.refresh()
