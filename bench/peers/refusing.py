"""What a tool had better refuse, or take in its stride: scenarios 9 to 12 and 16 to 18."""

from __future__ import annotations

import os
import time
from dataclasses import replace

from peers.gauntlet import Scenario
from peers.installing import clock
from peers.scene import Scene, let_write
from peers.site import BROKEN, KEPT, LOST, read
from peers.tool import Ran


def a_file_declared_as_a_folder(scene: Scene) -> str:
    scene.ship()
    scene.tool.settings = replace(scene.tool.settings, directories=("storage", ".env"), files=())
    return standing(scene, scene.ship())


def a_folder_declared_as_a_file(scene: Scene) -> str:
    scene.ship()
    upload = scene.write("shared/storage/app/a.pdf")
    scene.tool.settings = replace(scene.tool.settings, directories=(), files=(".env", "storage"))
    ran = scene.ship()
    if ran.code:
        return standing(scene, ran)
    found = scene.site.fate("storage/app/a.pdf", upload)
    return found if found == KEPT else f"{found} after 1; exit 0"


def a_path_that_leads_out(scene: Scene) -> str:
    return outside(scene, "../../../outside")


def an_absolute_path(scene: Scene) -> str:
    return outside(scene, scene.top + "/outside")


def outside(scene: Scene, declared: str) -> str:
    """Somebody else's file, beside the site, is where a declared path leads from inside a release."""
    scene.ship()
    theirs = os.path.join(scene.top, "outside", "ledger.txt")
    os.mkdir(os.path.dirname(theirs))
    with open(theirs, "wb") as file:
        file.write(b"somebody else's\n")
    scene.tool.settings = replace(scene.tool.settings, directories=("storage", declared))
    ran = scene.ship()
    if read(theirs) == b"somebody else's\n":
        return f"refused, exit {ran.code}; kept" if ran.code else "kept, passed over; exit 0"
    return f"LOST at once, outside the site; exit {ran.code}"


def a_link_made_by_hand(scene: Scene) -> str:
    """`public/media` of the live release leads to a disk of films; old releases go."""
    scene.ship()
    films = os.path.join(scene.top, "films")
    os.mkdir(films)
    with open(os.path.join(films, "a.mp4"), "wb") as file:
        file.write(b"a film\n")
    link = scene.site.at("current/public/media")
    let_write(link)
    os.symlink(films, link)
    for number in range(1, 5):
        ran = scene.ship()
        if read(os.path.join(films, "a.mp4")) != b"a film\n":
            return f"LOST after {number}; exit {ran.code}"
        if scene.site.served("public/media/a.mp4") != b"a film\n":
            return f"target kept; link hidden after {number}; " + (
                "said so" if ran.told("media") else f"exit {ran.code}"
            )
    return KEPT


def env_in_git_and_in_shared(scene: Scene) -> str:
    ran = scene.ship({".env": "APP_KEY=from-git\n"})
    if ran.code:
        return standing(scene, ran)
    served = scene.site.served(".env") or b""
    return "the site's is served" if b"base64:k" in served else "git's is served"


def env_in_git_alone(scene: Scene) -> str:
    return standing(scene, scene.ship({".env": "APP_KEY=from-git\n"}), fine="git's is served")


def env_nowhere(scene: Scene) -> str:
    return standing(scene, scene.ship(), fine="works without")


def current_is_a_directory(scene: Scene) -> str:
    """A site that was filled by FTP has its first deploy."""
    scene.application.commit()
    for path, text in scene.application.files.items():
        scene.write(f"current/{path}", text.replace("{version}", "1").encode() or b"\n")
    scene.write("current/.env", b"APP_KEY=base64:k\n")
    upload = scene.write("current/public/uploads/a.jpg")
    ran = scene.ship()
    found = scene.site.fate("public/uploads/a.jpg", upload)
    if ran.code:
        return f"refused, exit {ran.code}; {found}"
    switched = scene.site.version() == scene.application.version
    told = f"{'switched' if switched else 'not switched'}, uploads {found}"
    return told if switched and found == KEPT else f"{told}; exit 0"


def broken_after_the_switch(scene: Scene) -> str:
    """The new version answers 500, and a command after the switch notices."""
    scene.ship()
    front = scene.site.at("current/public/index.php")
    scene.tool.settings = replace(scene.tool.settings, check=f"! grep -q '{BROKEN}' '{front}'")
    ran = scene.ship({"public/index.php": f"<?php {BROKEN}; // version {{version}}\n"})
    if scene.site.status() == 200:
        return f"returned to the old release, exit {ran.code}"
    return f"stays broken, exit {ran.code}"


def folders_of_a_person_in_releases(scene: Scene) -> str:
    scene.ship()
    names = ("1-manual", "backup-old", "20200101000000")
    written = {name: scene.write(f"releases/{name}/customers.csv") for name in names}
    for _ in range(4):
        scene.ship()
    gone = [name for name, content in written.items() if not scene.site.exists_anywhere(content)]
    return f"{LOST} ({len(gone)} of {len(names)}) after 4; exit 0" if gone else KEPT


def a_release_from_the_future(scene: Scene) -> str:
    """One of three releases was made when the clock was a year ahead; then a rollback."""
    if not clock():
        return "not run: needs libfaketime"
    scene.ship()
    ahead = scene.ship(more={"LD_PRELOAD": clock(), "FAKETIME": "+365d", "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
    if ahead.code:
        return f"the deploy from the future fails, exit {ahead.code}"
    live = os.path.realpath(scene.site.at("current"))
    later = time.time() + 365 * 86_400
    os.utime(live, (later, later))
    after = scene.ship()
    if after.code or scene.site.version() != 3:
        return f"the next deploy is not live, exit {after.code}"
    ran = scene.rollback()
    if scene.site.version() == 2:
        return "rollback goes to the one before"
    words = {3: "rollback changes nothing", 1: "rollback goes to an older one"}
    return f"{words.get(scene.site.version(), 'site down')}; exit {ran.code}"


def standing(scene: Scene, ran: Ran, fine: str = "works") -> str:
    """How the site stands after RAN."""
    if ran.code:
        return f"refused, exit {ran.code}"
    return fine if scene.site.status() == 200 else f"site down ({scene.site.status()}); exit 0"


SCENARIOS = (
    Scenario("9a", "a file declared as a shared folder (`.env`)", a_file_declared_as_a_folder),
    Scenario("9b", "a folder declared as a shared file (`storage`)", a_folder_declared_as_a_file),
    Scenario("10a", "a shared path that leads out (`../../../outside`)", a_path_that_leads_out),
    Scenario("10b", "an absolute shared path", an_absolute_path),
    Scenario("11", "a link made by hand to data elsewhere", a_link_made_by_hand),
    Scenario("12a", "`.env` in git and in `shared/`", env_in_git_and_in_shared),
    Scenario("12b", "`.env` in git alone, first deploy", env_in_git_alone, env=None),
    Scenario("12c", "`.env` nowhere, first deploy", env_nowhere, env=None),
    Scenario("16", "`current` is a directory (filled by FTP), first deploy", current_is_a_directory),
    Scenario("17", "the new version answers 500 and a command notices", broken_after_the_switch),
    Scenario("18a", "folders of a person in `releases/`", folders_of_a_person_in_releases),
    Scenario("18b", "a release from a clock a year ahead, then a rollback", a_release_from_the_future),
)
