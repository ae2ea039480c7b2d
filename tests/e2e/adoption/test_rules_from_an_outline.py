"""An adoption makes its rules from an outline of what lies there: it is told by it what the whole would tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.request import Request, Settings
from holdfast_engine.operations.look import looking
from holdfast_engine.persistence.shared_paths import rules_for
from holdfast_engine.persistence.shipped import listing_of, outline_of
from lib.trees import read_tree

TREES = Path(__file__).parents[2] / "frameworks/trees"


@pytest.mark.parametrize("framework", ["hugo", "hugo-older", "laravel", "spring-boot", "wordpress"])
def test_many_pictures_hide_no_framework(tmp_path, framework):
    """G2: what tells of a framework is found among pictures whose names come first, and so is its web root."""
    tree = read_tree(TREES / f"{framework}.toml")
    for path in tree.ships:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(tree.text(path, 1))
    for number in range(60):
        (tmp_path / f"0{number}.jpg").write_bytes(b"jpg")
        (tmp_path / f"0.{number}").write_bytes(b"a key, a date")
    with looking(Request(command="adopt", site=str(tmp_path), now=1.0), lambda _event: None) as site:
        whole, outline = (made(site, RelPath("")) for made in (listing_of, outline_of))
        assert len(whole.entries) - len(outline.entries) >= 20
        one, two = (rules_for(site, listing, Settings()) for listing in (whole, outline))
    assert (one.detection.framework, one.web_root) == (two.detection.framework, two.web_root)
    assert one.shared_paths == two.shared_paths
