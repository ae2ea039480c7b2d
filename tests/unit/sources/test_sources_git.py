"""A commit as a source: which one it is, and that all of it is deployed and nothing else."""

from __future__ import annotations

import hashlib
import os
import stat

import pytest

from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Source
from holdfast_engine.sources import open_source
from unit.sources.repositories import both, commit, extracted, run


def test_a_release_holds_exactly_the_bytes_of_the_commit(repository, source, tmp_path):
    """Nothing is dropped by export rules, nothing is converted, links and programs stay what they are (I24)."""
    tree = source(repository)
    tree.prepare()
    writer = extracted(tree, tmp_path / "out")
    out = tmp_path / "out"
    assert (out / "tests/a").read_bytes() == b"t"
    assert (out / "odd\nna\u00efve.txt").read_bytes() == b"one\ntwo\n"
    assert os.readlink(out / "latest") == "public/index.php"
    assert stat.S_IMODE((out / "artisan").stat().st_mode) == 0o755
    assert writer.entries["public/index_php"].digest == hashlib.sha256(b"<?php").hexdigest()
    files = run(repository, "ls-files", "-z").split("\0")[:-1]
    assert sorted(path for path, entry in writer.entries.items() if entry.kind != "dir") == sorted(files)
    assert not (out / ".git").exists()


def test_a_source_tells_what_it_is(repository, source):
    """Commit, tree and subject are those of git, and the listing names directories too."""
    tree = source(repository, "main")
    found = tree.prepare()
    assert found == (run(repository, "rev-parse", "HEAD"), run(repository, "rev-parse", "HEAD^{tree}"), "first line")
    assert tree.tree_id == found.tree
    assert tree.describe() == {
        "kind": "git",
        "location": str(repository),
        "ref": "main",
        "commit": found.id,
        "subject": "first line",
    }
    listing = tree.listing()
    assert (listing.kind("public"), listing.kind("latest"), listing.kind("artisan")) == ("dir", "link", "file")
    assert listing.entries["public/index_php"].size == 5
    assert listing.read("public/index_php") == b"<?php"
    assert [listing.read(name) for name in ("public", "latest", "absent")] == [None, None, None]
    assert tree.settings_file() is None


def test_the_settings_are_those_of_the_commit(repository, source):
    """`holdfast.toml` is read in the version being deployed, not from the work tree."""
    (repository / "holdfast.toml").write_text("keep = 3\n")
    commit(repository)
    (repository / "holdfast.toml").write_text("keep = 9\n")
    assert source(repository).settings_file() == b"keep = 3\n"


@pytest.mark.parametrize("kind", [0, 1])
def test_every_spelling_of_a_ref_leads_to_its_commit(repository, source, kind):
    """Branch, tag, annotated tag, full name, full and short id, and HEAD when nothing is said."""
    first = run(repository, "rev-parse", "HEAD")
    run(repository, "tag", "v1")
    run(repository, "tag", "-a", "-m", "annotated", "v1-signed")
    second = commit(repository, new=b"2")
    run(repository, "branch", "feature/login", first)
    place = both(repository)[kind]
    found = {
        ref: source(place, ref).prepare().id
        for ref in ("", "main", "v1", "v1-signed", "feature/login", "refs/heads/main", first, first[:9], "main~1")
    }
    assert {ref for ref, got in found.items() if got == second} == {"", "main", "refs/heads/main"}
    assert set(found.values()) == {first, second}


@pytest.mark.parametrize("kind", [0, 1])
def test_a_detached_head_is_deployed(repository, source, tmp_path, kind):
    """A commit that no branch leads to is found by HEAD, as a build server leaves it."""
    run(repository, "checkout", "-q", "--detach")
    alone = commit(repository, detached=b"1")
    tree = source(both(repository)[kind])
    assert tree.prepare().id == alone
    assert "detached" in extracted(tree, tmp_path / "out").entries


@pytest.mark.parametrize("kind", [0, 1])
def test_a_branch_that_was_rewritten_is_followed(repository, source, kind):
    """The mirror takes what the origin says now, also where a name became a directory of names."""
    run(repository, "branch", "topic")
    place = both(repository)[kind]
    source(place).prepare()
    run(repository, "branch", "-D", "topic")
    run(repository, "branch", "topic/one")
    run(repository, "commit", "-q", "--amend", "-m", "rewritten")
    tree = source(place)
    assert tree.prepare().subject == "rewritten"
    assert source(place, "topic/one").prepare().subject == "first line"


def test_a_shallow_clone_can_be_deployed(repository, source, tmp_path):
    """A release needs one commit, not its ancestors: build servers fetch no more than that."""
    commit(repository, second=b"2")
    run(tmp_path, "clone", "-q", "--depth=1", f"file://{repository}", "shallow")
    tree = source(tmp_path / "shallow")
    tree.prepare()
    assert "second" in extracted(tree, tmp_path / "out").entries


def test_a_repository_that_names_objects_by_sha256_can_be_deployed(source, tmp_path):
    """The mirror speaks the origin's own object format."""
    place = tmp_path / "wide"
    place.mkdir()
    run(place, "init", "-q", "--object-format=sha256")
    wide = commit(place, a=b"1")
    for number, location in enumerate(both(place)):
        tree = source(location)
        assert tree.prepare().id == wide
        assert "a" in extracted(tree, tmp_path / f"out{number}").entries
        assert tree.contains_blob("a", b"1")


