"""Links in `shared/` that lead out of the site, known from when they came: a later deploy tells of them without a look
through all data, and says where they lead by then, as when the site was moved or copied.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from holdfast_engine.checks.links_out import named_out
from holdfast_engine.fs.walk import links_below
from holdfast_engine.model.paths import RelPath
from holdfast_engine.site import format as site_format
from holdfast_engine.site.handle import Site

OPTION = "led_out"


def note(site: Site, adopted: Iterable[str]) -> None:
    """The site file names what leads out below the paths that were ADOPTED, beside what it named before."""
    links = (one for path in adopted for one in links_below(site.root, site.links.layout.in_shared(path)))
    found = {path for path, text in links if named_out(site.root, [(path, text)])}
    file = site_format.read(site.root)
    if file is not None and found - set(file.options.get(OPTION, ())):
        every = sorted({*file.options.get(OPTION, ()), *found})
        site_format.write(site.root, replace(file, options={**file.options, OPTION: every}))


def known(site: Site) -> tuple[RelPath, ...]:
    """Those of them that are links still."""
    return tuple(path for path in map(RelPath, site.survey.site.options.get(OPTION, ())) if site.root.link(path))
