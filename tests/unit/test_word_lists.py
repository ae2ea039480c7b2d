"""Lists of words: one TOML file with a reason for each word, handed to the engine as generated data."""

from __future__ import annotations

import pytest

from holdfast.presets.catalog import NAMES, catalog, sources, word_lists
from holdfast.presets.generate import names, target
from holdfast_engine.rules.names import words

LISTS = word_lists()


def test_the_engine_s_words_are_what_the_lists_say():
    """`names.json` is generated: whoever edits a list runs `python -m holdfast.presets.generate` (DESIGN 7)."""
    assert target("names.json").read_text("utf-8") == names()
    assert {table: words(table) for table in LISTS} == {table: frozenset(said) for table, said in LISTS.items()}


def test_every_word_has_a_reason_of_three_to_ten_words():
    """A word that nobody can give a reason for decides about users' files by chance."""
    said = [(table, word, reason) for table, reasons in LISTS.items() for word, reason in reasons.items()]
    assert len(said) > 100
    assert [one for one in said if not 3 <= len(one[2].split()) <= 10] == []


def test_no_word_means_data_and_code():
    """G2: a name that says both would be shared or not by the order of two questions."""
    data, code = words("upload-names") | words("data-names"), words("code-names")
    assert sorted(data & code) == []
    assert sorted(words("upload-names") & words("data-names")) == []


def test_every_word_is_in_lower_case():
    """Names are lowered before they are looked up: a capital in a list would never be met. What tools write bears one
    name, letter by letter.
    """
    lowered = {table: reasons for table, reasons in LISTS.items() if table not in ("tools-notes", "restart-flags")}
    assert [(table, word) for table, reasons in lowered.items() for word in reasons if word != word.lower()] == []


def test_a_list_that_does_not_exist_is_no_empty_one():
    """A misspelt list would silently share nothing."""
    with pytest.raises(KeyError):
        words("upload-nmaes")


def test_the_lists_are_no_framework():
    """They lie beside the presets, and nobody can name them as one in a configuration."""
    stem = NAMES.removesuffix(".toml")
    assert stem not in sources()
    assert stem not in catalog()
