"""Incidents I01 to I09: data lies inside the release and nobody declared it shared. Each test names its incident."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from holdfast_engine.commands import perform
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request, Settings
from lib.oracle import places
from lib.world import LARAVEL, World

RAILS = {
    "Gemfile": "source 'https://rubygems.org'\ngem 'rails'\n",
    "Gemfile.lock": "GEM\n  specs:\n    rails (7.1.0)\n",
    "bin/rails": "#!/usr/bin/env ruby\n",
    "config/application.rb": "module Club; class Application < Rails::Application; end; end # version {version}\n",
    "config.ru": "run Rails.application\n",
    "public/404.html": "<h1>404</h1>\n" * 60,
}
WORDPRESS = {
    "index.php": "<?php define('WP_USE_THEMES', true); // version {version}\n",
    "wp-load.php": "<?php\n",
    "wp-settings.php": "<?php\n",
    "wp-includes/version.php": "<?php $wp_version = '6.{version}';\n",
    "wp-admin/index.php": "<?php require __DIR__ . '/admin.php';\n" * 20,
    "wp-content/index.php": "<?php // Silence is golden.\n",
    "wp-content/plugins/index.php": "<?php // Silence is golden.\n",
    "wp-content/plugins/tracked/tracked.php": "<?php /* Plugin Name: Tracked, version {version} */\n",
    "wp-content/themes/house/style.css": "/* Theme Name: House, version {version} */\n",
}


@pytest.fixture
def laravel(tmp_path):
    return World(tmp_path, kind="git")


def test_i01_an_upload_into_an_undeclared_folder_is_served_by_the_next_release(laravel):
    """I01, G2: `public/uploads` was never named, no release ships it, and the upload is there after the switch."""
    laravel.ship()
    laravel.precious.write("public/uploads/a.jpg")
    answer = laravel.ship()
    assert "public/uploads" in answer["data"]["adopted"]
    laravel.assert_code_is(2)
    laravel.precious.assert_served()
    assert (laravel.live / "public/uploads").is_symlink()


def test_i02_images_codes_and_exports_below_public_survive_three_deploys_and_a_rollback(laravel):
    """I02: what the application writes straight into `public/` shows the same bytes after each step."""
    laravel.ship()
    for path in ("public/images/u1.png", "public/qr/1.svg", "public/exports/x.csv"):
        laravel.precious.write(path)
    for act in (laravel.ship, laravel.ship, laravel.ship, laravel.rollback):
        act()
        laravel.precious.assert_served()
    laravel.assert_code_is(3)


def test_i03_a_new_folder_is_found_at_every_deploy_not_at_the_first_alone(laravel):
    """I03: each round the application writes to a folder that did not exist before, also between source folders."""
    laravel.ship()
    for number, folder in enumerate(("public/ckeditor", "pages", "resources/members", "public/a/b/c", "var/blobs")):
        laravel.precious.write(f"{folder}/{number}.txt")
        laravel.ship()
        laravel.precious.assert_served()


def test_i03_a_shipped_template_that_was_edited_on_the_server_goes_to_the_attic_and_is_named(laravel):
    """I03, G2: outside shared paths the release wins; the edit is not lost, and every round tells of it."""
    laravel.ship()
    template = "resources/views/home.blade.php"
    for number in (1, 2):
        laravel.precious.write(template, text=f"members wrote this, round {number}\n")
        answer = laravel.ship()
        assert [row["path"] for row in answer["data"]["attic"]] == [template]
        kept = laravel.site / answer["data"]["attic"][0]["place"]
        assert kept.read_text() == f"members wrote this, round {number}\n"
        laravel.assert_code_is(number + 1, template)


def test_i03_recover_gathers_copies_from_every_kept_release_and_overwrites_nothing_newer(laravel):
    """I03: files that reappear in old releases come home; where today has a newer one, today's is served."""
    laravel.ship()
    laravel.precious.write("public/editor/one.png")
    laravel.ship()
    laravel.ship()
    old, older = (laravel.site / "releases" / row["id"] for row in laravel.perform("releases")["releases"][1:3])
    for release, name in ((old, "two.png"), (older, "three.png")):
        (release / "public/editor").unlink()
        laravel.precious.write(f"public/editor/{name}", into=release)
        (release / "public/editor/one.png").write_bytes(b"an old version of one")
        os.utime(release / "public/editor/one.png", (1, 1))
    laravel.perform("recover")
    laravel.precious.assert_served()
    assert places(laravel.site, b"an old version of one") != []


