"""Scenarios S14 to S18 of incidents.md: what is kept, what is taken away, and the way back."""

from __future__ import annotations

import os
import random
import time
from dataclasses import replace

from crash import hands, victim
from crash.shim import Shim
from holdfast_engine.model.request import Request, Settings
from lib.oracle import digest, lost
from lib.precious import let_write
from lib.world import LARAVEL
from scenarios.faults import Stage, play_through, shares
from scenarios.play import Play, Step, Story, wrote

_ENV = "APP_KEY=base64:k\nAPP_NAME=Shop\n"
_ROLLBACK = Step("rollback")
_KEEP_NONE = {"keep": 0}
_FAILING = Settings(framework="generic-php", before_activation=("exit 3",))
_DAY = 86_400


def _times_at_random(play: Play) -> None:
    """A backup was put back: every release has whatever time, and the machine is in another zone now."""
    for number, release in enumerate(sorted((play.site / "releases").iterdir())):
        moment = random.Random(number).randrange(2_000_000_000)
        os.utime(release, (moment, moment))
    _in_zone("Pacific/Apia")(play)


def _in_zone(zone: str):
    def change(play: Play) -> None:
        os.environ["TZ"] = zone
        time.tzset()
        play.precious.write(f"public/uploads/{zone.replace('/', '-')}.jpg")

    return change


def _stages_next_door(play: Play) -> None:
    """A second environment of the application on the same host is deployed and pruned to nothing but itself."""
    site = str(play.site) + "-staging"
    for number, command in enumerate(("deploy", "prune")):
        request = play.request(0) if command == "deploy" else Request("prune", site, now=0.0, yes=True, keep=0)
        victim.run(replace(request, site=site, now=float(number)))


@shares
def test_whatever_clocks_zones_times_and_failures_say_the_live_and_the_last_good_version_stay(top, share):
    """S14 (I37 to I42, I46, I49): clocks that go back, new zones, failed deploys, a second site, the least to keep."""
    story = Story(
        "S14",
        (
            Step("deploy", 1, at=40 * _DAY),
            Step("deploy", 2, people=_in_zone("America/Caracas"), at=30 * _DAY),
            Step("deploy", 3, people=_times_at_random, settings=_FAILING, refused="hook-failed", at=-900 * _DAY),
            Step("deploy", 3, settings=_FAILING, refused="hook-failed", at=9000 * _DAY),
            Step("deploy", 4, people=_in_zone("Europe/Lisbon"), at=0),
            Step("prune", people=_stages_next_door, at=-1, more={"keep": 1}),
            Step("rollback", at=10 * _DAY),
        ),
        rule=lambda play: [] if play.version == 2 else [f"back to {play.version}, not to the last good one"],
    )
    assert play_through(story, top, share) == []


def _suspicious(play: Play) -> None:
    """In releases that nobody serves any more: a file of somebody's, a whole folder, a patched page."""
    play.precious.write("backup-of-my-photos.tar", into=play.release(1))
    play.precious.write("invoices/2024/one.pdf", into=play.release(1))
    play.precious.write("lib/page.php", into=play.release(2))


_LATE = "saved by a process that was still in a release when it went to the trash\n"


def _late_in_the_trash(play: Play) -> None:
    for release in [one.parent for one in (play.site / ".holdfast/trash").glob("*/VERSION")][:1]:
        let_write(release / "late.txt")
        (release / "late.txt").write_text(_LATE)
        play.wrote_late = True


def _kept(play: Play) -> list[str]:
    late = {"late.txt": digest(_LATE.encode())} if getattr(play, "wrote_late", False) else {}
    return _is(5)(play) + lost(play.site, late)


@shares
def test_a_clean_up_that_fails_never_undoes_the_deploy_and_takes_nothing_that_is_not_proven(top, share):
    """S15 (I47, I48): strangers' files in what is removed are kept, and a deploy that cannot clean up is live."""
    settings = Settings(framework="generic-php", keep=0)
    story = Story(
        "S15",
        (
            Step("deploy", 1, settings=Settings(framework="generic-php")),
            Step("deploy", 2, settings=Settings(framework="generic-php")),
            Step("deploy", 3, people=wrote("uploads/a.jpg"), settings=Settings(framework="generic-php")),
            Step("deploy", 4, people=_suspicious, settings=settings),
            Step("prune", more=_KEEP_NONE),
            Step("deploy", 5, people=_late_in_the_trash, settings=settings),
        ),
        hidden=frozenset({"backup-of-my-photos.tar", "invoices/2024/one.pdf", "lib/page.php"}),
        rule=_kept,
    )
    assert play_through(story, top, share) == []


def _stale_by_hand(play: Play) -> None:
    """What tools leave behind, each in the place where it would do most harm."""
    state, live = play.site / ".holdfast", os.readlink(play.live)
    (state / "lock").write_text("held by somebody, pid 1, since last year\n")
    (state / "current").symlink_to(f"../{live}")
    for name in ("scratch/own-.holdfast-site.json", "trash/000001-deploy-old"):
        (state / name).symlink_to("../../" + live)
    (play.site / "releases/leftover").symlink_to(play.live.resolve())
    hands.write(play.site / "releases/half", {"VERSION": "1\n"})
    (play.site / "releases/half").chmod(0o700)
    play.precious.write("uploads/during.jpg")


