"""Databases that are shared as single files: whether all that belongs to one lies in one place."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast_engine.checks.check_input import CheckInput, accepting
from holdfast_engine.fs.sets import holders, is_orphan, parted, still_fits
from holdfast_engine.model.listing import FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import PASS, REFUSE, WARN, Check
from holdfast_engine.model.sets import main_of, suffixes_of


def sets(subject: CheckInput) -> Iterator[Check]:
    """Looks only at shared single files, and at what stands beside them in `shared/`, in what is live and in releases
    that were: a program that stayed leaves its journal there. In a shared directory a database and its companions
    cannot be parted. An environment file is none.
    """
    live, lying = subject.live or subject.release, _lying(subject)
    told = [check for path in lying if live is not None and main_of(path) for check in _alone(subject, live, path)]
    releases = ([live] if live is not None else []) + list(subject.retired)
    beside = ((one, path) for one in releases for path in _accompanied(subject, one, lying))
    told += [check for one, path in beside for check in _beside(subject, one, path)]
    refused = [check for check in told if check.verdict == REFUSE]
    yield next(iter([*refused, *told]), Check("sets", PASS, "every database has its files beside it"))


def _lying(subject: CheckInput) -> list[RelPath]:
    """Those of the shared single files that are there."""
    plain = {*subject.needs, *subject.may_need}
    files = [RelPath(one.path) for one in subject.shared if one.kind == FILE and one.path not in plain]
    lists = _names(subject, subject.layout.shared, files)
    return [path for path in files if path.name in lists[path.parent]]


def _accompanied(subject: CheckInput, release: RelPath, paths: list[RelPath]) -> list[RelPath]:
    """Those of PATHS beside whose place in RELEASE something has the name of a companion."""
    lists = _names(subject, release, paths)
    return [path for path in paths if any(path.name + end in lists[path.parent] for end in suffixes_of(path))]


def _names(subject: CheckInput, top: RelPath, paths: list[RelPath]) -> dict[RelPath, frozenset[str]]:
    """What each directory below TOP holds in which one of PATHS is, by one look into it."""
    return {where: frozenset(subject.root.names(top / where)) for where in {one.parent for one in paths}}


def _beside(subject: CheckInput, live: RelPath, path: str) -> Iterator[Check]:
    """Rows of a database that are in the release, where nobody looks for them who opens it now."""
    root, there = subject.root, subject.layout.in_shared(path)
    for end in parted(root, live / path, there):
        here = RelPath(live / (path + end))
        why = f"`{here}` has rows of `{there}`, and is not beside it"
        users = holders(root, [live / path, there])
        if users:
            named = ", ".join(str(user) for user in users[:5])
            why = f"{why}: process {named} opened the database before it was moved"
            yield Check("sets", WARN, why, "restart that process")
        elif still_fits(root, here, there):
            yield Check("sets", WARN, f"{why}; it fits", _recover(subject))
        else:
            yield Check("sets", REFUSE, f"{why}; the database was changed since", _by_hand(subject, here, there))


def _alone(subject: CheckInput, live: RelPath, path: str) -> Iterator[Check]:
    """Rows in `shared/` whose database is not there; the live release may hold it, and it comes home then."""
    root, here = subject.root, subject.layout.in_shared(path)
    if not is_orphan(root, here):
        return
    why, main = f"`{here}` has rows of a database that is not beside it", live / main_of(path)
    if root.leads_to(live / path, here) or still_fits(root, here, main):
        yield Check("sets", WARN, f"{why}, but at `{main}`", _recover(subject))
    else:
        yield Check("sets", REFUSE, why, _by_hand(subject, here, RelPath(main_of(here))))


def _recover(subject: CheckInput) -> str:
    return f"`holdfast recover --site {subject.root.path}` puts them together, and so does the next deploy"


def _by_hand(subject: CheckInput, part: RelPath, main: RelPath) -> str:
    where = subject.root.absolute
    copies = f"copy `{where(part)}` beside a copy of the `{main.name}` it was written with, and see which rows you need"
    return f"{copies}; then move it out of the site; {accepting('sets')}"
