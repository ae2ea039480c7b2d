"""The page of a report from made-up answers: what is escaped, how large it gets, and what its first line says."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from holdfast.report.markup import coded, element, joined, shown
from holdfast.report.page import page
from holdfast.report.standing import standing
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.words import typed

PASS = {"name": "space", "verdict": "pass", "why": "there is room", "mend": ""}
WARN = {"name": "access", "verdict": "warn", "why": "`data` may not be written", "mend": "`chmod g+w data`"}
MOST = 1_000_000
WORST = "\U0001f3db</script>é\udcff`'\"\n" * 18


def answer(**more: Any) -> dict[str, Any]:
    """What the engine says of a site with one release and one upload."""
    release = {
        "id": "r1", "state": "active", "created": 1.7e9, "source": {"kind": "git", "commit": "c" * 40}, "strays": 0,
        "stray_paths": [], "pinned": "", "changes": None,
    }  # fmt: skip
    operation = {
        "id": "000001-deploy", "command": "deploy", "started": 1.7e9, "finished": 1.7e9, "outcome": "deployed",
        "release": "r1", "who": "ada@web", "files": 1, "adopted": 0, "removed": [], "expired": [],
    }  # fmt: skip
    upload = {"name": "uploads/", "files": 1, "bytes": 5, "parts": [{"name": "a.jpg", "files": 1, "bytes": 5}]}
    part = {"care": "shared", "files": 1, "bytes": 5, "parts": [upload]}
    words = ("status", "checklist", "review", "recover", "rollback", "attic", "history", "sweep")
    return {
        "format": 1,
        "site": "/srv/club",
        "at": 1.7e9 + 3600,
        "current": "r1",
        "framework": "laravel",
        "checklist": {"verdict": "pass", "checks": [PASS]},
        "missing": [],
        "unfinished": None,
        "review": {"counts": {}, "entries": []},
        "map": {"parts": [part], "aside": [{"what": "attic", "files": 0, "bytes": 0}], "unreadable": 0},
        "shared": [{"path": "uploads", "kind": "dir", "files": 1, "bytes": 5}],
        "releases": [release],
        "operations": [operation],
        "attic": {"entries": [], "bytes": 0, "keep": "90 days", "oldest_expiry": None},
        "commands": {word: f"holdfast {word} --site /srv/club" for word in words},
        **more,
    }


def warned(*checks: dict[str, str]) -> dict[str, Any]:
    return {"verdict": checks[0]["verdict"], "checks": [*checks, PASS]}


REFUSE = {**WARN, "verdict": "refuse"}
GONE = [{"path": "uploads", "files_then": 5, "files_now": 2, "since": 1.7e9}]
CUT = {"operation": "000002-deploy", "command": "deploy", "release": "r2", "running": False, "holder": ""}


@pytest.mark.parametrize(
    ("more", "word", "comes"),
    [
        ({}, "well", "All is well."),
        ({"checklist": warned(WARN)}, "look", "The site is live, and 1 thing should be looked at."),
        ({"checklist": warned(REFUSE)}, "act", "Something must be fixed before the next deploy."),
        ({"unfinished": CUT}, "act", "A deploy was interrupted."),
        ({"unfinished": {**CUT, "running": True}}, "well", "All is well."),
        ({"missing": GONE, "checklist": warned(REFUSE)}, "act", "3 files of data that were there are missing."),
        ({"current": None}, "act", "Nothing is live."),
    ],
)
def test_the_first_line_says_how_the_site_stands(more, word, comes):
    """The worst first: what is missing is said before what is to be looked at; what runs now is no trouble."""
    found = answer(**more)
    assert standing(found)[:2] == (word, comes)
    assert f'class="standing {word}"' in page(found)


def test_what_is_to_be_done_stands_with_what_is_typed():
    """A check that does not pass has its reason and its way; those that pass are counted."""
    made = page(answer(checklist=warned(WARN)))
    assert "<code>data</code> may not be written" in made
    assert "<code>chmod g+w data</code>" in made
    assert "1 check passes" in made


def test_the_page_needs_nothing_beside_it():
    """No network: no address is in it that a browser would fetch, and none would be allowed."""
    made = page(answer())
    assert made.startswith("<!doctype html>")
    assert re.findall(r' (?:src|href|action|srcset|poster|data)="(?!#|data:)[^"]+', made) == []
    assert re.findall(r"https?:|url\(|@import|fetch\(|XMLHttp|WebSocket|sendBeacon", made) == []
    assert "default-src 'none'" in made


def test_every_table_has_heads_and_every_part_a_heading():
    """Who hears the page finds the way through it."""
    made = page(answer(attic={**answer()["attic"], "entries": [entry("a.txt")]}))
    assert re.findall(r"<h2>(.*?)</h2>", made) == ["To do", "Map", "Time line", "Releases", "Attic"]
    tables = re.findall(r"<table.*?</table>", made)
    assert len(tables) > 2
    assert [one for one in tables if 'scope="col"' not in one or 'scope="row"' not in one] == []


def entry(path: str) -> dict[str, Any]:
    return {
        "operation": "000002-deploy", "path": path, "place": f".holdfast/attic/000002-deploy/files/{path}",
        "origin": path, "reason": "the live release held another version", "kind": "file", "bytes": 7, "at": 1.7e9,
        "expires": 1.71e9, "back": f"holdfast restore {typed(path)} --operation 000002-deploy --site /srv/club",
    }  # fmt: skip


class Read(HTMLParser):
    """What a browser makes of HTML: its tags with their attributes, and its text."""

    def __init__(self, made: str) -> None:
        super().__init__()
        self.tags: list[Any] = []
        self.text = ""
        self.feed(made)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


@given(some.text(some.characters(codec=None), max_size=60))
def test_a_name_is_a_text_wherever_it_stands(name):
    """`</script>`, quotes, bytes that are no text: in text, in an attribute and among the data of the map."""
    read = Read(joined(element("p", name), element("p", title=f"-{name}")))
    assert (read.text, read.tags) == (shown(name), [("p", {}), ("p", {"title": f"-{shown(name)}"})])
    found = answer()
    found["map"]["parts"][0]["parts"] = [{"name": name, "files": 1, "bytes": 5}]
    told = re.findall(r'id="map-data">(.*?)</script>', page(found), re.DOTALL)
    assert len(told) == 1
    assert json.loads(told[0])[0][4][0][0] == shown(name)


@given(some.text(max_size=40))
def test_a_sentence_with_names_in_backticks_is_a_text_with_code_in_it(name):
    """Whatever stands between them."""
    read = Read(coded(f"see `{name}`"))
    assert {tag for tag, _ in read.tags} <= {"code"}
    assert read.text.replace("`", "") == shown(f"see {name}").replace("`", "")


@given(some.text(max_size=40))
def test_what_is_shown_hides_nothing(name):
    """Control characters, letters that turn others around, and line ends are spelled out."""
    assert shown(name).isprintable()
    assert shown(name) == name or not name.isprintable()


@pytest.mark.parametrize(
    ("name", "word"),
    [("a b", "'a b'"), ("it's", """'it'"'"'s'"""), ("x\udcff", r"$'x\xff'"), ("a\n'b\\", r"$'a\x0a\x27b\x5c'")],
)
def test_a_command_can_be_typed_whatever_the_name_is(name, word):
    """What no terminal shows is spelled out in the way that a shell reads."""
    assert typed(name) == word


def test_a_newer_answer_is_refused():
    """G7: what another version meant is not guessed."""
    with pytest.raises(Problem) as caught:
        page(answer(format=2))
    assert caught.value.code == "format-unknown"


def many(number: int, one: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return [{**one, **more} for _ in range(number)]


def test_a_page_of_very_much_with_very_long_names_stays_small():
    """Thousands of operations, releases, checks and things in the attic: the first are shown, the others counted."""
    rows = {"files": 900, "first": [WORST] * 12}
    changes = {"against": "r0", "added": rows, "changed": rows, "removed": rows}
    base = answer()
    review = {
        "path": WORST, "what": "carried", "kind": "file", "files": 1, "bytes": 1, "changed": 1.7e9, "place": WORST,
        "evidence": [{"word": "runs", "text": WORST}], "can": ["keep"],
    }  # fmt: skip
    found = answer(
        checklist=warned(*many(2000, WARN, why=WORST, mend=WORST)),
        review={"counts": {"carried": 5000}, "entries": many(5000, review)},
        releases=many(400, base["releases"][0], changes=changes, strays=50, stray_paths=[WORST] * 20),
        operations=many(20_000, base["operations"][0], who=WORST),
        attic={**base["attic"], "entries": many(20_000, entry(WORST))},
        shared=many(3000, base["shared"][0], path=WORST),
    )
    made = page(found)
    assert len(made.encode()) < MOST
    for left in ("and 19,", "and 2,9", "earlier ones"):
        assert left in made, left
