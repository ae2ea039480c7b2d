"""What tells of one release alone is not taken along: notes of deploy tools, flags for a server, kept pages."""

import pytest

from holdfast_engine.model.request import Settings
from lib.oracle import attic_texts
from lib.precious import let_write
from lib.world import World

PHP = {"public/index.php": "<?php // {version}\n", "composer.json": "{}", "app/code.php": "<?php // {version}\n"}
RAILS = {
    "Gemfile": 'gem "rails"\ngem "actionpack-page_caching"\n',
    "config/application.rb": "# {version}\n",
    "public/robots.txt": "all\n",
}
LARAVEL = {
    "artisan": "#!/usr/bin/env php\n",
    "composer.json": '{"require": {"laravel/framework": "^12", "silber/page-cache": "^1"}}',
    "public/index.php": "<?php // {version}\n",
}
CRAFT = {
    "craft": "#!/usr/bin/env php\n",
    "composer.json": '{"require": {"craftcms/cms": "^5", "putyourlightson/craft-blitz": "^5"}}',
    "web/index.php": "<?php // {version}\n",
}
WORDPRESS = {
    "index.php": "<?php // {version}\n",
    "wp-load.php": "<?php\n",
    "wp-includes/version.php": "<?php // {version}\n",
    "wp-content/index.php": "<?php // Silence is golden.\n",
}
SILVERSTRIPE = {
    "composer.json": '{"require": {"silverstripe/framework": "^5", "silverstripe/staticpublishqueue": "^6"}}',
    "public/index.php": "<?php // {version}\n",
}
BOOST = {
    "index.php": "<?php // {version}\n",
    "includes/bootstrap.inc": "<?php // {version}\n",
    "modules/system/system.module": "<?php\n",
    "sites/all/modules/contrib/boost/boost.module": "<?php\n",
}
KEPT_OPEN = {**PHP, "public/page-cache/.gitkeep": "", ".gitignore": "/public/page-cache/*\n!.gitkeep\n/REVISION\n"}


@pytest.mark.parametrize(
    ("application", "path"),
    [
        (PHP, "REVISION"),
        (KEPT_OPEN, "REVISION"),
        (PHP, ".mina_git_revision"),
        (PHP, ".dep/releases.extended"),
        (RAILS, "tmp/restart.txt"),
        ({**RAILS, "tmp/.keep": "", "tmp/pids/.keep": "", ".gitignore": "/tmp/*\n!/tmp/.keep\n"}, "tmp/restart.txt"),
        ({"app.js": "// {version}", "package.json": "{}"}, "tmp/restart.txt"),
        (PHP, "public/page-cache/club/news.html"),
        (KEPT_OPEN, "public/page-cache/club/news.html"),
        (LARAVEL, "public/page-cache/pc__index__pc.html"),
        (RAILS, "public/cached_pages/news.html"),
        (CRAFT, "web/cache/blitz/example.com/news/index.html"),
        (SILVERSTRIPE, "public/cache/news.html"),
        (BOOST, "cache/normal/example.com/_.html"),
        (WORDPRESS, "wp-content/litespeed/css/a.css"),
        (WORDPRESS, "wp-content/cache/supercache/example.com/index.html"),
    ],
)
def test_it_is_not_taken_along(tmp_path, application, path):
    """R: a note, a flag or a page of the release before is wrong of the next; an upload beside it is served."""
    world = World(tmp_path, application, kind="directory")
    world.ship()
    let_write(world.live / "photos/a.jpg")
    photo = world.precious.write("photos/a.jpg")
    for version in (1, 2):
        world.put(path, f"{path} of version {version}\n")
        world.ship()
        assert not (world.live / path).exists()
        assert path not in {one["path"] for one in world.perform("status")["shared"]}
        assert not (world.site / "shared" / path).exists()
    assert (world.live / "photos/a.jpg").read_bytes() == photo


@pytest.mark.parametrize("path", ["REVISION", "public/page-cache/news.html", "tmp/restart.txt"])
def test_what_bears_such_a_name_is_kept_when_its_release_goes(tmp_path, path):
    """G1, G6: a name alone proves nothing, so the content lies in the attic before the release is taken away."""
    world = World(tmp_path, PHP, env=None, kind="directory")
    world.ship()
    world.put(path, "somebody's own\n")
    for _ in range(7):
        world.ship()
    world.perform("prune")
    assert "somebody's own\n" in attic_texts(world.site)


def test_a_person_s_word_comes_first(tmp_path):
    """G2: what is named as data is data, whatever name it bears."""
    world = World(tmp_path, PHP, env=None, kind="directory")
    world.settings = Settings(shared=("public/page-cache/",))
    world.ship()
    world.precious.write("public/page-cache/news.html")
    world.ship()
    world.precious.assert_served()


def test_what_went_along_once_does_so_no_more(tmp_path):
    """R: an earlier version took a tool's note along, and it would tell of that release for ever."""
    world = World(tmp_path, PHP, env=None, kind="directory")
    world.settings = Settings(carried=("REVISION",))
    world.ship()
    world.put("REVISION", "0123456789\n")
    world.ship()
    assert (world.live / "REVISION").exists()
    world.settings = Settings()
    world.ship()
    assert not (world.live / "REVISION").exists()


def test_what_the_release_ships_by_such_a_name_is_the_release_s(tmp_path):
    """R: a source may ship its own note, and pages that somebody wrote."""
    shipped = {**PHP, "REVISION": "{version}", "public/page-cache/news.html": "{version}"}
    world = World(tmp_path, shipped, env=None, kind="directory")
    for version in ("1", "2"):
        world.ship()
        assert (world.live / "REVISION").read_text() == version
        assert (world.live / "public/page-cache/news.html").read_text() == version
