"""Which release a rollback goes to."""

from __future__ import annotations

import difflib
from shlex import quote

from holdfast_engine.model.listing import DIR
from holdfast_engine.model.problem import Problem
from holdfast_engine.site.handle import Site
from holdfast_engine.site.records import ReleaseRecord
from holdfast_engine.site.survey import Survey


def choose(site: Site, wanted: str) -> ReleaseRecord:
    """The release called WANTED, or the newest that was live and good with a lower counter than the active one's
    (I51); one that somebody deleted is passed over.
    """
    survey, where = site.survey, site.root.path
    if wanted:
        return _named(survey, wanted, f"holdfast releases --site {quote(where)}")
    ceiling = survey.active.counter if survey.active else float("inf")
    good = [one for one in survey.releases if one.good and one.counter < ceiling]
    if not good:
        raise Problem(
            "nothing-to-roll-back-to",
            "there is no earlier release that was live without a failure",
            state="nothing was changed",
            hint=f"`holdfast releases --site {quote(where)}` lists what there is",
        )
    return next((one for one in reversed(good) if site.root.kind(one.path) == DIR), good[-1])


def _named(survey: Survey, wanted: str, listing: str) -> ReleaseRecord:
    found = survey.release(wanted)
    names = [one.id for one in survey.releases if one.good]
    if found is None:
        near = difflib.get_close_matches(wanted, names, n=1)
        raise Problem(
            "release-missing",
            f"there is no release `{wanted}`",
            state="nothing was changed",
            hint=f"did you mean `{near[0]}`?" if near else f"`{listing}` lists what there is",
        )
    if not found.good:
        raise Problem(
            "nothing-to-roll-back-to",
            f"release `{wanted}` is {found.state} and was never live without a failure",
            state="nothing was changed",
            hint=f"`{listing}` lists those that were live without a failure",
        )
    return found
