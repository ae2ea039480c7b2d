"""Planted defects (R13): each is noticed by the harness that is there for it, which says nothing without it."""

from __future__ import annotations

import pytest

from crash import noticing, noticing_carried, noticing_present
from crash.defects import DEFECTS, Defect
from crash.noticing import in_a_fork

HARNESSES = {**noticing.HARNESSES, **noticing_present.HARNESSES, **noticing_carried.HARNESSES}


def _asked(arenas, defect: Defect, *, planted: bool) -> list[str]:
    arena = arenas(defect.scenario)
    assert arena.account is not None

    def act() -> list[str]:
        if planted:
            defect.plant()
        return HARNESSES[defect.harness](arena, defect.where)

    return in_a_fork(act)


def test_there_are_at_least_thirty_defects():
    """R13: and each has a name of its own."""
    assert len({defect.name for defect in DEFECTS}) == len(DEFECTS) >= 30


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name.replace(" ", "-"))
def test_a_planted_defect_is_noticed(arenas, defect):
    """R13: the harness that the table names objects to it."""
    assert _asked(arenas, defect, planted=True) != []


_QUIET = {(defect.harness, defect.scenario, defect.where): defect for defect in DEFECTS}


@pytest.mark.soak(share=2)
@pytest.mark.parametrize("asked", _QUIET, ids=lambda asked: "-".join(asked).replace(" ", "-").rstrip("-"))
def test_a_harness_says_nothing_without_a_defect(arenas, asked):
    """R13: what it objects to is the defect and not the engine."""
    assert _asked(arenas, _QUIET[asked], planted=False) == []
