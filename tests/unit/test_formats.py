"""What lies on users' disks outlives us: every format there has been is still read (docs/design/on-disk-format.md)."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from holdfast_engine import FORMAT
from holdfast_engine.data import baseline
from holdfast_engine.fs.root import Root
from holdfast_engine.journal import log
from holdfast_engine.model import reasons
from holdfast_engine.model.problem import Problem
from holdfast_engine.site import format as site_format
from holdfast_engine.site import records

FORMATS = Path(__file__).parent.parent / "fixtures" / "formats"


@pytest.fixture(params=sorted(os.listdir(FORMATS)))
def old_site(request, tmp_path):
    """A `.holdfast/` as the version of that format wrote it."""
    shutil.copytree(FORMATS / request.param, tmp_path / ".holdfast")
    with Root(str(tmp_path)) as root:
        yield root


def test_there_is_a_fixture_of_every_format():
    """A new format needs a fixture that the version before wrote."""
    assert sorted(os.listdir(FORMATS)) == [str(number) for number in range(1, FORMAT + 1)]


def test_an_old_site_file_is_read(old_site):
    """Formats outlive us."""
    site = site_format.read(old_site)
    assert site is not None
    assert (site.counter, site.shared_name) == (2, "shared")
    assert {one.path: one.why for one in site.shared}["public/uploads"]
    assert site.identity["storage"][1] > 0


def test_old_records_are_read_in_their_order(old_site):
    """Order by counter."""
    found = records.read_all(old_site)
    assert [one.counter for one in found] == [1, 2]
    assert [one.state for one in found] == ["retired", "active"]
    assert found[1].settings["keep"] == 5
    assert found[0].seeds


def test_an_old_baseline_proves_its_files(old_site):
    """G6 for releases of an earlier version."""
    release = records.read_all(old_site)[0].id
    found = baseline.read(old_site, release)
    assert found is not None
    assert found.get("public/index.php").size == len("<?php // version 1\n")
    assert len(found.get("public/index.php").digest) == 64


def test_old_journals_are_read_and_ended(old_site):
    """G4 for operations of an earlier version."""
    names = log.operations(old_site)
    assert names == ["000001-deploy", "000002-deploy"]
    assert all(log.read(old_site, name)[-1].kind == "end" for name in names)
    assert log.unfinished(old_site) is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"format": FORMAT + 1}, "format-unknown"),
        ({"features": ["time-travel"]}, "format-unknown"),
        ({"counter": None, "shared": 3}, "state-unreadable"),
    ],
)
def test_a_newer_or_broken_site_file_is_refused_and_left_alone(tmp_path, change, code):
    """Exit 41: an older program never rewrites what a newer one wrote, and what is damaged is not taken for newer."""
    shutil.copytree(FORMATS / "1", tmp_path / ".holdfast")
    file = tmp_path / ".holdfast" / "site.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **change}))
    before = file.read_bytes()
    with Root(str(tmp_path)) as root, pytest.raises(Problem) as caught:
        site_format.read(root)
    assert (caught.value.code, caught.value.exit_code) == (code, 41)
    assert file.read_bytes() == before


def test_a_reason_that_an_earlier_version_wrote_as_a_sentence_is_read_as_its_word():
    """Whoever improves a sentence breaks no old attic."""
    assert reasons.word("a build makes this path itself") == reasons.BUILT
    assert all(reasons.word(sentence) == word for word, sentence in reasons.SENTENCES.items())
