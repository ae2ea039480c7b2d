"""Small pieces with names that say something (DESIGN 8)."""

from __future__ import annotations

import ast
from functools import cache

from house.source_tree import modules, read, tracked

SOURCES = [*modules("holdfast"), *modules("holdfast_engine")]
PYTHON = [path for path in tracked() if path.endswith(".py")]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
MEANINGLESS = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "handler", "base"}


@cache
def parsed(path):
    return ast.parse(read(path))


def functions(tree):
    return [node for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]


def test_no_function_is_longer_than_fifty_lines():
    """DESIGN 8."""
    found = [(path, node) for path in PYTHON for node in functions(parsed(path))]
    assert [f"{path}:{node.lineno}" for path, node in found if node.end_lineno - node.lineno >= 50] == []


def test_no_file_is_longer_than_four_hundred_lines():
    """DESIGN 8; a file of tests is a list, and may be longer."""
    assert [path for path in PYTHON if not path.startswith("tests/") and read(path).count("\n") > 400] == []


def test_no_module_has_a_name_that_says_nothing():
    """DESIGN 8: no `utils`, `helpers`, `common`, `manager`."""
    assert [path for path in PYTHON if MEANINGLESS & set(path.removesuffix(".py").split("/"))] == []


def test_every_room_and_every_module_says_what_it_is_for():
    """A room whose purpose is not written down has none."""
    assert [module.name for module in SOURCES if not ast.get_docstring(module.tree)] == []


def test_the_median_function_has_at_most_eight_lines():
    """DESIGN 8: 3 to 8 lines at the median."""
    sizes = sorted(node.end_lineno - node.lineno + 1 for module in SOURCES for node in functions(module.tree))
    assert sizes[len(sizes) // 2] <= 8


def test_every_test_says_which_promise_it_is_about():
    """A test without a sentence is a test that nobody dares to change."""
    silent = [
        f"{path}:{node.lineno}"
        for path in PYTHON
        if path.startswith("tests/")
        for node in functions(parsed(path))
        if node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert silent == []
