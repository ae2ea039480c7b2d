"""The house as a building: no circle, few floors in a room, thin commands (DESIGN 7)."""

from __future__ import annotations

import sys
from functools import cache

from house.source_tree import modules

FLOORS = 6
NAMES = {
    module.name[:-3].replace("/", ".").removesuffix(".__init__"): module
    for module in (*modules("holdfast"), *modules("holdfast_engine"))
}


@cache
def below(name):
    """The modules of the project that NAME imports, inside functions too; a room is not what its parts import."""
    found = set()
    for _, full in NAMES[name].imports():
        found.add(full if full in NAMES else full.rpartition(".")[0])
    return frozenset(found & NAMES.keys() - {name})


def circles():
    """Groups of modules each of which is reached from all the others (Tarjan, 1972)."""
    number, low, open_ones, found = {}, {}, [], []

    def visit(name):
        number[name] = low[name] = len(number)
        open_ones.append(name)
        for other in below(name):
            if other not in number:
                visit(other)
            if other in open_ones:
                low[name] = min(low[name], low[other])
        if low[name] == number[name]:
            at = open_ones.index(name)
            found.append(sorted(open_ones[at:]))
            del open_ones[at:]

    for name in NAMES:
        if name not in number:
            visit(name)
    return [group for group in found if len(group) > 1]


def floor(name):
    """How many modules of its own room NAME stands on, one upon the other, with itself."""
    room = name.rpartition(".")[0]
    return 1 + max((floor(other) for other in below(name) if other.rpartition(".")[0] == room), default=0)


def test_no_circle_exists_anywhere():
    """Lazy imports are counted: whoever follows a call never comes back to where it began."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 10 * len(NAMES)))
    assert circles() == []


def test_no_room_has_more_than_six_floors():
    """A reader holds six in the head; what is higher is two rooms."""
    high = {name: floor(name) for name in NAMES if name.count(".") > 0}
    assert {name: number for name, number in high.items() if number > FLOORS} == {}


def test_every_command_is_thin():
    """One file for each word that is typed, of at most 120 lines, and 1,800 together."""
    lines = {
        module.name: module.text.count("\n")
        for module in NAMES.values()
        if module.name.startswith("holdfast_engine/commands/")
    }
    assert {name: number for name, number in lines.items() if number > 120} == {}
    assert sum(lines.values()) <= 1800
