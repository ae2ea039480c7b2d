"""Who the running application is, and how that is known."""

from __future__ import annotations

import os
import pwd
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Optional

from holdfast_engine.fs import servers
from holdfast_engine.fs.accounts import groups_of
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.access import CONFIGURED, OWNER, POOL, PROCESS, SAID, WORKER, Kept, WebUser
from holdfast_engine.model.listing import DIR
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.site.bases import base_of
from holdfast_engine.site.handle import Site

_LOOKED_AT = 200
"""How many names of what appeared tell whose they are: one is enough, and few sites have several users."""


def web_user(site: Site, rules: Rules) -> Optional[int]:
    """The uid that the application runs as; None where nothing tells it."""
    found = found_user(site, rules)
    return None if found is None else found.uid


def found_user(site: Site, rules: Rules) -> Optional[WebUser]:
    """Whom the application runs as: configured, else what a person said or was measured, else somebody else than root
    and us who owns what appeared, else whose processes serve the site; else nobody is known. Looked at once a command.
    """
    named, kept = site.request.settings.web_user, Kept.from_json(site.survey.site.access)
    if named:
        uid = uid_of(named)
        return None if uid is None else WebUser(uid, CONFIGURED)
    if kept.user is not None and (kept.how == SAID or kept.user != os.geteuid()):
        return WebUser(kept.user, kept.how or OWNER)
    owner = _owner_of_data(site, rules)
    if owner is not None:
        return WebUser(owner, OWNER)
    if "serving" not in site.made:
        site.made["serving"] = serving(site, is_php=any(path.endswith(".php") for path in rules.listing.entries))
    found: Optional[WebUser] = site.made["serving"]
    return None if found is not None and _is_ours_alone(site, rules, kept, found.uid) else found


def _is_ours_alone(site: Site, rules: Rules, kept: Kept, server: int) -> bool:
    """True where one user deploys and runs the application, whoever else has a web server on this host: what was
    measured let SERVER write nowhere, and there is data, which is ours.
    """
    us = os.geteuid()
    if us == 0 or not kept or any(one.lets_in(server, groups_of(server)) for one in kept.directories.values()):
        return False
    tops = [site.links.layout.in_shared(one.path) for one in rules.shared if one.kind == DIR]
    return any(status.st_uid == us for top in tops for _, _, status in islice(walk(site.root, top, unreadable=[]), 1))


def is_guessed(site: Site, rules: Rules, user: WebUser) -> bool:
    """True where nothing but single files tells of USER: no directory of data is its own, and nothing was measured; and
    where web servers run as it, and nothing says that they serve this site.
    """
    if user.how == WORKER:
        return True
    tops = (site.links.layout.in_shared(one.path) for one in rules.shared if one.kind == DIR)
    own = any(status.st_uid == user.uid for status in map(site.root.lstat, tops) if status)
    return user.how == OWNER and not own and Kept.from_json(site.survey.site.access).user is None


def uid_of(name: str) -> Optional[int]:
    try:
        return int(name) if name.isdigit() else pwd.getpwnam(name).pw_uid
    except KeyError:
        return None


def serving(site: Site, *, is_php: bool) -> Optional[WebUser]:
    """The one user whose processes serve the site; None where they are several, or none. What runs PHP on this host is
    asked for PHP alone: another application has a user of its own.
    """
    for how, found in _asked(site, is_php=is_php):
        if found:
            return WebUser(next(iter(found)), how) if len(found) == 1 else None
    return None


def _asked(site: Site, *, is_php: bool) -> Iterator[tuple[str, frozenset[int]]]:
    others = servers.others()
    yield PROCESS, servers.working_in(site.root, others)
    if is_php:
        yield POOL, servers.of_pools(os.path.realpath(site.root.path))
        yield WORKER, servers.of_web_servers(others)


def most(owners: Iterable[int]) -> Optional[int]:
    """Who owns most, but root and us."""
    found = Counter(one for one in owners if one not in (0, os.geteuid()))
    return found.most_common(1)[0][0] if found else None


def _owner_of_data(site: Site, rules: Rules) -> Optional[int]:
    """Directories first: who may make names in them is whom they were made for. Each set of them is asked once."""
    tops = tuple(site.links.layout.in_shared(one.path) for one in rules.shared if one.kind == DIR)
    if ("owner", tops) not in site.made:
        with site.root.looking():
            found = most(status.st_uid for status in map(site.root.lstat, tops) if status)
        site.made["owner", tops] = found if found is not None else most(_owners(site, tops))
    owner: Optional[int] = site.made["owner", tops]
    return owner


def _owners(site: Site, tops: Iterable[str]) -> Iterator[int]:
    """Of what lies at the top of shared directories, and of what goes along beside code."""
    for top in tops:
        below = walk(site.root, top, descend=lambda _: False, unreadable=[])
        yield from (status.st_uid for _, _, status in islice(below, _LOOKED_AT))
    live = site.survey.active
    for path in islice(base_of(site, live.id), _LOOKED_AT) if live else ():
        carried = site.root.lstat(live.path / path) if live else None
        if carried is not None:
            yield carried.st_uid
