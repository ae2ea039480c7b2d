"""One listed path beside what there is to compare it with: what was shipped, what is served, what the attic keeps."""

from __future__ import annotations

from difflib import unified_diff
from shlex import quote
from typing import Any, NamedTuple, Optional

from holdfast_engine.data.baseline import baseline_of
from holdfast_engine.fs.copy import beginning
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import UNCHANGED, Problem
from holdfast_engine.model.reviewed import DELETED, EDITED
from holdfast_engine.operations.review_words import listed
from holdfast_engine.persistence.attic_entries import entries
from holdfast_engine.persistence.earlier import Earlier
from holdfast_engine.persistence.review import reviewable
from holdfast_engine.persistence.review_rows import Row
from holdfast_engine.rules.masking import Masking
from holdfast_engine.site.handle import Site

_MOST = 1 << 20
"""In bytes: a bigger file is told of, and not shown."""


class Side(NamedTuple):
    """One of two versions: what a person calls it, and where in the site it lies."""

    name: str
    place: RelPath


def difference(site: Site, words: tuple[str, ...]) -> dict[str, Any]:
    """The one path of WORDS, which is listed or lies in a directory that is, against another version, as text with its
    secrets masked. Raises `usage`, `path-missing` and `not-listed`; nothing is changed.
    """
    if len(words) != 1:
        raise Problem("usage", "`review diff` needs one path", state=UNCHANGED, hint="`holdfast review --help`")
    row, path = _meant(site, words[0].rstrip("/"))
    ours, other = _sides(site, row, path)
    before, after = (_content(site, side) for side in (other, ours))
    told = _told(before, after, other)
    text = "" if told else _text(path, other, ours, before or b"", after or b"")
    return {
        "path": path,
        "what": row.what,
        "from": _named(other),
        "to": _named(ours),
        "equal": before is not None and before == after,
        "text": text,
        "notes": [*told, *([] if other or told else ["there is no other version to compare with: all of it is shown"])],
    }


def _named(side: Optional[Side]) -> Optional[dict[str, str]]:
    return {"name": side.name, "place": str(side.place)} if side is not None else None


def _meant(site: Site, text: str) -> tuple[Row, str]:
    """The row, and the file of it that TEXT means."""
    rows = reviewable(site)
    inside = [row for row in rows if row.kind == DIR and text.startswith(f"{row.path}/")]
    if inside:
        path = str(RelPath.parse(text))
        if inside[0].what == DELETED or site.root.kind(inside[0].place / RelPath(path).below(inside[0].path)) == FILE:
            return inside[0], path
        raise Problem("path-missing", f"there is no file `{path}`", state=UNCHANGED, hint=_example(site, inside[0]))
    row = listed(site, text, rows)
    if row.kind == DIR:
        raise Problem("not-listed", f"`{row.path}` is a directory", state=UNCHANGED, hint=_example(site, row))
    return row, row.path


def _example(site: Site, row: Row) -> str:
    files = (path for path, kind, _ in walk(site.root, row.place, unreadable=[]) if kind == FILE)
    first = next(files, None)
    if first is None:
        return f"`holdfast review --site {quote(site.request.site)}` lists what can be compared"
    return f"name a file of it: `holdfast review diff {quote(f'{row.path}/{first}')} --site {quote(site.request.site)}`"


def _sides(site: Site, row: Row, path: str) -> tuple[Optional[Side], Optional[Side]]:
    """The version that was here, and the one to compare it with; None where there is none."""
    place = row.place if path == row.path else row.place / RelPath(path).below(row.path)
    live = site.survey.current or RelPath("")
    if row.what == DELETED:
        return None, _shipped(site, path)
    if row.what == EDITED and place != live / path:
        return Side("yours, in the attic", place), Side("what is served", live / path)
    return Side("what is here", place), _shipped(site, path, but=place) or _in_the_attic(site, path)


def _shipped(site: Site, path: str, *, but: str = "") -> Optional[Side]:
    """What the live release shipped at PATH, else an earlier one, where a file with that content still lies."""
    earlier, baseline = Earlier(site), baseline_of(site, site.survey.active)
    entry = baseline.get(path) if baseline is not None else None
    name = site.survey.active.id if entry is not None and site.survey.active is not None else ""
    if entry is None:
        found = earlier.shipping(path)
        name, entry = (found[0].id, found[1]) if found is not None else ("", None)
    place = earlier.copy_of(path, entry.digest) if entry is not None and entry.kind == FILE else None
    if place is None and entry is not None:
        place = next((note["place"] for note in _kept(site, path) if note.get("digest") == entry.digest), None)
    return Side(f"as `{name}` shipped it", place) if place is not None and place != but else None


def _in_the_attic(site: Site, path: str) -> Optional[Side]:
    newest = next(iter(_kept(site, path)), None)
    return Side("an earlier version, in the attic", newest["place"]) if newest is not None else None


def _kept(site: Site, path: str) -> list[dict[str, Any]]:
    """What the attic keeps of the file at PATH, the newest first."""
    found = [note for note in entries(site.root) if note["path"] == path and site.root.kind(note["place"]) == FILE]
    return found[::-1]


def _content(site: Site, side: Optional[Side]) -> Optional[bytes]:
    return beginning(site.root, side.place, _MOST + 1) if side is not None else None


def _told(before: Optional[bytes], after: Optional[bytes], other: Optional[Side]) -> list[str]:
    """Why no text is shown, where none is."""
    both = [content for content in (before, after) if content is not None]
    if not both:
        return ["this version is not kept here: only its digest is known" if other is None else "it may not be read"]
    if any(len(content) > _MOST for content in both):
        return [f"it is bigger than {_MOST:,} bytes, and is not shown"]
    if any(b"\0" in content for content in both):
        return ["it is not text, and is not shown"]
    return []


def _text(path: str, other: Optional[Side], ours: Optional[Side], before: bytes, after: bytes) -> str:
    """The lines that differ, as `diff -u` writes them; values of environments and passwords are masked in both."""
    hidden = Masking()
    one, two = (hidden(path, content.decode("utf-8", "replace")).split("\n") for content in (before, after))
    source, target = (f"{path} ({side.name})" if side is not None else "nothing" for side in (other, ours))
    return "\n".join(unified_diff(one if before else [], two if after else [], source, target, lineterm=""))
