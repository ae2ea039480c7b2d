"""Build output that is shared, or missing, and data that hooks make in the incoming release (I28, I69, I107)."""

from __future__ import annotations

import os
import sqlite3

import pytest

from holdfast_engine.model.request import Settings
from lib.world import LARAVEL, NEXT, World

TABLE = (
    """python3 -c "import sqlite3; c = sqlite3.connect('database/database.sqlite'); """
    """c.execute('create table if not exists orders (id)'); c.commit()" """
)


def _plan(world):
    return world.perform("plan", source=world.source)


def _check(found, name="artifacts-present"):
    return next(check for check in found["checks"] if check["name"] == name)


@pytest.mark.parametrize("path", ["public/build", "public/build/", "vendor", "resources/dist"])
def test_i28_build_output_among_the_shared_paths_is_warned_of_by_the_plan(tmp_path, path):
    """I28: what differs from release to release serves the wrong build once it is shared."""
    world = World(tmp_path)
    world.settings = Settings(shared=(path,))
    world.commit()

    check = _check(_plan(world), "shared-output")

    assert check["verdict"] == "warn"
    assert path.rstrip("/") in check["why"]


def test_i28_data_among_the_shared_paths_is_no_build_output(tmp_path):
    """I28: nothing is said of a path that no build writes to."""
    world = World(tmp_path)
    world.settings = Settings(shared=("public/certificates/",))
    world.commit()

    assert _check(_plan(world), "shared-output")["verdict"] == "pass"


def test_declared_artifacts_that_no_build_left_are_named_one_by_one(tmp_path):
    """INTERFACE, `artifacts-present`: each declared path that is absent in the release."""
    world = World(tmp_path, {**LARAVEL, "public/packs/app.js": "//\n", "vendor/autoload.php": "<?php\n"})
    world.settings = Settings(artifacts=("public/packs/", "public/admin/", "public/icons.svg"))

    warnings = [line for line in world.ship()["warnings"] if "missing in the release" in line]

    assert len(warnings) == 1
    assert "`public/admin`, `public/icons.svg`" in warnings[0]
    assert "packs" not in warnings[0]


def test_data_in_build_output_is_no_build(tmp_path):
    """`artifacts-present`: our link to what users put into `dist/` is all that stands there."""
    vite = '{"devDependencies": {"vite": "5", "vue": "3"}, "scripts": {"build": "vite build"}}'
    world = World(tmp_path, {"package.json": vite, "vite.config.js": "", "index.html": "", "src/main.js": ""})
    world.settings = Settings(build=("mkdir dist && echo made > dist/index.html",))
    world.ship()
    world.precious.write("dist/uploads/a.jpg")
    world.settings = Settings()

    warnings = world.ship()["warnings"]

    assert (world.live / "dist/uploads/a.jpg").is_file()
    assert any("missing in the release: `dist`" in line for line in warnings)


def test_a_composer_project_without_its_packages_is_warned_of_with_the_command(tmp_path):
    """`artifacts-present`: `vendor/` is no part of the source, and nobody has said what makes it."""
    world = World(tmp_path)

    warnings = world.ship()["warnings"]

    assert any("`vendor`" in line and "composer install --no-dev" in line for line in warnings)
    assert _check(world.perform("checklist"))["verdict"] == "warn"


@pytest.mark.parametrize("require", ["{}", '{"php": "^8.2"}', '{"php": "^8.2", "ext-pdo": "*", "lib-icu": "*"}', "7"])
def test_a_project_that_asks_for_nothing_but_php_needs_no_packages(tmp_path, require):
    """`artifacts-present`: a platform requirement is no package."""
    world = World(tmp_path, {"composer.json": f'{{"require": {require}}}\n', "index.php": "<?php\n"}, env=None)

    assert not any("vendor" in line for line in world.ship()["warnings"])


@pytest.mark.parametrize("build", [True, False])
def test_packages_that_the_build_installed_are_no_warning(tmp_path, build):
    """`artifacts-present`: whether the source ships them or a command makes them."""
    world = World(tmp_path, LARAVEL if build else {**LARAVEL, "vendor/autoload.php": "<?php\n"})
    if build:
        world.settings = Settings(build=("mkdir vendor && touch vendor/autoload.php",))

    assert not any("vendor" in line for line in world.ship()["warnings"])
    assert _check(world.perform("checklist"))["verdict"] == "pass"


