"""Adoption and seeds, on a bare site without a framework."""

from __future__ import annotations

import os

import pytest

from holdfast_engine.data.adopt import Adoption
from holdfast_engine.data.foreign_links import adjusted
from holdfast_engine.data.moved import LIVE, SHARED, Moved
from holdfast_engine.data.seeds import Seeded, SeedMerge
from holdfast_engine.fs.root import Root
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.site import format as site_format
from holdfast_engine.site.links import Links

R1 = RelPath("releases/1")


class Site:
    """Releases and shared/ by hand: `put`, `see`, and one adoption or merge at a time."""

    def __init__(self, root):
        self.root, self.bench = root, Links(root, Layout())
        site_format.prepare(root)
        for path in ("releases/1", "shared"):
            os.makedirs(os.path.join(root.path, path))
        self.operation = Operation.begin(root, "test", at=1.0, facts={})
        self.moved, self.seeded = Moved(), Seeded()

    def put(self, path, text):
        where = os.path.join(self.root.path, path)
        os.makedirs(os.path.dirname(where), exist_ok=True)
        with open(where, "w") as stream:
            stream.write(text)

    def see(self, path):
        with open(os.path.join(self.root.path, path)) as stream:
            return stream.read()

    def adopt(self, path, wins=LIVE):
        Adoption(self.bench, self.operation, R1, wins, self.moved).adopt(path)

    def seed(self, path, before=None):
        SeedMerge(self.bench, self.operation, R1, before or {}, self.seeded).merge(path)

    def attic(self):
        return {path: self.see(spot) for path, spot, _ in self.moved.displaced}


@pytest.fixture
def site(tmp_path):
    with Root(str(tmp_path)) as root:
        yield Site(root)


def test_a_directory_comes_home_by_exchange_and_keeps_its_inode(site):
    """DESIGN 5: nothing is copied, so open files go on."""
    site.put("releases/1/public/uploads/a", "A")
    before = os.stat(os.path.join(site.root.path, "releases/1/public/uploads")).st_ino
    site.adopt("public/uploads")
    assert site.root.link("releases/1/public/uploads") == "../../../shared/public/uploads"
    assert os.stat(os.path.join(site.root.path, "shared/public/uploads")).st_ino == before
    assert site.see("releases/1/public/uploads/a") == "A"


@pytest.mark.parametrize(("wins", "served", "displaced"), [(LIVE, "mine", "theirs"), (SHARED, "theirs", "mine")])
def test_different_content_is_decided_by_where_it_comes_from_and_the_other_is_kept(site, wins, served, displaced):
    """DESIGN 5: live wins over shared, shared over retired; the loser is plain bytes in the attic."""
    site.put("releases/1/.env", "mine")
    site.put("shared/.env", "theirs")
    site.adopt(".env", wins)
    assert site.see("releases/1/.env") == served == site.see("shared/.env")
    assert site.attic() == {".env": displaced}


def test_directories_are_merged_child_by_child(site):
    """An existing shared/NAME is merged (DESIGN 9), every content of both sides served or in the attic."""
    site.put("releases/1/up/only-here", "1")
    site.put("releases/1/up/both", "here")
    site.put("releases/1/up/deep/x", "deep here")
    site.put("shared/up/both", "there")
    site.put("shared/up/only-there", "2")
    site.put("shared/up/deep/y", "deep there")
    site.adopt("up")
    seen = {name: site.see(f"releases/1/up/{name}") for name in ("only-here", "both", "only-there", "deep/x", "deep/y")}
    assert seen == {"only-here": "1", "both": "here", "only-there": "2", "deep/x": "deep here", "deep/y": "deep there"}
    assert site.attic() == {"up/both": "there"}
    assert site.root.link("releases/1/up") == "../../shared/up"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give directories to two users")
@pytest.mark.parametrize(("owner", "then"), [(0, 4711), (4712, 4712)])
def test_a_directory_that_root_made_in_shared_lets_in_who_owned_the_one_that_comes_there(site, owner, then):
    """G10: somebody put a file into `shared/` by hand; what is another user's stays that user's."""
    site.put("releases/1/docs/mine.txt", "mine\n")
    site.put("shared/docs/by-hand.txt", "by hand\n")
    release, shared = (os.path.join(site.root.path, top, "docs") for top in ("releases/1", "shared"))
    os.chown(release, 4711, 4711)
    os.chown(shared, owner, owner)
    site.adopt("docs")
    assert site.see("releases/1/docs/by-hand.txt") == "by hand\n"
    assert os.stat(shared).st_uid == then


