"""What people and clean-up jobs do by hand to `current`, to releases and to journals."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from histories import debts
from histories.town import Town, View


def switch_to(town: Town, which: int) -> None:
    """`ln -sfn` to any release that is complete: an older one, the one of a killed deploy, back again."""
    found = [one for one in releases(town) if is_complete(town, one)]
    if not found:
        return
    release, served = found[which % len(found)], town.view()
    release.chmod(release.stat().st_mode | 0o055)
    if not (town.site / f".holdfast/releases/{release.name}.json").exists():
        town.forgetful = True  # its script or its deploy had not ended: nothing tells what it shipped
        for owed in (served, town.owed):
            for path in [one for one in owed if _has_its_own(release, one)]:
                del owed[path]
    point(town, f"releases/{release.name}")
    _went_dark(town, served)


def _has_its_own(release: Path, path: str) -> bool:
    """True where RELEASE holds a file at PATH that is behind no link: once it is live, that one is people's."""
    return (release / path).is_file() and os.path.realpath(release / path).startswith(f"{os.path.realpath(release)}/")


def point(town: Town, text: str) -> None:
    (town.site / "next").symlink_to(text)
    (town.site / "next").rename(town.site / "current")


def _went_dark(town: Town, served: View) -> None:
    """What was SERVED and is not any more is owed; the applications were started anew where something is live."""
    now = town.view()
    debts.owe(town, {path: one for path, one in served.items() if now.get(path) != one})
    for database in town.databases:
        database.stop()
        database.owed = bool(database.acknowledged) and not _serves(town, database.place)
    assert town.lost() == []


def _serves(town: Town, place: str) -> bool:
    """True when the database at PLACE is shared, so that each release shows one and the same."""
    return os.path.realpath(town.live / place).startswith(os.path.realpath(town.site / "shared") + "/")


def releases(town: Town) -> list[Path]:
    return [one for one in sorted((town.site / "releases").iterdir()) if one.is_dir() and not one.is_symlink()]


def is_complete(town: Town, release: Path) -> bool:
    """True when all code that it ships is there, linked or not."""
    files = town.shipped.get(release.name, {})
    return bool(files) and all(os.path.lexists(release / path) for path in files)


def remove_current(town: Town) -> None:
    """`rm current`, of a script that failed before its next line."""
    served = town.view()
    (town.site / "current").unlink(missing_ok=True)
    _went_dark(town, served)


def remove_the_live_release(town: Town) -> None:
    """A clean-up job took the release that `current` names: what lay in it alone is gone with it."""
    release, served = town.live.resolve(), town.view()
    for database in town.databases:
        database.stop()
        if not _serves(town, database.place):
            database.acknowledged = set()
    town.people(lambda: shutil.rmtree(release))
    _went_dark(town, {path: one for path, one in served.items() if one in town.expected})


def come_back(town: Town) -> None:
    """Nothing is live: that is refused until `recover` made the newest whole release live, or a deploy did."""
    assert town.refuses(), "nothing is live, and the checklist does not say so"
    whole = [one.name for one in releases(town) if is_complete(town, one)]
    how = town.do("recover", may=(61,))
    assert town.is_live() or (how != "done" and town.refuses()), f"recover says {how}, and nothing is live"
    if how == "done":
        assert town.stale(back=True) == [], "what recover made live is not whole"
    if not town.is_live():
        assert town.forgetful or not whole, f"{how}, and {whole} were whole"
        how = town.do("deploy", may=(30, 61))
        if how in ("seed-type-changed", "path-split-impossible"):  # its own files are in the way of data
            town.new_version(frozenset(), static=False)
            how = town.do("deploy", may=(30, 61))
        assert how == "done", f"nothing is live, and a deploy ends as {how}"


def cut_journal_short(town: Town, lines: int) -> None:
    """The last LINES of the newest journal are gone, never its first: a disk lost them, or a copy."""
    journals = sorted((town.site / ".holdfast/journal").glob("*.jsonl"))
    if journals:
        kept = journals[-1].read_bytes().splitlines(keepends=True)
        journals[-1].write_bytes(b"".join(kept[: max(1, len(kept) - lines)]))
