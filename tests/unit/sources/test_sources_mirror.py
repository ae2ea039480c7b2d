"""The mirror of a git source: whole or not used, mended without a person, and telling no secret."""

from __future__ import annotations

import os
import pathlib
import shutil

import pytest

from holdfast_engine.model.problem import Problem
from holdfast_engine.model.redaction import redacted
from unit.sources.repositories import commit, extracted, mirrors, run


def test_a_host_without_git_is_told_so(repository, source, monkeypatch, tmp_path):
    """A missing program is the host's fault, with the way to mend it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Problem) as problem:
        source(repository).prepare()
    assert problem.value.code == "git-missing"


def test_the_second_deploy_of_a_commit_fetches_nothing(repository, source, monkeypatch):
    """A commit that was fetched whole is known by a ref of its own in the mirror."""
    first = source(repository)
    first.prepare()
    again = source(repository)
    monkeypatch.setattr(again._mirror, "fetch", None)
    assert again.prepare() == first.commit


def test_a_full_id_that_is_kept_needs_no_origin(repository, source, tmp_path):
    """A known commit can be deployed while its origin is away."""
    url = f"file://{repository}"
    known = source(url).prepare().id
    repository.rename(tmp_path / "moved")
    assert source(url, known).prepare().id == known


def test_a_commit_left_by_a_killed_fetch_is_not_taken_for_whole(repository, source, cache, tmp_path):
    """A commit object alone proves nothing: without its ref it is fetched again (G4, I24)."""
    tree = source(repository)
    tree.prepare()
    mirror = tree._mirror.path
    tree.close()
    run(mirror, "update-ref", "-d", f"refs/holdfast/commits/{tree.commit.id}")
    again = source(repository)
    assert again._mirror.kept(tree.commit.id) is None
    assert again.prepare() == tree.commit
    assert mirrors(cache) == [os.path.basename(mirror)]


@pytest.mark.parametrize("damage", ["refs/heads/main.lock", "packed-refs.lock", "HEAD", "objects"])
def test_a_mirror_damaged_by_a_kill_is_replaced_without_a_person(repository, source, cache, tmp_path, damage):
    """Locks left behind and missing parts cost a fetch, never a manual repair (G4)."""
    tree = source(repository)
    tree.prepare()
    mirror = tree._mirror.path
    tree.close()
    broken = os.path.join(mirror, damage)
    if damage.endswith(".lock"):
        pathlib.Path(broken).touch()
    elif damage == "HEAD":
        os.truncate(broken, 0)
    else:
        shutil.rmtree(broken)
    newest = commit(repository, new=b"new")
    run(repository, "branch", "-f", "other", "HEAD~1")
    run(repository, "pack-refs", "--all")
    again = source(repository)
    assert again.prepare().id == newest
    assert "new" in extracted(again, tmp_path / "out").entries
    assert again.superseded in ((), (mirror,))


def test_a_mirror_that_lacks_an_object_is_told_and_the_next_deploy_mends_it(repository, source, loose, tmp_path):
    """One object short stops the deploy before it began; the mirror that lacked it is not used again (G4, I24)."""
    loose.unlink()
    short = source(repository)
    short.prepare()
    with pytest.raises(Problem, match="`public/index_php`") as problem:
        short.listing()
    assert problem.value.code == "fetch-incomplete"
    assert problem.value.hint
    mended = source(repository)
    mended.prepare()
    assert "public/index_php" in extracted(mended, tmp_path / "whole").entries
    assert mended.superseded == (str(loose.parents[2]),)


@pytest.mark.parametrize("damage", ["missing", "garbage", "cut short"])
def test_a_partial_export_is_never_taken_for_a_release(repository, source, loose, tmp_path, damage):
    """An object lost between listing and reading ends the extraction with an error (I24)."""
    short = source(repository)
    short.listing()
    content = loose.read_bytes()
    loose.unlink()
    if damage != "missing":
        loose.write_bytes(b"garbage" if damage == "garbage" else content[:-6])
    with pytest.raises(Problem) as problem:
        extracted(short, tmp_path / "short")
    assert problem.value.code == "fetch-incomplete"
    mended = source(repository)
    assert len(extracted(mended, tmp_path / "whole").entries) == len(mended.listing().entries)


@pytest.mark.parametrize("lie", ["fewer", "more", "other", "status"])
def test_what_git_gives_is_checked_against_the_listing(repository, source, tmp_path, monkeypatch, lie):
    """A git that ends early, gives another object or fails at the end makes no release (I24)."""
    tree = source(repository)
    tree.listing()
    change = {"fewer": "sed '$d'", "more": "(cat; echo HEAD)", "other": "sed s/^./0/", "status": "cat"}[lie]
    fake = tmp_path / "bin/git"
    fake.parent.mkdir()
    last = "exit 3" if lie == "status" else ""
    fake.write_text(f'#!/bin/sh\n{change.replace(chr(92), "")} | {shutil.which("git")} "$@"\n{last}\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    tree._mirror.supersede = lambda **_: None
    with pytest.raises(Problem) as problem:
        extracted(tree, tmp_path / "out")
    assert problem.value.code == "fetch-incomplete"


def test_the_origin_is_read_and_never_changed(repository, source):
    """Not even the index of the work tree is refreshed."""
    os.utime(repository / "artisan", (1, 1))

    def everything():
        return {
            os.path.join(top, name): os.lstat(os.path.join(top, name)).st_mtime_ns
            for top, _, names in os.walk(repository)
            for name in names
        }

    before = everything()
    tree = source(repository)
    tree.prepare()
    assert tree.dirty == ()
    tree.listing()
    assert everything() == before


def test_the_environment_of_a_hook_does_not_lead_git_astray(repository, source, tmp_path, monkeypatch):
    """Started by a `post-receive`, Holdfast acts on the source that was named and not on that repository."""
    run(tmp_path, "init", "-q", "--bare", "other")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    tree = source(repository)
    assert tree.prepare().subject == "first line"
    assert tree.dirty == ()


def test_hooks_of_templates_do_not_run(repository, source, tmp_path):
    """A mirror has no hooks, and git is told to look for none."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "reference-transaction").write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    (hooks / "reference-transaction").chmod(0o755)
    with open(tmp_path / "home/.gitconfig", "a") as file:
        file.write(f"[core]\n\thooksPath = {hooks}\n")
    source(repository).prepare()
    assert not (tmp_path / "ran").exists()