def test_i04_every_disk_of_active_storage_is_in_the_plan_and_survives(tmp_path):
    """I04: `config/storage.yml` names a second disk; it is shared before anything was written there."""
    storage = "local:\n  service: Disk\n  root: <%= Rails.root.join('storage') %>\n"
    blobs = "blobs:\n  service: Disk\n  root: <%= Rails.root.join('var', 'blobs') %>\n"
    rails = World(tmp_path, {**RAILS, "config/storage.yml": storage + blobs}, env=None)
    rails.commit()
    plan = rails.perform("plan", source=rails.source)
    assert {"storage", "var/blobs"} <= {row["path"] for row in plan["shared"]}
    rails.deploy()
    rails.precious.write("storage/ab/cd/logo")
    rails.precious.write("var/blobs/ef/gh/logo")
    for act in (rails.ship, rails.ship, rails.rollback):
        act()
        rails.precious.assert_served()


def test_i05_a_real_folder_where_the_link_belongs_never_makes_images_fewer(laravel):
    """I05: an update left 34 of 40 folders in place of the link; all 40 are served now and two deploys later."""
    laravel.ship()
    laravel.settings = Settings(shared=("public/products/",))
    laravel.ship()
    for number in range(40):
        laravel.precious.write(f"public/products/{number}/image.png")
    link = laravel.live / "public/products"
    link.unlink()
    for number in range(34):
        shutil.copytree(laravel.site / f"shared/public/products/{number}", link / str(number))
    for _ in range(3):
        answer = laravel.ship()
        assert answer["data"]["files_after"] >= answer["data"]["files_before"]
        assert answer["data"]["lost"] == 0
        laravel.precious.assert_served()


def test_i05_a_step_that_makes_images_fewer_stops_the_deploy_and_the_old_release_stays(laravel):
    """I05: the count is taken before and after the hook; a shrink is 50, names the files and prunes nothing."""
    laravel.ship()
    laravel.precious.write("storage/app/products/kept.png")
    for number in range(3):
        (laravel.site / f"shared/storage/app/products/doomed-{number}.png").write_bytes(b"doomed")
    before = laravel.perform("status")["current"]
    laravel.settings = Settings(keep=0, before_activation=("rm storage/app/products/doomed-*.png",))
    with pytest.raises(Problem) as caught:
        laravel.ship()
    assert caught.value.exit_code == 50
    assert caught.value.code == "data-shrank"
    assert any("doomed-2.png" in line for line in caught.value.context)
    assert laravel.perform("status")["current"] == before
    laravel.assert_code_is(1)
    laravel.precious.assert_served()


def test_i06_a_session_keeps_its_cookie_and_a_log_keeps_its_lines_in_order(laravel):
    """I06: sessions and logs are data; a deploy, a rollback and a deploy again lose no line and log nobody out."""
    laravel.ship()
    laravel.precious.write("storage/framework/sessions/5f2c", text="user_id|i:7;")
    lines: list[str] = []
    for act in (laravel.ship, laravel.rollback, laravel.ship):
        lines.append(f"line {len(lines)}\n")
        with (laravel.live / "storage/logs/laravel.log").open("a") as log:
            log.write(lines[-1])
        act()
        laravel.precious.assert_served()
        assert (laravel.live / "storage/logs/laravel.log").read_text() == "".join(lines)


def test_i07_an_admin_installed_plugin_stays_while_a_tracked_one_is_updated(tmp_path):
    """I07: plugin folders are mixed; plugin A comes from git and is new, plugin B came from the panel and is there."""
    site = World(tmp_path, WORDPRESS, env=None)
    site.ship()
    for path in ("plugin.php", "languages/de.mo", "assets/icon.png"):
        site.precious.write(f"wp-content/plugins/from-panel/{path}")
    site.precious.write("wp-content/uploads/2025/08/party.jpg")
    site.precious.write("wp-config.php")
    for act, version in ((site.ship, 2), (site.ship, 3), (site.rollback, 2)):
        act()
        site.precious.assert_served()
        site.assert_code_is(version, "wp-content/plugins/tracked/tracked.php")
    assert not (site.live / "wp-content/plugins").is_symlink()


