"""The rows of `recover` for people and programs: each with what to type."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from shlex import quote
from typing import Any

from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.memory import Missing
from holdfast_engine.persistence import way_back
from holdfast_engine.persistence.attic_entries import entries
from holdfast_engine.persistence.copies import Copy, copies_of
from holdfast_engine.persistence.lost import Lost
from holdfast_engine.site.handle import Site


def found_rows(site: Site, found: Iterable[Lost]) -> list[dict[str, Any]]:
    """What was found, each with the command that brings it back, or shows it."""
    return [{**one.to_json(), "command": _to_type(site, one)} for one in found]


def missing_rows(site: Site, gone: tuple[Missing, ...]) -> list[dict[str, Any]]:
    """What is missing, each with its copies; `backup` is what to type for files that no copy below the deploy root has,
    and None where a copy has all of them.
    """
    copies = copies_of(site, gone)
    return [_row(site, one, copies.get(one.path, ())) for one in gone]


def _row(site: Site, one: Missing, copies: Sequence[Copy]) -> dict[str, Any]:
    rows = [{**copy.to_json(), "command": way_back.of_copy(site, copy)} for copy in copies]
    held = max((copy.files for copy in copies), default=0)
    only = max(0, one.files_then - one.files_now - held)
    backup = way_back.of_backup(site, one) if only else None
    return {**one.to_json(), "copies": rows, "only_in_a_backup": only, "backup": backup}


def _to_type(site: Site, one: Lost) -> str:
    """What brings back what was found: this very command; for what it leaves to a person the line that does it, or
    shows both.
    """
    if one.done:
        return ""
    if one.action != "listed":
        return way_back.as_owner(site, "recover")
    note = next((note for note in entries(site.root) if note["place"] == one.place), None)
    if note is not None and site.root.kind(one.place) in (DIR, FILE):
        return way_back.as_owner(site, f"restore {quote(one.path)} --operation {quote(str(note['operation']))}")
    target = site.links.layout.in_shared(one.path)
    here, there = site.root.kind(one.place), site.root.kind(target)
    if one.place.is_within(Layout.releases) and here in (DIR, FILE) and (there is None or there == here == DIR):
        return way_back.by_hand(site, one.place, target, moved=False)
    places = dict.fromkeys(map(site.root.absolute, (one.place, target)))
    return way_back.as_who_may(site, f"ls -ld {' '.join(map(quote, places))}", [one.place])
