"""What the source's shape says: `.gitignore` files, placeholders, patterns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast_engine.model.listing import DIR, Listed, Listing
from holdfast_engine.rules.shape import Shape
from holdfast_engine.rules.shape_ignores import Ignores
from holdfast_engine.rules.shape_patterns import PathSet


def source(files):
    return Listing.of_files(
        {path: len(text) for path, text in files.items()},
        lambda path: files[path].encode() if path in files else None,
    )


@pytest.mark.parametrize(
    ("pattern", "path", "ignored"),
    [
        ("uploads", "a/b/uploads/x.png", True),
        ("/uploads", "a/uploads", False),
        ("/uploads", "uploads/x", True),
        ("a/b", "a/b", True),
        ("a/b", "x/a/b", False),
        ("*.log", "logs/a.log", True),
        ("a/**/z", "a/b/c/z", True),
        ("**/z", "z", True),
        ("logs/*", "logs/a", True),
        ("logs/*", "logs", False),
        ("dir/", "dir", False),
        ("dir/", "dir/x", True),
        ("f[0-9].txt", "f7.txt", True),
        ("f[!0-9].txt", "f7.txt", False),
        ("# uploads", "uploads", False),
        ("[", "[", True),
        ("x\n!x", "x", False),
        ("logs/*\n!logs/README", "logs/README", False),
    ],
)
def test_patterns_mean_what_git_says(pattern, path, ignored):
    """Anchored, unanchored, negated and for directories only."""
    assert bool(Ignores(source({".gitignore": pattern})).ignored(path)) is ignored


def test_a_deeper_file_speaks_of_its_own_directory():
    """`storage/app/.gitignore` of `*` ignores what lies there, and nothing else."""
    ignores = Ignores(source({"storage/app/.gitignore": "*\n!public/\n"}))
    assert ignores.ignored("storage/app/a.pdf")
    assert not ignores.ignored("storage/b.pdf")
    assert ignores.top("storage/app/x/y/z") == "storage/app/x"


@given(st.text(max_size=60), st.text(alphabet="ab/.*[]!\\ ", min_size=1, max_size=12))
def test_any_text_may_stand_in_it(text, path):
    """A pattern that means nothing matches nothing, and never raises."""
    ignores = Ignores(source({".gitignore": text}))
    assert isinstance(ignores.ignored(path.strip("/") or "a"), str)
    list(ignores.literals())


def test_shape_counts_placeholders_as_nothing():
    """`ships_code` is what a split asks: more than placeholders below."""
    listing = source({"a/.gitkeep": "", "b/x.svg": "<svg/>", ".gitignore": ""})
    shape = Shape(listing, Ignores(listing))
    assert not shape.ships_code("a")
    assert shape.ships_code("b")
    assert shape.ships_code("b/x.svg")
    assert not shape.ships_code("c")


def test_the_deepest_entry_covers_a_path():
    """Whole names only: `news` does not cover `newsletters` (I14)."""
    entries = PathSet(("public/news", "public/news/archive", "**/node_modules", "**/*.pyc", "data/*.db"))
    assert entries.match("public/news/archive/1.html") == "public/news/archive"
    assert entries.match("public/news/today.html") == "public/news"
    assert entries.match("public/newsletters/1.html") is None
    assert entries.match("a/node_modules/b/c.js") == "a/node_modules"
    assert entries.match("a/b.pyc") == "a/b.pyc"
    assert entries.match("data/x.db") == "data/x.db"
    assert entries.match("data/x/y.db") is None


@pytest.mark.parametrize("path", ["public/uploads", "public/theme", "public/skins"])
def test_an_empty_submodule_waits_for_code(path):
    """G2: archives of a forge leave it empty; that is no sign that somebody writes there."""
    files = {".gitmodules": '[submodule "a"]\n\tpath = public/uploads\n[submodule "b"]\npath=public/theme\n'}
    files[".gitmodules"] += "[submodule c]\n path = public/skins/dark/\n"
    there = source({**files, "public/index.php": "<?php"})
    entries = {**there.entries, **dict.fromkeys(("public/uploads", "public/theme", "public/skins"), Listed(DIR))}
    listing = Listing({**entries, "public/skins/dark": Listed(DIR)}, there.read)
    shape = Shape(listing, Ignores(listing), web_root="public")
    assert (shape.awaits_writing(path), shape.named_for_data(path)) == ("", False)
