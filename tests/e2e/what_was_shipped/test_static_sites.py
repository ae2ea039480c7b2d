"""Sites whose web root is build output, adopted as they are live: the incoming build is what is served (DESIGN 4)."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from holdfast_engine.model.request import Settings
from lib.by_turns import by_turns
from lib.precious import let_write
from lib.world import World

PACKAGES = '{{"dependencies": {{}}, "scripts": {{"build": "true"}}}}'


def packages(*names: str) -> dict[str, str]:
    asked = ", ".join(f'"{name}": "1"' for name in names)
    return {"package.json": f'{{"dependencies": {{{asked}}}, "scripts": {{"build": "true"}}}}\n'}


SITES: dict[str, tuple[str, dict[str, str]]] = {
    "vite": ("dist", packages("vite")),
    "vue-vite": ("dist", packages("vite", "vue")),
    "react-vite": ("dist", packages("vite", "react")),
    "vue-cli": ("dist", packages("@vue/cli-service")),
    "react-cra": ("build", packages("react", "react-scripts")),
    "react-router": ("build/client", packages("@react-router/dev")),
    "astro": ("dist", packages("astro")),
    "eleventy": ("_site", packages("@11ty/eleventy")),
    "hugo": ("public", {"hugo.toml": "title = 'x'\n"}),
    "jekyll": ("_site", {"_config.yml": "title: x\n"}),
    "gatsby": ("public", packages("gatsby")),
    "sveltekit": ("build", packages("@sveltejs/kit")),
    "nuxt": (".output/public", packages("nuxt")),
    "angular": ("dist", {**packages("@angular/core"), "angular.json": "{}\n"}),
    "next-export": ("out", packages("next")),
    "docusaurus": ("build", {**packages("@docusaurus/core"), "docusaurus.config.js": "module.exports = {}\n"}),
    "hexo": ("public", {**packages("hexo"), "_config.yml": "title: x\n"}),
    "mkdocs": ("site", {"mkdocs.yml": "site_name: x\n", "docs/index.md": "# x\n"}),
    "zola": ("public", {"config.toml": "base_url = 'x'\n", "templates/index.html": "x\n"}),
    "pelican": ("output", {"pelicanconf.py": "SITENAME = 'x'\n", "content/a.md": "x\n"}),
}
PAGES = ("index.html", "robots.txt", "favicon.ico", "about.html", "blog/index.html", "images/logo.svg")


def build_of(root: str) -> str:
    pages = "".join(f'mkdir -p "$(dirname {root}/{page})"; echo "{page} $v" > {root}/{page}\n' for page in PAGES)
    return f"set -e\nv=$(cat version.txt)\n{pages}mkdir -p {root}/assets; echo $v > {root}/assets/app-3f9a2c$v.js\n"


def made(name: str, top: Path, *, ships: bool = False, hooks: bool = False) -> tuple[World, str]:
    """NAME's site, version 1 live in a plain checkout that was built; later versions are built on the server, by a
    hook, or, where the source SHIPS it, before.
    """
    root, files = SITES[name]
    ignore = "node_modules\n" + ("" if ships else f"/{root.split('/')[0]}\n")
    files = {**files, "build.sh": build_of(root), "version.txt": "{version}\n", ".gitignore": ignore}
    world = World(top, files, env=None, kind="directory" if ships else "git")
    commands = ("sh build.sh",)
    world.settings = Settings(before_activation=commands) if hooks else Settings(build=() if ships else commands)
    world.commit()
    shutil.copytree(world.repository, world.site, symlinks=True)
    built(world.site)
    world.perform("adopt")
    return world, root


def built(where: Path) -> None:
    subprocess.run(["sh", "build.sh"], cwd=where, check=True)


def ship(world: World, *, ships: bool = False) -> dict:
    world.commit()
    if ships:
        built(world.repository)
    return world.deploy()


def served(world: World, root: str) -> dict[str, str]:
    return {page: (world.live / root / page).read_text() for page in PAGES}


def assert_is(world: World, root: str, version: int) -> None:
    """Every page is the build's of VERSION, and so is the asset that it asks for."""
    assert served(world, root) == {page: f"{page} {version}\n" for page in PAGES}
    assert (world.live / root / f"assets/app-3f9a2c{version}.js").exists()


