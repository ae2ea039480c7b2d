"""What is kept of the application's access, and who it is by what the host says (G10)."""

from __future__ import annotations

import os
import pwd

import pytest

from holdfast_engine.fs import acl_text, processes, servers
from holdfast_engine.model.access import HOW, Access, Kept

ACL = "u::rwx,u:33:rwx,g::r-x,g:50:rw-,m::rwx,o::r-x"


def test_what_an_earlier_version_kept_is_read():
    """DESIGN 1, formats: rows of three numbers, and nothing of how or by whom."""
    old = {"format": 1, "user": 33, "directories": {"": [33, 33, 0o755], "data": [0, 33, 0o2775]}}
    kept = Kept.from_json(old)
    assert (kept.user, kept.how, kept.said) == (33, "", frozenset())
    assert kept.of("data/pages") == Access(0, 33, 0o2775)


def test_what_is_kept_is_read_as_it_was_written():
    """DESIGN 7: values go to JSON and back whole."""
    kept = Kept(33, {"": Access(0, 0, 0o755), "data": Access(33, 33, 0o770, ACL, ACL)}, "owner", frozenset({"data"}))
    assert Kept.from_json(kept.to_json()) == kept
    assert Kept().to_json() == {}


def test_a_version_of_before_can_read_what_is_kept_now():
    """DESIGN 1, formats: what is new has keys of its own; a row stays three numbers."""
    rows = Kept(33, {"data": Access(33, 33, 0o770, ACL)}).to_json()["directories"]
    assert rows == {"data": [33, 33, 0o770]}


@pytest.mark.parametrize(
    ("access", "user", "groups", "may"),
    [
        (Access(33, 33, 0o755), 33, {33}, True),
        (Access(33, 33, 0o555), 33, {33}, False),
        (Access(0, 33, 0o775), 33, {33}, True),
        (Access(0, 0, 0o775), 33, {33}, False),
        (Access(0, 0, 0o777), 33, {33}, True),
        (Access(0, 0, 0o775, ACL), 33, {33}, True),
        (Access(0, 0, 0o775, ACL), 34, {50}, True),
        (Access(0, 0, 0o775, ACL), 34, {34}, False),
        (Access(0, 0, 0o755, ACL.replace("m::rwx", "m::r-x")), 33, {33}, False),
    ],
)
def test_who_may_make_names_is_said_by_owner_group_mode_and_acl(access, user, groups, may):
    """acl(5): the owner first, then who is named, within the mask, then the group, then all others."""
    assert access.lets_in(user, frozenset(groups)) == may


def test_the_paths_below_which_all_have_an_access_are_the_outermost():
    """G10: where the release itself has none, what is not named is left as its deploy makes it."""
    one = Access(33, 33, 0o755)
    assert Kept(33, {"data": one, "data/pages": one, "cache": one}).tops == ("cache", "data")
    assert Kept(33, {"": one, "data": one}).tops == ("",)


@pytest.mark.skipif(os.geteuid() != 0, reason="names other users")
def test_an_acl_keeps_whom_it_named_when_another_is_let_in(tmp_path):
    """G10: a backup's user that was let in stays so; who is shut out is named no more."""
    here = os.open(tmp_path, os.O_RDONLY)
    try:
        acl_text.admit(here, acl_text.ACCESS, 0o755, {34: 5})
        acl_text.admit(here, acl_text.ACCESS, 0o755, {33: 7})
        assert acl_text.texts(here) == ("u::rwx,u:33:rwx,u:34:r-x,g::r-x,m::rwx,o::r-x", "")
        acl_text.give(here, ACL, "")
        assert acl_text.texts(here)[0] == ACL
    finally:
        os.close(here)


@pytest.fixture
def pools(tmp_path, monkeypatch):
    """The pools of php-fpm that this host has, by name and text."""
    top = tmp_path / "php/8.2/fpm/pool.d"
    top.mkdir(parents=True)
    monkeypatch.setattr(servers, "_POOLS", (str(tmp_path / "php"),))
    return lambda name, text: (top / f"{name}.conf").write_text(text)


def uid(name: str) -> int:
    return pwd.getpwnam(name).pw_uid


def test_the_pool_that_names_the_site_runs_it(pools):
    """DESIGN 5: whose processes serve the site, of several pools the one with its path."""
    pools("www", "[www]\nuser = www-data\n; user = games\n")
    pools("club", "[club]\nuser = daemon\nphp_admin_value[open_basedir] = /var/www/club:/tmp\n")
    assert servers.of_pools("/var/www/club") == {uid("daemon")}
    assert servers.of_pools("/var/www/shop") == {uid("daemon"), uid("www-data")}


@pytest.mark.parametrize("text", ["", "[www]\n", "[www]\nuser = nobody-here\n", "user\n= \0\n"])
def test_a_pool_that_names_nobody_says_nothing(pools, text):
    """DESIGN 5: what cannot be read as a user of this host is none."""
    pools("www", text)
    assert servers.of_pools("/var/www/club") == frozenset()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give processes to users")
def test_web_servers_in_containers_say_nothing_of_this_host(tmp_path, monkeypatch):
    """G10: a container's users have numbers of their own, and its web server serves no site beside it."""
    for process, user, numbers in ((101, "www-data", "101"), (102, "games", "102\t7"), (103, "root", "103")):
        place = tmp_path / str(process)
        place.mkdir()
        (place / "comm").write_text("nginx\n")
        (place / "status").write_text(f"Name:\tnginx\nNSpid:\t{numbers}\n")
        os.chown(place, uid(user), 0)
    monkeypatch.setattr(servers, "_PROC", str(tmp_path))
    monkeypatch.setattr(processes, "numbers", lambda: [101, 102, 103])
    assert servers.of_web_servers(servers.others()) == {uid("www-data")}


def test_every_way_of_knowing_has_its_sentence():
    """G10: a person reads how the web user was found."""
    assert all(sentence and not sentence.endswith(".") for sentence in HOW.values())
