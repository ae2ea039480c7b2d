"""The document root that cannot be a link: whether it can be filled, and what hides the release in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from shlex import quote
from typing import NamedTuple

from holdfast_engine.checks.check_input import CheckInput, accepting
from holdfast_engine.model.exposure import place_beside, served, take_out
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import PASS, REFUSE, WARN, Check
from holdfast_engine.model.words import named
from holdfast_engine.site import public_html as roots
from holdfast_engine.site.links import Links
from holdfast_engine.site.saved_pages import names_of, saved
from holdfast_engine.site.survey import current_release

NAME = "public-html"
"""The check's name."""


def public_html(subject: CheckInput) -> Iterator[Check]:
    """What there is to say of the document root that the settings name, or that was filled last; nothing where there is
    none.
    """
    named_now = subject.settings.public_html
    path = named_now or str(roots.remembered(subject.site).get("path", ""))
    if not path:
        return
    how, other = roots.standing(path, subject.root.path), roots.copied_from(subject.site, subject.root.path)
    if other and path == roots.remembered(subject.site).get("path"):
        why = f"`{path}` shows the site `{other}`, of which this is a copy: nothing is linked there"
        yield Check(NAME, WARN, why, "name another document root with `[site] public_html`")
    elif how == roots.APART:
        yield _filled(subject, path)
    elif how == roots.LINKED:
        yield _linked(subject, path)
    else:
        yield _unusable(subject, path, how, REFUSE if named_now else WARN)


def _linked(subject: CheckInput, path: str) -> Check:
    wanted = served(subject.root.path, subject.web_root)
    leads = os.path.realpath(path) in (os.path.realpath(wanted), wanted)
    if leads or not os.path.lexists(f"{subject.root.path}/current"):
        return Check(NAME, PASS, f"`{path}` is a link to what is live")
    point = f"`ln -s {quote(wanted)} {quote(path + '.new')} && mv -T {quote(path + '.new')} {quote(path)}`"
    return Check(NAME, WARN, f"`{path}` is a link, and does not lead to `{wanted}`", point)


def _unusable(subject: CheckInput, path: str, how: str, verdict: str) -> Check:
    if how == roots.MISSING:
        return Check(NAME, verdict, f"`{path}` is not there, so visitors see no site", f"`mkdir {quote(path)}`")
    if how == roots.NO_DIRECTORY:
        return Check(NAME, verdict, f"`{path}` is no directory", "name the document root with `[site] public_html`")
    place = place_beside(os.path.realpath(path))
    why = f"`{path}` and the site `{subject.root.path}` contain one another: visitors could read data"
    return Check(NAME, verdict, why, f"put the site outside of it, as in `{place}`: `--site {quote(place)}`")


def _filled(subject: CheckInput, path: str) -> Check:
    if not os.access(path, os.W_OK | os.X_OK):
        mend = f"`chmod u+wx {quote(path)}`, or deploy as its owner"
        return Check(NAME, REFUSE, f"this user may not make links in `{path}`", mend)
    others = _of_others(subject, path)
    if not (others.hiding or others.saved):
        rest = f"; {named(others.beside)} beside them is not Holdfast's, and stays" if others.beside else ""
        return Check(NAME, PASS, f"`{path}` shows what is live, by a link for each entry{rest}")
    if not others.hiding:
        home = f"`holdfast sweep --site {quote(subject.root.path)}`, or the next deploy, takes it in"
        return Check(NAME, WARN, f"{named(others.saved)} was saved in `{path}`, and is not in what is live", home)
    why = f"{named(others.hiding)} in `{path}` is not Holdfast's, stays, and hides what the release has there"
    away = f"move it out of `{path}`, then `holdfast sweep --site {quote(subject.root.path)}` links the release's own"
    if others.begun or roots.OF_THE_HOST.issuperset(others.hiding):
        return Check(NAME, WARN, why, away)
    take = f"`{take_out(path, subject.root.path)}` makes it the first release"
    return Check(NAME, REFUSE, why, f"{away if subject.live else take}; {accepting(NAME)}")


class _Others(NamedTuple):
    """What stands in a document root and is no link to what is live: at names of the release, HIDING it, or BESIDE, but
    for the host's own; what was SAVED since links of ours were made, and comes home. BEGUN: some are there.
    """

    hiding: list[str]
    beside: list[str]
    saved: list[str]
    begun: bool


def _of_others(subject: CheckInput, path: str) -> _Others:
    with roots.open_at(path, subject.root.path, subject.site) as place:
        here, coming, home = place.around.names(place.here), _coming(subject), _saved(subject, place)
        others = [name for name in here if not _is_link_to_it(place, name, subject.web_root)]
        staying = [name for name in others if name not in home]
        hiding = [name for name in staying if name in coming]
        beside = [name for name in staying if name not in coming and name not in roots.OF_THE_HOST]
        return _Others(hiding, beside, home, len(others) < len(here))


def _saved(subject: CheckInput, place: roots.PublicHtml) -> list[str]:
    live, known = current_release(subject.root), roots.remembered(subject.site)
    if live is None or not known:
        return []
    return saved(place, names_of(Links(subject.root, subject.layout), live, known["web_roots"][-1]))


def _is_link_to_it(place: roots.PublicHtml, name: str, web_root: str) -> bool:
    return place.is_own(name) or place.is_on_its_way(name) or place.shows(name, web_root)


def _coming(subject: CheckInput) -> set[str]:
    """The names at the top of the web root, of what is to come."""
    top = roots.inner(subject.web_root)
    every = map(RelPath, subject.listing.entries)
    found = {path.below(top).parts[0] for path in every if path.is_within(top) and path != top}
    return set(filter(roots.is_shown, found))
