"""A site that came by FTP is taken on, and the vendor's own archive says what of it is code."""

from __future__ import annotations

import os
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from holdfast.cli.render.adoption import adoption
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Source
from lib import oracle
from lib.killing import killed_at_point
from lib.world import World

V1 = {
    "index.php": "<?php // version 1\n",
    "admin/index.php": "<?php // admin of version 1\n",
    "admin/reset.php": "<?php // resets every password\n",
    "lib/tool.php": "<?php // tool\n",
    "lib/welcome.txt": "welcome to the shop\n",
    "docs/manual.txt": "how it was in version 1\n",
    "skins/plain.css": "p {}\n",
    "uploads/.htaccess": "php_flag engine off\n",
}
EDITED = "welcome to the club\n"


class Vendor:
    """An application that its vendor sends out as archives, and one site that got the first of them by FTP."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.world = World(top, V1, env=None)
        self.files = dict(V1)
        self.first = self.archive("v1.zip")

    def archive(self, name: str, changes: dict[str, str | None] | None = None, *, below: str = "") -> Source:
        """The next version, as an archive: CHANGES add, rewrite or (None) remove files."""
        self.files = {path: text for path, text in {**self.files, **(changes or {})}.items() if text is not None}
        with zipfile.ZipFile(self.top / name, "w") as packed:
            for path, text in self.files.items():
                packed.writestr(f"{below}{path}", text)
        return Source("archive", str(self.top / name))

    def put(self, path: str, text: str) -> None:
        where = self.world.live if self.world.live.exists() else self.world.site
        (where / path).parent.mkdir(parents=True, exist_ok=True)
        (where / path).write_text(text)

    def by_ftp(self) -> None:
        for path, text in self.files.items():
            self.put(path, text)

    def used(self) -> dict[str, str]:
        """What its users and its administrator made of it."""
        made = {
            "uploads/a.png": "an upload",
            "config.php": "<?php // the installer wrote this",
            "google123.html": "a proof",
            "docs/our-notes.txt": "notes of the club",
            "lib/welcome.txt": EDITED,
        }
        for path, text in made.items():
            self.put(path, text)
        return made

    def adopt(self, *was: Source, **more):
        return self.world.perform("adopt", path=str(self.world.site), was=was, **more)

    def deploy(self, source: Source):
        return self.world.perform("deploy", source=source)

    def served(self, path: str) -> str | None:
        where = self.world.live / path
        return where.read_text() if where.is_file() else None

    def assert_served(self, expected: dict[str, str]) -> None:
        assert {path: self.served(path) for path in expected} == expected


@pytest.fixture
def vendor(tmp_path):
    found = Vendor(tmp_path)
    found.by_ftp()
    return found


def test_a_removed_script_goes_and_what_users_made_stays_through_three_versions(vendor):
    """G2, DESIGN 4: what equals the version that was shipped is code; what the next one drops of it, nobody keeps."""
    made = vendor.used()
    plan = vendor.adopt(vendor.first, only_plan=True)
    assert (plan["was"]["equal"], plan["was"]["differ"]) == (len(V1) - 1, 1)
    vendor.adopt(vendor.first)
    vendor.assert_served({**V1, **made})
    gone = {"admin/reset.php": None, "skins/plain.css": None}
    second = vendor.archive("v2.zip", {"index.php": "<?php // version 2\n", **gone})
    vendor.deploy(second)
    vendor.assert_served({**made, "index.php": "<?php // version 2\n", "lib/tool.php": V1["lib/tool.php"]})
    assert (vendor.served("admin/reset.php"), vendor.served("skins/plain.css")) == (None, None)
    third = vendor.archive("v3.zip", {"index.php": "<?php // version 3\n", "docs/manual.txt": None})
    vendor.deploy(third)
    vendor.assert_served({**made, "index.php": "<?php // version 3\n"})
    assert [vendor.served(path) for path in ("admin/reset.php", "skins/plain.css", "docs/manual.txt")] == [None] * 3
    vendor.world.rollback()
    vendor.assert_served({**made, "index.php": "<?php // version 2\n", "docs/manual.txt": V1["docs/manual.txt"]})
    assert vendor.served("admin/reset.php") is None


def test_without_a_word_on_what_was_shipped_everything_counts_as_somebodys(vendor):
    """G2: unknown is data."""
    vendor.adopt()
    vendor.deploy(vendor.archive("v2.zip", {"admin/reset.php": None}))
    assert vendor.served("admin/reset.php") == V1["admin/reset.php"]


def test_the_plan_counts_what_is_equal_what_differs_and_what_is_of_nobody(vendor):
    """G8: what a person agrees to is said in numbers."""
    made = vendor.used()
    os.remove(vendor.world.site / "skins/plain.css")
    plan = vendor.adopt(vendor.first, only_plan=True)
    was = plan["was"]
    assert (was["equal"], was["differ"], was["others"], was["absent"]) == (len(V1) - 2, 1, len(made) - 1, 1)
    assert was["edited"] == ["lib/welcome.txt"]
    assert any("6 files equal the shipped files" in note for note in plan["notes"])


def test_g8_the_plan_names_settings_that_no_version_had_where_the_run_shares_them(vendor):
    """G8: the installer wrote them, and each later version goes on with them."""
    vendor.files["config.sample.php"] = "<?php // an example"
    vendor.by_ftp()
    vendor.used()
    version = vendor.archive("v1-with-example.zip")
    plan = vendor.adopt(version, only_plan=True)
    vendor.adopt(version)
    shared = {row["path"]: row["kind"] for row in vendor.world.perform("status")["shared"]}
    assert {row["path"]: row["kind"] for row in plan["shared"]} == shared
    assert "config.php" in shared


def test_an_edit_of_a_program_gives_way_and_lies_in_the_attic(vendor):
    """G2: what a release ships as code wins, and the server's version is kept and told."""
    vendor.put("lib/tool.php", "<?php // patched by hand\n")
    vendor.adopt(vendor.first)
    vendor.deploy(vendor.archive("v2.zip", {"lib/tool.php": "<?php // tool 2\n"}))
    assert vendor.served("lib/tool.php") == "<?php // tool 2\n"
    assert "<?php // patched by hand\n" in oracle.attic_texts(vendor.world.site)


