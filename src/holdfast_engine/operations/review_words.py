"""What can be decided of a path that a review lists: from a verb and a path to a decision, or a refusal (G7)."""

from __future__ import annotations

from collections.abc import Iterable
from shlex import quote
from typing import Optional

from holdfast_engine.data.baseline import baseline_of
from holdfast_engine.fs.copy import digest_of
from holdfast_engine.fs.sets import belongs_to, is_database
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import UNCHANGED, Problem
from holdfast_engine.model.reviewed import (
    DATA,
    DELETED,
    DROP,
    EDITED,
    FORGET,
    KEEP,
    SHARE,
    Reviewed,
    Said,
    can_be_named,
)
from holdfast_engine.model.rules import CARRIED
from holdfast_engine.persistence.review import reviewable
from holdfast_engine.persistence.review_rows import Row
from holdfast_engine.persistence.shared_paths import Rules, rules_for
from holdfast_engine.persistence.shipped import rules_now
from holdfast_engine.persistence.strays import sweep
from holdfast_engine.site.handle import Site
from holdfast_engine.steps.review import Decision

VERBS = (KEEP, DROP, SHARE, FORGET)
_WHY_NOT = {
    (EDITED, SHARE): "is a file that the release ships, and shared files are not shipped",
    (DATA, SHARE): "is in `shared/` already",
    (DELETED, DROP): "was deleted here, and the next release that ships it brings it back",
    (DELETED, SHARE): "was deleted here, and the next release that ships it brings it back",
}


def decision_of(site: Site, verb: str, words: tuple[str, ...]) -> Decision:
    """What VERB decides on the one path of WORDS. Raises `usage`, `path-missing`, `not-listed`, `review-blocked` and
    what rules raise, and changes nothing.
    """
    if verb not in VERBS:
        raise _usage(f"there is no `review {verb}`")
    if len(words) != 1:
        raise _usage(f"`review {verb}` needs one path")
    text = words[0].rstrip("/")
    if verb == FORGET:
        return _forgetting(site, text)
    row = listed(site, text, reviewable(site))
    if verb not in row.can:
        raise blocked(site, row.path, _WHY_NOT[row.what, verb])
    decision = _decided(site, verb, row)
    _refuse_what_cannot_hold(site, decision)
    return decision


def _forgetting(site: Site, text: str) -> Decision:
    if text not in site.survey.site.reviewed.words:
        raise _not_listed(site, f"there is no decision on `{text}`")
    return Decision(FORGET, RelPath(text))


def listed(site: Site, text: str, rows: Iterable[Row]) -> Row:
    """The row that TEXT means; `not-listed` and `path-missing` otherwise, each with what can be typed instead."""
    every = list(rows)
    found = [row for row in every if row.path == text]
    if found:
        return found[0]
    path = RelPath.parse(text)
    _refuse_database(site, path)
    around = [row for row in every if row.path == path or path.is_within(row.path)]
    if around and around[0].path == path:
        return around[0]
    if around:
        raise _not_listed(site, f"`{path}` is a part of `{around[0].path}`, which is listed as a whole", around[0].path)
    said = site.survey.site.reviewed.of(path)
    if said is not None:
        hint = f"`holdfast review forget {quote(path)} --site {quote(site.request.site)}` takes that back"
        raise Problem("not-listed", f"there is a decision on `{path}`: {said.word}", state=UNCHANGED, hint=hint)
    if not _stands(site, path):
        raise Problem("path-missing", f"there is no `{path}` in this site", state=UNCHANGED, hint=_list_hint(site))
    raise _not_listed(site, f"`{path}` is not listed: nothing about it looks like code")


def _stands(site: Site, path: RelPath) -> bool:
    live = site.survey.current
    places = [site.links.layout.in_shared(path), *([live / path] if live is not None else [])]
    return any(map(site.root.has, places))


