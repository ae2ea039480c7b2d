"""A database and what stands beside it are one thing, in every act and at every moment (DESIGN 5, Sets)."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest

from crash.hands import detach
from holdfast_engine.data.adopt import Adoption
from holdfast_engine.databases import sqlite
from holdfast_engine.fs import failpoint
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Settings
from lib.databases import Connected, parts, rows
from lib.oracle import attic
from lib.precious import let_write
from lib.refusals import Killed, fails
from lib.world import World

PHP = {"index.php": "<?php // version {version}\n", "lib/code.php": "<?php // {version}\n"}
NODE = {"package.json": '{"dependencies":{"express":"4"}}', "server.js": "// {version}\n", ".gitignore": "*.sqlite*\n"}


@pytest.fixture
def world(tmp_path):
    """A site that was deployed once, its release open to the application."""
    world = World(tmp_path, PHP, env=None)
    world.ship()
    let_write(real(world.live) / "new")
    return world


def real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def plain(top: Path) -> World:
    """A live plain directory that nobody manages yet."""
    world = World(top, NODE, env=None, kind="directory")
    world.site.mkdir()
    for path, text in NODE.items():
        (world.site / path).write_text(text)
    return world


def adopt(world: World) -> None:
    world.perform("adopt", path=str(world.site))


class Moments:
    """Counts the named points that are reached, lets ACT happen at each one, and ends the engine at the LAST."""

    def __init__(self, act=lambda: None, last: int = 0) -> None:
        self.act, self.last, self.names = act, last, []

    def __call__(self, name: str) -> None:
        self.names.append(name)
        self.act()
        if len(self.names) == self.last:
            raise Killed

    def __enter__(self):
        self._heard = failpoint.listen(self)
        return self

    def __exit__(self, *_):
        failpoint.listen(self._heard)


def telling(names: list[str]) -> list[int]:
    """One moment for each way of coming from a point to the next, up to the moves that count."""
    ways: dict[tuple[str, ...], int] = {}
    for number, _ in enumerate(names, 1):
        ways.setdefault(tuple(names[max(number - 2, 0) : number]), number)
    return sorted(ways.values())


def test_whoever_opens_a_database_while_its_directory_is_adopted_finds_every_row(tmp_path):
    """G3: at each point of the adoption a new client reads what was acknowledged, and so does the one that runs on."""
    world = plain(tmp_path)
    with Connected(world.site, "club.sqlite") as app:
        app.add("one", "two")
        with Moments(lambda: _reads(app, world.site / "club.sqlite")) as moments:
            adopt(world)
        assert {"place.second_name", "place.exchange"} <= set(moments.names)
        app.add("three")
        for where in (world.site, world.live, world.site / "shared"):
            assert rows(where / "club.sqlite") == app.rows
    assert rows(world.live / "club.sqlite") == app.rows
    world.ship()
    assert rows(world.live / "club.sqlite") == app.rows


def _reads(app: Connected, path: Path) -> None:
    assert rows(path) == app.rows


def test_whoever_opens_a_database_while_it_comes_home_finds_every_row(world):
    """G3: so it is in a deploy, through the rollback after it, and while the application writes on."""
    with Connected(world.live, "club.sqlite") as app:
        app.add("one", "two")
        with Moments(lambda: _reads(app, world.live / "club.sqlite")):
            answer = world.ship()
        assert answer["data"]["adopted"] == ["club.sqlite"]
        for act in (world.ship, world.rollback):
            app.add(f"row {len(app.rows)}".replace(" ", "-"))
            act()
            assert rows(world.live / "club.sqlite") == app.rows


@pytest.mark.parametrize("act", ["adopt", "deploy"])
def test_a_kill_between_the_moves_of_a_set_leaves_it_whole(act, tmp_path):
    """G4: at every way to a point; the application runs on, or, in turns, died with the machine."""
    world = plain(tmp_path / "w") if act == "adopt" else World(tmp_path / "w", PHP, env=None, kind="directory")
    if act == "deploy":
        world.ship()
        let_write(real(world.live) / "new")
        world.commit()
    seen = world.site if act == "adopt" else world.live
    begun = (lambda: adopt(world)) if act == "adopt" else world.deploy
    with Connected(seen, "club.sqlite") as app:
        app.add("one", "two")
        shutil.copytree(world.site, tmp_path / "before", symlinks=True)
        with Moments() as moments:
            begun()
    for turn, number in enumerate(around_sets(moments.names)):
        shutil.rmtree(world.site)
        shutil.copytree(tmp_path / "before", world.site, symlinks=True)
        with Connected(seen, "club.sqlite") as app:
            app.add("three")
            with suppress(Killed), Moments(last=number):
                begun()
            if turn % 2:
                app.kill()
            assert rows(seen / "club.sqlite") == ["one", "two", "three"]
            if act == "adopt":
                with suppress(Problem):  # what was completed on the way here is a site already
                    adopt(world)
            world.perform("recover")
            expected = ["one", "two", "three", *([] if turn % 2 else ["four"])]
            if not turn % 2:
                app.add("four")
            assert rows(world.live / "club.sqlite") == expected, moments.names[:number][-3:]
            assert real(world.live / "club.sqlite") == real(world.site) / "shared/club.sqlite"


def around_sets(names: list[str]) -> list[int]:
    """A moment for each way to a point, from where a part of a set gets its second name to where the last is gone."""
    first = names.index("place.second_name")
    last = len(names) - names[::-1].index("place.drop_second_name") + 8
    return [number for number in telling(names) if first <= number <= last]


def test_a_process_that_runs_on_and_closes_takes_no_row_with_it(world):
    """G1: what it removes as it closes is a link; nothing that a new client would play back stays behind."""
    app = Connected(world.live, "club.sqlite")
    app.add("one", "two")
    world.ship()
    app.add("three")
    app.ask("close")
    app.kill()
    assert rows(world.live / "club.sqlite") == app.rows
    assert parts(world.site / "shared/club.sqlite") == set()


def test_a_process_that_keeps_a_journal_runs_on_and_is_named(world):
    """It shares its locks with those that open the new name, and leaves no journal there; a restart is advised."""
    with Connected(world.live, "club.sqlite", mode="delete") as app:
        app.add("one")
        answer = world.ship()
        assert [line for line in answer["warnings"] if f"process {app.number}" in line and "restart" in line]
        app.add("two")
        world.ship()
        app.add("three")
        assert rows(world.live / "club.sqlite") == app.rows
        assert parts(world.site / "shared/club.sqlite") == set()


def test_a_directory_does_not_give_way_under_a_transaction(tmp_path, monkeypatch):
    """I91: its journal, made in the directory that was merged, could not be taken away behind the link; the writer
    waits for the exchange instead, and is refused nothing.
    """
    world, kept_waiting = World(tmp_path), []
    world.ship()
    detach(real(world.live) / "storage", {"app/a.pdf": "a bill\n"})
    with Connected(world.live, "storage/app/club.sqlite", mode="delete") as app:
        app.add("one")

        def write_as_it_gives_way(adoption, path, reason, **how):
            if path == "storage/app":
                app.send("begin")
                kept_waiting.append(not app.answers(within=0.5))
            return displace(adoption, path, reason, **how)

        displace = Adoption._displace
        monkeypatch.setattr(Adoption, "_displace", write_as_it_gives_way)
        world.ship()
        assert kept_waiting == [True]
        app.ask("commit", sent=1)
        assert len(rows(world.live / "storage/app/club.sqlite")) == 201
    assert parts(world.site / "shared/storage/app/club.sqlite") == set()


def test_what_is_in_a_transaction_is_not_moved_away_from_its_journal(world, monkeypatch):
    """50, G7: undone, with the process that is at it; once that ends, it comes home."""
    monkeypatch.setattr(sqlite, "PATIENCE", 0.1)
    with Connected(world.live, "club.sqlite", mode="delete") as app:
        app.add("one")
        app.ask("begin")
        problem = fails(world.ship, exits=50, code="step-failed")
        assert f"process {app.number}" in problem.message
        assert {"-journal"} == parts(real(world.live) / "club.sqlite")
        app.ask("rollback")
        world.ship()
        assert rows(world.live / "club.sqlite") == ["one"]


def test_a_journal_that_a_running_process_makes_under_the_old_name_is_its_own(world):
    """G1: in `shared/` it would take back what is committed next; where it is left by a crash, it is told of."""
    with Connected(world.live, "club.sqlite", mode="delete") as app:
        app.add("one")
        world.ship()
        app.ask("begin")
        old = world.site / "releases" / min(os.listdir(world.site / "releases"))
        assert parts(old / "club.sqlite") == {"-journal"}
        let_write(old / "new")
        world.ship()
        assert parts(world.site / "shared/club.sqlite") == set()
        assert not os.path.lexists(world.live / "club.sqlite-journal")
        app.ask("commit")
        assert len(rows(world.live / "club.sqlite")) == 201


def detached(world: World) -> None:
    """The application made its database anew, as a real file, where our link stood."""
    for end in ("-wal", "-shm", ""):
        if os.path.lexists(world.live / f"club.sqlite{end}"):
            (world.live / f"club.sqlite{end}").unlink()


def opened(place: Path, scratch: Path) -> list[str]:
    """The rows of the set at PLACE, read in a copy of it."""
    scratch.mkdir()
    for end in ("", *parts(place)):
        shutil.copy(f"{place}{end}", scratch / f"copy{end}")
    return rows(scratch / "copy")


def crashed(path: Path, *added: str) -> list[str]:
    """A database at PATH, the newest rows of which are in its `-wal`: the process was killed."""
    with Connected(path.parent, path.name) as app:
        app.add(*added)
    assert "-wal" in parts(path)
    return app.rows


def test_of_two_sets_the_live_one_wins_as_a_whole_and_the_other_opens_from_the_attic(world, tmp_path):
    """DESIGN 5: never compared alone; under one place in the attic stands all of the other one."""
    elder = crashed(world.live / "club.sqlite", "one", "two")
    world.ship()
    let_write(real(world.live) / "new")
    detached(world)
    newer = crashed(world.live / "club.sqlite", "three")
    answer = world.ship()
    [kept] = [row for row in answer["data"]["attic"] if row["path"] == "club.sqlite"]
    assert opened(world.site / kept["place"], tmp_path / "kept") == elder
    assert rows(world.live / "club.sqlite") == newer
    [row] = world.perform("attic")["entries"]
    assert (row["path"], row["kind"]) == ("club.sqlite", "file")
    assert row["bytes"] == sum(os.path.getsize(f"{world.site / kept['place']}{end}") for end in ("", "-wal", "-shm"))


def test_a_set_in_a_retired_release_gives_way_as_a_whole(world, tmp_path):
    """DESIGN 5: shared wins over a retired release; its set is in the attic, and the links of the release lead on."""
    elder = real(world.live)
    served = crashed(world.live / "club.sqlite", "one", "two")
    world.ship()
    world.ship()
    let_write(elder / "new")
    for end in ("", "-wal", "-shm"):
        (elder / f"club.sqlite{end}").unlink(missing_ok=True)
    lost = crashed(elder / "club.sqlite", "three")
    answer = world.rollback(elder.name)
    assert rows(world.live / "club.sqlite") == served
    [kept] = [row for row in answer["data"]["attic"] if row["path"] == "club.sqlite"]
    assert opened(world.site / kept["place"], tmp_path / "kept") == lost


def test_sets_in_directories_that_are_merged_move_as_wholes(world, tmp_path):
    """DESIGN 9: a directory that exists in `shared/` is merged; of its databases each is one thing."""
    world.settings = Settings(shared=("data/",))
    shared, live = world.site / "shared/data", real(world.live) / "data"
    shared.mkdir(parents=True)
    live.mkdir()
    kept = crashed(shared / "both.sqlite", "shared", "too")
    here = crashed(live / "both.sqlite", "here")
    alone = crashed(live / "alone.sqlite", "alone")
    with Connected(live, "open.sqlite") as app:
        app.add("one")
        answer = world.ship()
        app.add("two")
        assert rows(world.live / "data/open.sqlite") == app.rows
    assert rows(world.live / "data/both.sqlite") == here
    assert rows(world.live / "data/alone.sqlite") == alone
    [row] = [row for row in answer["data"]["attic"] if row["path"].startswith("data/both")]
    assert opened(world.site / row["place"], tmp_path / "kept") == kept


def restorable(world: World) -> list[str]:
    """The attic holds a database of which rows are in its `-wal`, and another one is served; returns its rows."""
    elder = crashed(world.live / "club.sqlite", "one", "two")
    world.ship()
    let_write(real(world.live) / "new")
    detached(world)
    crashed(world.live / "club.sqlite", "three")
    world.ship()
    return elder


def test_restore_brings_back_a_whole_set_and_keeps_a_whole_set(world, tmp_path):
    """G5: rows of both, neither beside the other's main file."""
    elder = restorable(world)
    answer = world.perform("restore", path="club.sqlite")
    assert rows(world.live / "club.sqlite") == elder
    [saved] = answer["saved"]
    assert opened(world.site / saved["place"], tmp_path / "saved") == ["three"]


