"""The old document root of an adopted site, looked through by every command that brings data home."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Optional

from holdfast_engine.data.baseline import Baseline
from holdfast_engine.data.moved import Moved
from holdfast_engine.data.old_root import OldRoot
from holdfast_engine.fs.copy import digest_of
from holdfast_engine.fs.place import drop_own_link, make_link
from holdfast_engine.fs.refusals import words_of
from holdfast_engine.model.listing import FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.sets import COMPANIONS
from holdfast_engine.persistence.adopt import Adopter
from holdfast_engine.persistence.copies import is_like
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.persistence.strays import sweep
from holdfast_engine.site import document_root
from holdfast_engine.site import format as site_format
from holdfast_engine.site.handle import Site
from holdfast_engine.site.host_errors import REFUSED

PLACE = "the old document root"


def saved(site: Site, rules: Rules) -> dict[str, str]:
    """What was saved in the old document root since the last look, with the reason, as a plan shows it. A database's
    companions come first, so that it is never found without them; caches stay where they are, and `shared/` under a
    name that a person gave to it: as data it would be nobody's copy any more.
    """
    live, names = site.survey.current or RelPath(""), document_root.entries(site.root, site.survey.site)
    found = [name for name in document_root.detached(site.root, names) if not rules.classifier.is_cache(name)]
    found += [name for name in names if document_root.renamed_from(site.root, live, name)]
    found = [name for name in found if not is_like(name, site.links.layout.shared_name)]
    found.sort(key=lambda name: (not name.endswith(COMPANIONS), name))
    return dict.fromkeys(found, f"saved in {PLACE}")


def bring(adopter: Adopter, live: RelPath, names: dict[str, str], is_code: Callable[[str], bool]) -> bool:
    """What was saved under NAMES is in LIVE, where the next look finds it, in `shared/` or in the attic; True when it
    was anything.

    What may not be moved is told of and left: it must not keep any command from working.
    """
    site, moved = adopter.site, Moved()
    round_ = OldRoot(site.links, adopter.operation, live, is_code, moved)
    for name in names:
        try:
            round_.bring(name)
        except OSError as error:
            if error.errno not in REFUSED:
                raise
            moved.unmoved.append((f"`{name}` in {PLACE}", f"could not be moved into the site: {words_of(error)}"))
    adopter.report.add(moved)
    return bool(names)


def bring_home(
    adopter: Adopter, live: RelPath, rules: Rules, baseline: Optional[Baseline], names: dict[str, str]
) -> None:
    """What was saved under NAMES is in `shared/` or in the attic, and seen in LIVE; BASELINE and RULES are of that."""
    if bring(adopter, live, names, shipped(adopter.site, live, baseline)):
        found = sweep(adopter.site, live, rules, baseline=baseline)
        adopter.bring(live, replace(found, leftover_output={}), wins="live")
        adopter.link_into(live, found.to_adopt)


def shipped(site: Site, live: RelPath, baseline: Optional[Baseline]) -> Callable[[str], bool]:
    """Whether a file of LIVE is as it was shipped, by its BASELINE; without one nothing is known to be."""

    def is_code(path: str) -> bool:
        entry = baseline.get(path) if baseline else None
        return entry is not None and entry.kind == FILE and digest_of(site.root, live / path) == entry.digest

    return is_code


def open_up(site: Site, live: RelPath) -> None:
    """Each name at the top of LIVE that the old document root lacks is to be seen there too."""
    for name in document_root.unseen(site.root, site.survey.site, live):
        make_link(site.root, RelPath(name), document_root.through(name))


def close_down(site: Site) -> None:
    """No link of ours is left in the old document root, and the site file knows of none: a person has said that it is
    served no more. What somebody put there himself stays. A crash leaves some of the links, and the next such command
    takes them away.
    """
    for name in document_root.ours(site.root, site.survey.site):
        drop_own_link(site.root, name)
    file = site_format.read(site.root)
    if file is not None and document_root.OPTION in file.options:
        left = {key: value for key, value in file.options.items() if key != document_root.OPTION}
        site_format.write(site.root, replace(file, options=left))
    site.refresh()
