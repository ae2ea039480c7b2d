"""What was shipped to what is to be adopted, by the versions that are named and the history of a checkout."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import NamedTuple, Optional

from holdfast_engine.fs.root import Root
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.request import Request
from holdfast_engine.operations.named_versions import Named, checkout_in, refuse_unlike, told_was
from holdfast_engine.persistence.note_shipped import rules_of
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.persistence.was_shipped import WasShipped, compare, live_place
from holdfast_engine.site.handle import Site


class Shipped(NamedTuple):
    """What WAS shipped there, where anything tells it; what is to be said of it; the rules that follow."""

    was: Optional[WasShipped] = None
    told: tuple[str, ...] = ()
    rules: Optional[Rules] = None


def shipped_there(request: Request, there: Site, named: Named, *, apart: str, stays: Collection[str]) -> Shipped:
    """What the NAMED versions say of what lies THERE, all of it where that is a document root APART from the site, but
    for what STAYS in it; a checkout of something else is passed over, and told.
    """
    if not named.versions or there.survey.managed:
        return Shipped(told=named.unread)
    place = RelPath("") if apart else live_place(there.root)
    found = compare(there, place, named.versions, but=stays)
    warned = refuse_unlike(there, found, place) if request.was else []
    if found.is_unlike and not request.was:
        other = "its `.git` belongs to something else, and does not say what was shipped"
        return Shipped(told=(*named.unread, other))
    rules = rules_of(there, found, request.settings, place=place)
    return Shipped(found, (*named.unread, *warned, *told_was(found)), rules)


def checkout_of(request: Request, apart: str) -> str:
    """The checkout that is adopted, in place or out of a document root; empty where there is none."""
    where = apart or request.site
    if not os.path.isdir(where):
        return ""
    with Root(where) as root:
        return checkout_in(root)