def test_a_database_in_use_is_not_replaced_by_a_restore(world):
    """30, G11: the process is named, and nothing was changed."""
    restorable(world)
    with Connected(world.live, "club.sqlite") as app:
        app.add("four")
        problem = fails(lambda: world.perform("restore", path="club.sqlite"), exits=30, code="restore-blocked")
        assert f"process {app.number} has it open" in problem.message
        app.add("five")
        assert rows(world.live / "club.sqlite") == ["three", "four", "five"]


def test_who_opens_a_database_at_the_moment_of_its_restore_goes_on_with_what_was_there(world):
    """G11: the present is looked at again after the old one is out of sight; then all is as it was."""
    restorable(world)
    app: list[Connected] = []

    def opens() -> None:
        if any((world.site / ".holdfast/scratch").glob("restore-*")) and not app:
            app.append(Connected(world.live, "club.sqlite"))

    with Moments(opens):
        fails(lambda: world.perform("restore", path="club.sqlite"), exits=30, code="restore-blocked")
    with app[0]:
        app[0].add("four")
        assert rows(world.live / "club.sqlite") == ["three", "four"]
    assert world.perform("status")["unfinished"] is None


def test_a_kill_in_a_restore_leaves_the_old_set_or_the_new_one(world, tmp_path):
    """G4: at every way to a point; whatever is served is whole, and the other one is in the attic."""
    elder = restorable(world)
    shutil.copytree(world.site, tmp_path / "before", symlinks=True)
    with Moments() as moments:
        world.perform("restore", path="club.sqlite")
    for number in telling(moments.names):
        shutil.rmtree(world.site)
        shutil.copytree(tmp_path / "before", world.site, symlinks=True)
        with suppress(Killed), Moments(last=number):
            world.perform("restore", path="club.sqlite")
        world.perform("recover")
        assert rows(world.live / "club.sqlite") in (["three"], elder), moments.names[:number][-3:]
        every = {tuple(rows(one)) for one in attic(world.site, "club.sqlite")}
        assert every | {tuple(rows(world.live / "club.sqlite"))} == {("three",), tuple(elder)}
        assert not any((world.site / ".holdfast/scratch").glob("restore-*"))


