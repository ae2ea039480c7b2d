"""A source is laid out as what is live: the web server, and the paths of the data, stay where they are."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast_engine.checks.check_input import CheckInput, Placement, accepting
from holdfast_engine.model.exposure import is_flat, served
from holdfast_engine.model.listing import LINK
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import PASS, REFUSE, Check

NAME = "layout"
"""The check's name."""
_BUILT = (".html", ".htm")


def layout(subject: CheckInput) -> Iterator[Check]:
    """Whether pages would be where the web server looks for them, and the application where its data is: only where
    something is live. A deploy of an archive without its upper directory would else end well, and the old pages be
    served for ever.
    """
    if subject.before is None:
        return
    before, now = subject.before, subject.placement
    if before.web_root == now.web_root and _is_gone(subject, before):
        why = f"`{before.pages[0]}`, from which the live release is served, is not in the source"
        yield Check(NAME, REFUSE, why, f"add it, or its replacement, to the source; {accepting(NAME)}")
    elif before.web_root != now.web_root and _is_served_no_more(subject, before):
        why = f"`{before.pages[0]}` of the live release is not in the source, whose web root is {_name(now.web_root)}"
        yield Check(NAME, REFUSE, f"the live release is served from {_name(before.web_root)}: {why}", _mend(subject))
    elif before.app_root != now.app_root and not any(map(subject.listing.has, before.marks)):
        why = f"the application is {_at(before.app_root)} in the live release, and {_at(now.app_root)} in the source"
        yield Check(NAME, REFUSE, why, _mend(subject))
    else:
        yield Check(NAME, PASS, "the source and the live release have the same layout")


def _is_gone(subject: CheckInput, before: Placement) -> bool:
    """True where the program that answers for every page would be gone from where it stood: a page may make room for a
    program that answers by other ways, and a command may bring what no source shows.
    """
    answers = any(not page.endswith(_BUILT) for page in before.pages)
    if any(subject.listing.kind(one) == LINK for page in before.pages for one in RelPath(page).ancestors()):
        return False  # a link of the source's own stands above it, and leads to where the program is
    commands = subject.settings.build or subject.settings.before_activation
    return answers and not (commands or any(map(subject.listing.has, before.fronts)))


def _is_served_no_more(subject: CheckInput, before: Placement) -> bool:
    """True where nothing would stand for the pages at the place from which they are served. Pages that were built may
    be built again, and no source shows that, unless its framework is known to build elsewhere.
    """
    if not before.pages or any(map(subject.listing.has, before.fronts)):
        return False
    commands, now = (*subject.settings.build, *subject.settings.before_activation), subject.placement
    may_build = commands and (not now.is_known or before.framework == now.framework)
    return not (may_build and all(page.endswith(_BUILT) for page in before.pages))


def _mend(subject: CheckInput) -> str:
    now = subject.placement
    point = f"point the web server at `{served(subject.root.path, now.web_root)}`, and move what is in "
    point += f"`{subject.layout.shared}/` to its new paths"
    return f"{_as_before(subject)}; {accepting(NAME)}, then {point}"


def _as_before(subject: CheckInput) -> str:
    before, now = subject.before or subject.placement, subject.placement
    if is_flat(now.web_root) and not is_flat(before.web_root):
        return f"put the source into a directory `{before.web_root}`, and deploy the directory around that"
    if is_flat(before.web_root) and now.app_root != "." and now.app_root == now.web_root:
        return f"deploy the directory `{now.app_root}` of the source alone"
    return f"give the source the layout of the live release, with {_name(before.web_root)} as its web root"


def _name(place: str) -> str:
    return "its top" if is_flat(place) else f"`{place}`"


def _at(place: str) -> str:
    return "at the top" if is_flat(place) else f"in `{place}`"
