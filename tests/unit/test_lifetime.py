"""How long the attic keeps, in words (G6)."""

from __future__ import annotations

import pytest

from holdfast_engine.model.lifetime import is_lifetime, seconds_of


@pytest.mark.parametrize(
    ("text", "days"), [("1 day", 1), ("90 days", 90), ("2 weeks", 14), ("6 months", 180), ("1 year", 365)]
)
def test_a_number_and_a_unit_say_how_long(text, days):
    """G6: `[attic] keep`, in words that a person reads."""
    assert is_lifetime(text)
    assert seconds_of(text) == days * 24 * 3600


def test_for_ever_has_no_end():
    """G6: what nobody wants to go stays."""
    assert is_lifetime("for ever")
    assert seconds_of("for ever") is None


@pytest.mark.parametrize("text", ["", "90", "90 dayz", "0 days", "-1 days", "90days", "never", "1.5 days", "٣ days"])
def test_what_is_not_understood_is_no_lifetime_and_keeps_for_ever(text):
    """G7: a word of a newer version makes nothing go."""
    assert not is_lifetime(text)
    assert seconds_of(text) is None