def upload(world: World, path: str) -> None:
    let_write((world.live / path).parent)
    world.precious.write(path)


@pytest.mark.parametrize("name", by_turns(list(SITES), every=2, share=1))
def test_what_went_along_in_output_is_no_stray_of_the_release_that_it_came_from(tmp_path, name):
    """DESIGN 4: one file under two names is served already, whatever rules say of its place before the build."""
    world, root = made(name, tmp_path, ships=False)
    for path in ("uploads/a.pdf", "ads.txt"):
        upload(world, f"{root}/{path}")
    first = world.live.resolve()
    ship(world)
    for version in (3, 4):
        let_write(first / root)
        (first / root / "looked at").touch()
        (first / root / "looked at").unlink()
        answer = ship(world)
        assert answer["data"]["adopted"] == []
        assert_is(world, root, version)
        assert not (world.live / root / "ads.txt").is_symlink()
        world.precious.assert_served()


@pytest.mark.parametrize("ships", [False, True], ids=["built here", "shipped"])
@pytest.mark.parametrize("name", by_turns(list(SITES), every=2, share=2))
def test_an_adopted_site_serves_each_new_build_and_every_upload(tmp_path, name, ships):
    """G2, G5: from the first deploy on, and after a rollback the older build's; what people put there stays served."""
    world, root = made(name, tmp_path, ships=ships)
    upload(world, f"{root}/uploads/a.pdf")
    upload(world, f"{root}/ads.txt")
    for version in (2, 3):
        ship(world, ships=ships)
        assert_is(world, root, version)
        world.precious.assert_served()
        upload(world, f"{root}/news/{version}.pdf")
    world.rollback()
    assert_is(world, root, 2)
    world.precious.assert_served()
    world.precious.assert_none_lost()


@pytest.mark.parametrize("name", ["vite", "hugo", "nuxt"])
def test_a_hook_that_empties_and_builds_the_output_takes_no_upload_with_it(tmp_path, name):
    """G2, G3: links in output come after the hooks, so that none is removed by a build and none written through."""
    world, root = made(name, tmp_path, hooks=True)
    world.settings = Settings(before_activation=(f"rm -rf {root}", "sh build.sh"))
    for path in ("uploads/a.pdf", "ads.txt", "news/1.pdf"):
        upload(world, f"{root}/{path}")
    for version in (2, 3):
        ship(world)
        assert_is(world, root, version)
        world.precious.assert_served()
    world.rollback()
    assert_is(world, root, 2)
    world.precious.assert_served()


def test_a_site_that_an_earlier_version_adopted_wrongly_heals_at_the_next_deploy(tmp_path):
    """What happened to come to `shared/` gives way to what is built, told; a release that shows it still does."""
    world, root = made("vite", tmp_path)
    second = ship(world)["release"]
    shared, live = world.site / "shared" / root, (world.live / root).resolve()
    shared.mkdir(parents=True)
    let_write(live)
    for name in ("index.html", "robots.txt"):  # as version 1 of Holdfast left them
        (shared / name).write_text(f"{name} 1\n")
        (live / name).unlink()
        (live / name).symlink_to(os.path.relpath(shared / name, live))
    answer = ship(world)
    assert_is(world, root, 3)
    assert [line for line in answer["warnings"] if "index.html" in line]
    ship(world)
    assert_is(world, root, 4)
    world.rollback(second)
    assert (world.live / root / "index.html").read_text() == "index.html 1\n"
    world.rollback(answer["release"])
    assert_is(world, root, 3)


def test_what_gave_way_goes_to_the_attic_once_no_release_shows_it(tmp_path):
    """G5, G6: no rollback may find a link that leads nowhere, and nothing comes back when a build drops the page."""
    world, root = made("vite", tmp_path)
    world.settings = Settings(build=world.settings.build, keep=1)
    ship(world)
    upload(world, f"{root}/extra.html")
    ship(world)
    world.precious.assert_served()
    world.commit({"build.sh": build_of(root) + f"echo built > {root}/extra.html\n"})
    world.deploy()
    assert (world.live / root / "extra.html").read_text() == "built\n"
    world.precious.assert_none_lost()
    world.commit({"build.sh": build_of(root)})
    for _ in range(3):
        ship(world)
        assert not os.path.lexists(world.live / root / "extra.html")
    assert not (world.site / "shared" / root / "extra.html").exists()
    kept = [row["path"] for row in world.perform("attic")["entries"]]
    assert kept == [f"{root}/extra.html"]


