"""WordPress by Composer: the core in one directory, plugins, themes and uploads in another, and none in the source."""

import json

import pytest

from holdfast_engine.model.listing import Listing
from holdfast_engine.model.request import Settings
from holdfast_engine.rules.classify import Classifier
from holdfast_engine.rules.detect import detect
from holdfast_engine.rules.detect_report import report


def source(files):
    texts = {path: (text if isinstance(text, str) else json.dumps(text)).encode() for path, text in files.items()}
    return Listing.of_files({path: len(text) for path, text in texts.items()}, texts.get)


def composed(core="", content="", ignored="", **more):
    """A project of which Composer makes the CORE and fills the CONTENT."""
    kinds = ("plugin", "theme")
    extra = {
        **({"wordpress-install-dir": core} if core else {}),
        **({"installer-paths": {f"{content}/{kind}s/{{$name}}/": [f"type:wordpress-{kind}"] for kind in kinds}}
           if content else {}),
    }  # fmt: skip
    manifest = {"require": {"johnpbloch/wordpress": "6"}, "extra": extra}
    return {"composer.json": manifest, ".gitignore": f"/vendor/\n{ignored}", "wp-config.php": "<?php", **more}


def kept(files):
    return set(report(source(files), Settings())["persistent"])


@pytest.mark.parametrize(
    ("core", "content", "web_root", "uploads"),
    [
        ("wp", "wp-content", ".", "wp-content/uploads"),
        ("public/wp", "public/content", "public", "public/content/uploads"),
        ("web/wp", "./web/wp-content/", "web", "web/wp-content/uploads"),
        ("public", "public/wp-content", "public", "public/wp-content/uploads"),
        ("", "wordpress/wp-content", "wordpress", "wordpress/wp-content/uploads"),
        ("", "", "wordpress", "wordpress/wp-content/uploads"),
        ("wp", "../outside", "wp", "wp/wp-content/uploads"),
    ],
)
def test_uploads_lie_beside_the_plugins_that_composer_installs(core, content, web_root, uploads):
    """G2: they are known before they are written, and nothing is shared where WordPress writes nothing."""
    files = composed(core, content)
    assert detect(source(files)).web_root == web_root
    assert kept(files) == {uploads}


def test_content_that_the_source_ships_is_where_the_uploads_are():
    """Nothing but the tree says so: the core is installed beside it."""
    for core in ("wp", ""):
        files = composed(core, **{"wp-content/themes/club/style.css": "x"})
        assert detect(source(files)).web_root == "."
        assert "wp-content/uploads" in kept(files)


def test_a_core_beside_its_content_is_output_and_one_around_it_is_not():
    """G2: what is in the core may be uploads, as long as nobody says that they are elsewhere."""
    beside = source(composed("wp", "wp-content", "/wp/\n"))
    around = source(composed("", "", "/wordpress/\n"))
    rules = [Classifier(one, detect(one), Settings()) for one in (beside, around)]
    assert rules[0].ruling("wp/wp-load.php").care == "artifact"
    assert rules[1].ruling("wordpress/wp-content/uploads/a.jpg").care == "shared"
    assert rules[1].ruling("wordpress/wp-content/made-by-a-plugin/a.txt").care == "shared"


def test_a_line_that_ignores_the_core_names_no_data_in_it():
    """What plugins may make there is shared where it exists; that the whole core is ignored says nothing of it."""
    files = composed("", "wordpress/wp-content", "/wordpress/\n")
    assert kept(files) == {"wordpress/wp-content/uploads"}
    assert "wordpress/wp-content/languages" in kept(
        composed("", "wordpress/wp-content", "/wordpress/wp-content/languages/\n")
    )
    listing = source(files)
    live = Classifier(listing, detect(listing), Settings()).shared_paths(["wordpress/wp-content/languages/de.mo"])
    assert "wordpress/wp-content/languages" in {one.path for one in live}


@pytest.mark.parametrize(
    "extra",
    [
        {},
        [],
        "x",
        {"installer-paths": []},
        {"installer-paths": {"a/{$name}": "x"}},
        {"installer-paths": {"{$name}": ["type:wordpress-plugin"]}},
        {"wordpress-install-dir": {"a": 7}},
        {"wordpress-install-dir": {"roots/wp": "wp"}},
    ],
)
def test_any_extra_may_stand_in_the_manifest(extra):
    """Reading is tolerant: what is not understood names no place."""
    files = {**composed(), "composer.json": {"require": {"roots/wordpress": "6"}, "extra": extra}}
    assert detect(source(files)).framework == "wordpress"
    assert kept(files)
