"""Say what was shipped to a release that Holdfast did not deploy itself."""

from __future__ import annotations

from functools import partial
from typing import Any

from holdfast_engine.checks.checklist import require_acceptable
from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request
from holdfast_engine.operations.agree import Proposal, as_shown, asking
from holdfast_engine.operations.baseline import noted, question_of, telling_of, told_release
from holdfast_engine.operations.look import shown
from holdfast_engine.operations.named_versions import WAS, Named, named_versions
from holdfast_engine.operations.open import entering
from holdfast_engine.persistence.versions import Version
from holdfast_engine.site.handle import Site
from holdfast_engine.steps.note_shipped import Telling


def baseline(request: Request, tell: Listener, ask: Ask) -> dict[str, Any]:
    """What equals the versions that the request names is code from now on, in that release and in what is live: what
    the next release drops of it goes. What differs is an edit, what is not in them stays somebody's.
    """
    require_acceptable(request.accept, (WAS,))
    with entering(request, tell) as site:
        record = told_release(site)
        checkout = site.root.absolute(record.path) if site.root.kind(record.path / ".git") == DIR else ""
        with named_versions(site.request, checkout=checkout) as named:
            _require_some(named)
            if request.only_plan:
                return shown(site, question_of(site, telling_of(site, record, named.versions)))
            return noted(site, asking(site, ask, "the note").agree(partial(_proposed, site, named.versions)))


def _proposed(site: Site, versions: tuple[Version, ...]) -> Proposal[Telling]:
    telling = telling_of(site, told_release(site), versions)
    return as_shown(telling, question_of(site, telling))


def _require_some(named: Named) -> None:
    if not named.versions:
        raise Problem(
            "usage",
            "nothing says what was shipped: there is no version named, and the release is no checkout that can be read",
            context=named.unread,
            state="nothing was changed",
            hint="name the archive, the directory or the ref that was shipped: `holdfast baseline --from WHAT`",
        )
