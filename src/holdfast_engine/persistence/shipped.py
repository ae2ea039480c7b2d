"""What a release shipped, and the rules that follow from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from typing import Optional

from holdfast_engine.data.baseline import Baseline, baseline_of
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.listing import FILE, LINK, Listed, Listing
from holdfast_engine.model.memory import is_data, is_database_name
from holdfast_engine.model.paths import RelPath
from holdfast_engine.persistence.shared_paths import Rules, rules_for, settings_of
from holdfast_engine.rules.programs import is_code
from holdfast_engine.rules.shape_patterns import is_environment
from holdfast_engine.site.handle import Site

_MOST, _MOST_IN_ALL = 64 * 1024, 1024 * 1024
"""How many bytes of one small file, and of all of them, a record keeps."""


def listing_of(site: Site, release: RelPath) -> Listing:
    """What a directory of the site holds now, by name, without our own links: they lead to data and are no code.

    What lies in a directory that may not be read is nobody's code to us.
    """
    entries = {
        path: Listed(kind, status.st_size)
        for path, kind, status in walk(site.root, release, unreadable=[])
        if kind != LINK or not site.links.is_linked(release, path)
    }
    return _readable(site, release, entries)


def _readable(site: Site, release: RelPath, entries: dict[str, Listed]) -> Listing:
    return Listing(entries, lambda path: site.root.read(release / path), lambda path: site.root.link(release / path))


_TELLING = 50
"""So many users' files of one directory and ending tell of it what all of them do."""
_LONGEST_ENDING = 10


def outline_of(site: Site, release: RelPath) -> Listing:
    """The same for rules alone, where uploads may lie by the million: of the users' files in one directory that have
    one ending, by their names, some are left out. Programs, databases, environments and directories never are, nor is
    the one `pom.xml` or `hugo.toml` among pictures.
    """
    entries, seen = dict[str, Listed](), Counter[tuple[str, str]]()
    for path, kind, status in walk(site.root, release, unreadable=[]):
        if kind == FILE and _is_one_of_many(path):
            among = _among(path)
            seen[among] += 1
            if seen[among] > _TELLING:
                continue
        if kind != LINK or not site.links.is_linked(release, path):
            entries[path] = Listed(kind, status.st_size)
    return as_lived_in(_readable(site, release, entries))


def as_lived_in(listing: Listing) -> Listing:
    """LISTING, where what was shipped is unknown, and users' files may be among it."""
    return replace(listing, lived_in=True)


def _among(path: str) -> tuple[str, str]:
    """The directory and the ending of PATH; what is no word, as a date or a key, is no ending."""
    above, _, name = path.rpartition("/")
    ending = name.rpartition(".")[2].lower()
    return above, ending if "." in name and ending.isalpha() and len(ending) <= _LONGEST_ENDING else ""


def _is_one_of_many(path: str) -> bool:
    name = path.rpartition("/")[2]
    return is_data(name) and not (is_code(path) or is_database_name(name) or is_environment(path))


def kept_texts(listing: Listing) -> dict[str, str]:
    """The small files from which rules on LISTING were made, for its record: each byte a letter. What is large is left
    out, and so is every environment file: no secret is written down a second time.
    """
    found: dict[str, str] = {}
    room = _MOST_IN_ALL
    for path, content in sorted(listing.concluded_from.items()):
        if content is not None and len(content) <= min(_MOST, room) and not is_environment(path):
            found[path] = content.decode("latin-1")
            room -= len(content)
    return found


def listing_behind_links(site: Site, release: RelPath, shipped: Listing, shared: Collection[str]) -> Listing:
    """What RELEASE holds after commands ran in it that could see its links: at SHARED paths what it SHIPPED, for what
    is listed or read through a link of ours is data, and no rule is made from that.
    """
    now = listing_of(site, release)

    def is_behind(path: str) -> bool:
        here = RelPath(path)
        return path in shared or any(one in shared for one in here.ancestors())

    kept = {path: entry for path, entry in shipped.entries.items() if is_behind(path)}
    seen = {path: entry for path, entry in now.entries.items() if not is_behind(path)}
    return Listing(
        {**seen, **kept},
        lambda path: (shipped if is_behind(path) else now).read(path),
        lambda path: (shipped if is_behind(path) else now).link(path),
    )


def rules_proven(site: Site) -> Optional[Rules]:
    """The rules of what is live, from its baseline; None without one, for then nothing tells what was shipped."""
    baseline, current = baseline_of(site, site.survey.active), site.survey.current
    if baseline is None or current is None:
        return None
    settings = settings_of(site.survey.active, site.request.settings)
    return rules_for(site, as_shipped(site, current, baseline), settings)


def as_shipped(site: Site, release: RelPath, baseline: Baseline) -> Listing:
    """What RELEASE shipped, by name, with the small files from which its rules were made as its record keeps them; one
    that it does not keep is read as it stands.
    """
    shipped, key = baseline.listing(), ("shipped", release, baseline)
    if key not in site.made:
        record = next((one for one in site.survey.releases if one.path == release), None)
        kept = {path: text.encode("latin-1") for path, text in (record.read if record else {}).items()}

        def read(path: str) -> Optional[bytes]:
            return kept[path] if path in kept else site.root.read(release / path)

        site.made[key] = replace(shipped, read=read)
    found: Listing = site.made[key]
    return found


def rules_now(site: Site) -> Rules:
    """The rules of what is live, from its baseline, else from what lies there."""
    proven, current = rules_proven(site), site.survey.current
    if proven is not None:
        return proven
    settings = settings_of(site.survey.active, site.request.settings)
    return rules_for(site, as_lived_in(listing_of(site, current)) if current else Listing({}), settings)


def rules_shipped(site: Site) -> Rules:
    """The rules of what is live, with what has ever been shipped inside shared paths, which no baseline names."""
    rules, active = rules_now(site), site.survey.active
    seeds = {path: 0 for path in (active.seeds if active else ()) if not rules.listing.has(path)}
    entries = {**Listing.of_files(seeds).entries, **rules.listing.entries}
    return rules_for(site, replace(rules.listing, entries=entries), rules.settings)
