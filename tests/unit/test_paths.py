"""Relative paths that cannot leave their root."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast_engine.model.paths import RelPath, folded, link_text, outermost
from holdfast_engine.model.problem import Problem

names = st.text(alphabet="abc.-_ é", min_size=1, max_size=5).filter(
    lambda name: name.strip() and name not in (".", "..")
)
paths = st.lists(names, min_size=1, max_size=4).map("/".join)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "/",
        "/etc",
        ".",
        "./",
        "..",
        "../../etc",
        "a/../../b",
        "a/..",
        "*",
        "public/*",
        "a?",
        "a[1]",
        "~/x",
        "$HOME/x",
        "a\nb",
        "a\0b",
        "a\\b",
        ".holdfast",
        ".holdfast/journal",
    ],
)
def test_a_path_that_leaves_the_application_or_names_all_of_it_is_refused(text):
    """I14, I27, V10: `../../outside` and `/etc` are deleted by peers with exit 0."""
    with pytest.raises(Problem) as caught:
        RelPath.parse(text)
    assert (caught.value.code, caught.value.exit_code) == ("path-invalid", 10)


@pytest.mark.parametrize(
    "text", ["public/uploads", "./public/uploads", "public//uploads", "public/uploads/", "./public/./uploads//"]
)
def test_spellings_of_one_path_are_one_path(text):
    """I19: a trailing slash, a leading dot and a doubled slash change nothing."""
    assert RelPath.parse(text) == "public/uploads"


def test_composed_and_decomposed_letters_are_one_path():
    """S04: macOS writes names decomposed."""
    assert RelPath.parse("caf\u0065\u0301") == RelPath.parse("caf\u00e9")
    assert folded("Public/UPLOADS") == folded("public/uploads")


def test_whole_names_are_compared_and_not_letters():
    """I14: the first fix elsewhere refused `img/news` beside `img/newsletters`."""
    assert not RelPath("img/newsletters").is_within("img/news")
    assert RelPath("img/news/a").is_within("img/news")
    assert outermost(["img/news", "img/newsletters", "img/news/a"]) == ["img/news", "img/newsletters"]


@given(paths)
def test_what_is_parsed_stays_below_its_root(text):
    """G9, by construction."""
    try:
        path = RelPath.parse(text)
    except Problem:
        return
    assert ".." not in path.parts
    assert not path.startswith("/")
    assert RelPath.parse(path) == path


@given(paths, paths)
def test_a_link_leads_from_its_place_to_its_target(at, to):
    """Relative links, so that a site can be moved (DESIGN 1)."""
    import posixpath

    here, there = RelPath("releases/r") / at, RelPath("shared") / to
    assert posixpath.normpath(posixpath.join(posixpath.dirname(here), link_text(here, there))) == posixpath.normpath(
        there
    )


@given(st.lists(paths, max_size=8))
def test_the_outermost_of_nested_paths_cover_all_of_them(many):
    """DESIGN 4: of nested entries the parent is kept."""
    kept = outermost(many)
    assert all(any(RelPath(path).is_within(top) for top in kept) for path in many)
    assert not any(one != other and one.is_within(other) for one in kept for other in kept)
