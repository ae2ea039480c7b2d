"""What a person should know of a deploy before it runs, and no check is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from shlex import quote

from holdfast_engine.checks.data_memory import words
from holdfast_engine.data.found import Found
from holdfast_engine.fs.probe import is_immutable, may_change_places, refused_second_names
from holdfast_engine.model.carried import Base
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.words import count
from holdfast_engine.operations.planned import notes_on_hooks
from holdfast_engine.persistence.fewer import fewer
from holdfast_engine.persistence.outgoing import known_of
from holdfast_engine.persistence.renamed import has_left_its_place
from holdfast_engine.persistence.review_note import seen_by
from holdfast_engine.persistence.strays import left_alone, missing_code
from holdfast_engine.site.handle import Site
from holdfast_engine.site.neighbours import look_alike
from holdfast_engine.steps.work import Outlook

MANY = 20_000
"""So many files go along from one directory before it is proposed to share it: each costs some calls."""
_NAMED = 4


def notes_on(outlook: Outlook, *, unchanged: bool) -> tuple[str, ...]:
    """Sentences on the deploy of OUTLOOK, which leaves the code as it is where UNCHANGED."""
    site, found = outlook.site, outlook.found
    notes = [*_mistyped(site)]
    if found.to_adopt and site.survey.current is not None:
        notes += _gaps(site, site.survey.current)
    notes += _copied(site, found)
    if found.pending:
        what = f"{count(len(found.pending), 'path')} of the live release, as `{min(found.pending)}`"
        after = "what neither the build nor the release has stays, and the rest goes to the attic"
        notes.append(f"{what} appeared in build output: after the build, {after}")
    if not unchanged:
        notes += [*_deleted_here(outlook), *_dropped(outlook), *_many(outlook), *notes_on_hooks(outlook)]
    notes += [*_called_otherwise(outlook), *_fewer(outlook)]
    notes += seen_by(site, outlook.rules, found, outlook.baseline, outlook.record.path)
    return (*notes, *left_alone(site.survey.current or RelPath(""), found))


def _mistyped(site: Site) -> Iterator[str]:
    """A wrong letter in `--site` makes a second site, and visitors go on seeing the first."""
    near = "" if site.survey.releases else look_alike(site.root.path)
    if near:
        yield f"`{site.root.path}` becomes a new site; `{near}` is a site already: `--site {quote(near)}` updates that"


def _called_otherwise(outlook: Outlook) -> Iterator[str]:
    """What is served under the new name goes on being so (G2); nobody finds pictures in an empty folder."""
    live = outlook.site.survey.current or RelPath("")
    for path, old in outlook.found.renamed.items():
        if has_left_its_place(outlook.site, outlook.rules, live, old):
            back = f"to give it its link back, first `holdfast recover --site {quote(outlook.site.root.path)}`"
            yield f"`{old}` was renamed to `{path}` in the live release: its files stay there, it begins empty; {back}"


def _fewer(outlook: Outlook) -> Iterator[str]:
    """What is served and a little less than it was: the next count forgets that. Not sessions and the like, of which
    some go every hour.
    """
    web_root, gone = outlook.rules.web_root.strip("."), {one.path for one in outlook.missing}
    for one in fewer(outlook.site, outlook.rules, outlook.counted, but=gone):
        if RelPath(one.path).is_within(web_root) and not outlook.rules.classifier.is_cache(one.path):
            yield f"{words(one)}: deleted there, or lost; `recover` looks for copies"


def _copied(site: Site, found: Found) -> list[str]:
    """What may have no second name: another user's files, and hidden ones that a panel has made immutable, as
    `.user.ini`. Other immutable ones are told of once they are copied: looking at each costs more than carrying it.
    """
    live = site.survey.current or RelPath("")
    files = [path for path, one in found.carried.items() if one.kind == FILE]
    hidden = [path for path in files if RelPath(path).name[:1] == "."]
    frozen = [path for path in hidden if is_immutable(site.root, live / path)]
    others = refused_second_names(site.root, [live / path for path in files])
    told = [f"`{path}` is immutable, and is copied into the new release; the copy is not immutable" for path in frozen]
    if others:
        what = f"{count(len(others), 'file')} of another user, as `{others[0].below(live)}`"
        told.append(f"{what}: this user may not link them, so copies go along")
    return told


def _gaps(site: Site, live: RelPath) -> list[str]:
    """What a file system does not let us do without a gap, said before it happens (G7)."""
    shared = site.links.layout.shared
    if site.root.kind(shared) == DIR and not may_change_places(site.root, live, shared):
        how = "each path is copied, and is missing for a moment; what a process still writes to an original"
        return [f"`{shared}` is on another file system: {how} is collected by the next deploys"]
    if not site.survey.site.options.get("exchange", True):
        how = "each path is moved by two renames, and is missing for a moment between them"
        return [f"this file system cannot exchange two names: {how}"]
    return []


def _deleted_here(outlook: Outlook) -> Iterator[str]:
    """An installer that was removed after the installation is served again when the release ships it again."""
    if outlook.outgoing is None:
        return
    gone = missing_code(outlook.site, outlook.outgoing, outlook.baseline, outlook.rules, found=outlook.found)
    before = outlook.previous.gone_before if outlook.previous else ()
    gone += [path for path in before if path not in outlook.found.present and not outlook.rules.is_shared(path)]
    back = [f"`{path}`" for path in gone if outlook.rules.listing.has(path)]
    if back:
        more = f" and {len(back) - _NAMED} more" if back[_NAMED:] else ""
        yield f"deleted on the server, and back with this release: {', '.join(back[:_NAMED])}{more}"


def _dropped(outlook: Outlook) -> Iterator[str]:
    """That it was shipped is a person's word, or a repository's: what goes for that is named before it goes (G8)."""
    live, rules, found = outlook.outgoing, outlook.rules, outlook.found
    if live is None or outlook.baseline is not None:
        return
    shipped = known_of(outlook.site, live)
    stay = rules.listing.entries.keys() | found.carried.keys() | found.to_adopt.keys()
    files = (path for path, one in shipped.items() if one.kind == FILE and path in found.present and path not in stay)
    gone = [f"`{path}`" for path in sorted(files) if not rules.is_shared(path)]
    if gone:
        more = f" and {len(gone) - _NAMED} more" if gone[_NAMED:] else ""
        yield f"unchanged since an earlier version shipped them, and removed with it: {', '.join(gone[:_NAMED])}{more}"


def _many(outlook: Outlook) -> Iterator[str]:
    """Each file that goes along costs some calls at every deploy; a directory that is shared costs one link."""
    carried = outlook.found.carried
    each = Counter(_directory(path, carried) for path, one in carried.items() if one.kind == FILE)
    yield from (
        f'`{top}` holds {count(number, "file")} that go along one by one; `[shared] paths = ["{top}/"]` shares it whole'
        for top, number in sorted(each.items())
        if top and number > MANY
    )


def _directory(path: str, carried: Base) -> str:
    """The outermost directory of CARRIED in which PATH goes along, or the one of code in which it stands alone."""
    return next((above for above in RelPath(path).ancestors() if above in carried), RelPath(path).parent)
