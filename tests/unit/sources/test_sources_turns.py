"""One mirror and many processes: one writes at a time, and nobody loses what he reads."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

import holdfast_engine
from holdfast_engine.fs.file_lock import turn
from holdfast_engine.model.problem import Problem
from holdfast_engine.sources.git import GitSource
from lib.snapshot import snapshot
from unit.sources.repositories import commit, extracted, mirrors, run

SRC = os.path.dirname(os.path.dirname(holdfast_engine.__file__))
FETCHING = """
import sys
from holdfast_engine.sources.git import GitSource
source = GitSource(sys.argv[1], "", sys.argv[2])
print(source.prepare().id, len(source.listing().entries), source.settings_file())
source.close()
"""
HOLDING = """
import sys, time
from holdfast_engine.fs.file_lock import turn
with turn(sys.argv[1], "x.lock"):
    print("holding", flush=True)
    time.sleep(60)
"""


def started(code, *words):
    environment = {**os.environ, "PYTHONPATH": SRC}
    command = [sys.executable, "-c", code, *map(str, words)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def all_fetching(repository, cache, number=10):
    """What NUMBER processes answer that fetch from REPOSITORY at one time."""
    running = [started(FETCHING, repository, cache) for _ in range(number)]
    return [(process.communicate(timeout=120), process.returncode) for process in running]


@pytest.mark.parametrize("before", ["nothing", "an older commit", "a damaged mirror", "a lock left behind"])
def test_processes_that_fetch_at_once_all_have_the_commit(repository, source, cache, before):
    """I24, G4: twenty deploys at once ended with `fetch-incomplete` and `ref-missing`, and mirrors up to `.4`."""
    if before != "nothing":
        old = source(repository)
        old.prepare()
        old.close()
        if before == "a damaged mirror":
            os.truncate(os.path.join(old._mirror.path, "HEAD"), 0)
        if before == "a lock left behind":
            pathlib.Path(old._mirror.path, "refs/heads/main.lock").touch()
    newest = commit(repository, new=b"new")
    answers = all_fetching(repository, cache)
    assert [(out.split()[:1], code) for (out, _), code in answers] == [([newest], 0)] * 10, answers
    assert len(mirrors(cache)) <= (1 if before in ("nothing", "an older commit") else 2)


def test_whoever_reads_a_mirror_goes_on_reading_it_when_another_replaces_it(repository, source, tmp_path):
    """A mirror is left and not removed: what was planned is what is extracted (G8)."""
    reader, other = source(repository), source(repository)
    reader.prepare()
    other.prepare()
    other._mirror.supersede(wide=False)
    assert other._mirror.path != reader._mirror.path
    assert "artisan" in extracted(reader, tmp_path / "out").entries


def test_one_damage_that_two_find_is_mended_once(repository, source, cache):
    """Who comes second takes the mirror that the first began."""
    first, second = source(repository), source(repository)
    first.prepare()
    second.prepare()
    first._mirror.supersede(wide=False)
    second._mirror.supersede(wide=False)
    assert len(mirrors(cache)) == 2
    assert second.prepare() == source(repository).prepare()


def test_a_turn_ends_with_its_holder_however_it_dies(tmp_path):
    """I96: the kernel frees it; no lock to remove."""
    holder = started(HOLDING, tmp_path)
    assert holder.stdout.readline() == "holding\n"
    waiting = started(HOLDING, tmp_path)
    time.sleep(0.5)
    assert waiting.poll() is None
    holder.send_signal(signal.SIGKILL)
    assert waiting.stdout.readline() == "holding\n"
    for process in (holder, waiting):
        process.kill()
        process.communicate()


def test_a_program_that_is_started_does_not_hold_the_turn_on(tmp_path):
    """Close-on-exec: a git that outlives its caller keeps nobody waiting."""
    with turn(str(tmp_path), "x.lock"):
        child = subprocess.Popen(["sleep", "30"], close_fds=False)
    try:
        with turn(str(tmp_path), "x.lock"):
            assert child.poll() is None
    finally:
        child.kill()
        child.wait()


@pytest.fixture
def lookout(tmp_path, repository):
    """Makes sources that may read the site's cache and write elsewhere alone."""
    made = []

    def make(cache, location=repository):
        elsewhere = tmp_path / f"elsewhere-{len(made)}"
        elsewhere.mkdir()
        made.append(GitSource(str(location), "", str(elsewhere), lent=cache))
        return made[-1], elsewhere

    yield make
    for each in made:
        each.close()