def test_a_part_of_a_database_is_not_restored_alone(world):
    """30: an older version put it into the attic by itself."""
    crashed(world.live / "club.sqlite", "one")
    world.ship()
    shelf = world.site / ".holdfast/attic/000099-deploy"
    (shelf / "files").mkdir(parents=True)
    shutil.copy(world.site / "shared/club.sqlite-wal", shelf / "files/club.sqlite-wal")
    facts = {"at": 1, "care": "shared", "origin": "releases/1/club.sqlite-wal", "path": "club.sqlite-wal"}
    note = {**facts, "place": "files/club.sqlite-wal", "reason": "another version is shared"}
    (shelf / "notes.jsonl").write_text(json.dumps(note) + "\n")
    fails(lambda: world.perform("restore", path="club.sqlite-wal"), exits=30, code="restore-blocked")
    found = [one for one in world.perform("recover")["found"] if one["path"] == "club.sqlite-wal"]
    assert {one["action"] for one in found} <= {"listed"}


def torn(world: World) -> Path:
    """An older version brought home the main file alone: the newest rows stay behind in the live release."""
    crashed(world.live / "club.sqlite", "one", "two")
    here, there = real(world.live) / "club.sqlite", world.site / "shared/club.sqlite"
    there.parent.mkdir(exist_ok=True)
    here.rename(there)
    here.symlink_to("../../shared/club.sqlite")
    return there


