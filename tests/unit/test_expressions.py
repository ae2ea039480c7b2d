"""Expressions that are compiled later."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest

import holdfast_engine
from holdfast_engine.model.expressions import _Waiting, expression


def every_expression():
    for module in pkgutil.walk_packages(holdfast_engine.__path__, "holdfast_engine."):
        for name, value in vars(importlib.import_module(module.name)).items():
            for one in value if isinstance(value, (list, tuple)) else (value,):
                if isinstance(one, _Waiting):
                    yield f"{module.name}.{name}", one


def test_an_expression_does_what_a_compiled_one_does():
    """As `re.compile`, for texts and bytes, by all of its methods."""
    words = expression(r"(\w+) (\w+)", re.IGNORECASE)
    assert words.match("ada lovelace").groups() == ("ada", "lovelace")
    assert words.sub(r"\2", "ada lovelace") == "lovelace"
    assert (words.pattern, words.search("-")) == (r"(\w+) (\w+)", None)
    assert expression(rb"\d+").findall(b"1 and 2") == [b"1", b"2"]


def test_nothing_is_compiled_before_it_is_asked():
    """A command starts in less time than all expressions take."""
    wrong = expression("(")
    with pytest.raises(re.error):
        wrong.match("a")


def test_every_expression_of_the_engine_is_right():
    """A wrong one is told here, and not by the site that has the text for it."""
    found = dict(every_expression())
    assert len(found) > 80
    assert [name for name, one in found.items() if not hasattr(one, "pattern")] == []
