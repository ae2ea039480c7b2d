"""What was shipped to what is to be adopted, by the versions that are named and the history of a checkout."""

from __future__ import annotations

import os
from typing import NamedTuple, Optional

from holdfast_engine.fs.root import Root
from holdfast_engine.model.problem import Problem
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


def shipped_there(request: Request, there: Site, named: Named) -> Shipped:
    """What the NAMED versions say of what lies THERE; a checkout of something else is passed over, and told."""
    if not named.versions or there.survey.managed:
        return Shipped(told=named.unread)
    place = live_place(there.root)
    found = compare(there, place, named.versions)
    warned = refuse_unlike(there, found, place) if request.was else []
    if found.is_unlike and not request.was:
        other = "the `.git` in it is of something else, and says nothing of what was shipped"
        return Shipped(told=(*named.unread, other))
    rules = rules_of(there, found, request.settings, place=place)
    return Shipped(found, (*named.unread, *warned, *told_was(found)), rules)


def refuse_was_apart(request: Request, apart: str) -> None:
    """`usage` for versions of what is to be a site elsewhere: what was shipped is compared where it lies then."""
    if apart and request.was:
        raise Problem(
            "usage",
            "`--was` compares what lies in the site, and that is to be made first",
            state="nothing was changed",
            hint="adopt without `--was`, then `holdfast baseline --from ARCHIVE`",
        )


def checkout_of(request: Request, apart: str) -> str:
    """The checkout that is adopted in place; empty where there is none."""
    if apart or not os.path.isdir(request.site):
        return ""
    with Root(request.site) as root:
        return checkout_in(root)