def verdict(world: World) -> tuple[str, str]:
    [check] = [one for one in world.perform("checklist")["checks"] if one["name"] == "sets"]
    return check["verdict"], check["why"]


@pytest.mark.parametrize("act", ["recover", "deploy"])
def test_a_set_that_was_torn_apart_is_found_and_rejoined_where_that_is_provably_right(act, world):
    """DESIGN 5: nobody wrote to the main file since, and nobody has it open."""
    torn(world)
    assert verdict(world)[0] == "warn"
    assert "club.sqlite-wal" in verdict(world)[1]
    world.perform("recover") if act == "recover" else world.ship()
    assert rows(world.live / "club.sqlite") == ["one", "two"]
    assert verdict(world)[0] == "pass"


def test_a_set_that_went_on_without_its_rows_is_kept_apart_and_told_of(world):
    """G7: played into it they would break it; both are kept, and a deploy is refused until a person says so."""
    there = torn(world)
    with closing(sqlite3.connect(there, isolation_level=None)) as database:
        database.execute("create table t (v text)")
        database.execute("insert into t values ('new')")
    wal = (real(world.live) / "club.sqlite-wal").read_bytes()
    assert verdict(world)[0] == "refuse"
    fails(world.ship, exits=30, code="checklist-refused")
    [found] = [one for one in world.perform("recover")["found"] if one["path"] == "club.sqlite-wal"]
    assert (found["action"], found["done"]) == ("listed", False)
    answer = world.deploy(accept=("sets",))
    assert [line for line in answer["warnings"] if "club.sqlite-wal" in line]
    assert rows(world.live / "club.sqlite") == ["new"]
    assert wal in [one.read_bytes() for one in (world.site / "releases").glob("*/club.sqlite-wal") if one.is_file()]