@pytest.mark.parametrize(
    ("lock", "install"),
    [
        ("package-lock.json", "npm ci"),
        ("yarn.lock", "yarn install --frozen-lockfile"),
        ("pnpm-lock.yaml", "pnpm install"),
    ],
)
def test_a_node_server_without_its_modules_is_warned_of_with_all_that_is_missing(tmp_path, lock, install):
    """`artifacts-present`: one line to be copied, with every command in its order."""
    files = {path: text for path, text in NEXT.items() if not path.startswith(".next")}
    world = World(tmp_path, {**files, lock: "\n"}, env=None)

    [line] = [line for line in world.ship()["warnings"] if "missing in the release" in line]

    assert "`node_modules`" in line
    assert "`.next`" in line
    assert line.index(install) < line.index("run build")
    assert line.count("[build] commands") == 1


@pytest.mark.parametrize("output", ["standalone", "export"])
def test_a_next_application_that_brings_its_own_modules_needs_no_others(tmp_path, output):
    """`artifacts-present`: what the build packs is all that runs."""
    world = World(tmp_path, {**NEXT, "next.config.js": f"module.exports = {{{{ output: '{output}' }}}}\n"}, env=None)

    assert not any("node_modules" in line for line in world.ship()["warnings"])


def test_i69_a_laravel_application_can_make_its_database_and_keeps_it(tmp_path):
    """I69: `database/` may be written to by the running application; the file comes home with the next deploy."""
    world = World(tmp_path, {**LARAVEL, "database/migrations/1.php": "<?php\n"})
    world.ship()
    assert os.stat(world.live / "database").st_mode & 0o200
    assert not os.stat(world.live / "database/migrations/1.php").st_mode & 0o222
    world.precious.write("database/database.sqlite")

    for act in (world.ship, world.ship, world.rollback):
        act()
        world.precious.assert_served()
    assert (world.live / "database/database.sqlite").is_symlink()


def test_i69_a_database_that_a_hook_makes_is_shared_before_anybody_writes_to_it(tmp_path):
    """I69, G2: the first migration of the first release makes the one database that all later ones use."""
    world = World(tmp_path, {**LARAVEL, "database/migrations/1.php": "<?php\n"})
    world.settings = Settings(before_activation=(f"touch database/database.sqlite && {TABLE}",))

    first = world.ship()

    assert "database/database.sqlite" in first["data"]["adopted"]
    assert os.readlink(world.live / "database/database.sqlite") == "../../../shared/database/database.sqlite"
    with sqlite3.connect(world.live / "database/database.sqlite") as connection:
        connection.execute("insert into orders values (7)")
    for act in (world.deploy, world.ship, world.ship, world.rollback):
        act()
        with sqlite3.connect(world.live / "database/database.sqlite") as connection:
            assert connection.execute("select id from orders").fetchall() == [(7,)]


def test_i69_a_database_made_by_the_hook_of_a_failed_deploy_is_there_for_the_next(tmp_path):
    """I69, G1: the deploy is undone, what its hook wrote is data and stays."""
    world = World(tmp_path, {**LARAVEL, "database/migrations/1.php": "<?php\n"})
    world.ship()
    world.settings = Settings(before_activation=(TABLE,))
    world.ship()

    assert world.deploy()["outcome"] == "unchanged"
    assert (world.site / "shared/database/database.sqlite").is_file()


def test_i69_a_directory_of_data_that_a_hook_makes_is_shared(tmp_path):
    """G2: uploads that a hook seeds for the first time are data from their first moment."""
    world = World(tmp_path)
    world.settings = Settings(
        before_activation=("mkdir -p public/invoices; cd public/invoices; test -e 1.pdf || echo one > 1.pdf",)
    )

    world.ship()
    (world.live / "public/invoices/1.pdf").write_text("paid\n")
    world.ship()

    assert (world.live / "public/invoices/1.pdf").read_text() == "paid\n"
    assert (world.site / "shared/public/invoices/1.pdf").read_text() == "paid\n"
