"""States in which Holdfast says what to type next: how each comes about, and what somebody typed then."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable

from holdfast_engine.model.request import Source
from lib.world import World

State = Callable[[World], str]
"""Brings a site into the state, and returns the command line that somebody types in it, from the test's directory."""


def _deployed(world: World) -> World:
    world.ship()
    world.precious.write("public/uploads/a.jpg")
    world.ship()
    return world


def no_site(world: World) -> str:
    (world.top / "empty").mkdir()
    return "status --site empty"


def no_site_named(world: World) -> str:
    return "status"


def no_source(world: World) -> str:
    _deployed(world)
    return f"deploy --site {world.site}"


def a_source_that_is_not_there(world: World) -> str:
    _deployed(world)
    return f"deploy --site {world.site} --source {world.top}/nowhere"


def a_branch_that_is_not_there(world: World) -> str:
    _deployed(world)
    return f"deploy --site {world.site} --source {world.repository} --ref nowhere"


def data_is_gone(world: World) -> str:
    _deployed(world)
    shutil.rmtree(world.site / "shared/public/uploads")
    return f"checklist --site {world.site}"


def data_is_gone_at_a_deploy(world: World) -> str:
    data_is_gone(world)
    return f"deploy --site {world.site} --source {world.repository} --yes"


def nothing_is_live(world: World) -> str:
    _deployed(world)
    (world.site / "current").unlink()
    return f"checklist --site {world.site}"


def what_is_live_is_gone(world: World) -> str:
    _deployed(world)
    subprocess.run(["rm", "-rf", world.live.resolve()], check=True)
    return f"checklist --site {world.site}"


def a_link_was_removed(world: World) -> str:
    _deployed(world)
    link = world.live.resolve() / "public/uploads"
    link.parent.chmod(0o755)
    link.unlink()
    return f"checklist --site {world.site}"


def nothing_before(world: World) -> str:
    world.ship()
    return f"rollback --site {world.site} --yes"


def an_unknown_release(world: World) -> str:
    _deployed(world)
    return f"rollback 20200101-000000 --site {world.site} --yes"


def a_site_already(world: World) -> str:
    _deployed(world)
    return f"adopt {world.site} --yes"


def a_home(world: World) -> str:
    return f"adopt {world.top} --yes"


def nothing_in_the_attic(world: World) -> str:
    _deployed(world)
    return f"restore public/uploads/b.jpg --site {world.site} --yes"


def a_path_that_review_does_not_list(world: World) -> str:
    _deployed(world)
    return f"review drop public/x.php --site {world.site} --yes"


def undone_too_late(world: World) -> str:
    shutil.rmtree(world.site)
    world.precious.written.clear()
    for number, top in enumerate((world.site, world.top / "page")):
        top.mkdir()
        (top / "index.html").write_text(f"<p>version {number}\n")
    world.perform("adopt")
    world.perform("deploy", source=Source("directory", str(world.top / "page")))
    return f"adopt --undo {world.site} --yes"


def an_unknown_user(world: World) -> str:
    _deployed(world)
    return f"access user nobody-here --site {world.site} --yes"


def a_bare_repository(world: World) -> str:
    subprocess.run(["git", "init", "-q", "--bare", world.top / "bare.git"], check=True)
    return f"detect {world.top}/bare.git"


def a_key_that_nobody_knows(world: World) -> str:
    _deployed(world)
    (world.top / "holdfast.toml").write_text("fraemwork = 'laravel'\n")
    return f"status --site {world.site}"


def an_archive_that_is_another(world: World) -> str:
    _deployed(world)
    shutil.make_archive(str(world.top / "club"), "gztar", world.repository)
    return f"deploy --site {world.site} --source {world.top}/club.tar.gz --sha256 {'0' * 64} --yes"


def shared_inside_releases(world: World) -> str:
    _deployed(world)
    shutil.copytree(world.repository, world.site / "releases/by-hand")
    return f"link {world.site}/releases/by-hand {world.site}/current/../shared"


def a_secret_that_is_missing(world: World) -> str:
    return f"deploy --site {world.site} --source {world.repository} --yes"


def a_command_that_is_none(world: World) -> str:
    return "dploy"


def a_topic_that_is_none(world: World) -> str:
    return "docs symptom"


def a_settings_file_that_is_there(world: World) -> str:
    (world.top / "holdfast.toml").write_text("")
    return "init"


STATES: dict[str, State] = {
    one.__name__: one
    for one in (
        no_site, no_site_named, no_source, a_source_that_is_not_there, a_branch_that_is_not_there, data_is_gone,
        data_is_gone_at_a_deploy, nothing_is_live, what_is_live_is_gone, a_link_was_removed, nothing_before,
        an_unknown_release, a_site_already, a_home, nothing_in_the_attic, a_path_that_review_does_not_list,
        undone_too_late, an_unknown_user, a_bare_repository, a_key_that_nobody_knows, an_archive_that_is_another,
        shared_inside_releases, a_secret_that_is_missing, a_command_that_is_none, a_topic_that_is_none,
        a_settings_file_that_is_there,
    )
}  # fmt: skip