def test_i07_a_tracked_plugin_that_the_panel_updated_gives_way_and_is_kept(tmp_path):
    """I07, G2: git ships plugin A and wins; what the panel made of it lies in the attic, its new files are served."""
    site = World(tmp_path, WORDPRESS, env=None)
    site.ship()
    site.precious.write("wp-content/plugins/tracked/tracked.php", text="<?php /* updated by the panel */")
    site.precious.write("wp-content/plugins/tracked/cache/map.dat")
    answer = site.ship()
    site.assert_code_is(2, "wp-content/plugins/tracked/tracked.php")
    assert [row["path"] for row in answer["data"]["attic"]] == ["wp-content/plugins/tracked/tracked.php"]
    site.precious.assert_served(but=["wp-content/plugins/tracked/tracked.php"])
    site.precious.assert_none_lost()


def test_i08_a_path_shared_later_keeps_the_files_of_the_live_release(laravel):
    """I08: fifty files were written before the folder was declared; they are served then, and after pruning to one."""
    laravel.ship()
    for number in range(50):
        laravel.precious.write(f"public/members/{number}.jpg")
    laravel.settings = Settings(shared=("public/members",), keep=0)
    laravel.ship()
    laravel.precious.assert_served()
    laravel.perform("prune")
    laravel.perform("prune")
    assert len(list((laravel.site / "releases").iterdir())) == 1
    laravel.precious.assert_served()
    for path, content in laravel.precious.written.items():
        assert (laravel.site / "shared" / path).read_bytes() == content


def test_i08_a_path_shared_later_gathers_what_older_releases_still_hold(laravel):
    """I08: a file that only an older release has is missing nowhere once `recover` has looked."""
    laravel.ship()
    older = laravel.live.resolve()
    laravel.ship()
    (older / "public").chmod(0o755)
    laravel.precious.write("public/members/late.jpg", into=older)
    laravel.settings = Settings(shared=("public/members",))
    laravel.ship()
    laravel.perform("recover")
    laravel.precious.assert_served()


_LIBRARIES = {
    "paperclip": (RAILS, "Gemfile.lock", "public/system/users/photos/1/me.png"),
    "carrierwave": (RAILS, "Gemfile.lock", "public/uploads/user/avatar/1/me.png"),
    "ckeditor": (RAILS, "Gemfile.lock", "public/ckeditor_assets/pictures/1/me.png"),
    "dragonfly": (RAILS, "Gemfile.lock", "public/system/dragonfly/2025/me.png"),
    "spatie/laravel-medialibrary": (LARAVEL, "composer.json", "public/media/1/me.png"),
    "filament/filament": (LARAVEL, "composer.json", "storage/app/public/me.png"),
    "livewire/livewire": (LARAVEL, "composer.json", "storage/app/livewire-tmp/me.png"),
    "unisharp/laravel-filemanager": (LARAVEL, "composer.json", "public/photos/shares/me.png"),
    "backpack/crud": (LARAVEL, "composer.json", "public/uploads/me.png"),
}


@pytest.mark.parametrize("library", sorted(_LIBRARIES))
def test_i09_the_upload_folder_of_a_known_attachment_library_needs_no_setting(library, tmp_path):
    """I09: where the library puts its files by default is kept, whether or not anything names that folder."""
    files, manifest, path = _LIBRARIES[library]
    text = files[manifest].replace("rails (7.1.0)", f"{library} (6.1.0)\n    rails (7.1.0)")
    text = text.replace('"php": "^8.2"', f'"php": "^8.2", "{library}": "^3"')
    site = World(tmp_path, {**files, manifest: text}, env=None if files is RAILS else "APP_KEY=k\nAPP_NAME=n\n")
    site.ship()
    site.precious.write(path)
    for act in (site.ship, site.ship, site.rollback):
        act()
        site.precious.assert_served()


def test_i09_the_standard_upload_folders_are_proposed_as_soon_as_they_exist(tmp_path):
    """I09: `public/system` and `public/uploads` with placeholders are in the plan before anything was uploaded."""
    top = Path(tmp_path)
    for path, text in {**RAILS, "public/system/.gitkeep": "", "public/uploads/.gitkeep": ""}.items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text(text)
    found = perform(Request("detect", "", 0.0, path=str(top)), tell=lambda _event: None, ask=lambda _plan: True)
    assert {"public/system", "public/uploads", "storage", "log"} <= set(found["persistent"])
