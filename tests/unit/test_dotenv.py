"""One reader for every `.env`: what Laravel, Symfony, Node and Python write is read alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast_engine.rules.dotenv import assignments

_NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,9}", fullmatch=True)
_PLAIN = st.text(st.characters(codec="ascii", categories=("L", "N")), max_size=9)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("APP_KEY=base64:k\n", {"APP_KEY": "base64:k"}),
        ("export A=1", {"A": "1"}),
        ("  A = 1  ", {"A": "1"}),
        ("A='x # y'\nB=\"x # y\"\nC=x # y\nD=x#y", {"A": "x # y", "B": "x # y", "C": "x", "D": "x#y"}),
        ('KEY="-----BEGIN\nabc\n-----END"\nA=1', {"KEY": "-----BEGIN\nabc\n-----END", "A": "1"}),
        ("# A=1\nnonsense\n=2\n1A=3", {}),
        ("A=1\nA=2", {"A": "2"}),
        ("A=", {"A": ""}),
        ("A=1\r\nB=2\r\n", {"A": "1", "B": "2"}),
        ("URL=mysql://u:p@h/d?x=1", {"URL": "mysql://u:p@h/d?x=1"}),
    ],
)
def test_names_and_values_are_read_as_applications_read_them(text, read):
    """I31 to I35: a key that is read wrongly is a key that is taken for another one."""
    assert dict(assignments(text)) == read


@given(st.dictionaries(_NAMES, _PLAIN, max_size=5))
def test_what_is_plain_comes_back_as_it_was_written(values):
    """Whatever is written without quotes, spaces and signs."""
    assert dict(assignments("".join(f"{name}={value}\n" for name, value in values.items()))) == values


@given(st.text(max_size=200))
def test_no_text_is_too_strange_to_be_read(text):
    """The application wrote it, or somebody who attacks it."""
    assert all(name for name, _ in assignments(text))