def test_rows_in_shared_without_their_database_come_together_with_it_or_give_way(world):
    """The other way round: the `-wal` came home alone, and is linked in the release."""
    crashed(world.live / "club.sqlite", "one", "two")
    here, there = real(world.live) / "club.sqlite-wal", world.site / "shared/club.sqlite-wal"
    there.parent.mkdir(exist_ok=True)
    here.rename(there)
    here.symlink_to("../../shared/club.sqlite-wal")
    assert verdict(world)[0] == "warn"
    world.ship()
    assert rows(world.live / "club.sqlite") == ["one", "two"]


def test_an_update_that_a_release_ships_never_comes_under_rows_of_today(tmp_path):
    """G1: a database that is equal to what was shipped and has something beside it is in use."""
    world = World(tmp_path, PHP, env=None)
    world.settings = Settings(shared=("data/",))
    for version in ("1", "2"):
        world.commit()
        (world.repository / "data").mkdir(exist_ok=True)
        with closing(sqlite3.connect(world.repository / "data/words.sqlite", isolation_level=None)) as database:
            database.execute("pragma journal_mode=wal")
            database.execute("create table if not exists t (v text)")
            database.execute("insert into t values (?)", (version,))
        world.commit()
        if version == "1":
            world.deploy()
            crashed(world.live / "data/words.sqlite", "here")
    world.deploy()
    assert rows(world.live / "data/words.sqlite") == ["1", "here"]


def test_rows_that_were_shipped_by_mistake_never_come_beside_a_database_that_lives_here(tmp_path):
    """G1: a `-wal` in the repository would be played into the main file that the application went on with."""
    world = World(tmp_path, PHP, env=None)
    world.settings = Settings(shared=("data/",))
    crashed(let_be(world.repository / "data/words.sqlite"), "shipped")
    world.ship()
    assert rows(world.live / "data/words.sqlite") == ["shipped"]
    with closing(sqlite3.connect(world.live / "data/words.sqlite", isolation_level=None)) as database:
        database.execute("insert into t values ('here')")
    world.ship()
    assert rows(world.live / "data/words.sqlite") == ["shipped", "here"]


def let_be(path: Path) -> Path:
    path.parent.mkdir(parents=True)
    return path


def test_the_same_code_again_is_unchanged_while_a_database_is_in_use(world):
    """Idempotent: what stands beside a database comes and goes, and is no reason for a release."""
    with Connected(world.live, "club.sqlite") as app:
        app.add("one")
        world.ship()
        app.ask("close")
        with Connected(world.live, "club.sqlite"):
            assert world.deploy()["outcome"] == "unchanged"
    assert world.deploy()["outcome"] == "unchanged"


def renamed(world: World, old: str, new: str) -> None:
    let_write(world.live / new)
    for end in ("", "-wal", "-shm"):
        if os.path.lexists(world.live / f"{old}{end}"):
            (world.live / f"{old}{end}").rename(world.live / f"{new}{end}")


def rotated(world: World) -> dict[str, str]:
    """A log that came home was rotated twice, the second time with an elder one before it; returns what is seen."""
    for number in (1, 2):
        (real(world.live) / "a.log").write_text(f"line {number}\n")
        world.ship()
        let_write(real(world.live) / "new")
        if number == 2:
            renamed(world, "a.log.1", "a.log.2")
        renamed(world, "a.log", "a.log.1")
    (real(world.live) / "a.log").write_text("line 3\n")
    return {"a.log": "line 3\n", "a.log.1": "line 2\n", "a.log.2": "line 1\n"}


