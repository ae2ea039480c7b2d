"""What to type next is a whole line: the site that was named is named in it."""

from __future__ import annotations

import pytest

from holdfast.cli.whole_line import with_site

SITE = "/srv/the club"


@pytest.mark.parametrize(
    ("hint", "whole"),
    [
        ("holdfast deploy --source PATH", "holdfast deploy --source PATH --site '/srv/the club'"),
        ("`holdfast releases` lists them", "`holdfast releases --site '/srv/the club'` lists them"),
        (
            "`holdfast status --site /x`, or `holdfast sweep`",
            "`holdfast status --site /x`, or `holdfast sweep --site '/srv/the club'`",
        ),
        ("`holdfast review --help` says more", "`holdfast review --help` says more"),
        ("holdfast deploy -h", "holdfast deploy -h"),
        ("`holdfast adopt /srv/x` makes it a site", "`holdfast adopt /srv/x` makes it a site"),
        ("check the spelling of the path", "check the spelling of the path"),
    ],
)
def test_a_command_without_a_site_gets_the_one_that_was_named(hint, whole):
    """Typed elsewhere, or in another site, it would act there."""
    assert with_site(hint, SITE) == whole
    assert with_site(hint, "") == hint


def test_a_run_that_names_its_site_names_it_in_what_to_type_next(holdfast, engine):
    """Without a source: the line that is said would else ask which site."""
    ended = holdfast("deploy", "--site", "/srv/the club")
    assert (ended.code, engine.requests) == (11, [])
    assert "try: holdfast deploy --source PATH --site '/srv/the club'" in ended.err
