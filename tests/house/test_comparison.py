"""What docs/comparison.md says of Holdfast and of others."""

from __future__ import annotations

import re

from house.source_tree import read
from peers import interrupted, refusing, undeclared

FORBIDDEN = re.compile(r"lost|hidden|site down|exit 0", re.IGNORECASE)
SCENARIOS = (*undeclared.SCENARIOS, *interrupted.SCENARIOS, *refusing.SCENARIOS)


def table():
    """Cells of the first table, row by row; the line below the head is left out."""
    lines = [line for line in read("docs/comparison.md").split("\n\n## ")[0].splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in rows if set(row[0]) != {"-"}]


def test_nothing_of_holdfast_in_the_comparison_is_lost_hidden_down_or_silent():
    """G1 to G4: a word of these in Holdfast's column is a mistake in Holdfast, to be mended before it is printed."""
    head, *rows = table()
    column = head.index("Holdfast")
    assert [row for row in rows if FORBIDDEN.search(row[column]) or not row[column]] == []


def test_the_comparison_has_every_scenario_and_no_other():
    """A row for each scenario that `make peers` plays, with its title."""
    _, *rows = table()
    told = {row[0]: row[1] for row in rows if row[0]}
    assert told == {scenario.number: scenario.title for scenario in SCENARIOS}
