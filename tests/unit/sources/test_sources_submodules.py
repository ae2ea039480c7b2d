"""Submodules: which addresses are believed, which commit is taken, and what is refused by name."""

from __future__ import annotations

import pytest

from holdfast_engine.model.problem import Problem
from holdfast_engine.sources import keep_fetched
from holdfast_engine.sources.git import GitSource
from holdfast_engine.sources.mirror import Mirror
from holdfast_engine.sources.origin import Remote
from holdfast_engine.sources.submodule_urls import beside
from holdfast_engine.sources.submodules import _origin
from unit.sources.repositories import commit, extracted, mirrors, run

FILE = ("-c", "protocol.file.allow=always")


@pytest.fixture
def nested(tmp_path, repository):
    """`app` with `vendor/library`, which has `deep/inner`; all three lie beside each other, cloned by nobody."""
    for name in ("inner", "library"):
        (tmp_path / name).mkdir()
        run(tmp_path / name, "init", "-q")
        commit(tmp_path / name, **{name: name.encode()})
    run(tmp_path / "library", *FILE, "submodule", "--quiet", "add", "../inner", "deep/inner")
    commit(tmp_path / "library")
    run(repository, *FILE, "submodule", "--quiet", "add", "../library", "vendor/library")
    commit(repository)
    run(tmp_path, "clone", "-q", "--bare", str(repository), "app.git")
    return tmp_path / "app.git"


def refused(source, word):
    with pytest.raises(Problem) as caught:
        source.listing()
    assert caught.value.code == "submodule-unusable", caught.value.message
    assert word in caught.value.message
    return caught.value


def test_submodules_arrive_below_their_paths_those_in_others_too(nested, source, tmp_path):
    """A release without its submodules would be a release with holes."""
    tree = source(nested)
    tree.prepare()
    listing = tree.listing()
    assert (listing.kind("vendor/library"), listing.kind("vendor/library/library")) == ("dir", "file")
    assert listing.read("vendor/library/deep/inner/inner") == b"inner"
    assert [one["path"] for one in tree.describe()["submodules"]] == ["vendor/library", "vendor/library/deep/inner"]
    entries = extracted(tree, tmp_path / "out").entries
    assert (tmp_path / "out/vendor/library/deep/inner/inner").read_bytes() == b"inner"
    assert entries.keys() == listing.entries.keys()


def test_the_recorded_commit_is_taken_and_not_the_newest(nested, source, tmp_path):
    """What is deployed follows from the commit alone, whatever was pushed to the submodule since."""
    commit(tmp_path / "library", library=b"newer")
    tree = source(nested)
    assert tree.listing().read("vendor/library/library") == b"library"


def test_what_a_work_tree_has_checked_out_needs_no_address(nested, repository, source, tmp_path):
    """A repository on this host keeps its submodules' objects; the servers may be out of reach."""
    (tmp_path / "library").rename(tmp_path / "away")
    (tmp_path / "inner").rename(tmp_path / "away-too")
    refused(source(nested), "`vendor/library` comes from")
    refused(source(repository), "`vendor/library/deep/inner` comes from")  # nobody has checked that one out yet
    (tmp_path / "away-too").rename(tmp_path / "inner")
    run(repository, *FILE, "submodule", "--quiet", "update", "--init", "--recursive")
    (tmp_path / "inner").rename(tmp_path / "away-too")
    assert source(repository).listing().read("vendor/library/deep/inner/inner") == b"inner"


def test_what_was_fetched_for_a_look_is_kept_with_its_submodules(nested, source, tmp_path, cache, monkeypatch):
    """The first deploy fetches each repository once."""
    (tmp_path / "elsewhere").mkdir()
    first = GitSource(str(nested), "", str(tmp_path / "elsewhere"))
    first.listing()
    keep_fetched(first, cache)
    first.close()
    assert len(mirrors(cache)) == 3
    monkeypatch.setattr(Mirror, "fetch", None)
    assert source(nested).listing().has("vendor/library/deep/inner/inner")


def test_what_a_submodule_shipped_is_code_at_its_place(nested, source):
    """DESIGN 9: history is asked in the repository that a path belongs to."""
    tree = source(nested)
    assert tree.contains_blob("vendor/library/library", b"library")
    assert not tree.contains_blob("library", b"library")


@pytest.mark.parametrize(
    "url",
    [
        "file:///srv/git/x.git",
        "/srv/git/x.git",
        "ext::sh -c touch% pwned",
        "--upload-pack=touch pwned",
        "-u",
        "ssh://-oProxyCommand=touch/x",
        "ssh://git@-oProxyCommand=touch/x",
        "ssh://-oProxyCommand=touch@host/x",
        "-oProxyCommand=touch:x",
        "git@-host:x",
        "git@host:-x",
        "host::x",
        "http://example.org/x.git",
        "ftp://example.org/x.git",
        "https://example.org/-x",
        "https://example.org",
        "https:///x",
        "https://example.org/a b",
        "https://example.org/a\nb",
        "fd::3",
        "C:\\x",
        "",
        "..",
        "x.git",
        "../../../x.git",
        "../-x",
        "../a/../../b",
        "..//etc/../x",
        ".//../../x/..",
    ],
)
def test_an_address_that_could_be_a_command_a_file_or_an_option_is_refused(url):
    """G9: whoever writes `.gitmodules` chooses among repositories, and nothing else."""
    with pytest.raises(Problem) as caught:
        _origin(Remote("https://example.org/team/club.git"), url, "vendor/x")
    assert caught.value.code == "submodule-unusable"
    assert "`vendor/x`" in caught.value.message


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/x.git",
        "https://example.org:8443/a/b",
        "ssh://git@example.org:22/~me/x",
        "git://example.org/x",
        "git@example.org:a/x.git",
        "example.org:x",
        "https://me:token@example.org/x.git",
    ],
)
def test_addresses_that_people_write_are_taken_as_they_are(url):
    """Whatever is refused for safety, this is not."""
    origin = _origin(Remote("https://example.org/team/club.git"), url, "x")
    assert origin.location == url.replace("me:token@", "")
    assert origin.login["GIT_ALLOW_PROTOCOL"] == "https:ssh:git:ssh"


