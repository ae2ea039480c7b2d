"""A source that is laid out otherwise than what is live is refused before anything is changed (check `layout`)."""

from __future__ import annotations

import shutil

import pytest

from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Settings
from lib.snapshot import assert_unchanged, snapshot
from lib.world import World

WORDPRESS = {
    "index.php": "<?php // version {version}\n",
    "wp-load.php": "<?php\n",
    "wp-includes/version.php": "<?php // {version}\n",
    "wp-content/themes/club/style.css": "a {{}}\n",
}
LARAVEL = {
    "artisan": "#!\n",
    "composer.json": '{"require": {"laravel/framework": "^11"}}\n',
    "public/index.php": "<?php // version {version}\n",
    "storage/logs/.gitignore": "*\n!.gitignore\n",
}
SERVED_ELSEWHERE = {**LARAVEL, "public/index.php": None, "public_html/index.php": "<?php // version {version}\n"}
PLAIN = {"index.php": "<?php // version {version}\n", "lib/db.php": "<?php\n"}
DJANGO = {"manage.py": "DJANGO_SETTINGS_MODULE\n", "club/wsgi.py": "{version}\n", "requirements.txt": "Django\n"}


def below(place, files):
    return {f"{place}/{path}": text for path, text in files.items()}


MOVED = {
    "a flat archive over public_html": (below("public_html", WORDPRESS), WORDPRESS, "public_html"),
    "a flat archive over httpdocs": (below("httpdocs", PLAIN), PLAIN, "httpdocs"),
    "a level too many": (WORDPRESS, below("wordpress", WORDPRESS), "wordpress"),
    "another web root": (LARAVEL, SERVED_ELSEWHERE, "public"),
    "a framework with a web root of its own": (PLAIN, LARAVEL, "public"),
    "an application that moved": (DJANGO, below("backend", DJANGO), "backend"),
}


def laid(tmp_path, files):
    world = World(tmp_path, files)
    world.ship()
    return world


def relaid(world, files):
    """The source is FILES alone from now on."""
    shutil.rmtree(world.repository)
    world.files = {path: text for path, text in files.items() if text is not None}
    world.commit()


def refused(world, **more):
    before = snapshot(world.top)
    with pytest.raises(Problem) as caught:
        world.deploy(**more)
    assert_unchanged(before, snapshot(world.top))
    return caught.value


@pytest.mark.parametrize("name", MOVED)
def test_a_source_that_is_laid_out_otherwise_is_refused_and_both_are_named(name, tmp_path):
    """G2, S05: the old pages would be served for ever, or none; exit 30, with the way on."""
    before, after, said = MOVED[name]
    world = laid(tmp_path, before)
    relaid(world, after)
    problem = refused(world)
    text = " ".join([problem.message, *problem.context, problem.hint])
    assert (problem.exit_code, problem.code) == (30, "checklist-refused")
    assert "layout" in problem.message
    assert f"`{said}" in text
    assert "its top" in text or "at the top" in text or "`public_html`" in text
    assert "--accept layout" in text


@pytest.mark.parametrize("name", MOVED)
def test_a_person_who_means_it_accepts_the_check(name, tmp_path):
    """G2: nothing of the data is lost by it, and the next deploy is an ordinary one."""
    before, after, _ = MOVED[name]
    world = laid(tmp_path, before)
    place = "public_html/" if "public_html/index.php" in before else ""
    world.precious.write(f"{place}albums/a.jpg")
    relaid(world, after)
    assert world.deploy(accept=("layout",))["outcome"] == "deployed"
    assert world.ship()["outcome"] == "deployed"
    world.precious.assert_served()
    world.precious.assert_none_lost()


def test_a_domain_directory_that_was_adopted_gets_no_flat_archive(tmp_path):
    """G2, I14: what is live is known by what lies there, for nobody deployed it; the old site is whole."""
    world = World(tmp_path, WORDPRESS, env=None)
    world.commit()
    shutil.copytree(world.repository, world.site / "public_html")
    world.perform("adopt")
    world.commit()
    problem = refused(world)
    assert "`public_html`" in " ".join([*problem.context, problem.hint])


def test_a_source_with_the_same_level_is_deployed(tmp_path):
    """The way on that the refusal names."""
    world = laid(tmp_path, below("public_html", WORDPRESS))
    world.precious.write("public_html/wp-content/uploads/a.jpg")
    assert world.ship()["outcome"] == "deployed"
    world.precious.assert_served()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (LARAVEL, {**LARAVEL, "frontend/package.json": '{"dependencies": {"next": "15"}}\n'}),
        (PLAIN, {**PLAIN, "public/index.php": "<?php\n"}),
        ({"package.json": '{"dependencies": {"express": "4"}}\n', "public/a.css": "a\n"}, DJANGO),
        (WORDPRESS, {**WORDPRESS, "composer.json": '{"require": {"roots/wordpress": "6"}}\n'}),
    ],
    ids=["a front end beside", "a second page", "no page of a web server", "a manifest"],
)
def test_what_leaves_the_pages_where_they_are_served_is_no_other_layout(before, after, tmp_path):
    """Only what the web server would not find any more is refused."""
    world = laid(tmp_path, before)
    relaid(world, {**before, **after})
    assert world.deploy()["outcome"] == "deployed"


@pytest.mark.parametrize(
    ("page", "settings", "refuses"),
    [
        ("public/index.php", Settings(), True),
        ("public/index.php", Settings(build=("true",)), False),
        ("public/index.html", Settings(), False),
    ],
)
def test_a_source_without_the_program_that_answers_is_refused(tmp_path, page, settings, refuses):
    """G3: the web server would find nothing to run; but a command may bring it, and a page may make room for one."""
    world = laid(tmp_path, {**LARAVEL, "public/index.php": "<?php // {version}\n", page: "{version}\n"})
    kept = {} if page.endswith(".php") else {"public/index.php": "<?php // version {version}\n"}
    relaid(
        world, {**LARAVEL, "public/index.php": None, **kept, "public/site/index.php": "<?php // version {version}\n"}
    )
    world.settings = settings
    if refuses:
        assert f"`{page}`, from which the live release is served" in "\n".join(refused(world).context)
    assert world.deploy(accept=("layout",) if refuses else ())["outcome"] == "deployed"
