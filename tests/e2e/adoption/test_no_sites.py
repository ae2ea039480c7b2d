"""What `adopt` refuses before anything moves: homes, system directories, directories of several applications."""

from __future__ import annotations

import os

import pytest

from holdfast_engine.fs.root import Root
from holdfast_engine.model.problem import Problem
from holdfast_engine.operations.unsuitable import refuse_unsuitable
from lib.refusals import assert_refused
from lib.world import World

CLUB = {"public/index.php": "<?php", "artisan": "x", "composer.json": "{}", ".env": "S=1"}
WORDPRESS = {"index.php": "<?php", "wp-config.php": "<?php", "wp-login.php": "<?php"}


def below(top, files):
    return {f"{top}/{path}": text for path, text in files.items()}


REFUSED = {
    "a shell's home": {".bashrc": "", ".ssh/authorized_keys": "key", "club/artisan": "x"},
    "a panel's home": {".bash_history": "", "mail/cur/1": "m", "public_html/index.php": "<?php"},
    "a home under version control": {".git/HEAD": "ref", ".profile": "", ".zshrc": "", "index.html": "mine"},
    "a copy of /etc": {"passwd": "root:x:0:0::/root:/bin/sh\n", "shadow": "", "fstab": "", "nginx/nginx.conf": ""},
    "a container's tree": {"etc/passwd": "", "usr/bin/env": "", "var/log/x": "", "srv/club/index.php": "<?php"},
    "a copy of /usr": {"bin/env": "", "sbin/x": "", "lib/x.so": "", "share/doc/x": ""},
    "several frameworks": {**below("club", CLUB), **below("shop", WORDPRESS)},
    "several static sites": {"a.example/index.html": "a", "b.example/index.html": "b"},
    "domains of a panel": {"a.example/public_html/index.php": "<?php", "b.example/public_html/index.html": "b"},
    "a server's page beside sites": {"index.html": "it works", **below("club", CLUB), **below("shop", WORDPRESS)},
    "one application beside a site": {**below("club", CLUB), "news.example/index.html": "n"},
}
ADOPTED = {
    "a monorepo": {"package.json": "{}", "client/package.json": "{}", "server/package.json": "{}"},
    "a checkout of two parts": {".git/HEAD": "ref: x", "client/package.json": "{}", "server/package.json": "{}"},
    "a mail folder beside a web root": {
        "mail/welcome.txt": "hi",
        "public_html/index.php": "<?php",
        "lib/a.php": "<?php",
    },
    "guards in every folder": {"public/index.php": "<?php", "app/index.html": "", "lib/index.html": ""},
    "an application with a forum": {**WORDPRESS, **below("forum", CLUB)},
    "a shop with bin, lib and var": {"index.php": "<?php", "bin/x": "", "lib/x": "", "var/x": "", "dev/x": ""},
    "an application whose account lives in it": {"index.php": "<?php", ".composer/cache": "", ".bash_history": "ls"},
    "pages in two languages": {"en/index.html": "e", "de/index.html": "d", "css/a.css": ""},
}


@pytest.fixture
def plain(tmp_path):
    """A directory that nobody manages, to be filled."""
    world = World(tmp_path, env=None)

    def fill(files, at="site"):
        for path, text in files.items():
            where = tmp_path / at / path
            where.parent.mkdir(parents=True, exist_ok=True)
            where.write_text(text)
        return world

    return fill


@pytest.mark.parametrize("what", REFUSED)
def test_a_directory_that_is_not_one_application_is_refused_before_anything_moves(plain, what):
    """Exit 30: its dry run says the same, and nothing in it is touched."""
    world = plain(REFUSED[what])
    assert_refused(world.top, lambda: world.perform("adopt", only_plan=True), exits=30, code="adopt-unsafe")
    problem = assert_refused(world.top, lambda: world.perform("adopt"), exits=30, code="adopt-unsafe")
    if "several" in problem.message:
        named = problem.hint.split("`")[1].split()[-1]
        assert world.perform("adopt", site=named)["outcome"] == "adopted"


@pytest.mark.parametrize("what", ADOPTED)
def test_what_is_one_application_is_not_taken_for_a_home_or_for_several(plain, what):
    """A false alarm would keep a person from what they came for."""
    world = plain(ADOPTED[what])
    with Root(str(world.site)) as root:
        refuse_unsuitable(root, laid_out=False)


def test_the_callers_own_home_is_refused_wherever_it_lies(plain, monkeypatch):
    """Its keys and its shell's files would be moved into a release."""
    world = plain({"index.php": "<?php"})
    monkeypatch.setenv("HOME", str(world.site))
    assert_refused(world.top, lambda: world.perform("adopt"), exits=30, code="adopt-unsafe")


def test_another_tools_layout_in_a_home_is_adopted_as_it_lies(plain):
    """`deploy_to` may be a home: nothing at its top moves."""
    world = plain({".bashrc": "", ".ssh/known_hosts": "", **below("releases/1", CLUB), "shared/.env": "S=1"})
    (world.site / "current").symlink_to("releases/1")
    assert world.perform("adopt")["outcome"] == "adopted"
    assert (world.site / ".bashrc").is_file()


@pytest.mark.parametrize("path", ["/", "/etc", "/usr", "/var", "/home", "/tmp", "/opt", "/srv", "/root"])
def test_system_directories_are_refused_by_their_real_path(path, tmp_path):
    """Read only: also through a link that has another name."""
    if not os.path.isdir(path):
        pytest.skip(f"no {path} here")
    (tmp_path / "link").symlink_to(path)
    for name in (path, str(tmp_path / "link")):
        with Root(name) as root, pytest.raises(Problem) as caught:
            refuse_unsuitable(root, laid_out=False)
        assert caught.value.code == "adopt-unsafe"
