"""The reference names everything that exists, and nothing that does not."""

from __future__ import annotations

import importlib.util
import os
import re

import pytest

from holdfast.cli.table import TABLE
from holdfast.config.shape import known_keys
from holdfast_engine.model.problem import CODES, EXIT_CODES
from house.source_tree import ROOT, modules, read, tracked

PROBLEMS = "docs/reference/problems.md"
ROWS = re.compile(r"^\| `([a-z-]+)` \| ", re.MULTILINE)


def written():
    path = os.path.join(ROOT, "docs/reference/write.py")
    spec = importlib.util.spec_from_file_location("write_reference", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.pages()


@pytest.mark.parametrize("name", ["commands.md", "configuration.md", "holdfast.1", "holdfast.schema.json"])
def test_what_is_generated_is_what_the_code_says(name):
    """`make docs` writes it."""
    ((path, text),) = [each for each in written().items() if each[0].endswith(name)]
    assert text == read(path)


def test_every_command_is_documented_and_no_other():
    """A command that is not built yet is absent, here too."""
    assert re.findall(r"^## `(\w+)`$", read("docs/reference/commands.md"), re.MULTILINE) == list(TABLE)


def test_every_command_in_the_table_has_a_module_and_every_module_a_name():
    """The table is the only list of commands."""
    folder = os.path.join(ROOT, "src/holdfast/cli/commands")
    files = {name[:-3] for name in os.listdir(folder) if name.endswith(".py") and name != "__init__.py"}
    assert {module for module, _ in TABLE.values()} == files


def test_every_setting_is_documented():
    """By its name in an example."""
    text = read("docs/reference/configuration.md")
    assert [
        key for key in known_keys() if not re.search(rf"^(# )?{key.rpartition('.')[2]} = ", text, re.MULTILINE)
    ] == []


def test_every_problem_is_documented_and_no_other():
    """One row for each code of `model/problem.py`."""
    found = ROWS.findall(read(PROBLEMS))
    assert sorted(found) == sorted(CODES)


def test_every_problem_stands_under_its_class():
    """The class is its exit code, and what it says of the site."""
    sections = re.split(r"^### ", read(PROBLEMS), flags=re.MULTILINE)[1:]
    found = {code: section.split(":")[0] for section in sections for code in ROWS.findall(section)}
    assert found == CODES


def test_every_exit_code_is_documented_with_its_class():
    """INTERFACE, exit codes: they are a contract."""
    found = re.findall(r"^\| (\d+) \| ([a-z-]+) \| ", read(PROBLEMS), re.MULTILINE)
    assert {name: int(code) for code, name in found} == EXIT_CODES


def typed(text):
    """What a page tells people to type: lines of code blocks, and code within sentences."""
    blocks = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return [*(line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()), *spans]


PAGES = [path for path in tracked() if path.endswith(".md")]


@pytest.mark.parametrize("path", PAGES)
def test_every_command_that_a_page_tells_to_type_exists(path):
    """Nothing is advertised that is not there."""
    said = [match[1] for line in typed(read(path)) if (match := re.match(r"holdfast ([a-z][\w-]*)", line))]
    assert [name for name in said if name not in TABLE] == []


@pytest.mark.parametrize("path", PAGES)
def test_every_test_that_a_page_names_exists(path):
    """A promise that is said to be tested is tested."""
    names = {os.path.basename(each) for each in tracked()}
    said = [os.path.basename(found) for found in re.findall(r"`((?:tests/[\w/]*)?test_\w+\.py)`", read(path))]
    assert [name for name in said if name not in names] == []


@pytest.mark.parametrize("path", PAGES)
def test_every_target_that_a_page_tells_to_make_exists(path):
    """The same for `make`."""
    targets = set(re.findall(r"^(\w+):", read("Makefile"), re.MULTILINE))
    said = [match[1] for line in typed(read(path)) if (match := re.match(r"make (\w+)", line))]
    assert [name for name in said if name not in targets] == []


@pytest.mark.parametrize("path", PAGES)
def test_every_link_between_pages_leads_somewhere(path):
    """Relative links only; a page that moved is noticed here."""
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", read(path))
    folder = os.path.dirname(os.path.join(ROOT, path))
    assert [link for link in links if not os.path.exists(os.path.join(folder, link))] == []


CITED = re.compile(r"(?<!noqa: )\b(?:I\d{2,3}|S\d{2})\b")


def test_every_incident_that_a_comment_cites_has_a_row_in_the_page_of_incidents():
    """An id that leads nowhere explains nothing."""
    known = set(re.findall(r"^\| ([IS]\d{2,3}) \|", read("docs/incidents.md"), re.MULTILINE))
    texts = {path: read(path) for path in tracked() if path.endswith(".py") and path.startswith(("src/", "tests/"))}
    said = {(path, name) for path, text in texts.items() for name in CITED.findall(text)}
    assert len(known) > 100
    assert sorted(one for one in said if one[1] not in known) == []


def test_no_module_cites_a_page_that_is_not_in_the_project():
    """Who reads a comment can read what it leads to."""
    pages = {"readme.md", *(os.path.basename(path) for path in tracked() if path.endswith(".md"))}
    for module in (*modules("holdfast"), *modules("holdfast_engine")):
        assert [name for name in re.findall(r"\b[\w-]+\.md\b", module.text) if name not in pages] == [], module.name
        assert re.findall(r"\bDESIGN \d", module.text) == [], module.name
