"""What a newcomer needs for a first success: the install page, one guide, and the words that the screen keeps to."""

from __future__ import annotations

import re

import pytest

from guides.hours import NEWCOMERS, live_through
from guides.page import DOCS
from lib.engine_file import compiled
from lib.mounts import may_mount, tell

KNOWN = re.findall(r"(?m)^\| (\w[\w ]*) \|", (DOCS / "words.md").read_text().partition("You meet these")[0])
"""The words that are enough to use Holdfast."""
OF_THE_TRADE = {"web root"}
"""What every web server's page has as well."""


@pytest.mark.parametrize("name", NEWCOMERS)
@pytest.mark.skipif(bool(may_mount()), reason=may_mount())
def test_a_newcomer_comes_to_a_first_success_by_one_guide_alone(published, name, record_property):
    """From nothing but one file: no command fails, and no word is met that is not in the first table of words."""
    hour = tell(live_through, name, str(compiled(published.one("holdfast.pyz"))))
    record_property("hour", hour.row(name))
    assert hour.code == 0, hour.text
    typed = {word for line in hour.commands for word in line.split()}
    assert sorted({*hour.words} - {*KNOWN} - OF_THE_TRADE - typed) == [], hour.text
