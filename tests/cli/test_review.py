"""`holdfast review` as it is typed: pages, exit codes, and decisions in a person's holdfast.toml."""

from __future__ import annotations

import json
import tomllib

import pytest

from holdfast.config.edit import with_entry, without_entry
from lib.precious import let_write
from lib.terminal import terminal
from lib.world import World

CODE = {"index.php": "<?php // version {version}\n", "data/keep.txt": "kept\n"}
OURS = """\
# our shop
framework = "generic-php"   # detected as well

[shared]
paths = [
  "data/",   # what the shop writes
]
# carried = ["plugins/"]

[hooks]
stop = []
"""


@pytest.fixture
def typed(capsys, monkeypatch, tmp_path):
    """One command line in an empty directory, with nobody at the keyboard."""
    return terminal(capsys, monkeypatch, tmp_path / "here")


@pytest.fixture
def shop(tmp_path):
    """A shop with a tool and a forum that somebody put beside it."""
    world = World(tmp_path / "shop", CODE, env=None)
    world.ship()
    let_write(world.live.resolve() / "x")
    (world.live / "tool.php").write_text("<?php echo 'a tool';\n")
    (world.live / "forum").mkdir()
    (world.live / "forum/index.php").write_text("<?php require 'a forum';\n")
    return world


def test_the_list_names_path_size_date_rule_and_evidence(typed, shop):
    """Each with its verbs, and the next thing to type."""
    shown = typed("review", "--site", shop.site)
    assert shown.code == 0
    for word in ("carried along, and looks like code", "tool.php  21 B, 20", "forum/  1 file", "no rule names it"):
        assert word in shown.out
    assert f"next  holdfast review diff tool.php --site {shop.site}\n      or `keep`, `drop`, `share` in" in shown.out
    found = typed("review", "--site", shop.site, "--json").json
    assert {
        "path",
        "what",
        "kind",
        "files",
        "bytes",
        "changed",
        "place",
        "care",
        "rule",
        "source",
        "evidence",
        "can",
    } == set(found["entries"][0])
    assert found["counts"] == {"carried": 2}


def test_nothing_to_review_is_said_in_one_line(typed, shop):
    """A site without a question."""
    for path in ("tool.php", "forum"):
        assert typed("review", "drop", path, "--site", shop.site, "--yes").code == 0
    assert typed("review", "--site", shop.site).out == "nothing to review\n"


@pytest.mark.parametrize(
    "words", [("praise", "tool.php"), ("keep",), ("keep", "a", "b"), ("diff",), ("--plan",), ("tool.php",)]
)
def test_what_cannot_be_meant_is_a_wrong_command_line(typed, shop, words):
    """Exit 2, with what can be typed."""
    ended = typed("review", *words, "--site", shop.site, "--yes")
    assert (ended.code, ended.problem) == (2, "usage")


@pytest.mark.parametrize("verb", ["keep", "drop", "share"])
def test_what_nobody_can_be_asked_about_ends_31(typed, shop, verb):
    """INTERFACE: a question with neither a terminal nor `--yes`."""
    assert typed("review", verb, "tool.php", "--site", shop.site).code == 31
    assert typed("review", "--site", shop.site, "--json").json["counts"] == {"carried": 2}


def test_a_difference_is_shown_as_text(typed, shop):
    """With what there is nothing to compare with, all of it."""
    shown = typed("review", "diff", "tool.php", "--site", shop.site)
    assert "+<?php echo 'a tool';" in shown.out
    assert "there is no other version" in shown.out


def governed(shop, text: str, *, site: bool) -> None:
    """A holdfast.toml at the top of the source."""
    named = f'\n[site]\nroot = "{shop.site}"\n' if site else ""
    (shop.repository / "holdfast.toml").write_text(text + named)


def test_a_decision_is_written_into_the_file_at_the_top_of_the_source(typed, shop):
    """Wherever one stands: comments and layout stay, byte for byte."""
    governed(shop, OURS, site=False)
    plan = typed("review", "keep", "tool.php", "--site", shop.site, "--plan", "--json").json
    assert plan["notes"] == [f"written to `[shared] carried` of {shop.repository}/holdfast.toml"]
    assert (shop.repository / "holdfast.toml").read_text() == OURS
    answer = typed("review", "keep", "tool.php", "--site", shop.site, "--yes", "--json").json
    assert answer["written"] == str(shop.repository / "holdfast.toml")
    typed("review", "share", "forum", "--site", shop.site, "--yes")
    text = (shop.repository / "holdfast.toml").read_text()
    assert text == OURS.replace("writes\n]\n", 'writes\n  "forum/",\n]\n').replace(
        '# carried = ["plugins/"]\n', '# carried = ["plugins/"]\ncarried = ["tool.php"]\n'
    )
    deployed = typed("deploy", "--site", shop.site, "--source", shop.repository, "--yes", "--json").json
    assert deployed["outcome"] == "deployed"
    assert typed("review", "--site", shop.site, "--json").json["entries"] == []
    typed("review", "forget", "tool.php", "--site", shop.site, "--yes")
    assert "tool.php" not in (shop.repository / "holdfast.toml").read_text()