def test_a_file_of_any_named_version_is_code(vendor):
    """DESIGN 4: updates by FTP leave what an older version shipped; more than one version may be named."""
    vendor.put("install.php", "<?php // of version 0\n")
    old = vendor.archive("v0.zip", {"install.php": "<?php // of version 0\n"})
    vendor.files.pop("install.php")
    vendor.adopt(vendor.first, old)
    vendor.deploy(vendor.archive("v2.zip", {"index.php": "<?php // version 2\n"}))
    assert vendor.served("install.php") is None


def test_another_application_is_refused_and_taken_when_a_person_says_so(vendor):
    """G7: where next to nothing is equal, somebody has named the wrong archive."""
    vendor.files = {"index.php": "<?php // another\n", "core/a.php": "<?php // a\n", "core/b.php": "<?php // b\n"}
    other = vendor.archive("other.zip")
    with pytest.raises(Problem) as refused:
        vendor.adopt(other)
    assert (refused.value.code, refused.value.kind) == ("was-unlike", "refused")
    assert not (vendor.world.site / ".holdfast").exists()
    vendor.adopt(other, accept=("was",))
    vendor.assert_served(V1)


def test_an_archive_whose_application_lies_deeper_is_told_apart(vendor):
    """G7: many archives hold `upload/` with the application, and a manual beside it."""
    with zipfile.ZipFile(vendor.top / "deep.zip", "w") as packed:
        packed.writestr("readme.txt", "unpack upload/")
        for path, text in V1.items():
            packed.writestr(f"upload/{path}", text)
    with pytest.raises(Problem) as refused:
        vendor.adopt(Source("archive", str(vendor.top / "deep.zip")))
    assert any("`upload/`" in line for line in refused.value.context)


def test_an_installer_that_was_deleted_is_named_when_it_comes_back(vendor):
    """DESIGN 4: shipped files that were deleted here are named in the plan of what ships them again."""
    os.remove(vendor.world.site / "lib/tool.php")
    vendor.adopt(vendor.first)
    second = vendor.archive("v2.zip", {"index.php": "<?php // version 2\n"})
    notes = vendor.world.perform("plan", source=second)["notes"]
    assert "deleted on the server, and back with this release: `lib/tool.php`" in notes


def test_a_backup_of_the_site_is_no_version_and_the_site_itself_is_none(vendor):
    """G1, G7: it knows every upload, and would make code of them that the next release drops."""
    made = {**vendor.used(), ".env": "SECRET=of this site"}
    vendor.put(".env", made[".env"])
    vendor.files = {**V1, **made}
    backup = vendor.archive("backup.zip")
    for was, code in ((backup, "was-unlike"), (Source("directory", str(vendor.world.site)), "source-overlaps-site")):
        with pytest.raises(Problem) as refused:
            vendor.adopt(was)
        assert refused.value.code == code
    assert not (vendor.world.site / ".holdfast").exists()


