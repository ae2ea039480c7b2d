"""`open_basedir`: PHP resolves links before it looks whether it may read, and ours lead out of the web root."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from holdfast_engine.checks import open_basedir
from lib.precious import let_write
from lib.world import PLAIN, World


@pytest.fixture
def world(tmp_path, monkeypatch) -> World:
    """A site, and a host whose configuration lies below the test's own directory."""
    patterns = tuple(f"{tmp_path}{pattern}" for pattern in open_basedir.HOST_FILES)
    monkeypatch.setattr(open_basedir, "HOST_FILES", patterns)
    made = World(tmp_path, PLAIN, env=None)
    made.ship()
    return made


def declare(world: World, path: str, text: str) -> Path:
    where = world.top / path
    where.parent.mkdir(parents=True, exist_ok=True)
    where.write_text(text.format(site=world.site))
    return where


def told(world: World) -> dict[str, str]:
    """The check's word, with its mend; nothing where it says nothing."""
    world.commit()
    checks = world.perform("plan", source=world.source)["checks"]
    return next((one for one in checks if one["name"] == "open-basedir"), {})


POOL = "etc/php/8.3/fpm/pool.d/club.conf"
DECLARED = {
    POOL: "[club]\nuser = www-data\nphp_admin_value[open_basedir] = {site}/current/public:/tmp\n",
    "etc/apache2/sites-enabled/club.conf": (
        "<VirtualHost *:80>\n  DocumentRoot {site}/current/public\n"
        '  php_admin_value open_basedir "{site}/current/public:/tmp"\n</VirtualHost>\n'
    ),
    "etc/nginx/sites-enabled/club": (
        "server {{\n  root {site}/current/public;\n"
        '  fastcgi_param PHP_ADMIN_VALUE "open_basedir={site}/current/public:/tmp";\n}}\n'
    ),
}


@pytest.mark.parametrize("path", DECLARED)
def test_a_pool_or_a_host_that_keeps_php_out_of_shared_is_named_with_its_line(world, path):
    """G2: what the application read, it goes on reading; the mend is the whole line."""
    where = declare(world, path, DECLARED[path])
    found = told(world)
    assert found["verdict"] == "warn"
    assert str(where) in found["why"]
    assert f"{world.site}/shared" in found["why"]
    assert f"`{world.site}/current/public:/tmp:{world.site}/shared`" in found["mend"]
    world.deploy()
    where.write_text(where.read_text().replace(":/tmp", f":/tmp:{world.site}/shared"))
    assert told(world) == {}


@pytest.mark.parametrize(
    "line",
    [
        "php_admin_value[open_basedir] = {site}/:/tmp",
        "php_admin_value[open_basedir] = none",
        "php_admin_value[open_basedir] = $pool/www",
        ";php_admin_value[open_basedir] = {site}/current/public",
        "php_admin_value[open_basedir] = {site}/releases:{site}/shared",
    ],
)
def test_what_lets_php_in_or_says_nothing_that_is_known_is_not_warned_of(world, line):
    """A warning that is wrong is one too many."""
    declare(world, POOL, f"[club]\nchdir = {{site}}\n{line}\n")
    assert told(world) == {}


def test_the_pool_of_another_site_is_none_of_this_ones(world):
    """A host has many sites in one file; a name that begins alike is another one's."""
    declare(world, POOL, "[other]\nphp_admin_value[open_basedir] = /srv/other\n[club]\nchdir = {site}\n")
    assert told(world) == {}
    declare(world, POOL, "[beta]\nphp_admin_value[open_basedir] = {site}-beta/public\n")
    assert told(world) == {}


def test_one_release_by_its_name_is_not_the_next_one(world):
    """A line that names what is live today shuts the next release out."""
    release = world.live.resolve()
    declare(world, POOL, f"[club]\nphp_admin_value[open_basedir] = {release}:{{site}}/shared\n")
    assert f"{world.site}/releases" in told(world)["why"]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (".user.ini", "open_basedir={site}/current/public:/tmp/"),
        (".htaccess", "php_value open_basedir {site}/current/public:/tmp/"),
    ],
)
def test_a_file_of_the_web_root_that_keeps_php_out_is_named(world, name, line):
    """Panels write them; as it is live, and as the source ships it."""
    let_write(world.live / "public")
    (world.live.resolve() / "public" / name).write_text(line.format(site=world.site) + "\n")
    assert f"public/{name}" in told(world)["why"]
    (world.live.resolve() / "public" / name).unlink()
    assert told(world) == {}
    (world.repository / "public" / name).write_text(line.format(site=world.site) + "\n")
    assert f"`public/{name}`" in told(world)["why"]


def test_an_adoption_says_it_before_anything_is_moved(tmp_path, world):
    """`.user.ini` of a panel, in a plain directory whose web root is a directory of its own."""
    plain = tmp_path / "plain"
    shutil.copytree(world.repository, plain)
    (plain / "public/.user.ini").write_text(f"open_basedir={plain}/public:/tmp/\n")
    notes = world.perform("adopt", path=str(plain), site=str(plain), only_plan=True)["notes"]
    assert [one for one in notes if f"{plain}/shared" in one and "open_basedir" in one]
