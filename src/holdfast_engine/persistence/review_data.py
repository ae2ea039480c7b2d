"""What lies among shared data and looks like code: a script that somebody uploaded, what a vendor once shipped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple, Optional

from holdfast_engine.fs.copy import beginning, digest_of
from holdfast_engine.fs.sets import is_database
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath, above
from holdfast_engine.model.reviewed import DATA
from holdfast_engine.model.rules import HAPPENED, SHARED, Ruling, SharedPath
from holdfast_engine.persistence.earlier import Earlier
from holdfast_engine.persistence.review_rows import Row
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.rules.classify_rules import CONFIGURATION
from holdfast_engine.rules.code_evidence import LOOKED_INTO, RUNS, SHIPPED, Evidence, evidence_among_data
from holdfast_engine.rules.programs import is_code
from holdfast_engine.site.handle import Site


class _File(NamedTuple):
    """One file in `shared/`, with what makes it look like code, if anything does; whether it is CODE by its name."""

    path: str
    code: bool
    size: int
    mtime: float
    why: tuple[Evidence, ...]


def data_rows(site: Site, rules: Rules, earlier: Earlier) -> Iterator[Row]:
    """A row for each file of the shared data that looks like code, and for each directory in which all is code. What
    a release ships as a seed, and what a person named, is none.
    """
    for one in rules.shared:
        code, beside = list[_File](), set[str]()
        for file in _files(site, rules, earlier, one):  # of uploads, which may be many, their directory alone is kept
            if file.why or file.code:
                code.append(file)
            else:
                beside.add(file.path.rpartition("/")[0])
        for top, inner in _gathered(one, code, beside):
            yield _row(site, rules, one, top, inner)


def _files(site: Site, rules: Rules, earlier: Earlier, one: SharedPath) -> Iterator[_File]:
    root, there, read = site.root, site.links.layout.in_shared(one.path), partial(_read, site)
    status = root.lstat(there)
    own = [("", FILE, status)] if status is not None and root.kind(there) == FILE else walk(root, there, unreadable=[])
    active = site.survey.active
    seeds = active.seeds.keys() - active.dropped if active is not None else ()
    for inner, kind, found in own:
        path = str(RelPath(one.path) / inner) if inner else one.path
        if kind != FILE or found is None:
            continue
        code = is_code(path)
        why = tuple(evidence_among_data(path, found.st_size, rules.web_root, read)) if code else ()
        if not why and (one.why in HAPPENED or code):
            why = tuple(_shipped(site, earlier, path))
        left_out = why and (
            path in seeds or _is_named(rules, path) or is_database(root, there / inner if inner else there)
        )
        yield _File(path, code, found.st_size, found.st_mtime, () if left_out else why)


def _shipped(site: Site, earlier: Earlier, path: str) -> Iterator[Evidence]:
    """What an earlier release shipped here, and no release ships now: code, or any file that nobody changed."""
    active, place = site.survey.active, site.links.layout.in_shared(path)
    if active is not None and path in active.dropped:
        text = "it is unchanged since" if digest_of(site.root, place) == active.seeds[path] else "it was changed here"
        yield Evidence(SHIPPED, f"an earlier release shipped it, and {text}")
        return
    record = earlier.same_as(path, place)
    if record is not None:
        yield Evidence(SHIPPED, f"the release `{record.id}` shipped it, and it is unchanged since")
        return
    found = earlier.shipping(path) if is_code(path) else None
    if found is not None and found[1].kind == FILE:
        yield Evidence(SHIPPED, f"the release `{found[0].id}` shipped it, and it was changed here")


def _is_named(rules: Rules, path: str) -> bool:
    """True for a path that a person named itself: what is said of a directory says nothing of a script put into it."""
    return any(path == text.rstrip("/") for text in rules.settings.shared)


def _read(site: Site, path: str) -> Optional[bytes]:
    return beginning(site.root, site.links.layout.in_shared(path), LOOKED_INTO)


def _gathered(one: SharedPath, code: list[_File], beside: set[str]) -> Iterator[tuple[str, list[_File]]]:
    """The files that look like code, each by itself; together where a directory holds some of them and CODE alone.
    BESIDE are directories in which something else lies.
    """
    other, holds = above(f"{path}/" for path in beside), defaultdict[str, list[_File]](list)
    for file in code:
        for here in RelPath(file.path).ancestors():
            if here not in other and here.is_within(one.path):
                holds[here].append(file)
    some = {top for top, inner in holds.items() if sum(bool(file.why) for file in inner) > 1}
    whole = {top for top in some if top != one.path or one.why in HAPPENED}
    tops: dict[str, list[_File]] = {}
    for file in code:
        top = next((here for here in RelPath(file.path).ancestors() if here in whole), None)
        if top is not None or file.why:
            tops.setdefault(top or file.path, []).append(file)
    yield from sorted(tops.items())


def _row(site: Site, rules: Rules, one: SharedPath, top: str, inner: list[_File]) -> Row:
    spoken = rules.classifier.ruling(top)
    by_rule = spoken.rule == CONFIGURATION or spoken.care == SHARED
    ruling = spoken if by_rule else Ruling(top, SHARED, one.why, f"`{one.path}` is in shared/")
    why = inner[0].why
    kind = FILE if [file.path for file in inner] == [top] else DIR
    if kind == DIR:
        named = [file for file in inner if file.why]
        text = f"{len(named):,} of {len(inner):,} files look like code, as `{named[0].path}`: {named[0].why[0].text}"
        why = (Evidence(named[0].why[0].word or RUNS, text),)
    size, changed = sum(file.size for file in inner), max(file.mtime for file in inner)
    return Row(top, DATA, kind, len(inner), size, changed, site.links.layout.in_shared(top), ruling, why)