def test_the_nearest_file_counts_where_it_names_this_site_and_no_other(typed, shop, tmp_path):
    """That of another site says nothing of this one."""
    here = tmp_path / "here/holdfast.toml"
    here.write_text('[site]\nroot = "/somewhere/else"\n')
    assert typed("review", "keep", "tool.php", "--site", shop.site, "--yes", "--json").json["written"] == ""
    typed("review", "forget", "tool.php", "--site", shop.site, "--yes")
    here.write_text(f'[site]\nroot = "{shop.site}"\n')
    assert typed("review", "keep", "tool.php", "--yes", "--json").json["written"] == str(here)
    assert tomllib.loads(here.read_text())["shared"]["carried"] == ["tool.php"]


def test_a_list_that_would_hide_the_sources_list_is_not_begun(typed, shop, tmp_path):
    """A list replaces a list as a whole: one entry here would take all others away."""
    shop.commit({"holdfast.toml": '[shared]\ncarried = ["plugins/"]\n'})
    typed("deploy", "--site", shop.site, "--source", shop.repository, "--yes")
    here = tmp_path / "here/holdfast.toml"
    here.write_text(f'[site]\nroot = "{shop.site}"\n')
    answer = typed("review", "keep", "tool.php", "--yes", "--json").json
    assert (answer["written"], "would hide" in answer["notes"][0]) == ("", True)
    assert here.read_text() == f'[site]\nroot = "{shop.site}"\n'
    assert [row["path"] for row in typed("review", "--json").json["entries"]] == ["forum"]


def test_a_file_that_is_written_in_another_way_is_left_alone(typed, shop):
    """The decision stands in the site, and the answer says what to write."""
    text = 'shared = { paths = ["data/"] }\n'
    governed(shop, text, site=False)
    answer = typed("review", "keep", "tool.php", "--site", shop.site, "--yes", "--json").json
    assert (answer["written"], "noted in the site" in answer["notes"][0]) == ("", True)
    assert (shop.repository / "holdfast.toml").read_text() == text
    assert [row["path"] for row in typed("review", "--site", shop.site, "--json").json["entries"]] == ["forum"]


EVERY = [
    "",
    'framework = "x"\n',
    '[shared]\n# carried = ["a/"]\npaths = ["x/"] # c\n\n[hooks]\nstop = []\n',
    '[shared]\npaths = [\n  "a/",   # first\n  "b/"  # second, and last\n]\n',
    '[shared]\npaths = [\n  "a/",\n]\n[site]\nroot = "/x"',
    "[shared]\npaths = []\n",
    '[shared] # ours\npaths = ["a/", "b/", ]',
    '[shared]\r\npaths = [\r\n  "a/",\r\n  "b/"\r\n]\r\n',
    '[site]\nroot = "/x"',
    '[shared]\npaths = ["with [brackets]/", "and # marks"]\n[site]\nroot = "/x"\n',
    "[shared]\ncode = [\n  # none yet\n]\n",
]


@pytest.mark.parametrize("text", EVERY)
@pytest.mark.parametrize("path", ["new/tool.php", 'a "quoted"/name/', "größe/"])
def test_an_entry_is_added_and_all_else_says_what_it_said(text, path):
    """Of every layout: each line that was there is there, but for a comma behind the last entry."""
    after = with_entry(text, "paths", path)
    before, now = tomllib.loads(text), tomllib.loads(after)
    assert now["shared"].pop("paths") == [*before.get("shared", {}).pop("paths", []), path]
    assert {**now, "shared": now.get("shared", {})} == {**before, "shared": before.get("shared", {})}
    comments = [line.partition("#")[2] for line in text.splitlines()]
    assert [one for one in comments if '"' not in one and one not in after] == []
    back = without_entry(after, "paths", path)
    assert tomllib.loads(back).get("shared", {}).get("paths", []) == tomllib.loads(text).get("shared", {}).get(
        "paths", []
    )
    assert with_entry(after, "paths", path) == after


@pytest.mark.parametrize(
    "text",
    [
        'shared = { paths = ["a"] }\n',
        'shared.paths = ["a"]\n',
        'x = """\n[shared]\npaths = ["q"]\n"""\n[shared]\npaths = ["z"]\n',
    ],
)
def test_what_cannot_be_written_for_certain_is_not_written(text):
    """Tables in one line, dotted keys, a list that is none."""
    assert with_entry(text, "paths", "new") is None


def test_a_path_moves_from_one_list_to_another():
    """No path has two cares."""
    after = with_entry('[shared]\ncarried = ["a.php", "b.php"]\npaths = ["x/"]\n', "paths", "a.php")
    assert tomllib.loads(after)["shared"] == {"carried": ["b.php"], "paths": ["x/", "a.php"]}


def test_the_answer_of_a_decision_is_one_object(typed, shop):
    """For scripts: outcome, where it lies, where it is written."""
    answer = typed("review", "drop", "tool.php", "--site", shop.site, "--yes", "--json").json
    assert (answer["outcome"], answer["path"], answer["verb"], answer["written"]) == ("dropped", "tool.php", "drop", "")
    assert (shop.site / answer["attic"][0]["place"]).read_text() == "<?php echo 'a tool';\n"
    assert json.dumps(answer)
