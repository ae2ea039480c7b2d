"""The program in one file runs on Python 3.9, which Debian 11 and its like have; and so does the engine by itself."""

from __future__ import annotations

import ast
import os
import subprocess

import pytest

from house.source_tree import SRC, modules
from lib.engine_file import engine_file
from lib.interpreters import interpreter

ENGINE = modules("holdfast_engine")
IN_COLOUR = "holdfast/cli/render/rich.py"
"""What that file leaves out."""
PROGRAM = [*(module for module in modules("holdfast") if module.name != IN_COLOUR), *ENGINE]


def test_the_grammar_is_that_of_python_3_9():
    """DESIGN 9: the engine's floor is Python 3.9."""
    for module in PROGRAM:
        ast.parse(module.text, module.name, feature_version=(3, 9))


def test_annotations_are_never_evaluated():
    """`X | None` is an error at run time there."""
    annotated = (ast.FunctionDef, ast.AnnAssign)
    found = [module for module in PROGRAM if any(isinstance(node, annotated) for node in ast.walk(module.tree))]
    evaluated = [module.name for module in found if "from __future__ import annotations" not in module.text]
    assert evaluated == ["holdfast/__main__.py"]  # which starts at once, and says `int`


def test_no_keyword_is_used_that_came_later():
    """`dataclass(slots=, kw_only=)` and `zip(strict=)` are of 3.10."""
    late = {"dataclass": {"slots", "kw_only", "match_args"}, "zip": {"strict"}, "field": {"kw_only"}}
    calls = [(module.name, node) for module in PROGRAM for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    words = [(name, call, word.arg) for name, call in calls for word in call.keywords]
    assert [
        f"{name}:{call.lineno}" for name, call, word in words if word in late.get(getattr(call.func, "id", ""), ())
    ] == []


def test_kinds_are_told_apart_by_a_tuple():
    """`isinstance(value, int | str)` is of 3.10."""
    calls = [(module.name, node) for module in PROGRAM for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    asked = [(name, call) for name, call in calls if getattr(call.func, "id", "") in ("isinstance", "issubclass")]
    assert [f"{name}:{call.lineno}" for name, call in asked if isinstance(call.args[1], ast.BinOp)] == []


IMPORT_ALL = """
import importlib, os, sys
sys.dont_write_bytecode = True
sys.path[:0] = sys.argv[1].split(os.pathsep)
for name in sys.argv[2:]:
    importlib.import_module(name)
print("all")
"""


def imported(found, *places):
    """What a real Python 3.9 says when it imports the modules FOUND, from PLACES."""
    python = interpreter("3.9")
    if python is None:
        pytest.skip("no Python 3.9 on this machine")
    dotted = [module.name[:-3].replace("/", ".").removesuffix(".__init__") for module in found]
    names = [name for name in dotted if not name.endswith("__main__")]
    command = [python, "-I", "-S", "-c", IMPORT_ALL, os.pathsep.join(places), *names]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    return told.stdout, told.stderr


def test_every_module_of_the_engine_is_imported_by_a_real_python_3_9():
    """What the grammar cannot say: names, aliases and defaults that are evaluated. Nothing is installed there."""
    assert imported(ENGINE, SRC) == ("all\n", "")


def test_every_module_of_the_program_is_imported_by_a_real_python_3_9():
    """With the libraries that lie in the file, and no other."""
    assert imported(PROGRAM, SRC, str(engine_file())) == ("all\n", "")