def _refuse_database(site: Site, path: RelPath) -> None:
    """A database, by whichever of its files it is named, is data, whatever its name is and wherever it lies (I91)."""
    live, shared = site.survey.current, site.links.layout.in_shared(path)
    for place in (shared, *([live / path] if live is not None else [])):
        main = belongs_to(site.root, place)
        if is_database(site.root, place) or main:
            name = main.name if main else path.name
            raise blocked(
                site, path, f"is a database or a part of `{name}`: together with the files beside it, and data"
            )


def _decided(site: Site, verb: str, row: Row) -> Decision:
    """VERB on ROW. What is dropped has no word: what comes to its path again is asked about again."""
    status = site.root.lstat(row.place)
    inode = status.st_ino if status is not None else 0
    said: Optional[Said] = None
    if verb != DROP or row.what == EDITED:
        digest = digest_of(site.root, row.place) if row.what == EDITED else ""
        who, at = site.request.who, site.request.now
        said = Said(verb, row.what, is_dir=row.kind == DIR, who=who, at=at, digest=digest)
    return Decision(verb, RelPath(row.path), row.what, said, str(row.place), inode)


def _refuse_what_cannot_hold(site: Site, decision: Decision) -> None:
    """The rules are made as they would be: a word that they would not follow is refused now and not broken later."""
    path, rules = decision.path, rules_now(site)
    if decision.goes:
        _refuse_data_inside(site, path, rules)
    if decision.said is None or not decision.said.setting:
        return
    if decision.verb == SHARE and rules.listing.kind(path) is not None:
        raise blocked(site, path, "is shipped by the release, and shared files are not shipped")
    after = _rules_after(site, rules, decision.words(site.survey.site.reviewed))
    said = after.classifier.ruling(path)
    if decision.verb == SHARE and path not in after.shared_paths:
        raise blocked(site, path, f"cannot be shared: {said.source or said.rule} says {said.care}")
    if (
        decision.verb == KEEP
        and can_be_named(path)
        and not after.classifier.is_kept_here(path)
        and said.care != CARRIED
    ):
        raise blocked(site, path, f"cannot be kept as code of the server: {said.source or said.rule} says {said.care}")


def _rules_after(site: Site, rules: Rules, words: Reviewed) -> Rules:
    """The rules of what is live, were WORDS said."""
    settings = words.laid_over(rules.settings)
    return rules_for(site, rules.listing, settings)


def _refuse_data_inside(site: Site, path: RelPath, rules: Rules) -> None:
    """What lies in `shared/` and is shown inside a directory does not go with it, and nothing shows it without it."""
    inside = [one.path for one in rules.shared if RelPath(one.path).is_within(path) and one.path != path]
    live, baseline = site.survey.current, baseline_of(site, site.survey.active)
    if live is not None and baseline is not None:
        found = sweep(site, live, rules, baseline=baseline).to_adopt
        inside += [one for one in found if RelPath(one).is_within(path)]
    held = [
        one for one in inside if site.root.has(site.links.layout.in_shared(one)) or (live and site.root.has(live / one))
    ]
    if held:
        raise blocked(site, path, f"holds data, as `{held[0]}`, so it cannot be dropped")


def blocked(site: Site, path: str, why: str) -> Problem:
    """The refusal of what cannot be decided so."""
    return Problem("review-blocked", f"`{path}` {why}", state=UNCHANGED, hint=_list_hint(site))


def _not_listed(site: Site, message: str, row: str = "") -> Problem:
    where = quote(site.request.site)
    hint = f"decide on `{row}`, or look at one file of it with `holdfast review diff`" if row else _list_hint(site)
    return Problem("not-listed", message, state=UNCHANGED, context=[f"site: {where}"], hint=hint)


def _list_hint(site: Site) -> str:
    return f"`holdfast review --site {quote(site.request.site)}` lists what you can decide on"


def _usage(message: str) -> Problem:
    return Problem("usage", message, state=UNCHANGED, hint="`holdfast review --help` shows what can be typed")
