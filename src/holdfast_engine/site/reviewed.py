"""What a person said by `review`, as the site file keeps it."""

from __future__ import annotations

from dataclasses import replace

from holdfast_engine.model.reviewed import Reviewed
from holdfast_engine.site import format as site_format
from holdfast_engine.site.handle import Site


def keep_words(site: Site, words: Reviewed) -> None:
    """The site file keeps WORDS: the old ones or these after a crash."""
    file = site_format.read(site.root) or site_format.SiteFile()
    if file.reviewed != words:
        site_format.write(site.root, replace(file, reviewed=words))
    site.refresh()
