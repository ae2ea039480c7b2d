"""The project speaks of itself alone, in its own words."""

from __future__ import annotations

import ast
import re

from house.source_tree import ROOT, modules, read, tracked

SOURCES = [*modules("holdfast"), *modules("holdfast_engine")]
TEXTS = [
    path for path in tracked() if path.endswith((".py", ".md", ".toml", ".txt", ".json", ".in", "Makefile", "/run"))
]
MESSAGES = re.compile(r"\b(please|simply|just|oops|sorry|unfortunately)\b", re.IGNORECASE)
SPELLED = (
    "chat" + "gpt",
    "co" + "pilot",
    "clau" + "de",
    "anthro" + "pic",
    "open" + "ai",
    "language " + "model",
    "ai-" + "generated",
)
PLACES = (
    "/ro" + "ot/",
    "/wo" + "rk/",
    "/tm" + "p/brief",
    "/home/" + "runner",
    "files.python" + "hosted",
    "pypi." + "org",
)


def test_no_file_names_a_machine_or_a_program_that_wrote_it():
    """Files are read on other machines, by people who want to know about Holdfast."""
    refused = (*SPELLED, *PLACES, ROOT.lower() + "/")
    assert [(path, word) for path in TEXTS for word in refused if word in read(path).lower()] == []


def messages(tree):
    """Texts that people read: what is raised, told and helped with; docstrings are for readers of code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Problem", "Event", "Line"}:
            for part in ast.walk(node):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.lineno, part.value


def test_messages_neither_beg_nor_belittle():
    """DESIGN 8: no "please", "simply", "just"."""
    found = [(module.name, *said) for module in SOURCES for said in messages(module.tree)]
    assert [said for said in found if MESSAGES.search(said[2])] == []


def problems(tree):
    """Line and first words of every problem that is raised; names stand as `{}`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Problem" and len(node.args) > 1:
            parts = getattr(node.args[1], "values", [node.args[1]])
            yield (
                node.lineno,
                "".join(getattr(part, "value", "") if isinstance(part, ast.Constant) else "{}" for part in parts),
            )


def test_a_problem_begins_in_lower_case_and_ends_without_a_full_stop():
    """DESIGN 8: one sentence, and the next thing to type."""
    found = [(module.name, *said) for module in SOURCES for said in problems(module.tree)]
    assert [said for said in found if said[2][:1].isupper() or said[2].endswith(".")] == []