@pytest.mark.parametrize("wins", [LIVE, SHARED])
def test_a_file_against_a_directory_loses_neither_side(site, wins):
    """S05, G2: the directory stays in sight, whoever wins; the file is in the attic."""
    site.put("releases/1/data", "a file")
    site.put("shared/data/inside", "a directory's")
    site.adopt("data", wins)
    texts = {site.see("shared/data/inside")}
    kept = [spot for _, spot, _ in site.moved.displaced]
    texts |= {site.see(spot if site.root.kind(spot) == "file" else f"{spot}/inside") for spot in kept}
    assert texts == {"a file", "a directory's"}


def test_an_interrupted_exchange_is_gone_on_with(site):
    """G4: the link that waits in shared/ for its exchange is put to use."""
    site.put("releases/1/up/a", "A")
    os.symlink("../../shared/up", os.path.join(site.root.path, "shared/up"))
    site.adopt("up")
    assert site.see("shared/up/a") == "A"
    assert site.see("releases/1/up/a") == "A"


def test_adoption_twice_changes_nothing(site):
    """Idempotent."""
    site.put("releases/1/up/a", "A")
    site.adopt("up")
    before = site.root.names("shared/up"), len(site.moved.adopted)
    site.adopt("up")
    assert (site.root.names("shared/up"), len(site.moved.adopted)) == before


def test_a_link_to_elsewhere_is_carried_and_not_followed(site, tmp_path_factory):
    """Scenario D11: uploads on another disk, linked by hand."""
    volume = tmp_path_factory.mktemp("volume")
    (volume / "v").write_text("on the volume")
    os.symlink(volume, os.path.join(site.root.path, "releases/1/up"))
    site.adopt("up")
    assert site.see("releases/1/up/v") == "on the volume"
    assert site.root.link("shared/up") == str(volume)
    assert os.listdir(volume) == ["v"]


def test_a_link_into_another_release_brings_that_data_home(site):
    """I63: uploads that were read from a release that is pruned later."""
    site.put("releases/0/up/a", "A")
    os.symlink(os.path.join(site.root.path, "releases/0/up"), os.path.join(site.root.path, "releases/1/up"))
    site.adopt("up")
    assert site.see("shared/up/a") == "A"
    assert site.see("releases/1/up/a") == "A"
    assert site.see("releases/0/up/a") == "A"


@pytest.mark.parametrize("text", ["nowhere", "up", "../1/up"])
def test_dangling_and_looping_links_give_way_and_are_kept_as_text(site, text):
    """I17, I23: neither side is lost."""
    os.symlink(text, os.path.join(site.root.path, "releases/1/up"))
    site.put("shared/up/a", "A")
    site.adopt("up")
    assert site.see("releases/1/up/a") == "A"


def test_relative_texts_lead_to_the_same_place_from_the_new_one():
    """DESIGN 5: adjusted when relative."""
    assert adjusted("../index.php", R1, RelPath("public/x"), RelPath("shared/public/x")) == "../../current/index.php"
    assert adjusted("a", R1, RelPath("public/x"), RelPath("shared/public/x")) == "../../current/public/a"
    assert adjusted("/mnt/x", R1, RelPath("public/x"), RelPath("shared/public/x")) == "/mnt/x"


def digest(text):
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("before", "here", "shipped", "now", "what"),
    [
        (None, None, "v1", "v1", "added"),
        ("v1", "v1", "v2", "v2", "updated"),
        ("v1", "changed", "v2", "changed", "kept"),
        ("v1", "changed", "v1", "changed", ""),
        ("v1", None, "v2", None, ""),
        (None, "changed", "v1", "changed", "kept"),
    ],
)
def test_seeds_are_merged_three_ways(site, before, here, shipped, now, what):
    """I13: new added; unchanged here updated; changed here kept; deleted here stays deleted."""
    site.put("releases/1/up/default.png", shipped)
    site.put("shared/up/user.jpg", "user")
    if here is not None:
        site.put("shared/up/default.png", here)
    site.seed("up", {"up/default.png": digest(before)} if before else {})
    found = site.see("shared/up/default.png") if site.root.has("shared/up/default.png") else None
    lists = {"added": site.seeded.added, "updated": site.seeded.updated, "kept": [path for path, _ in site.seeded.kept]}
    assert found == now
    assert [name for name, paths in lists.items() if paths] == ([what] if what else [])
    assert site.see("releases/1/up/user.jpg") == "user"
    if what == "kept":
        assert site.see(site.seeded.kept[0][1]) == shipped


def test_a_seed_gets_the_modes_of_data_and_not_the_sealed_one(site):
    """DESIGN 4: seeds get the source's mode."""
    site.put("releases/1/up/default.png", "v1")
    os.chmod(os.path.join(site.root.path, "releases/1/up/default.png"), 0o444)
    site.seed("up")
    assert os.stat(os.path.join(site.root.path, "shared/up/default.png")).st_mode & 0o777 == 0o644
