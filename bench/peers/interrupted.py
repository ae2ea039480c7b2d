"""Deploys that are killed, find no room, or meet each other: scenarios 6 to 8."""

from __future__ import annotations

import glob
import os
import subprocess
import time
from collections.abc import Callable

from peers.gauntlet import Scenario
from peers.scene import Scene
from peers.site import KEPT
from peers.tool import Ran

KILLS = 8


def killed_anywhere(scene: Scene) -> str:
    """Killed at moments spread evenly over a deploy; the next one is run without a repair."""
    scene.ship()
    upload = scene.write("shared/storage/app/a.pdf")
    scene.ship()
    whole = min(scene.seconds)
    why = ""
    up = well = refused = landed = 0
    for number in range(KILLS):
        scene.application.commit()
        landed += scene.kill_during(after(whole * (number + 0.5) / KILLS))
        up += scene.site.status() == 200 and scene.site.fate("storage/app/a.pdf", upload) == KEPT
        ran = scene.ship()
        refused += ran.code != 0
        why = why or reason(scene, ran)
        ran = scene.repaired(ran)
        well += ran.code == 0 and scene.site.status() == 200 and scene.site.version() == scene.application.version
    told = f"site up {up}/{KILLS}" if up == KILLS else f"site down {KILLS - up}/{KILLS}"
    again = f"next deploy refused {refused}/{KILLS}, {why}" if refused else f"next deploy {well}/{KILLS}"
    return f"{told}; {again}" + (f"; {landed} kills landed" if landed < KILLS else "")


def reason(scene: Scene, ran: Ran) -> str:
    """What is in the way of a deploy after a kill, and whether the tool has a command against it."""
    if ran.code == 0:
        return ""
    if scene.tool.can_unlock:
        return "needs an unlock"
    return "git's lock stays in the mirror" if ".lock" in ran.output else "and stays so"


def after(seconds: float) -> Callable[[], bool]:
    """True once SECONDS have gone by since it was first asked, which is when the deploy had started."""
    begun: list[float] = []

    def come() -> bool:
        begun.append(time.monotonic())
        return time.monotonic() - begun[0] >= seconds

    return come


def killed_while_code_is_copied(scene: Scene) -> str:
    """Killed with half a release on the disk, then a good deploy, then a rollback."""
    bulk = {f"lib/bulk/part{number:04}.php": f"<?php // part {number}\n" * 40 for number in range(1500)}
    scene.ship(bulk)
    if not any(half_copied(scene) for _ in range(8)):
        return "the moment was not met"
    good, killed = scene.site.version(), scene.application.version
    last = scene.repaired(scene.ship())
    if last.code != 0:
        return f"the next deploy is refused, exit {last.code}"
    ran = scene.rollback()
    status, version = scene.site.status(), scene.site.version()
    if status != 200:
        return f"site down ({status}) after the rollback; exit {ran.code}"
    names = {good: "back on the last good release", killed: "back on the killed deploy's release"}
    words = names.get(version, "still on the newest release")
    return words if version == good else f"{words}; exit {ran.code}"


def half_copied(scene: Scene) -> bool:
    """A deploy was killed when a directory of its own had some files and not all."""
    before = places(scene)
    scene.application.commit()
    if not scene.kill_during(lambda: any(os.listdir(place) for place in places(scene) - before)):
        scene.repaired(scene.ship())
        return False
    return any(not os.path.exists(os.path.join(place, "vendor/autoload.php")) for place in places(scene) - before)


def killed_while_git_writes_its_mirror(scene: Scene) -> str:
    """Killed when git had a lock of its own in the copy of the repository on the host; then the next deploys."""
    scene.ship()
    mirror = mirror_of(scene)
    if not mirror:
        return "no mirror on the host"
    if not any(locked_mirror(scene, mirror) for _ in range(40)):
        return "the moment was not met"
    if scene.repaired(scene.ship()).code == 0 and scene.site.version() == scene.application.version:
        return "next deploy ok"
    ran = scene.ship()
    return (
        f"each deploy refused, exit {ran.code}, until git's lock is removed by hand"
        if ran.code
        else "the one after is ok"
    )