def test_what_a_lent_cache_keeps_is_read_there(repository, source, cache, lookout, tmp_path):
    """I67: a look fetches nothing that is there, and writes nothing where it is."""
    source(repository).prepare()
    before = snapshot(pathlib.Path(cache), without=())
    looked, elsewhere = lookout(cache)
    assert looked.prepare() == source(repository).prepare()
    assert "artisan" in extracted(looked, tmp_path / "out").entries
    assert looked.contains_blob("artisan", b"#!/usr/bin/env php\n")
    looked.close()
    assert snapshot(pathlib.Path(cache), without=()) == before
    assert os.listdir(elsewhere) == []


def test_what_is_new_is_fetched_elsewhere_and_the_rest_is_borrowed(repository, source, cache, lookout, tmp_path):
    """I67: the lent mirror is as it was, and its objects are not fetched again."""
    first = source(repository).prepare().id
    before = snapshot(pathlib.Path(cache), without=())
    newest = commit(repository, new=b"new")
    looked, elsewhere = lookout(cache)
    assert looked.prepare().id == newest
    assert {"artisan", "new"} <= set(extracted(looked, tmp_path / "out").entries)
    assert snapshot(pathlib.Path(cache), without=()) == before
    [made] = mirrors(elsewhere)
    own = run(elsewhere / made, "rev-list", "--objects", "--no-object-names", newest, f"^{first}").split()
    counted = dict(line.split(": ") for line in run(elsewhere / made, "count-objects", "-v").splitlines())
    assert int(counted["in-pack"]) <= len(own) + 1  # and the one that a thin pack is completed with


def test_a_shallow_mirror_lends_nothing(repository, source, cache, lookout, tmp_path):
    """Without its list of cuts its history would look broken."""
    commit(repository, second=b"2")
    run(tmp_path, "clone", "-q", "--depth=1", f"file://{repository}", "shallow")
    source(tmp_path / "shallow").prepare()
    newest = commit(tmp_path / "shallow", third=b"3")
    looked, _ = lookout(cache, tmp_path / "shallow")
    assert looked.prepare().id == newest
    assert {"artisan", "second", "third"} <= set(extracted(looked, tmp_path / "out").entries)


def test_a_lent_mirror_that_is_damaged_is_left_to_its_owner(repository, source, cache, loose, lookout):
    """G4: the next deploy replaces it; a look does not, and tells."""
    loose.unlink()
    before = snapshot(pathlib.Path(cache), without=())
    looked, elsewhere = lookout(cache)
    with pytest.raises(Problem) as problem:
        looked.listing()
    assert problem.value.code == "fetch-incomplete"
    assert snapshot(pathlib.Path(cache), without=()) == before
    again = GitSource(str(repository), "", str(elsewhere))
    assert "artisan" in again.listing().entries
    again.close()


def test_what_was_fetched_elsewhere_is_kept_without_asking_the_origin(repository, cache, lookout, source, tmp_path):
    """A first deploy fetches once: the new site's mirror is filled from what was looked at."""
    looked, _ = lookout("")
    looked.prepare()
    looked.keep_in(cache)
    kept = source(repository)
    kept._mirror.fetch = None
    assert kept.prepare() == looked.commit
    assert "artisan" in extracted(kept, tmp_path / "out").entries