def seen(world: World) -> dict[str, str]:
    return {name: (world.live / name).read_text() for name in os.listdir(world.live) if name.startswith("a.log")}


def test_a_link_that_the_application_renamed_keeps_its_content(world):
    """G2: each name shows what was left there, through deploys and a rollback."""
    expected = rotated(world)
    assert seen(world) == expected
    for act in (world.ship, world.ship, world.rollback):
        act()
        assert seen(world) == expected


def test_a_rename_is_followed_by_recover_as_well(world):
    """G2: what was made anew under the old name does not come over what was renamed."""
    expected = rotated(world)
    world.perform("recover")
    assert seen(world) == expected


def test_a_link_that_was_copied_or_made_by_hand_is_no_rename(world):
    """Only a link that is exactly ours, and stands at its old name no more."""
    (world.site / "shared").mkdir(exist_ok=True)
    (world.site / "shared/a.log").write_text("line 1\n")
    world.ship()
    let_write(real(world.live) / "new")
    (world.site / "shared/by-hand.txt").write_text("never linked\n")
    (real(world.live) / "a.log.copy").symlink_to(os.readlink(world.live / "a.log"))
    (real(world.live) / "alias.txt").symlink_to("../../shared/by-hand.txt")
    world.ship()
    assert seen(world) == {"a.log": "line 1\n", "a.log.copy": "line 1\n"}
    assert (world.site / "shared/by-hand.txt").read_text() == (world.live / "alias.txt").read_text()
    assert (world.site / "shared/a.log").read_text() == "line 1\n"


def test_a_kill_while_a_rename_is_followed_leaves_every_name_with_its_content(world, tmp_path):
    """G3, G4: at every way to a point; the database that was moved aside with its parts is served at each moment."""
    elder = crashed(world.live / "one.sqlite", "old", "rows")
    world.ship()
    renamed(world, "one.sqlite", "two.sqlite")
    newer = crashed(world.live / "one.sqlite", "new")
    shutil.copytree(world.site, tmp_path / "before", symlinks=True)

    def reads() -> None:
        assert opened_at(world.live / "two.sqlite", tmp_path / "look") == elder

    with Moments(reads) as moments:
        world.ship()
    for number in around_sets(moments.names):
        shutil.rmtree(world.site)
        shutil.copytree(tmp_path / "before", world.site, symlinks=True)
        with suppress(Killed), Moments(last=number):
            world.deploy()
        world.perform("recover")
        assert rows(world.live / "two.sqlite") == elder, moments.names[:number][-3:]
        assert rows(world.live / "one.sqlite") == newer, moments.names[:number][-3:]


def opened_at(path: Path, scratch: Path) -> list[str]:
    """What SQLite would find at PATH, read in a copy, so that the original keeps its parts."""
    shutil.rmtree(scratch, ignore_errors=True)
    return opened(real(path), scratch)


def test_without_second_names_a_set_comes_home_by_exchanges(world, monkeypatch):
    """protected_hardlinks: another user's `-wal` cannot have one; its parts go first."""
    monkeypatch.setattr("holdfast_engine.fs.sets.give_second_name", _refused)
    with Connected(world.live, "club.sqlite") as app:
        app.add("one", "two")
        answer = world.ship()
        app.add("three")
        assert rows(world.live / "club.sqlite") == app.rows
    assert answer["data"]["adopted"] == ["club.sqlite"]


def _refused(*_: object) -> None:
    raise PermissionError(1, "Operation not permitted")


def test_a_journal_that_was_left_in_a_retired_release_is_refused(world):
    """A program that stayed open across a deploy was killed in a transaction: half of it is served (SQLite, "hot
    journals"). Nothing proves that nobody wrote since, so a person puts the two together.
    """
    old = real(world.live)
    with closing(sqlite3.connect(world.live / "shop.sqlite")) as database:
        database.execute("create table t (n)")
        database.commit()
    world.ship()
    (old / "shop.sqlite-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"\0" * 504)
    assert verdict(world)[0] == "refuse"
    assert f"releases/{old.name}/shop.sqlite-journal" in verdict(world)[1]
    world.commit()
    fails(world.deploy, exits=30, code="checklist-refused")
    found = world.perform("recover")["found"]
    assert [one["action"] for one in found if one["path"] == "shop.sqlite-journal"] == ["listed"]