def test_a_release_of_which_all_is_known_may_go_and_may_come_back(vendor):
    """G6: every byte is in the baseline, in `shared/` or carried; so it is pruned, and gone back to, as any other."""
    made = vendor.used()
    adopted = vendor.adopt(vendor.first)["release"]
    vendor.deploy(vendor.archive("v2.zip", {"index.php": "<?php // version 2\n", "admin/reset.php": None}))
    vendor.world.rollback()
    vendor.assert_served({**made, "index.php": V1["index.php"], "admin/reset.php": V1["admin/reset.php"]})
    vendor.deploy(vendor.archive("v3.zip", {"index.php": "<?php // version 3\n"}))
    for _ in range(2):
        vendor.world.perform("prune", keep=0)
    assert adopted not in os.listdir(vendor.world.site / "releases")
    vendor.assert_served({**made, "index.php": "<?php // version 3\n"})
    assert oracle.litter(vendor.world.site) == []


def test_what_users_deleted_of_what_was_shipped_stays_deleted_where_data_lies(vendor):
    """DESIGN 5, seeds: deleted here stays deleted."""
    vendor.put("uploads/a.png", "an upload")
    os.remove(vendor.world.site / "uploads/.htaccess")
    vendor.adopt(vendor.first)
    vendor.deploy(vendor.archive("v2.zip", {"index.php": "<?php // version 2\n"}))
    assert (vendor.served("uploads/a.png"), vendor.served("uploads/.htaccess")) == ("an upload", None)


def tell(vendor: Vendor, *was: Source, **more):
    return vendor.world.perform("baseline", was=was, **more)


def test_it_may_be_said_after_the_adoption(vendor):
    """DESIGN 4: `holdfast baseline --from` is `--was` for a site that was adopted earlier."""
    made = vendor.used()
    adopted = vendor.adopt()["release"]
    answer = tell(vendor, vendor.first)
    assert (answer["outcome"], answer["release"], answer["was"]["differ"]) == ("noted", adopted, 1)
    vendor.deploy(vendor.archive("v2.zip", {"index.php": "<?php // version 2\n", "admin/reset.php": None}))
    vendor.assert_served({**made, "index.php": "<?php // version 2\n"})
    assert vendor.served("admin/reset.php") is None


def test_it_may_be_said_after_deploys_that_took_the_vendors_files_for_data(vendor):
    """DESIGN 4: what was carried, or shared for lying there, and equals what was shipped, goes with the next one."""
    made = vendor.used()
    vendor.adopt()
    gone = {"admin/reset.php": None, "skins/plain.css": None, "docs/manual.txt": None, "lib/welcome.txt": None}
    vendor.deploy(vendor.archive("v2.zip", {"index.php": "<?php // version 2\n", **gone}))
    vendor.assert_served({**made, **{path: text for path, text in V1.items() if path in gone and path not in made}})
    tell(vendor, vendor.first)
    vendor.assert_served(made)
    vendor.deploy(vendor.archive("v3.zip", {"index.php": "<?php // version 3\n"}))
    vendor.assert_served({**made, "index.php": "<?php // version 3\n"})
    assert [vendor.served(path) for path in ("admin/reset.php", "skins/plain.css", "docs/manual.txt")] == [None] * 3
    vendor.world.rollback()  # to a release that showed them: it is shown as it was
    vendor.assert_served({**made, "index.php": "<?php // version 2\n", "admin/reset.php": V1["admin/reset.php"]})
    vendor.deploy(vendor.archive("v4.zip", {"index.php": "<?php // version 4\n"}))
    vendor.assert_served({**made, "index.php": "<?php // version 4\n"})
    assert vendor.served("admin/reset.php") is None
    assert oracle.litter(vendor.world.site) == []


def test_the_plan_of_it_changes_nothing(vendor):
    """G8: what is shown is what would be noted."""
    vendor.adopt()
    before = {str(path): path.read_bytes() for path in (vendor.world.site / ".holdfast").rglob("*") if path.is_file()}
    assert tell(vendor, vendor.first, only_plan=True)["was"]["equal"] == len(V1)
    after = {str(path): path.read_bytes() for path in (vendor.world.site / ".holdfast").rglob("*") if path.is_file()}
    assert after == before


def test_what_holdfast_deployed_it_knows_itself(vendor):
    """G6: nobody's word takes the place of what was noted when it was written."""
    vendor.adopt()
    own = vendor.deploy(vendor.archive("v2.zip", {"index.php": "<?php // version 2\n"}))["release"]
    with pytest.raises(Problem) as refused:
        tell(vendor, vendor.first, release=own)
    assert (refused.value.code, refused.value.kind) == ("shipped-known", "state")


def test_a_wrong_word_can_be_taken_back_by_the_right_one(vendor):
    """G7: the newest word on what was shipped is the one that counts."""
    made = vendor.used()
    vendor.files = {"index.php": "<?php // another\n", "core/a.php": "<?php // a\n"}
    vendor.adopt(vendor.archive("other.zip"), accept=("was",))
    tell(vendor, vendor.first)
    vendor.files = dict(V1)
    vendor.deploy(vendor.archive("v2.zip", {"admin/reset.php": None}))
    vendor.assert_served({**made, "index.php": V1["index.php"]})
    assert vendor.served("admin/reset.php") is None


