"""The plan of an adoption: what it is, how much, whose, and what serves it today and then; and the run is the plan."""

from __future__ import annotations

import os

import pytest

from holdfast.cli.render.page import page
from holdfast_engine.fs import document_roots
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Settings
from lib.snapshot import snapshot
from lib.world import LARAVEL, World

LIVE = {".env": "APP_KEY=k\n", "public/uploads/a.jpg": "photo", "public/uploads/b.jpg": "another", "storage/app/x": "x"}


@pytest.fixture
def world(tmp_path):
    """A shop that is live in a plain directory."""
    made = World(tmp_path, LARAVEL, env=None)
    for path, text in {**LARAVEL, **LIVE}.items():
        place = made.site / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text.replace("{version}", "0"))
    return made


@pytest.fixture
def hosts(tmp_path, monkeypatch):
    """Where this host's web servers are declared."""
    place = tmp_path / "etc/club.conf"
    place.parent.mkdir()
    monkeypatch.setattr(document_roots, "HOST_FILES", (f"{tmp_path}/etc/*.conf",))
    return place


def asked(world, **more):
    return world.perform("adopt", only_plan=True, **more)


def test_g8_what_the_plan_calls_data_is_what_the_run_shares(world):
    """G8: each with why, how many files and bytes; nothing is changed by looking."""
    before = snapshot(world.site)
    plan = asked(world)
    assert snapshot(world.site) == before
    rows = {row["path"]: row for row in plan["shared"]}
    uploads = rows["public/uploads"]
    assert (uploads["files"], uploads["bytes"], uploads["why"]) == (2, len("photo" + "another"), "preset")
    world.perform("adopt")
    shared = {row["path"]: row["files"] for row in world.perform("status")["shared"]}
    assert {path: row["files"] for path, row in rows.items()} == shared


def test_it_says_what_the_application_is_and_by_what(world):
    """G7: each proof is named, and that nothing tells what was shipped."""
    plan = asked(world)
    assert (plan["framework"], plan["app_root"], plan["web_root"]) == ("laravel", ".", "public")
    assert {"artisan", "composer.json"} <= {row["path"] for row in plan["evidence"]}
    files = sum(len(names) for _, _, names in os.walk(world.site))
    assert plan["code"]["files"] == files - sum(row["files"] for row in plan["shared"])
    assert plan["edited"] is None


def test_it_names_what_a_person_keeps_on_the_server(world):
    """`[shared] carried`: each later release takes it along."""
    world.precious.write("modules/own/own.php", into=world.site)
    world.settings = Settings(carried=("modules/",))
    assert [(row["path"], row["files"]) for row in asked(world)["carried"]] == [("modules", 1)]


def test_it_gives_the_lines_for_each_web_server(world, hosts):
    """G3: what it serves today, by which file, and the lines after which it serves what is live."""
    hosts.write_text(f'<VirtualHost *:80>\n  DocumentRoot "{world.site}/public"\n</VirtualHost>\n')
    plan = asked(world)
    wanted = f"{world.site}/current/public"
    assert plan["document_root"]["today"] == f"{world.site}/public"
    assert plan["document_root"]["declared"][0]["file"] == str(hosts)
    assert plan["document_root"]["afterwards"] == wanted
    assert f"root {wanted};" in plan["lines"]["nginx"]
    assert any("$realpath_root" in line for line in plan["lines"]["nginx"])
    assert f'DocumentRoot "{wanted}"' in plan["lines"]["apache"]
    assert any("FollowSymLinks" in line for line in plan["lines"]["apache"])
    assert any(line.startswith("ln -s ") and wanted in line for line in plan["lines"]["public_html"])


def test_its_lines_for_shared_hosting_can_be_typed(world, tmp_path):
    """What stood there keeps a name; the document root shows what is live."""
    root = tmp_path / "it's home"
    root.mkdir()
    world.settings = Settings(public_html=str(root))
    lines = asked(world)["lines"]["public_html"]
    world.settings = Settings()
    world.perform("adopt")
    assert os.system(" && ".join(lines)) == 0
    assert "version 0" in (root / "index.php").read_text()
    assert (tmp_path / "it's home.before").is_dir()


def test_a_person_reads_all_of_it_before_the_question(world):
    """What is shown to a terminal has what the JSON has."""
    seen = []

    def person(plan):
        seen.append("\n".join(line.text for line in page("plan", plan)))
        return False

    with pytest.raises(Problem, match="declined"):
        world.perform("adopt", person=person)
    for words in ("proven by", "2 files, 12 B", "users and access", "document root", "for nginx", "for Apache"):
        assert words in seen[0]
    assert not (world.site / ".holdfast").exists()


def test_g8_data_that_grows_while_a_person_reads_is_no_other_plan_but_a_new_entry_is(world):
    """A log grows all the while; what comes to the top is shown and asked about anew."""
    shown = []

    def person(plan):
        shown.append(plan["entries"])
        if len(shown) == 1:
            (world.site / "storage/app/x").write_text("longer\n" * 99)
            world.precious.write("public/uploads/c.jpg", into=world.site)
            (world.site / "news").mkdir()
        return True

    world.perform("adopt", person=person)
    assert len(shown) == 2
    assert set(shown[1]) - set(shown[0]) == {"news"}
    world.precious.assert_served()
