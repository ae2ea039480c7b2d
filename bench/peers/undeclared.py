"""Data that nobody declared: scenarios 1 to 5, 13 to 15."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import replace

from peers.gauntlet import Scenario
from peers.scene import Scene
from peers.site import read


def uploads_in_a_folder_of_the_application(scene: Scene) -> str:
    scene.ship()
    content = scene.write("current/public/uploads/a.jpg")
    return scene.through("public/uploads/a.jpg", content)


def a_folder_made_at_run_time(scene: Scene) -> str:
    scene.ship()
    content = scene.write("current/public/certificates/42.pdf")
    return scene.through("public/certificates/42.pdf", content)


def declared_while_live(scene: Scene) -> str:
    """The folder is named as shared when it holds uploads already."""
    scene.ship()
    content = scene.write("current/public/photos/a.jpg")
    scene.share("public/photos")
    return scene.through("public/photos/a.jpg", content)


def declared_while_live_and_tracked(scene: Scene) -> str:
    scene.ship({"public/photos/.gitkeep": ""})
    content = scene.write("current/public/photos/a.jpg")
    scene.share("public/photos")
    return scene.through("public/photos/a.jpg", content)


def defaults_in_a_shared_folder(scene: Scene) -> str:
    """Git has files in `storage/` as well: what users have there stays, and what git adds and changes arrives."""
    user = scene.write("shared/storage/app/invoice.pdf")
    scene.ship({"storage/terms.txt": "terms, first\n"})
    first = scene.site.served("storage/terms.txt") == b"terms, first\n"
    scene.ship({"storage/terms.txt": "terms, second\n", "storage/new.txt": "a later default\n"})
    changed = scene.site.served("storage/terms.txt") == b"terms, second\n"
    new = scene.site.served("storage/new.txt") == b"a later default\n"
    arrived = [name for name, there in (("first", first), ("changed", changed), ("new", new)) if there]
    return (
        f"user's {scene.site.fate('storage/app/invoice.pdf', user)}; defaults arriving: {', '.join(arrived) or 'none'}"
    )


def in_flight_over_the_switch(scene: Scene) -> str:
    """A request began in the old release and ends after the switch, with the path that it was given at its start."""
    scene.ship()
    scene.write("current/public/uploads/before.jpg")
    begun = os.path.join(os.path.realpath(scene.site.at("current")), "public/uploads/film.mp4")
    with open(begun, "wb") as film:
        film.write(b"the first half of a film, ")
        film.flush()
        ran = scene.ship()
        film.write(b"and the second\n")
    return scene.through("public/uploads/film.mp4", b"the first half of a film, and the second\n", past=ran)


def back_to_before_it_was_shared(scene: Scene) -> str:
    scene.ship()
    scene.share("public/photos")
    scene.ship()
    newer = scene.write("current/public/photos/newer.jpg")
    ran = scene.rollback()
    after = f"newer upload {scene.site.fate('public/photos/newer.jpg', newer)}" + (
        f", exit {ran.code}" if ran.code else ""
    )
    meanwhile = scene.write("current/public/photos/meanwhile.jpg")
    return f"{after}; written meanwhile: {scene.through('public/photos/meanwhile.jpg', meanwhile)}"


def a_database_in_a_file(scene: Scene) -> str:
    scene.ship({"database/migrations/1.php": "<?php // orders\n"})
    return scene.through("database/database.sqlite", database(scene))


def a_database_declared_while_live(scene: Scene) -> str:
    scene.ship({"database/migrations/1.php": "<?php // orders\n"})
    content = database(scene)
    chosen = scene.tool.settings
    scene.tool.settings = replace(chosen, files=(*chosen.files, "database/database.sqlite"))
    return scene.through("database/database.sqlite", content)


def a_build_that_empties_a_shared_folder(scene: Scene) -> str:
    content = scene.write("shared/storage/app/public/avatar.png")
    scene.ship()
    scene.tool.settings = replace(scene.tool.settings, build="rm -rf storage/app/public/*")
    return scene.through("storage/app/public/avatar.png", content)


def database(scene: Scene) -> bytes:
    """A real one, with an order in it, at the place that the live release gives it."""
    path = scene.site.at("current/database/database.sqlite")
    scene.write("current/database/database.sqlite", b" ")
    os.unlink(path)
    opened = sqlite3.connect(path)
    with opened:
        opened.execute("create table orders (what text)")
        opened.execute("insert into orders values ('a chair')")
    opened.close()
    return read(path) or b""


SCENARIOS = (
    Scenario("1", "uploads in `public/uploads`, declared nowhere", uploads_in_a_folder_of_the_application),
    Scenario("2", "`public/certificates`, made at run time", a_folder_made_at_run_time),
    Scenario("3a", "a folder is declared shared when it holds uploads", declared_while_live),
    Scenario("3b", "the same, and git has a `.gitkeep` there", declared_while_live_and_tracked),
    Scenario("4", "users' files and git's defaults in one shared folder", defaults_in_a_shared_folder),
    Scenario("5", "an upload under way during the switch, folder not declared", in_flight_over_the_switch),
    Scenario("13", "rollback to before a folder became shared", back_to_before_it_was_shared),
    Scenario("14a", "SQLite in `database/`, declared nowhere", a_database_in_a_file),
    Scenario("14b", "the same, declared when it is live", a_database_declared_while_live),
    Scenario("15", "a build command that empties a shared folder", a_build_that_empties_a_shared_folder),
)
