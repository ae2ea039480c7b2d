"""Live writers as real processes while a site is changed (R9): nothing acknowledged is lost, nothing is refused."""

from __future__ import annotations

import time

import pytest

from crash import hands
from crash.scenarios import ACT_AT, deploying, run
from holdfast_engine.model.request import Request
from lib import tally
from lib.writers import KINDS, Writer

COMMANDS = ("adopt", "deploy", "rollback", "link")


def _plain(site, sources):
    hands.copy_tree(sources / "v1", site)
    hands.write(site, {".env": "APP_KEY=k\n", "storage/app/a.pdf": "a bill\n"})


def _script(site, sources):
    hands.copy_tree(sources / "v1", site / "releases/1")
    hands.write(site / "releases/1", {".env": "APP_KEY=k\n", "storage/app/a.pdf": "a bill\n"})
    hands.link(site / "current", "releases/1")


def _unshared(site, sources):
    """Live, with `storage` a real directory in the release again: it is merged into the shared one by and by."""
    hands.write(site / "shared", {".env": "APP_KEY=k\n"})
    for version in (1, 2):
        run(deploying(version, at=ACT_AT - 600 + version)(site, sources))
    live = site / (site / "current").readlink()
    hands.detach(live / "storage", {"app/a.pdf": "a bill\n", "logs/laravel.log": "a line\n"})


PREPARE = {"adopt": _plain, "deploy": _unshared, "rollback": _unshared, "link": _script}


def _request(command, site, sources):
    if command == "deploy":
        return deploying(3)(site, sources)
    if command == "link":
        return Request("link", site=str(site), now=ACT_AT, release=str(site / "releases/1"), path=str(site / "shared"))
    return Request(command, site=str(site), now=ACT_AT, yes=True)


def _refusals(command, writer):
    """What was refused and may not be.

    A directory that is merged gives way to its link in one step; a file that was made in it
    before that step and is renamed after it is not found, once, and its program is told.
    """
    merged = command in ("deploy", "rollback") and writer.kind == "includes"
    return writer.refused[1:] if merged else writer.refused


def _round(command, top):
    sources, site = top / "sources", top / "site"
    hands.write_sources(sources)
    site.mkdir()
    PREPARE[command](site, sources)
    writers = [Writer(kind, site / "current" if command != "adopt" else site) for kind in KINDS]
    try:
        time.sleep(0.05)
        run(_request(command, site, sources))
        time.sleep(0.05)
    finally:
        for one in writers:
            one.stop()
    run(Request("recover", site=str(site), now=ACT_AT + 60, yes=True))
    assert all(one.acknowledged for one in writers)
    wrong = [
        *(f"{one.kind}: {len(one.lost(site / 'current'))} lost" for one in writers if one.lost(site / "current")),
        *(f"{one.kind}: {one.refused[0]}" for one in writers if _refusals(command, one)),
    ]
    tally.add(command, "live writers", sum(len(one.acknowledged) for one in writers), wrong)
    return wrong


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("command", COMMANDS)
def test_writers_at_work_lose_no_acknowledged_write_and_none_is_refused(tmp_path, command, number):
    """R9, G2, G3 on one file system."""
    assert _round(command, tmp_path) == []


@pytest.mark.soak(share=4)
@pytest.mark.parametrize("number", range(25))
@pytest.mark.parametrize("command", COMMANDS)
def test_writers_at_work_lose_nothing_in_many_rounds(tmp_path, command, number):
    """R9, G2, G3: the same, more often."""
    assert _round(command, tmp_path) == []