def _is(version: int):
    return lambda play: [] if play.version == version else [f"version {play.version} is live, not {version}"]


_S16 = Story(
    "S16",
    (
        Step("deploy", 1),
        Step("deploy", 2, people=wrote("uploads/a.jpg")),
        Step("deploy", 3, people=_stale_by_hand),
        _ROLLBACK,
        _ROLLBACK,
        Step("rollback", refused="nothing-to-roll-back-to"),
    ),
    rule=_is(1),
)


@shares
def test_from_every_stale_state_a_deploy_and_two_rollbacks_lead_where_they_should(top, share):
    """S16 (I39, I50, I51, I53, I96): links, locks and half a release left over by hand; then the way back, twice."""
    assert play_through(_S16, top, share) == []


@shares
def test_two_rollbacks_right_after_a_kill_lead_to_good_versions_alone(top, share):
    """S16 (I50, I51, I96): a deploy is killed anywhere and nobody recovers: two rollbacks, each to a good version."""
    stage, wrong = Stage(_S16, top), []
    wrong += stage.undisturbed()
    calls = [call for number, call in stage.calls if number == 2]
    for call in calls[share[1] :: max(len(calls) // share[0], 1)]:
        play = stage.before[2].copy()
        victim.perform(play.request(2), Shim(str(play.site), call, "killed" if call % 2 else "kill"))
        wrong += _back_twice(play)
    assert wrong == []


def _back_twice(play: Play) -> list[str]:
    """From the second version or the third, whichever the kill left: one back, one more where there is one."""
    was = play.version
    wrong = play.ended(play.request(3)) + play.unserved()
    wrong += play.ended(play.request(4), "nothing-to-roll-back-to" if was == 2 else "") + play.unserved()
    return wrong + play.lost() + _is(1)(play)


_TEMPTING = ("..", "../..", "../../outside", "/", ".", "*", ".*")


def _traps(play: Play) -> None:
    """Links to elsewhere, in releases that will be removed, in the trash and under names that are patterns."""
    outside = play.top / "outside"
    if not outside.exists():
        hands.write(outside, {"precious.txt": "not ours\n", ".git/config": "[core]\n"})
    elder = play.release(1)
    for number, target in enumerate((str(outside), *_TEMPTING)):
        hands.link(elder / f"link-{number}", target)
    hands.link(elder / "*", str(outside))
    (play.site / ".holdfast/trash/000001-deploy-x").symlink_to(outside)
    (play.site / "releases/0001").symlink_to(outside)
    hands.write(play.site / "releases/-rf", {"kept.txt": "not ours either\n"})


def _untouched(play: Play) -> list[str]:
    due = [play.top / "outside/precious.txt", play.top / "outside/.git/config", play.site / "releases/-rf/kept.txt"]
    return [f"lost: {path.name}" for path in due if not path.is_file()]


@shares
def test_what_is_deleted_is_a_release_of_ones_own_and_nothing_that_a_link_or_a_name_leads_to(top, share):
    """S17 (I14, I27, I43 to I45, I55, G9): links out of the site, patterns as names, a release that is a link."""
    story = Story(
        "S17",
        (
            Step("deploy", 1),
            Step("deploy", 2, people=wrote("uploads/a.jpg")),
            Step("deploy", 3),
            Step("prune", people=_traps, more=_KEEP_NONE),
            Step("deploy", 4),
            Step("prune", more=_KEEP_NONE),
        ),
        rule=_untouched,
    )
    assert play_through(story, top, share) == []


def _detached(mark: str):
    """The application saved `.env` and its folder of pictures by renaming: files stand where the links were."""

    def change(play: Play) -> None:
        text = f"{_ENV}MARK={mark}\n"
        hands.write(play.live, {".env": text})
        play.precious.written[f".env {mark}"] = text.encode()
        play.precious.written[".env"] = text.encode()

    return change


def _first_env_is_served_again(play: Play) -> None:
    """From here on the first is expected; the second goes to the attic."""
    play.unseen = frozenset({".env"})


def _one_of_both(play: Play) -> list[str]:
    served = (play.live / ".env").read_bytes()
    return [] if served == play.precious.written[".env one"] else [f"a restore left {served!r}"]


@shares
def test_a_restore_saves_what_it_replaces_before_it_replaces_it(top, share):
    """S18 (I22, I56, I72, G5): at every call the old or the new content is served, and both are kept."""
    story = Story(
        "S18",
        (
            Step("deploy", 1),
            Step("deploy", 2, people=_detached("one")),
            Step("deploy", 3, people=_detached("two")),
            Step("restore", people=_first_env_is_served_again, more={"path": ".env"}),
            Step("prune", more=_KEEP_NONE),
        ),
        files=LARAVEL,
        env=_ENV,
        settings=Settings(framework="laravel"),
        hidden=frozenset({".env one", ".env two"}),
        rule=_one_of_both,
    )
    assert play_through(story, top, share) == []
