"""What is asked, told, planned and raised survives a wire, whole (property, for every kind)."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from functools import cache
from typing import get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast_engine.model.codec import KINDS, decode, encode
from holdfast_engine.model.event import Event
from holdfast_engine.model.problem import CODES, Problem
from holdfast_engine.model.request import Request, Source

_texts = st.text(max_size=12)
_numbers = st.floats(allow_nan=False, allow_infinity=False)
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def problems(draw):
    made = Problem(
        draw(st.sampled_from(sorted(CODES))),
        draw(_texts),
        context=draw(st.lists(_texts, max_size=3)),
        state=draw(_texts),
        whereabouts=draw(st.lists(_texts, max_size=3)),
        hint=draw(_texts),
    )
    made.answer = draw(st.dictionaries(_texts, _json, max_size=3))
    return made


def of_hint(hint):
    """Values as one field of our values may have them."""
    name = str(hint)
    if is_dataclass(hint):
        return made_of(hint)
    if name.startswith("tuple["):
        return st.lists(of_hint(hint.__args__[0]), max_size=3).map(tuple)
    if name.startswith("list["):
        return st.lists(of_hint(hint.__args__[0]), max_size=3)
    if name.startswith("dict["):
        return st.dictionaries(_texts, of_hint(hint.__args__[1]), max_size=3)
    if name.startswith("typing.Optional"):
        return st.none() | of_hint(hint.__args__[0])
    plain = {str: _texts, bool: st.booleans(), int: st.integers(-(2**53), 2**53), float: _numbers}
    return plain.get(hint, _json)


@cache
def made_of(kind):
    if kind is Problem:
        return problems()
    return st.builds(kind, **{name: of_hint(hint) for name, hint in get_type_hints(kind).items()})


def facts(value):
    """An exception is equal to itself alone; what it says is what counts."""
    return (type(value), vars(value)) if isinstance(value, Problem) else value


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_every_kind_comes_back_equal_from_its_json(kind, data):
    """Nothing is left out, and what was a tuple is one again."""
    value = data.draw(made_of(KINDS[kind]))
    carried = json.loads(json.dumps(encode(value)))
    assert facts(decode(carried)) == facts(value)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=10)
@given(data=st.data())
def test_every_field_of_every_kind_is_carried(kind, data):
    """A field that is added to a value and not to its JSON would be lost on another host without a word."""
    names = {"code", "message", "context", "state", "whereabouts", "hint", "answer"}
    if KINDS[kind] is not Problem:
        names = {one.name for one in fields(KINDS[kind])}
    value = data.draw(made_of(KINDS[kind]))
    assert encode(value).keys() == {"type", *names}


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        {},
        {"type": "spell"},
        {**encode(Source("git", "/code")), "colour": "red"},
        {name: one for name, one in encode(Source("git", "/code")).items() if name != "ref"},
        {**encode(Source("git", "/code")), "signed": "yes"},
        {**encode(Request("status", "/site", 1.0)), "source": "git"},
        {**encode(Event("noticed", "a")), "seconds": "long"},
        {"type": "problem", "code": "usage"},
    ],
)
def test_what_is_not_understood_is_not_guessed(wrong):
    """G7: exit 41, as for a file of a newer version."""
    with pytest.raises(Problem) as caught:
        decode(wrong)
    assert (caught.value.code, caught.value.exit_code) == ("format-unknown", 41)


def test_a_problem_of_a_code_that_we_do_not_know_is_not_understood():
    """Its exit code would be a guess."""
    with pytest.raises(Problem) as caught:
        decode({**encode(Problem("usage", "a")), "code": "of-tomorrow"})
    assert caught.value.code == "format-unknown"
