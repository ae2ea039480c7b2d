"""Whoever can write below `shared/` and swaps directories for links reaches nothing through the tool (R11, G9)."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from attackers.swapper import Victim, swapping
from attackers.ways import IN_THE_TRASH, UP, WAYS, naive_mode, naive_read, rounds_as
from holdfast_engine.model.layout import Layout
from lib import patience, tally
from lib.users import APPLICATION, TOOL, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

SECONDS, SOAKED = 0.08, 20_000
USERS = (0, TOOL)


@pytest.fixture
def top():
    """A directory that other users may enter, in memory where that is possible: no disk slows the tool down."""
    memory = "/dev/shm"
    made = tempfile.mkdtemp(prefix="holdfast-swap-", dir=memory if os.access(memory, os.W_OK) else None)
    os.chmod(made, 0o755)
    yield Path(made)
    shutil.rmtree(made)


def prepared(top: Path, user: int) -> tuple[Path, Victim]:
    """A site of USER's in which the application owns `shared/up`, and a victim that USER could change."""
    site = top / "site"
    for path in (UP, Layout.trash, Layout.scratch, Layout.attic, "out"):
        (site / path).mkdir(parents=True)
    for here, _, _ in os.walk(site):
        os.chown(here, user, user)
    os.chown(site / UP, APPLICATION, APPLICATION)
    for path in (UP, Layout.trash):
        (site / path).chmod(0o777)
    return site, Victim(top / "victim", user)


def attacked(top, user, way, *, where=UP, rounds=SOAKED, seconds=SECONDS):
    site, victim = prepared(top, user)
    with swapping(site / where, victim):
        return rounds_as(user, site, way, victim, rounds=rounds, seconds=seconds)


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("way", WAYS)
def test_no_function_reads_or_changes_anything_through_a_swapped_directory(top, way, user):
    """G9, R11: every traversal goes by descriptors and follows no link: some hundred rounds of each way."""
    found = attacked(top, user, WAYS[way])
    assert found.hits == [], f"{len(found.hits)} hits in {found.rounds} rounds"
    assert found.rounds > 1


@pytest.mark.parametrize("user", USERS)
def test_emptying_the_trash_reaches_nothing_though_somebody_stands_in_it(top, user):
    """G9, R11: a worker that had its directory open goes on exchanging names while they are deleted."""
    assert attacked(top, user, IN_THE_TRASH["empty the trash"], where=Layout.trash, seconds=1).hits == []


@pytest.mark.parametrize("way", [naive_read, naive_mode])
def test_the_attacker_reaches_whoever_follows_names(top, way):
    """A harness that cannot fail proves nothing: the same rounds by path are hit."""
    assert attacked(top, 0, way, seconds=20).hits


@pytest.mark.soak(share=50)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("way", [*WAYS, *IN_THE_TRASH])
def test_twenty_thousand_rounds_of_every_way_reach_nothing(top, way, user):
    """R11: 20,000 rounds per way, as root and as a user of the tool's own."""
    where = Layout.trash if way in IN_THE_TRASH else UP
    found = attacked(top, user, {**WAYS, **IN_THE_TRASH}[way], where=where, seconds=patience.left(900))
    tally.add(way, f"links swapped in, as {'root' if user == 0 else 'a user'}", found.rounds, found.hits, of=SOAKED)
    assert found.hits == []
    assert found.rounds > 0
