"""The three promises of the shell script that Holdfast grew out of: data survives, code is fresh, no configuration."""

from __future__ import annotations

import pytest

from holdfast_engine.model.request import Settings
from lib.world import World

UPLOADS = ("public/uploads/avatar.png", "public/uploads/2025/08/party.jpg", "storage/app/public/report.pdf")
GENERATED = (
    "public/invoices/2025-001.pdf",
    "public/qrcodes/42.svg",
    "public/exports/members.csv",
    "public/sitemap.xml",
)
LOGS = ("storage/logs/laravel.log", "storage/logs/worker-2025-08-15.log")
SESSIONS = ("storage/framework/sessions/5f2c9a", "storage/framework/cache/data/0a/1b/0a1b")
FRONT = {
    "public/css/app.css": "/* version {version} */ body { color: black }\n",
    "public/js/app.js": "console.log('version {version}')\n",
    "app/Http/Controllers/HomeController.php": "<?php // version {version}\n",
}
CODE = ("public/index.php", "resources/views/home.blade.php", *FRONT)


@pytest.fixture
def club(tmp_path):
    """A Laravel site, live, with everything that its users and itself have written so far."""
    world = World(tmp_path, kind="git")
    world.ship(FRONT)
    for path in (*UPLOADS, *GENERATED, *LOGS, *SESSIONS):
        world.precious.write(path)
    return world


@pytest.mark.parametrize(
    "paths",
    [UPLOADS, GENERATED, LOGS, SESSIONS, (".env",)],
    ids=["uploads", "generated files", "logs", "sessions", "environment"],
)
def test_promise_one_what_users_and_the_application_wrote_survives_every_deploy_and_rollback(paths, club):
    """Promise 1: three deploys and two rollbacks, and each file shows its own bytes after every one of them."""
    for act in (club.ship, club.ship, club.ship, club.rollback, club.rollback):
        act()
        for path in paths:
            assert (club.live / path).read_bytes() == club.precious.written[path]
    club.precious.assert_none_lost()


def test_promise_one_holds_for_what_is_rewritten_between_deploys(club):
    """Promise 1: the newest version is the one that survives, whoever wrote it and how often."""
    for _ in range(3):
        for path in (*UPLOADS, *GENERATED, *LOGS, ".env"):
            club.precious.write(path, text=f"APP_KEY=base64:k\nAPP_NAME=Shop{club.version}\n# {path}\n")
        club.ship()
        club.precious.assert_served()


def test_promise_two_styles_scripts_and_code_are_those_of_the_release_that_is_live(club):
    """Promise 2: each deploy shows its own version of every code file, each rollback the earlier one."""
    for act, version in ((club.ship, 2), (club.ship, 3), (club.rollback, 2), (club.rollback, 1), (club.ship, 4)):
        act()
        for path in CODE:
            club.assert_code_is(version, path)
        assert f'"version": {version}' in (club.live / "public/build/manifest.json").read_text()


def test_promise_two_a_file_that_a_release_no_longer_ships_is_gone_with_its_release(club):
    """Promise 2: old styles do not pile up: what git removed is not in the next release, and back with a rollback."""
    club.ship({"public/css/app.css": None})
    assert not (club.live / "public/css/app.css").exists()
    club.rollback()
    club.assert_code_is(1, "public/css/app.css")


def test_promise_two_build_output_is_never_linked_into_shared(club):
    """Promise 2: `public/`, `public/build` and `public/css` are real directories of the release."""
    club.ship()
    for path in ("public", "public/build", "public/css", "public/js", "resources", "app"):
        assert not (club.live / path).is_symlink()
        assert not (club.site / "shared" / path / "app.css").exists()


def test_promise_three_no_configuration_was_needed(club):
    """Promise 3: no `holdfast.toml` in the source, no setting given, and Laravel's paths are known."""
    assert club.settings == Settings()
    assert not (club.repository / "holdfast.toml").exists()
    club.ship()
    shared = {row["path"] for row in club.perform("status")["shared"]}
    assert {"storage", ".env", "public/uploads", "public/invoices", "public/qrcodes", "public/exports"} <= shared
    assert {check["verdict"] for check in club.perform("checklist")["checks"]} <= {"pass", "warn"}
    club.precious.assert_served()


def test_promise_three_the_missions_five_checks_pass_without_configuration(club):
    """Promise 3: structure, uploads, storage, environment and artifacts are each found well."""
    club.ship({"vendor/autoload.php": "<?php\n"})
    verdicts = {check["name"]: check["verdict"] for check in club.perform("checklist")["checks"]}
    five = ("shared-structure", "uploads-linked", "storage-linked", "environment-linked", "artifacts-present")
    assert {name: verdicts[name] for name in five} == dict.fromkeys(five, "pass")
