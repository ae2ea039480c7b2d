"""Scenarios S06 to S09 of incidents.md: what the data is, and that it is still that."""

from __future__ import annotations

import os
import shutil

import pytest

from crash import hands, victim
from holdfast_engine.model.request import Settings
from lib.world import LARAVEL
from scenarios.faults import play_through, shares
from scenarios.play import Play, Step, Story

_ENV = "APP_KEY=base64:correct-horse\nAPP_NAME=Shop\nDB_CONNECTION=mysql\nDB_HOST=10.0.0.5\nDB_DATABASE=shop\nMAIL=m\n"
_ROLLBACK = Step("rollback")
_LARAVEL = Settings(framework="laravel")
_REFUSED = "checklist-refused"


def _products(play: Play) -> None:
    for number in range(5):
        play.precious.write(f"storage/app/products/{number}.png")


@shares
def test_a_hook_that_makes_data_fewer_stops_the_run_and_the_old_version_stays(top, share):
    """S06 (I05, I22, I72): the data is counted; the deploy that shrank it is undone, and the next is live once a person
    has accepted what is gone. Second names of the products go, so that nothing is lost by the story itself.
    """
    again = "mkdir -p storage/app/again && ln -f storage/app/products/* storage/app/again/"
    removing, emptying = (
        Settings(framework="laravel", before_activation=(again, end))
        for end in ("rm -r storage/app/again", "rm storage/app/again/*")
    )
    accepted = {"accept": ("data-memory",)}
    story = Story(
        "S06",
        (
            Step("deploy", 1),
            Step("deploy", 2, people=_products),
            Step("deploy", 3, settings=removing, refused="data-shrank", more=accepted),
            Step("deploy", 3, settings=emptying, refused="data-shrank", more=accepted),
            Step("deploy", 4, more=accepted),
            _ROLLBACK,
            Step("prune", more={"keep": 0}),
        ),
        files=LARAVEL,
        env=_ENV,
        settings=_LARAVEL,
        rule=lambda play: (
            [] if len(list((play.shared / "storage/app/products").iterdir())) == 5 else ["not five products"]
        ),
    )
    assert play_through(story, top, share) == []


def _swapped(play: Play) -> None:
    """The data moved out of sight, and an empty directory took its place."""
    _unseen(play)
    shutil.move(play.shared / "uploads", play.site / "on-the-lost-disk")
    (play.shared / "uploads").mkdir()


def _missing(play: Play) -> None:
    _unseen(play)
    (play.shared / "uploads").rmdir()


def _unseen(play: Play) -> None:
    play.unseen = frozenset(path for path in play.precious.written if path.startswith("uploads/"))


def _back(play: Play) -> None:
    shutil.move(play.site / "on-the-lost-disk", play.shared / "uploads")


@shares
def test_a_directory_of_data_that_was_swapped_or_is_gone_stops_the_deploy_until_it_is_back(top, share):
    """S07 (I29, I76 to I78): refused before anything is done; nothing is written where the data is not."""
    story = Story(
        "S07",
        (
            Step("deploy", 1),
            Step(
                "deploy", 2, people=lambda play: [play.precious.write(f"uploads/{number}.jpg") for number in range(3)]
            ),
            Step("deploy", 3, people=_swapped, refused=_REFUSED),
            Step("deploy", 3, people=_missing, refused=_REFUSED),
            Step("deploy", 3, people=_back),
            _ROLLBACK,
        ),
        settings=Settings(framework="generic-php", shared=("uploads/",)),
    )
    assert play_through(story, top, share) == []


_OF_THE_APPLICATION = (
    "storage/framework/sessions/5f2c", "storage/framework/cache/data/ab/cd", "storage/app/queue/0001.job",
    "storage/oauth-private.key", "storage/oauth-public.key", "storage/app/tokens.json", "database/queue.sqlite",
)  # fmt: skip


def _log(play: Play) -> None:
    """One more line, appended through the live release by a process that opens the file each time."""
    lines = play.precious.written.get("storage/logs/laravel.log", b"").decode()
    play.precious.write("storage/logs/laravel.log", text=f"{lines}line {lines.count(chr(10)) + 1}\n")


def _takes_a_job(play: Play) -> None:
    """A worker of the queue: the job is done, its file is gone, and the next one stands there."""
    _log(play)
    (play.live / "storage/app/queue/0001.job").unlink(missing_ok=True)
    play.precious.written.pop("storage/app/queue/0001.job", None)
    play.precious.write("storage/app/queue/0002.job")


def _begins(play: Play) -> None:
    """Everything as the application's user has it, which is not the one that deploys."""
    _log(play)
    for path in _OF_THE_APPLICATION:
        play.precious.write(path)
        where = play.live / path
        where.chmod(0o640)
        if os.geteuid() == 0:
            os.chown(where, 33, 33)


