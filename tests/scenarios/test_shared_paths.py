"""Scenarios S01 to S05 of incidents.md: where data lies, and what is linked to it."""

from __future__ import annotations

import shutil

from crash import hands
from holdfast_engine.model.request import Settings
from lib.world import LARAVEL
from scenarios.faults import play_through, shares
from scenarios.play import Play, Step, Story, wrote

_PRUNED = Step("prune", more={"keep": 0})
_ROLLBACK = Step("rollback")


def _php(*shared: str) -> Settings:
    return Settings(framework="generic-php", shared=shared)


def _edits_a_template(play: Play) -> None:
    wrote("public/exports/late.csv", "resources/views/home.blade.php")(play)
    play.precious.write("public/written-to-the-old-release.txt", into=play.release(1))


@shares
def test_what_people_wrote_anywhere_is_found_before_the_switch_and_followed_through_all_of_it(top, share):
    """S01 (I01 to I04, I07, I09, I48): unknown folders, source folders, a shipped template, a retired release."""
    story = Story(
        "S01",
        (
            Step("deploy", 1),
            Step("deploy", 2, people=wrote("public/images/u1.png", "public/qr/1.svg", "app/pages/members.html")),
            Step("deploy", 3, people=_edits_a_template),
            Step("rollback", people=wrote("plugins/forum/forum.php")),
            _ROLLBACK,
            _PRUNED,
        ),
        files=LARAVEL,
        env="APP_KEY=base64:k\nAPP_NAME=Shop\n",
        settings=Settings(framework="laravel"),
        hidden=frozenset({"resources/views/home.blade.php", "public/written-to-the-old-release.txt"}),
    )
    assert play_through(story, top, share) == []


@shares
def test_a_path_that_is_shared_later_and_then_named_no_more_keeps_every_file(top, share):
    """S02 (I08, I10 to I12, I75, I80): the list grows, shrinks, and is forgotten; `shared/` remembers."""
    story = Story(
        "S02",
        (
            Step("deploy", 1),
            Step("deploy", 2, people=wrote("media/1.jpg", "media/2/a.jpg"), settings=_php("media", "papers")),
            Step("deploy", 3, people=wrote("media/3.jpg", "papers/bill.pdf"), settings=_php("papers")),
            Step("deploy", 4, people=wrote("media/4.jpg"), settings=_php()),
            _ROLLBACK,
            _PRUNED,
        ),
        rule=lambda play: [
            f"not shared: {path}" for path in ("media", "papers") if not (play.live / path).is_symlink()
        ],
    )
    assert play_through(story, top, share) == []


def _edits_what_was_shipped(play: Play) -> None:
    for path in ("uploads/user.jpg", "uploads/default.jpg", "data/members.json"):
        play.precious.write(path, into=play.shared)
    hands.remove(play.shared / "uploads/unwanted.jpg")


def _seeds_are_added(play: Play) -> list[str]:
    due = {"uploads/new.jpg": "new in 2\n", "uploads/newest.jpg": "new in 3\n"}
    wrong = [f"seed not added: {path}" for path, text in due.items() if (play.live / path).read_text() != text]
    return wrong + ["what was deleted is back"] * (play.live / "uploads/unwanted.jpg").exists()


@shares
def test_what_git_and_people_both_own_is_added_to_and_never_overwritten(top, share):
    """S03 (I03, I07, I13, I20, I25, I69, I70): new seeds arrive, edited ones stay, whatever a version ships there."""
    story = Story(
        "S03",
        (
            Step("deploy", 1),
            Step("deploy", 2, people=_edits_what_was_shipped),
            Step("deploy", 3, people=wrote("uploads/user2.jpg")),
            _ROLLBACK,
            Step("deploy", 3),
            _PRUNED,
        ),
        of_version={
            1: {"uploads/default.jpg": "default, {version}\n", "data/members.json": '{"version": {version}}\n'},
            0: {"uploads/unwanted.jpg": "sold with the application\n"},
            2: {"uploads/new.jpg": "new in 2\n"},
            3: {"uploads/newest.jpg": "new in 3\n"},
        },
        settings=_php("uploads/", "data/"),
        rule=_seeds_are_added,
    )
    assert play_through(story, top, share) == []


_ODD = (
    "odd/ -rf *",
    "odd/two\nlines.txt",
    "odd/übung.txt",
    "odd/U\u0308bung.txt",
    "odd/Case",
    "odd/case",
    "odd/%2e%2e",
)


@shares
def test_however_a_shared_path_is_spelt_the_same_files_stand_in_it(top, share):
    """S04 (I14, I15, I18, I27, I45, I68): nested, dots, slashes, spaces, accents, line ends; ways out are refused."""
    story = Story(
        "S04",
        (
            Step("deploy", 1, settings=_php("storage", "storage/app", "img/news", "img/news letters")),
            Step("deploy", 2, people=wrote("storage/app/a", "img/news/b", "img/news letters/c", *_ODD)),
            Step("deploy", 3, settings=_php("storage/../../etc"), refused="path-invalid"),
            Step("deploy", 3, settings=_php("./storage//app/", "storage/", "img/news letters/", "odd")),
            _ROLLBACK,
            _PRUNED,
        ),
        settings=_php("storage", "img/news/"),
    )
    assert play_through(story, top, share) == []


def _a_real_directory(play: Play) -> None:
    """An old script made the link a directory again; one picture differs there, one stands there alone."""
    play.precious.written["a.jpg of before"] = play.precious.write("uploads/a.jpg")
    made = {"a.jpg": "a, as users see it now\n", "b.jpg": "b, in the release alone\n"}
    hands.detach(play.live / "uploads", made)
    play.precious.written |= {f"uploads/{name}": text.encode() for name, text in made.items()}


def _a_dead_link(play: Play) -> None:
    hands.remove(play.live / "uploads")
    hands.link(play.live / "uploads", "uploads")
    play.unseen = frozenset(path for path in play.precious.written if path.startswith("uploads/"))


def _no_directory(play: Play) -> None:
    play.unseen = frozenset(path for path in play.precious.written if path.startswith("uploads/"))
    shutil.move(play.shared / "uploads", play.site / "moved-away")
    (play.shared / "uploads").write_text("a file\n")


def _the_directory_again(play: Play) -> None:
    (play.shared / "uploads").unlink()
    shutil.move(play.site / "moved-away", play.shared / "uploads")


@shares
def test_another_kind_of_thing_at_a_shared_path_is_put_right_or_refused(top, share):
    """S05 (I16 to I24, I30): a directory for a link, a loop for a link, a file for the directory that is shared."""
    story = Story(
        "S05",
        (
            Step("deploy", 1),
            Step("deploy", 2, people=_a_real_directory),
            Step("deploy", 3, people=_a_dead_link),
            Step("deploy", 4, people=_no_directory, refused="checklist-refused"),
            Step("deploy", 4, people=_the_directory_again),
            _ROLLBACK,
        ),
        settings=_php("uploads/"),
        hidden=frozenset({"a.jpg of before"}),
        rule=lambda play: [] if (play.live / "uploads").resolve() == play.shared / "uploads" else ["no link"],
    )
    assert play_through(story, top, share) == []
