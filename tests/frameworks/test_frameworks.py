"""Every framework, by a small tree of it: found, cared for, deployed three times and rolled back while it is used."""

import os
from pathlib import Path

import pytest

from holdfast_engine.fs import durable
from holdfast_engine.model.request import Settings
from holdfast_engine.rules.classify import Classifier
from holdfast_engine.rules.detect import detect
from holdfast_engine.rules.detect_likely import likely
from holdfast_engine.rules.detect_packages import Packages
from holdfast_engine.rules.detect_places import deeper, directories
from holdfast_engine.rules.detect_proofs import holds
from holdfast_engine.rules.presets import load, names
from lib.by_turns import by_turns
from lib.trees import NEW, TreeSite, read_tree

HERE = Path(__file__).parent
TREES = {file.stem: read_tree(file) for file in sorted(HERE.glob("trees/*.toml"))}
IDS = HERE.joinpath("ids.txt").read_text("utf-8").split()
PLAIN = {
    name: tree for name, tree in TREES.items() if tree.app_root == "." and (tree.installed or tree.web_root == ".")
}
"""Those that people install by hand: served as they lie, or with parts that come in an administration."""
each_tree = pytest.mark.parametrize("tree", TREES.values(), ids=TREES)
some_trees = pytest.mark.parametrize("tree", by_turns(TREES, every=4, share=3))


def test_every_framework_of_the_public_list_has_a_tree():
    """R: an application of any listed framework is known and kept; trees beyond the list are variants of one."""
    assert set(IDS) <= set(TREES)


@each_tree
def test_a_framework_is_found_where_it_serves_from(tree):
    """R: exact evidence, look-alikes told apart, odd web roots found."""
    found = detect(tree.listing(), framework="")
    assert (found.framework, found.app_root, found.web_root) == (tree.framework, tree.app_root, tree.web_root)
    rules = Classifier(tree.listing(), found, Settings())
    assert tuple(one.id for one in rules.additions) == tree.adds


def test_no_framework_that_is_proven_is_passed_over_by_its_names():
    """R: of which the proofs are read is told by names alone, and what holds in a directory is among these."""
    listings = [tree.listing() for tree in list(TREES.values())[::3]]
    places = [(listing, place) for listing in listings for place in (".", *directories(listing), *deeper(listing))]
    every = [load(name) for name in names()]
    for listing, place in places:
        packages, tried = Packages(listing, place), likely(listing, place)
        passed = [one for one in every if one not in tried]
        proofs = [(one.id, proof) for one in passed for proof in one.evidence]
        assert [one for one, proof in proofs if holds(listing, place, packages, proof)] == [], place


@each_tree
def test_the_rules_know_what_is_data_and_what_is_not(tree):
    """G2: data is known before it is written, code is never taken for it, and no cache holds what was installed."""
    listing = tree.listing()
    rules = Classifier(listing, detect(listing), Settings())

    def cares(paths, *wanted):
        rulings = [rules.ruling(path.replace(NEW, "made")) for path in paths]
        return [ruling for ruling in rulings if ruling.care not in wanted]

    assert cares((*tree.data, *tree.databases, *tree.files), "shared", "seeded") == []
    known = (path.replace(NEW, "made") for path in (*tree.data, *tree.databases, *tree.files))
    assert [path for path in known if rules.ruling(path).rule == "default"] == []
    assert cares(tree.fresh, "code", "artifact") == []
    assert cares(tree.installed, "code", "shared", "seeded") == []
    assert cares(tree.caches, "cache", "ephemeral", "artifact") == []


def in_no_hurry(monkeypatch):
    """Nobody cuts the power here, and a busy disk takes its time."""
    monkeypatch.setattr(os, "fsync", lambda _fd: None)
    monkeypatch.setattr(durable, "sync_file_system", lambda *_: None)


@some_trees
def test_a_site_in_use_keeps_all_data_and_gets_all_code(tree, tmp_path, monkeypatch):
    """G1, G2, G5: three deploys, data written after each, one rollback; then nothing is left to bring home."""
    in_no_hurry(monkeypatch)
    site = TreeSite(tmp_path, tree)
    for version in (1, 2, 3):
        site.world.ship()
        site.assert_well(version)
        site.write()
    site.world.rollback()
    site.assert_well(2)
    site.world.commit()
    told = site.world.perform("plan", source=site.world.source)
    assert (told["adopt"], told["displaced"]) == ([], [])


@pytest.mark.parametrize("tree", by_turns(PLAIN, every=2, share=2))
def test_a_site_that_people_have_used_for_long_is_taken_on_with_all_of_it(tree, tmp_path, monkeypatch):
    """G1, G2: data is found among code of an earlier version, and is served after two deploys and a rollback."""
    in_no_hurry(monkeypatch)
    site = TreeSite.adopted(tmp_path, tree)
    for version in (1, 2):
        site.world.ship()
        site.assert_well(version)
        site.write()
    site.world.rollback()
    site.assert_well(1)