def _changed_hands(play: Play) -> list[str]:
    """What is no longer the application's own, and jobs that were done and came back."""
    owner = 33 if os.geteuid() == 0 else os.geteuid()
    stats = {path: (play.live / path).stat() for path in _OF_THE_APPLICATION if (play.live / path).exists()}
    wrong = [
        f"changed hands: {path}" for path, one in stats.items() if (one.st_mode & 0o777, one.st_uid) != (0o640, owner)
    ]
    return wrong + ["a job that was done is back"] * ("storage/app/queue/0001.job" in stats)


@shares
def test_sessions_logs_queues_keys_and_tokens_go_on_across_every_switch(top, share):
    """S08 (I06, I36, I48, I102): same cookie, every line in order, no job twice and none lost, same key, same owner."""
    story = Story(
        "S08",
        (
            Step("deploy", 1),
            Step("deploy", 2, people=_begins),
            Step("deploy", 3, people=_takes_a_job),
            Step("rollback", people=_log),
            Step("rollback", people=_log),
            Step("prune", people=_log, more={"keep": 0}),
        ),
        files=LARAVEL,
        env=_ENV,
        settings=_LARAVEL,
        rule=_changed_hands,
    )
    assert play_through(story, top, share) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="a file that is root's needs root")
def test_a_log_that_a_hook_makes_as_root_is_the_applications_before_it_is_met(top):
    """S08 (I102): the application writes the next line, and nobody needs to mend anything."""
    hooks = ("echo x > storage/logs/cron.log", "echo x > storage/logs/own.log && chown 33 storage/logs/own.log")
    settings = Settings(framework="laravel", web_user="33", before_activation=hooks)
    play = Play(Story("S08", (Step("deploy", 1, settings=settings),), files=LARAVEL, env=_ENV), top)
    os.chown(play.shared / ".env", 33, 33)

    warnings = victim.run(play.request(0))["warnings"]

    assert [line for line in warnings if "may not write" in line] == []
    assert {(play.shared / "storage/logs" / name).stat().st_uid for name in ("cron.log", "own.log")} == {33}


def _env_is(text: str | None):
    """A panel or a person left TEXT in `shared/.env` (None: it is gone), by way of a copy that is kept."""

    def change(play: Play) -> None:
        play.precious.written.setdefault(".env as it was", play.precious.written.pop(".env", b""))
        if not (play.site / "env-as-it-was").exists():
            shutil.copy(play.shared / ".env", play.site / "env-as-it-was")
        (play.shared / ".env").unlink(missing_ok=True)
        if text is not None:
            (play.shared / ".env").write_text(text)

    return change


def _saved_by_rename(play: Play) -> None:
    """The installer's atomic save: a file stands where the link was, and it is the newest."""
    shutil.move(play.site / "env-as-it-was", play.shared / ".env")
    play.precious.written["previous .env"] = play.precious.written.pop(".env as it was")
    hands.write(play.live, {".env": _ENV + "ADDED=by-the-installer\n"})
    play.precious.written[".env"] = (_ENV + "ADDED=by-the-installer\n").encode()


@shares
def test_an_environment_that_is_gone_emptied_cut_or_rekeyed_is_refused_and_a_save_is_followed(top, share):
    """S09 (I31 to I35): four refusals that change nothing; the application's own save is what is served."""
    refused = (None, "", "APP_KEY=base64:correct-horse\n", _ENV.replace("horse", "horsf"))
    story = Story(
        "S09",
        (
            Step("deploy", 1),
            *(Step("deploy", 2, people=_env_is(text), refused=_REFUSED) for text in refused),
            Step("deploy", 2, people=_saved_by_rename),
            _ROLLBACK,
        ),
        files=LARAVEL,
        env=_ENV,
        settings=_LARAVEL,
        hidden=frozenset({".env as it was", "previous .env"}),
    )
    assert play_through(story, top, share) == []


def test_a_judge_that_sees_a_lost_byte_says_so(top):
    """The harness checks itself (G1, G2): a byte taken away, a hidden file and stale code are each noticed."""
    play = Play(Story("self", (Step("deploy", 1), Step("deploy", 2)), settings=Settings(shared=("uploads/",))), top)
    play.step(0)
    play.precious.write("uploads/a.jpg")
    assert play.lost() + play.unserved() == []
    hands.rewrite(play.live / "lib/page.php", "<?php // page of version 0\n")
    (play.shared / "uploads/a.jpg").rename(play.shared / "a.jpg")
    assert play.unserved() == ["served wrongly: lib/page.php", "served wrongly: uploads/a.jpg"]
    (play.shared / "a.jpg").unlink()
    assert play.lost() == ["lost: uploads/a.jpg"]