@pytest.mark.parametrize(
    ("base", "url", "expected"),
    [
        ("https://example.org/team/club.git", "../x.git", "https://example.org/team/x.git"),
        ("https://example.org/team/club.git/", "../../other/x", "https://example.org/other/x"),
        ("https://example.org/team/club.git", "./x", "https://example.org/team/club.git/x"),
        ("ssh://git@example.org/club", "../x", "ssh://git@example.org/x"),
        ("git@example.org:team/club.git", "../x.git", "git@example.org:team/x.git"),
        ("git@example.org:club.git", "../x.git", "git@example.org:x.git"),
        ("git@example.org:/srv/club.git", "../x.git", "git@example.org:/srv/x.git"),
        ("/srv/git/club.git", "../x.git", "/srv/git/x.git"),
        ("file:///srv/git/club.git", "../x.git", "file:///srv/git/x.git"),
        ("/srv/git/club.git", "../../x.git", ""),
        ("file:///srv/git/club.git", "../../x.git", ""),
        ("https://example.org/club.git", "../../x", ""),
        ("git@example.org:club.git", "../../x", ""),
        ("https://example.org/club.git", "../..", ""),
    ],
)
def test_relative_addresses_stay_on_the_host_of_the_repository(base, url, expected):
    """gitmodules(5): `../x` is beside the repository; no number of `..` names another host, or the root of this one."""
    assert beside(base, url) == expected


def test_a_login_goes_to_the_host_it_was_given_for():
    """The token of the main repository is known to git for that host alone, whatever `.gitmodules` names."""
    main = Remote("https://me:token@example.org/team/club.git")
    origin = _origin(main, "../x.git", "x")
    assert origin.login["HOLDFAST_GIT_PASSWORD"] == "token"
    keys = [value for name, value in origin.login.items() if name.startswith("GIT_CONFIG_KEY")]
    assert set(keys) == {"credential.https://example.org.helper"}
    assert "token" not in origin.location
    own = _origin(main, "https://you:other@example.net/x.git", "x")
    assert own.login["HOLDFAST_GIT_PASSWORD"] == "other"
    assert "credential.https://example.org.helper" not in own.login.values()


def _modules(repository, text):
    (repository / ".gitmodules").write_text(text)
    run(repository, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},vendor/x")
    run(repository, "add", ".gitmodules")
    run(repository, "commit", "-q", "-m", "submodule")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "is in no"),
        ('[submodule "../x"]\n\tpath = vendor/x\n\turl = ../library\n', "a name"),
        ('[submodule "a/../../x"]\n\tpath = vendor/x\n\turl = ../library\n', "a name"),
        ('[submodule "-x"]\n\tpath = vendor/x\n\turl = ../library\n', "a name"),
        ("[submodule]\n\tpath = vendor/x\n\turl = ../library\n", "a name"),
        ('[submodule "x"]\n\tpath = vendor/x\n', "not fetched"),
        ('[submodule "x"]\n\tpath = vendor/x\n\turl = a\n\turl = b\n', "two of"),
        ('[submodule "x"]\n\tpath = vendor/x\n[submodule "y"]\n\tpath = vendor/x\n', "two entries"),
        ('[submodule "x"\n', "cannot be read"),
        ("[include]\n\tpath = more\n", "is in no"),
    ],
)  # fmt: skip
def test_what_gitmodules_says_badly_is_refused_by_name(repository, source, text, word):
    """Exit 30: before a release exists, and never with a guess."""
    (repository / "more").write_text('[submodule "x"]\n\tpath = vendor/x\n\turl = ../library\n')
    _modules(repository, text)
    refused(source(repository), word)


def test_a_commit_that_its_repository_has_not_is_named(nested, repository, source):
    """Exit 30: somebody forgot to push the submodule."""
    known = (repository / ".gitmodules").read_text()
    _modules(repository, known + '[submodule "x"]\n\tpath = vendor/x\n\turl = ../library\n')
    problem = refused(source(repository), "`vendor/x` is at commit 111111111111")
    assert problem.hint == "push it there, then deploy again"


def test_a_repository_that_is_its_own_submodule_ends(repository, source):
    """Each commit names the one before: as many levels as somebody has patience for are not fetched."""
    for _ in range(7):
        head = run(repository, "rev-parse", "HEAD")
        (repository / ".gitmodules").write_text('[submodule "x"]\n\tpath = x\n\turl = ../app\n')
        run(repository, "add", ".gitmodules")
        run(repository, "update-index", "--add", "--cacheinfo", f"160000,{head},x")
        run(repository, "commit", "-q", "-m", "again")
    refused(source(repository), "too deep")