def test_no_password_is_ever_told():
    """What is shown, stored and logged holds no credentials."""
    told = {
        "https://user:s3cret@example.org/a.git": "https://***@example.org/a.git",
        "fatal: 'https://t0ken@example.org/a/': 403": "fatal: 'https://***@example.org/a/': 403",
        "https://example.org/a.git?private_token=abc&x=1": "https://example.org/a.git?private_token=***&x=1",
        "ssh://git@example.org/a.git": "ssh://git@example.org/a.git",
        "git@example.org:a.git": "git@example.org:a.git",
        "https://u:p@ss@example.org/a": "https://***@example.org/a",
    }
    assert {text: redacted(text) for text in told} == told


def test_a_failed_fetch_tells_gits_words_without_the_password(source):
    """The last lines of git say what is wrong; the location is shown without its credentials."""
    tree = source("http://user:s3cret@127.0.0.1:9/club.git")
    with pytest.raises(Problem) as problem:
        tree.prepare()
    assert problem.value.code == "fetch-failed"
    assert problem.value.context
    assert "s3cret" not in repr((problem.value.message, problem.value.context, problem.value.hint))


def test_a_closed_source_leaves_no_process_and_no_descriptor(repository, source, tmp_path):
    """What reads the mirror ends with the source."""
    before = len(os.listdir("/proc/self/fd"))
    tree = source(repository)
    tree.prepare()
    tree.settings_file()
    extracted(tree, tmp_path / "out")
    process = tree._mirror.objects._process
    tree.close()
    assert process is None or process.poll() is not None
    assert len(os.listdir("/proc/self/fd")) == before
