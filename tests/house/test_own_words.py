"""What is shown by default needs few words of ours, and a page says which (docs/words.md); here all texts are read."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator

from holdfast.cli.render.progress import STEPS
from holdfast_engine.model.reasons import FORMER
from house.source_tree import modules, read, tracked
from lib.inner_words import learnt

SOURCES = [*modules("holdfast"), *modules("holdfast_engine")]
SHOWN = {"Line", "section", "title", "element", "table"}
"""Calls by which a page is made: a single word in them is read as well."""
PAGES = [path for path in tracked() if path.startswith("src/holdfast/") and path.endswith(".html")]
SETTINGS = [path for path in tracked() if os.path.dirname(path) == "src/holdfast/config/docs"]
EXCEPTIONS = {
    "holdfast/presets/": "read by whoever writes a preset: it is the subject",
    "holdfast/tour/example.py": "the application of the tour, not a text of ours",
}
"""Files that are not read, with the reason; of others what earlier versions wrote on disk is not read either."""


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and text of every literal that has more than one word, or is handed to what makes a page; of docstrings
    those of commands, which are their help.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == "command":
            yield node.lineno, ast.get_docstring(node) or ""
        for child in ast.iter_child_nodes(node):
            text = _text(child)
            shown = isinstance(node, ast.Call) and getattr(node.func, "id", "") in SHOWN
            if not isinstance(node, (ast.Expr, ast.JoinedStr)) and (shown or " " in text.strip()):
                yield child.lineno, text


def _text(node: ast.AST) -> str:
    """The text of a literal; what is filled in stands as `~`."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or "~" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def is_read(name: str) -> bool:
    return not any(name.startswith(exception) for exception in EXCEPTIONS)


def test_no_text_that_is_printed_needs_a_word_that_a_newcomer_would_have_to_learn():
    """Messages, checks, plans, notes, help and pages: `care`, `seed` and their like are for the longer pages."""
    said = [(module.name, *each) for module in SOURCES if is_read(module.name) for each in texts(module.tree)]
    assert [(*one, word) for one in said if one[2] not in FORMER for word in learnt(one[2])] == []


def test_no_comment_of_a_settings_file_and_no_page_needs_one_either():
    """What `init` writes and `report` shows is read as much as a message is."""
    assert SETTINGS
    assert [(path, word) for path in (*PAGES, *SETTINGS) for word in learnt(read(path))] == []


def test_the_page_of_words_has_the_words_that_stay_out():
    """Whoever meets one in JSON, or in a longer page, finds it there."""
    later = read("docs/words.md").partition("You meet these")[2]
    rows = {row.split("|")[1].strip() for row in later.splitlines() if row.startswith("|")}
    assert {"care", "evidence", "seed", "stray", "baseline", "preset", "sweep"} <= rows


def test_every_step_is_told_in_words():
    """A person reads `make it live` while a command runs, and not the name of a class."""
    steps = (module for module in modules("holdfast_engine") if "/steps/" in module.name)
    assigned = (one for module in steps for one in ast.walk(module.tree) if isinstance(one, ast.Assign))
    named = {
        one.value.value
        for one in assigned
        if isinstance(one.value, ast.Constant) and [getattr(each, "id", "") for each in one.targets] == ["name"]
    }
    assert {"activate", "late-sweep"} <= named
    assert named - STEPS.keys() == set()
