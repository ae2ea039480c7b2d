"""A password in a URL reaches git, and nobody else."""

from __future__ import annotations

import pathlib

import pytest

from holdfast_engine.model.problem import Problem
from holdfast_engine.sources.credentials import parted
from lib.guarded import IN_URL, SECRET, basic, publish, serving
from unit.sources.repositories import commit, extracted, mirrors


@pytest.fixture
def server(repository, tmp_path):
    """A web server with the repository, for two logins."""
    with serving(repository, tmp_path) as made:
        yield made


def test_a_password_stands_in_no_process_s_arguments(server, source, cache, tmp_path):
    """Everybody on the host can read them (proc(5)): git and its own children fetch without it there."""
    tree = source(server.url(f"deploy:{IN_URL}"))
    assert tree.prepare().subject == "first line"
    assert "artisan" in extracted(tree, tmp_path / "out").entries
    assert basic("deploy", SECRET) in server.given
    assert server.seen == []


def test_a_password_is_written_nowhere(server, source, cache):
    """Neither the mirror's configuration nor any other file of it, nor what is told of the source."""
    tree = source(server.url(f"deploy:{IN_URL}"))
    tree.prepare()
    files = [path for path in pathlib.Path(cache).rglob("*") if path.is_file()]
    assert [path for path in files if b"s3cret" in path.read_bytes() or b"127.0.0.1" in path.read_bytes()] == []
    assert "s3cret" not in repr(tree.describe())


def test_a_new_password_needs_no_new_mirror(server, source, cache):
    """A login says who asks, not what is asked for."""
    source(server.url(f"deploy:{IN_URL}")).prepare()
    server.accepted.add(basic("deploy", "other"))
    source(server.url("deploy:other")).prepare()
    assert len(mirrors(cache)) == 1


def test_a_token_in_the_user_s_place_works_as_before(server, source):
    """`https://TOKEN@host/`: git is told the user, and a helper of the person's own is asked for the password."""
    assert source(server.url("t0ken")).prepare().subject == "first line"
    assert server.seen == []


def test_a_helper_of_the_person_s_own_is_asked_for_the_user_of_the_url(server, source, tmp_path):
    """A URL with a user alone leaves the password to what the person has configured."""
    with open(tmp_path / "home/.gitconfig", "a") as file:
        file.write(f'[credential]\n\thelper = "!f() {{ cat > {tmp_path}/asked; echo password={SECRET}; }}; f"\n')
    assert source(server.url("deploy")).prepare().subject == "first line"
    assert "username=deploy" in (tmp_path / "asked").read_text()


def test_the_login_of_the_url_wins_over_a_helper_of_the_person_s_own(server, source, tmp_path):
    """What was asked for by name is what is used."""
    with open(tmp_path / "home/.gitconfig", "a") as file:
        file.write('[credential]\n\thelper = "!f() { echo username=other; echo password=wrong; }; f"\n')
    assert source(server.url(f"deploy:{IN_URL}")).prepare().subject == "first line"


def test_settings_of_git_in_the_environment_stay(server, source, monkeypatch, tmp_path):
    """What the person gives git by GIT_CONFIG_COUNT is kept; ours come after it."""
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "http.extraHeader")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "X-Club: 1")
    login = parted(server.url(f"deploy:{IN_URL}"))
    assert login.environment["GIT_CONFIG_COUNT"] == "3"
    assert "GIT_CONFIG_KEY_0" not in login.environment
    assert source(server.url(f"deploy:{IN_URL}")).prepare().subject == "first line"


def test_a_refused_login_is_told_without_it(server, source):
    """The last words of git, and no password in them."""
    with pytest.raises(Problem) as problem:
        source(server.url("deploy:s3cret-and-wrong")).prepare()
    assert problem.value.code == "fetch-failed"
    assert "s3cret" not in repr(problem.value.to_json())


@pytest.mark.parametrize(
    ("location", "bare"),
    [
        ("https://user:s3cret@example.org/a.git", "https://example.org/a.git"),
        ("https://t0ken@example.org:8443/a.git", "https://example.org:8443/a.git"),
        ("HTTPS://u:p@ss@example.org", "HTTPS://example.org"),
        ("https://example.org/a@b.git", "https://example.org/a@b.git"),
        ("ssh://git@example.org/a.git", "ssh://git@example.org/a.git"),
        ("git@example.org:a.git", "git@example.org:a.git"),
        ("/srv/a@b.git", "/srv/a@b.git"),
    ],
)
def test_a_login_is_taken_out_of_urls_of_the_web_alone(location, bare):
    """ssh names an account with its user, and has its keys."""
    login = parted(location)
    assert login.location == bare
    assert bool(login.environment) == (location != bare)
    assert "s3cret" not in "".join(value for name, value in login.environment.items() if name.startswith("GIT_"))


def test_a_login_that_could_forge_an_answer_is_refused():
    """A line break in it would be another line of git's protocol."""
    with pytest.raises(Problem) as problem:
        parted("https://user:a%0Ahost=example.com@example.org/a.git")
    assert problem.value.code == "source-unusable"
    assert "example.com" not in problem.value.message


def test_what_is_pushed_later_is_fetched_with_the_same_login(server, source, repository, tmp_path):
    """The mirror that the first fetch made serves the next."""
    tree = source(server.url(f"deploy:{IN_URL}"))
    tree.prepare()
    newest = commit(repository, new=b"new")
    publish(repository, tmp_path)
    assert source(server.url(f"deploy:{IN_URL}")).prepare().id == newest
