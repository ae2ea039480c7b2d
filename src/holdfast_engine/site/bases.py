"""The base of each release: what was carried into it, and how it stood then."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Optional

from holdfast_engine.fs import durable
from holdfast_engine.fs.root import Root
from holdfast_engine.model.carried import EMPTY, Base, Carried
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import unknown_format
from holdfast_engine.site.format import DAMAGE, damaged
from holdfast_engine.site.handle import Site

FORMAT = 1
_encode = json.JSONEncoder(separators=(",", ":")).encode


def write(site: Site, release: str, base: Base) -> None:
    """The base of RELEASE is on disk, the old or the new one after a crash; an empty one is no file. What is there
    already is not written again.
    """
    root = site.root
    if base == base_of(site, release):
        return
    if not base:
        durable.forget(root, _place(release))
        return
    rows = [_encode({"format": FORMAT, "release": release})]
    rows.extend(_encode(one.to_row(path)) for path, one in sorted(base.items()))
    durable.make_directories(root, Layout.bases, mode=0o700)
    durable.replace_own(root, _place(release), "\n".join(rows).encode("utf-8", "surrogateescape") + b"\n")
    site.made[_key(root, release)] = dict(base)


def base_of(site: Site, release: str) -> Base:
    """What is known to have been carried into RELEASE; read once, as long as nobody writes it anew."""
    key = _key(site.root, release)
    if key is None:
        return EMPTY
    if key not in site.made:
        site.made[key] = _read(site.root, release)
    found: Base = site.made[key]
    return found


def _key(root: Root, release: str) -> Optional[tuple[object, ...]]:
    """What is another once somebody writes the base of RELEASE anew; None where it has none."""
    status = root.lstat(_place(release))
    return ("base", release, status.st_ino, status.st_mtime_ns, status.st_size) if status else None


def _read(root: Root, release: str) -> Base:
    """A newer format raises `format-unknown`, a damaged one `state-unreadable`."""
    place = _place(release)
    content = root.read(place) or b""
    try:
        head, *rows = content.decode("utf-8", "surrogateescape").splitlines()
        if json.loads(head)["format"] > FORMAT:
            raise unknown_format(place, f"it has format {json.loads(head)['format']}")
        return dict(Carried.from_row(row) for row in json.loads(f"[{','.join(rows)}]"))
    except DAMAGE as error:
        then = "what was carried along is then known only from the release"
        raise damaged(root, place, error, then=then) from error


def keep_only(root: Root, releases: Iterable[str]) -> None:
    """No base is left of any release but RELEASES."""
    wanted = {f"{release}.jsonl" for release in releases}
    for name in root.names(Layout.bases):
        if name not in wanted:
            durable.forget(root, Layout.bases / name)


def _place(release: str) -> RelPath:
    return Layout.bases / f"{release}.jsonl"
