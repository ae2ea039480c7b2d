"""Values are dataclasses, made when the first of a class is: nobody sees the difference but the clock."""

from __future__ import annotations

import dataclasses
from dataclasses import field, fields, is_dataclass, replace

import pytest

from holdfast_engine.model.values import dataclass


def classes():
    """Two classes of which nothing was made yet, one above the other."""

    @dataclass(frozen=True)
    class Place:
        path: str
        names: list[str] = field(default_factory=list)

    @dataclass(frozen=True)
    class Deep(Place):
        depth: int = 0

        @property
        def is_deep(self) -> bool:
            return self.depth > 1

    return Place, Deep


def test_a_class_is_made_with_the_first_of_it():
    """Reading a class costs no method of it."""
    place, _ = classes()
    assert "__eq__" not in vars(place)
    assert place("a") == place(path="a", names=[])
    assert "__eq__" in vars(place)


def test_a_class_below_is_made_before_the_one_above_it_has_a_value():
    """What is inherited has its fields, its order and its defaults."""
    place, deep = classes()
    found = deep("a", ["b"], 2)
    assert (found.is_deep, found.path, found.names) == (True, "a", ["b"])
    assert repr(found).endswith("Deep(path='a', names=['b'], depth=2)")
    assert replace(found, depth=1).depth == 1
    assert [one.name for one in fields(place)] == ["path", "names"]


def test_whoever_asks_for_the_fields_of_a_class_is_told():
    """The codec reads classes of which there is no value yet."""
    _, deep = classes()
    assert is_dataclass(deep)
    assert list(deep.__dataclass_fields__) == ["path", "names", "depth"]


def test_a_value_is_as_particular_as_any():
    """Nothing is left of the moment before: what is missing is told, and what is equal is one key."""
    place, deep = classes()
    with pytest.raises(TypeError, match="path"):
        place()
    assert hash(dataclasses.replace(place("a"), names=())) == hash(place("a", ()))
    assert (place("a"), deep("a")) == (place("a"), deep("a"))
    assert place("a") != deep("a")
    assert place("a") != place("b")


def test_what_is_not_compared_is_not_and_what_may_change_is_no_key():
    """As a field says of itself, and as the standard library has it for a class that is not frozen."""

    @dataclass(frozen=True)
    class Read:
        path: str
        by: object = field(default=None, compare=False)

    @dataclass
    class Told:
        lines: list[str] = field(default_factory=list)

    assert (Read("a", 1), hash(Read("a", 1))) == (Read("a", 2), hash(Read("a", 2)))
    with pytest.raises(TypeError, match="unhashable"):
        hash(Told())


def test_a_plain_class_of_such_a_class_is_made_as_it_would_be():
    """A sweep is what is known of a release, and looks."""
    place, _ = classes()

    class Plain(place):
        def look(self) -> str:
            return self.path

    assert Plain("a").look() == "a"