def test_output_of_old_builds_is_left_where_it_is_and_somebody_s_files_are_not(tmp_path):
    """DESIGN 4: hashed names and the generators' own directories are a build's; all else is somebody's."""
    world, root = made("vite", tmp_path)
    theirs = ("ads.txt", ".well-known/acme", "promo/index.html", "assets/uploads/a.png")
    builds = ("assets/old.js", "index-BQ12x9.css", "_astro/x.css", "static/js/y.js", "main.4f3c2b1a.chunk.js")
    for path in (*theirs, *builds):
        upload(world, f"{root}/{path}")
    answer = ship(world)
    kept = {path: (world.live / root / path).exists() for path in (*theirs, *builds)}
    assert kept == {path: path in theirs for path in kept}
    assert answer["data"]["attic"] == []
    world.precious.assert_none_lost()
    let_write(world.live / root / "assets")
    upload(world, f"{root}/assets/late-3f9a2c.js")
    answer = ship(world)
    assert [row["path"] for row in answer["data"]["attic"]] == [f"{root}/assets/late-3f9a2c.js"]


def test_a_page_that_was_mended_on_the_server_gives_way_and_is_kept(tmp_path):
    """G2: what a baseline knows and a build makes anew is the build's; the change is in the attic, told."""
    world, root = made("hugo", tmp_path)
    ship(world)
    for page in ("index.html", "about.html"):
        let_write(world.live / root / page)
        (world.live / root / page).write_text(f"mended {page}\n")
    answer = ship(world)
    assert_is(world, root, 3)
    assert sorted(row["path"] for row in answer["data"]["attic"]) == [f"{root}/about.html", f"{root}/index.html"]


def test_a_directory_that_the_source_keeps_open_in_output_is_data(tmp_path):
    """DESIGN 4: a placeholder and an ignore line at that very place say otherwise than the preset."""
    ignored = "/web/assets/*\n!/web/assets/images/\n/web/assets/images/*\n!.gitkeep\n"
    symfony = {"composer.json": '{"require": {"symfony/framework-bundle": "^6"}}\n', "config/bundles.php": "<?php\n"}
    files = {**symfony, "web/index.php": "<?php\n", "web/assets/images/.gitkeep": "", ".gitignore": ignored}
    world = World(tmp_path, files, env=None)
    world.settings = Settings(build=("mkdir -p web/assets/js && echo built > web/assets/js/app.js",))
    world.ship()
    assert (world.live / "web/assets/images").is_symlink()
    upload(world, "web/assets/images/0/1.jpg")
    for _ in range(2):
        world.ship()
        world.precious.assert_served()
    assert not (world.live / "web/assets/js").is_symlink()


def test_somebody_s_own_script_links_what_its_build_does_not_make(tmp_path):
    """G2: `link` on releases that are built elsewhere, as by a deploy tool."""
    world = World(tmp_path, {}, env=None)
    (world.site / "shared").mkdir(parents=True)
    files = {**SITES["vite"][1], "build.sh": build_of("dist"), ".gitignore": "/dist\n"}
    for version in (1, 2, 3):
        release = world.site / "releases" / str(version)
        release.mkdir(parents=True)
        for path, text in {**files, "version.txt": f"{version}\n"}.items():
            (release / path).write_text(text)
        built(release)
        world.perform("link", release=str(release), path=str(world.site / "shared"))
        (world.site / "next").symlink_to(f"releases/{version}")
        (world.site / "next").rename(world.live)
        assert_is(world, "dist", version)
        world.precious.assert_served()
        world.precious.write(f"dist/ads{version}.txt")
        world.precious.write(f"dist/news/{version}.pdf")


def test_a_site_that_lost_its_state_serves_the_new_build_all_the_same(tmp_path):
    """G2, G7: `recover` without `.holdfast/` takes no page of a build for data that would hide the next one."""
    world, root = made("vite", tmp_path)
    upload(world, f"{root}/ads.txt")
    ship(world)
    world.forget_state()
    world.perform("recover")
    ship(world)
    assert_is(world, root, 3)
    world.precious.assert_served()