@pytest.mark.parametrize("command", ["adopt", "baseline"])
def test_a_kill_at_any_point_leaves_the_old_knowledge_or_the_new(tmp_path, command):
    """G4, G6: the next command goes on; nothing that users made is lost or hidden, and it can be said once more."""
    number, going, gone = 0, True, {"admin/reset.php": None, "lib/welcome.txt": None}
    while going:
        number += 17
        vendor = Vendor(tmp_path / str(number))
        vendor.by_ftp()
        made = vendor.used()
        if command == "baseline":
            vendor.adopt()
            vendor.deploy(vendor.archive("v2.zip", {"index.php": "<?php // version 2\n", **gone}))
        act = vendor.adopt if command == "adopt" else lambda first, of=vendor: tell(of, first)
        going = killed_at_point(number, lambda now=act, of=vendor: now(of.first))
        with suppress(Problem):  # a killed adoption was finished on the way, or there is nothing to go on with
            act(vendor.first)
        vendor.assert_served(made)
        tell(vendor, vendor.first)
        vendor.deploy(vendor.archive("v3.zip", {"index.php": "<?php // version 3\n", **gone}))
        vendor.assert_served({**made, "index.php": "<?php // version 3\n"})
        assert vendor.served("admin/reset.php") is None
        assert oracle.litter(vendor.world.site) == []


def test_a_backup_is_known_by_the_settings_of_the_framework(tmp_path):
    """G7: secrets of this site, by whatever name its framework has them; what makers ship gives no value to one."""
    shop = Vendor(tmp_path)
    shop.by_ftp()
    shop.put("config.php", "<?php define('DB_PASSWORD', '');\n")
    shop.files["config.php"] = "<?php define('DB_PASSWORD', '');\n"
    assert shop.adopt(shop.archive("v1-with-settings.zip"), only_plan=True)["was"]["others"] == 0
    shop.put("config.php", "<?php define('DB_PASSWORD', 'of this site');\n")
    shop.files["config.php"] = "<?php define('DB_PASSWORD', 'of this site');\n"
    with pytest.raises(Problem) as refused:
        shop.adopt(shop.archive("backup.zip"))
    assert (refused.value.code, "config.php" in refused.value.message) == ("was-unlike", True)


def test_what_goes_by_somebodys_word_is_named_before_it_goes(vendor):
    """G8: the answer of the adoption counts, and the plan of the next version names."""
    vendor.used()
    answer = vendor.adopt(vendor.first)
    assert any("7 files equal the shipped files, and are code" in line for line in answer["warnings"])
    second = vendor.archive(
        "v2.zip", {"index.php": "<?php // version 2\n", "admin/reset.php": None, "lib/tool.php": None}
    )
    notes = vendor.world.perform("plan", source=second)["notes"]
    assert (
        "unchanged since an earlier version shipped them, and removed with it: `admin/reset.php`, `lib/tool.php`"
        in notes
    )
    vendor.deploy(second)
    third = vendor.archive("v3.zip", {"docs/manual.txt": None})
    assert not any("removed with it" in line for line in vendor.world.perform("plan", source=third)["notes"])


def test_a_person_reads_in_the_plan_what_was_edited(vendor):
    """G8: the page that is shown before anybody agrees."""
    vendor.used()
    page = [str(line.text) for line in adoption(vendor.adopt(vendor.first, only_plan=True))]
    assert "  lib/welcome.txt" in page[page.index("edited on the server") :]


def test_data_that_the_archive_has_no_directory_for_is_shared_by_the_adoption_itself(tmp_path):
    """G2: a backup of `shared/` has it and `recover` misses it from then on, not only from the first deploy on."""
    vendor = Vendor(tmp_path)
    without = vendor.archive("without.zip", {"uploads/.htaccess": None})
    vendor.by_ftp()
    vendor.world.precious.write("uploads/a.jpg", into=vendor.world.site)
    vendor.world.precious.write("invoices/2025/1.pdf", into=vendor.world.site)
    vendor.world.precious.write("forum/index.php", into=vendor.world.site)
    said = {"path": str(vendor.world.site), "was": (without,)}
    plan = vendor.world.perform("adopt", **said, only_plan=True)
    assert {row["path"] for row in plan["shared"]} == {"uploads", "invoices"}
    vendor.world.perform("adopt", **said)
    for path in ("uploads/a.jpg", "invoices/2025/1.pdf"):
        assert (vendor.world.site / "shared" / path).is_file()
    assert not (vendor.world.live / "forum").is_symlink()
    vendor.world.precious.assert_served()
    vendor.world.perform("leave", words=("undo",))
    vendor.world.precious.assert_none_lost()
    assert (vendor.world.site / "uploads/a.jpg").is_file()