def mirror_of(scene: Scene) -> str:
    """The directory of the site that is a repository of git, or nothing."""
    for here, directories, names in os.walk(scene.site.top):
        if "objects" in directories and "HEAD" in names:
            return here
        directories[:] = [name for name in directories if name not in ("releases", "shared")]
    return ""


def locked_mirror(scene: Scene, mirror: str) -> bool:
    """A deploy was killed and git's lock stayed."""
    scene.application.commit()
    scene.application.branch(200)
    killed = scene.kill_during(lambda: bool(locks(mirror)))
    return killed and bool(locks(mirror))


def locks(mirror: str) -> list[str]:
    return [*glob.glob(f"{mirror}/*.lock"), *glob.glob(f"{mirror}/refs/**/*.lock", recursive=True)]


def places(scene: Scene) -> set[str]:
    """Where a tool may put a release that is coming."""
    found = set()
    for folder in ("releases", "tmp"):
        try:
            found |= {entry.path for entry in os.scandir(scene.site.at(folder)) if entry.is_dir(follow_symlinks=False)}
        except OSError:
            pass
    return {place for place in found if os.path.isdir(place)}


def disk_full(scene: Scene) -> str:
    if os.geteuid() != 0:
        return "not run: needs root, for a small file system"
    site = scene.site.top
    kept = scene.top + "/kept"
    os.rename(site, kept)
    os.mkdir(site)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", site], check=True)
    try:
        subprocess.run(["cp", "-a", f"{kept}/.", site], check=True)
        return on_a_small_disk(scene)
    finally:
        subprocess.run(["umount", "--lazy", site], check=True)


def on_a_small_disk(scene: Scene) -> str:
    scene.ship()
    upload = scene.write("shared/storage/app/a.pdf")
    status = os.statvfs(scene.site.top)
    with open(scene.site.at("filler"), "wb") as file:
        file.write(b"\0" * (status.f_bavail * status.f_frsize - 100_000))
    ran = scene.ship({"lib/big.bin": "x" * 3_000_000})
    up = scene.site.status() == 200 and scene.site.fate("storage/app/a.pdf", upload) == KEPT
    os.unlink(scene.site.at("filler"))
    again = scene.repaired(scene.ship())
    following = (
        "next deploy ok" if again.code == 0 and scene.site.status() == 200 else f"next deploy fails, exit {again.code}"
    )
    return f"{'old site up' if up else 'site down'}, exit {ran.code}; {following}"


def two_at_once(scene: Scene) -> str:
    """Two deploys of the same version, begun together, a quarter and half a deploy apart."""
    scene.ship()
    scene.ship()
    whole = min(scene.seconds)
    tries = [both(scene, whole * share) for share in (0.0, 0.25, 0.5, 0.0, 0.25, 0.5)]
    counts = {words: tries.count(words) for words in sorted(set(tries))}
    return ", ".join(f"{words} {count}/{len(tries)}" for words, count in counts.items())


def both(scene: Scene, apart: float) -> str:
    scene.application.commit()
    scene.wait()
    first = scene.tool.start("deploy")
    time.sleep(apart)
    second = scene.tool.start("deploy")
    for each in (first, second):
        each.communicate()
    codes = sorted((first.returncode, second.returncode))
    words = meeting(codes, up=scene.site.status() == 200, new=scene.site.version() == scene.application.version)
    if scene.tool.can_unlock:
        scene.tool.run("unlock")
    return words


def meeting(codes: list[int], *, up: bool, new: bool) -> str:
    if not up:
        return f"site down (exits {codes[0]} and {codes[1]})"
    if codes[0] != 0:
        return "both fail"
    if not new:
        return f"old version stays (exits {codes[0]} and {codes[1]})"
    return "one refused" if codes[1] else "both run"


SCENARIOS = (
    Scenario("6", f"killed with SIGKILL at {KILLS} moments; then the next deploy", killed_anywhere),
    Scenario("6b", "killed while code is copied, a good deploy, a rollback", killed_while_code_is_copied),
    Scenario(
        "6c", "killed while git writes its mirror on the host; the next deploys", killed_while_git_writes_its_mirror
    ),
    Scenario("7", "the disk is full", disk_full),
    Scenario("8", "two deploys at once", two_at_once),
)