@pytest.mark.parametrize("kind", [0, 1])
def test_an_unknown_ref_is_answered_with_the_nearest(repository, source, kind):
    """A typing error costs one look, not one search."""
    run(repository, "branch", "production")
    with pytest.raises(Problem) as problem:
        source(both(repository)[kind], "prodcution").prepare()
    assert problem.value.code == "ref-missing"
    assert "`production`" in problem.value.context[0]


@pytest.mark.parametrize(
    "ref", ["--upload-pack=touch pwned", "-x", "a b", "x:y", "+main", "^main", "a..b", "a\0b", "a\nb"]
)
@pytest.mark.parametrize("kind", [0, 1])
def test_a_ref_is_never_taken_for_an_option(repository, source, ref, kind):
    """What a person gives as a ref reaches git as a ref or not at all."""
    with pytest.raises(Problem) as problem:
        source(both(repository)[kind], ref).prepare()
    assert problem.value.code == "ref-missing"


def test_an_unknown_full_id_is_missing_not_failed(repository, source):
    """An id that the origin does not hold is the person's to correct."""
    for place in both(repository):
        with pytest.raises(Problem) as problem:
            source(place, "1" * 40).prepare()
        assert problem.value.code == "ref-missing"


def test_places_that_hold_no_repository_are_told_apart(source, tmp_path):
    """Missing, a file, no repository, an empty one, an option: each has its own word."""
    (tmp_path / "file").write_text("")
    (tmp_path / "plain").mkdir()
    run(tmp_path, "init", "-q", "empty")
    expected = {
        str(tmp_path / "absent"): "source-missing",
        str(tmp_path / "file"): "source-unusable",
        str(tmp_path / "plain"): "source-unusable",
        str(tmp_path / "empty"): "ref-missing",
        f"file://{tmp_path}/empty": "ref-missing",
        f"file://{tmp_path}/absent": "fetch-failed",
        "--upload-pack=false": "source-unusable",
        "ext::sh -c true": "fetch-failed",
    }
    found = {}
    for place in expected:
        with pytest.raises(Problem) as problem:
            source(place).prepare()
        found[place] = problem.value.code
    assert found == expected


def test_a_directory_inside_a_repository_is_not_that_repository(repository, source):
    """Deploying `app/public` never deploys `app` by accident."""
    with pytest.raises(Problem) as problem:
        source(repository / "public").prepare()
    assert problem.value.code == "source-unusable"


def test_large_files_arrive_whole(repository, source, tmp_path):
    """A file beyond one read is streamed, and its digest is that of all its bytes."""
    content = os.urandom(1 << 20) * 3 + b"end"
    commit(repository, big=content, bigger=content + b"!", after=b"small")
    tree = source(repository)
    tree.prepare()
    entries = extracted(tree, tmp_path / "out").entries
    assert entries["big"].digest == hashlib.sha256(content).hexdigest()
    assert (tmp_path / "out/bigger").read_bytes() == content + b"!"
    assert (tmp_path / "out/after").read_bytes() == b"small"


def test_uncommitted_changes_are_named_and_not_deployed(repository, source, tmp_path):
    """A path that holds `.git` is deployed at its commit; the rest is told."""
    (repository / "artisan").write_text("changed")
    (repository / "new file").write_text("untracked")
    tree = source(repository)
    tree.prepare()
    assert sorted(tree.dirty) == ["artisan", "new file"]
    assert tree.notices[0].startswith("uncommitted changes are not deployed (2): `artisan`")
    assert "new file" not in extracted(tree, tmp_path / "out").entries
    run(repository, "stash", "-q", "--include-untracked")
    assert source(repository).notices == ()
    assert source(f"file://{repository}").notices == ()


def test_what_was_once_code_at_a_path_is_known(repository, source):
    """Without `.holdfast/`, a live file whose blob stands in history at that path is code (DESIGN 9)."""
    commit(repository, public__index_php=b"<?php 2", gone=b"once")
    run(repository, "checkout", "-q", "-b", "side", "HEAD~1")
    commit(repository, public__index_php=b"<?php side")
    run(repository, "checkout", "-q", "main")
    run(repository, *("merge", "-q", "-s", "ours", "-m", "merge", "side"))
    (repository / "gone").unlink()
    commit(repository)
    tree = source(repository)
    for content in (b"<?php", b"<?php 2", b"<?php side"):
        assert tree.contains_blob("public/index_php", content)
    assert tree.contains_blob("gone", b"once")
    assert not tree.contains_blob("public/index_php", b"once")
    assert not tree.contains_blob("public", b"<?php")
    assert not tree.contains_blob("public/index_php", b"a visitor's upload")
    assert not tree.contains_blob("*", b"once")


def test_a_source_is_opened_by_its_kind(repository, cache):
    """`open_source` gives a source that is ready to be read."""
    tree = open_source(Source("git", str(repository), "main"), cache)
    assert tree.describe()["subject"] == "first line"
    tree.close()
    with pytest.raises(Problem):
        open_source(Source("parcel", str(repository)), cache)
