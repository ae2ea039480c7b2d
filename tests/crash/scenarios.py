"""The commands that are killed, each on a site that holds what makes it hard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from crash import hands
from holdfast_engine.commands import perform
from holdfast_engine.fs import place
from holdfast_engine.model.request import Request, Settings, Source
from lib.database_writer import Database

_NEW_YEAR = 1_700_000_000.0
ACT_AT, NEXT_AT = _NEW_YEAR + 3600, _NEW_YEAR + 7200


@dataclass(frozen=True)
class Scenario:
    """PREPARE makes the site; ACT is the command that is killed; NEXT what a person types afterwards.

    VIEW is where the application is served from: `current`, or the site itself while it is
    adopted or given back; ENDS is where it is after all of that. What is LEFT is no site any more:
    `recover` would make one of a layout. DATABASES are to be read there, whole, at every moment.
    EITHER are paths where what was served before or after may be served at the end (a stray of a
    retired release is brought home by some commands, and stays there otherwise); MORE are such as
    may be served as well, where `recover` found no state and therefore took everything for data.
    With a GAP a path may be missing at the instant of a crash: names that cannot be exchanged,
    several files for as many.
    """

    name: str
    prepare: Callable[[Path, Path], None]
    act: Callable[[Path, Path], Request]
    next: Callable[[Path, Path], list[Request]]
    view: str = "current"
    ends: str = "current"
    left: bool = False
    databases: frozenset[str] = frozenset()
    either: frozenset[str] = frozenset()
    more: frozenset[str] = frozenset()
    gap: bool = False


WITHOUT_EXCHANGE = "no-exchange"
"""A scenario on a file system that renames and does not exchange (NFS, many FUSE): known by the path of its sites."""
_UNKNOWN_FLAG = 1 << 20


def run(request: Request) -> dict[str, Any]:
    with _as_its_file_system_does(request.site):
        return perform(request, tell=lambda _event: None, ask=lambda _plan: True)


@contextmanager
def _as_its_file_system_does(site: str) -> Iterator[None]:
    """The kernel itself refuses the exchange (EINVAL): every other call of it is as it is."""
    known = place._EXCHANGE
    try:
        if f"/{WITHOUT_EXCHANGE}/" in site:
            place._EXCHANGE = _UNKNOWN_FLAG
        yield
    finally:
        place._EXCHANGE = known


def _request(site: Path, command: str, *, at: float = ACT_AT, **more: Any) -> Request:
    return Request(command, **{"site": str(site), "now": at, "yes": True, **more})


def deploying(version: int, *, at: float = ACT_AT) -> Callable[[Path, Path], Request]:
    def request(site: Path, sources: Path) -> Request:
        source = Source("directory", str(sources / f"v{version}"))
        return _request(site, "deploy", at=at, source=source, settings=Settings())

    return request


def then_deploy(version: int) -> Callable[[Path, Path], list[Request]]:
    return lambda site, sources: [deploying(version, at=NEXT_AT)(site, sources)]


def asking(command: str, **more: Any) -> Callable[[Path, Path], Request]:
    return lambda site, _sources: _request(site, command, **more)


def _with_shared_only(site: Path, _sources: Path) -> None:
    """A person made the directory and put the environment and old uploads there."""
    hands.write(site / "shared", {".env": "APP_KEY=k\nAPP_NAME=first\n", "public/uploads/old.jpg": "an old upload\n"})


def _deployed(site: Path, sources: Path, versions: tuple[int, ...]) -> None:
    _with_shared_only(site, sources)
    for count, version in enumerate(versions):
        run(deploying(version, at=_NEW_YEAR + 60 * count)(site, sources))


def use(live: Path, mark: str) -> None:
    """The application and its people at work: uploads, strays, edits, a database, detached links."""
    hands.write(live / "public/uploads", {f"{mark}.jpg": f"upload {mark}\n"})
    hands.write(live / "storage/app", {f"{mark}.pdf": f"invoice {mark}\n"})
    hands.write(live, {"public/sitemap.xml": f"a stray file {mark}\n"})
    hands.write(live, {f"public/certificates/{mark}/one.pdf": f"a stray directory {mark}\n"})
    if not (live / "public/certificates/latest").is_symlink():
        hands.link(live / "public/certificates/latest", mark)
    hands.write(live, {".env": f"APP_KEY=k\nAPP_NAME=detached-{mark}\n"})
    if not (live / "database/app.sqlite").exists():
        hands.write_database(live / "database/app.sqlite", mark)
    hands.rewrite(live / "resources/views/home.blade.php", f"edited on the server {mark}\n")
    hands.rewrite(live / "public/robots.txt", f"robots edited on the server {mark}\n")
    _edit_seeds(live, mark)
    _detach_storage(live, mark)


def _edit_seeds(live: Path, mark: str) -> None:
    hands.rewrite(live / "public/avatars/kept.svg", f"<svg>our own logo {mark}</svg>\n")
    if (live / "public/avatars/deleted.svg").exists():
        hands.remove(live / "public/avatars/deleted.svg")


def _detach_storage(live: Path, mark: str) -> None:
    """An old script made `storage/logs`' parent a directory again: some of it is also shared, in another version."""
    content = {path.name: path.read_text() for path in (live / "storage/app").glob("*.pdf")}
    files = {f"app/{name}": text for name, text in content.items()}
    files |= {"logs/laravel.log": f"log in the release {mark}\n", f"app/detached-{mark}.pdf": f"only here {mark}\n"}
    hands.write(live / "storage", {"logs/laravel.log": f"log in shared {mark}\n"})
    hands.detach(live / "storage", files)


def _live(site: Path) -> Path:
    return site / (site / "current").readlink()


def _used(site: Path, sources: Path) -> None:
    _deployed(site, sources, (1,))
    use(_live(site), "one")


def _used_after_two(site: Path, sources: Path) -> None:
    """Two releases; both were written to, the retired one after it retired."""
    _deployed(site, sources, (1, 2))
    elder = min((site / "releases").iterdir())
    use(_live(site), "two")
    late = "written by a worker that still ran in the old release\n"
    hands.write(elder, {"public/late.txt": late, "public/photos-0/a.jpg": f"a photo {late}"})


def _ready_to_prune(site: Path, sources: Path) -> None:
    """Two retired releases with strays and edits, and something of an earlier operation in the trash."""
    _deployed(site, sources, (1, 2))
    use(_live(site), "two")
    run(deploying(3, at=_NEW_YEAR + 300)(site, sources))
    for number, release in enumerate(sorted((site / "releases").iterdir())[:2]):
        hands.write(
            release, {f"public/late-{number}.txt": f"late {number}\n", f"notes-{number}/n.txt": f"a note {number}\n"}
        )
        hands.write(release, {f"public/photos-{number}/a.jpg": f"photo {number}\n"})
        hands.rewrite(release / "public/index.php", f"<?php // patched in place {number}\n")


def _plain(site: Path, sources: Path) -> None:
    """An application that somebody copied to the server by hand, in use for years."""
    hands.copy_tree(sources / "v1", site)
    hands.write(site, {".env": "APP_KEY=plain\n", "public/uploads/a.jpg": "upload\n", "storage/app/b.pdf": "bill\n"})
    hands.write(site, {"public/sitemap.xml": "stray\n", "public/certificates/c.pdf": "certificate\n"})
    hands.write(site, {"storage/app/public/d.png": "picture\n", "bootstrap/cache/config.php": "<?php\n"})
    hands.link(site / "public/storage", "./../storage/app/public")


def _scripted(site: Path, sources: Path) -> None:
    """Another tool's layout: two releases, `current`, and data in the live one."""
    for number in (1, 2):
        hands.copy_tree(sources / f"v{number}", site / "releases" / str(number))
    live = site / "releases/1"
    hands.write(site / "shared", {".env": "APP_KEY=shared\n"})
    hands.write(live, {".env": "APP_KEY=live\n", "public/uploads/a.jpg": "upload\n", "storage/app/b.pdf": "bill\n"})
    hands.write(live, {"public/certificates/c.pdf": "certificate\n", "storage/app/public/d.png": "picture\n"})
    hands.link(live / "public/storage", "./../storage/app/public")
    hands.link(site / "current", "releases/1")


def _left_behind(site: Path, sources: Path) -> None:
    """As above, and a whole directory and a log in the release that was left; nothing was swept since."""
    _used_after_two(site, sources)
    elder = min((site / "releases").iterdir())
    hands.write(elder, {"public/photos-0/a.jpg": "a photo of a worker that stayed\n", "public/late-0.txt": "late\n"})


def _adopted(site: Path, sources: Path) -> None:
    """A plain directory that was adopted, whose old process runs on: it saves by rename, and makes new names."""
    _plain(site, sources)
    hands.write(site, {"notes.txt": "notes of before\n"})
    run(_request(site, "adopt", at=_NEW_YEAR))
    hands.write(site / "current", {"notes.txt": "notes, at current\n"})
    hands.write(site, {"notes.txt": "notes, saved last where they were\n", "app.log": "a log\n"})
    hands.write(site, {"reports/1.pdf": "a report\n", "reports/2026/2.pdf": "another\n"})


def _adopted_alone(site: Path, sources: Path) -> None:
    """The same, to which nothing was deployed."""
    _adopted(site, sources)
    run(_request(site, "sweep", at=_NEW_YEAR + 60))
    hands.write(site / "current", {"public/uploads/new.jpg": "an upload since\n"})


def _adopted_and_deployed(site: Path, sources: Path) -> None:
    """The same, with a release of ours that is in use, and one before it."""
    _adopted(site, sources)
    for version in (2, 3):
        run(deploying(version, at=_NEW_YEAR + 60 * version)(site, sources))
    hands.write(_live(site), {"public/uploads/new.jpg": "an upload since\n", "public/sitemap.xml": "a stray since\n"})


def _layout_adopted(site: Path, sources: Path) -> None:
    _scripted(site, sources)
    run(_request(site, "adopt", at=_NEW_YEAR))
    hands.write(site / "current", {"public/uploads/new.jpg": "an upload since\n"})


def _with_databases(site: Path, sources: Path) -> None:
    """Two databases beside code whose writer was killed: newest rows are in what stands beside them."""
    _deployed(site, sources, (1,))
    for name in ("club.sqlite", "books/books.db"):
        _killed_writer(_live(site), name, rows=4)


def _killed_writer(live: Path, name: str, *, rows: int) -> None:
    writer = Database(name, "wal")
    writer.write(live, rows)
    writer.stop()


def _with_database_in_the_attic(site: Path, sources: Path) -> None:
    """A database came home; somebody took its links away and began another one, which the next deploy brought home."""
    _with_databases(site, sources)
    run(deploying(2, at=_NEW_YEAR + 300)(site, sources))
    live = _live(site)
    for link in live.glob("club.sqlite*"):
        link.unlink()
    _killed_writer(live, "club.sqlite", rows=2)
    run(deploying(1, at=_NEW_YEAR + 600)(site, sources))


def _linking(number: int) -> Callable[[Path, Path], Request]:
    def request(site: Path, _sources: Path) -> Request:
        return _request(site, "link", release=str(site / "releases" / str(number)), path=str(site / "shared"))

    return request


def _linked_again(number: int) -> Callable[[Path, Path], list[Request]]:
    return lambda site, sources: [replace(_linking(number)(site, sources), now=NEXT_AT)]


def _adopt_then_deploy(site: Path, sources: Path) -> list[Request]:
    return [_request(site, "adopt", at=NEXT_AT), deploying(3, at=NEXT_AT + 60)(site, sources)]


def _told(command: str) -> Callable[[Path, Path], Request]:
    """COMMAND with the version that was shipped before Holdfast came."""
    return lambda site, sources: _request(site, command, was=(Source("directory", str(sources / "v1")),))


def _taken_along(site: Path, sources: Path) -> None:
    """A plain directory that was adopted without a word on what was shipped, and a deploy that took its files along."""
    _plain(site, sources)
    hands.write(
        site, {"docs/manual.txt": "of the first version\n", "public/old.php": "<?php // of the first version\n"}
    )
    run(_request(site, "adopt", at=_NEW_YEAR))
    run(deploying(2, at=_NEW_YEAR + 60)(site, sources))


def _recover_then_deploy(site: Path, sources: Path) -> list[Request]:
    return [_request(site, "recover", at=NEXT_AT), deploying(3, at=NEXT_AT + 60)(site, sources)]


def _leave_again(site: Path, _sources: Path) -> list[Request]:
    return [_request(site, "leave", at=NEXT_AT)]


def _stateless(site: Path, sources: Path) -> None:
    """Somebody removed `.holdfast/` of a site in use."""
    import shutil

    _used_after_two(site, sources)
    shutil.rmtree(site / ".holdfast")


def _with_attic(site: Path, sources: Path) -> None:
    """A deploy displaced an environment and a directory of logs; both have successors now."""
    _used(site, sources)
    run(deploying(2, at=_NEW_YEAR + 300)(site, sources))


def _with_code_to_review(site: Path, sources: Path) -> None:
    """Programs that somebody put beside the code, deployed twice, and a script among the uploads."""
    _deployed(site, sources, (1,))
    program = "<?php echo 'a tool of our own';\n"
    hands.write(
        _live(site), {"public/tool.php": program, "public/forum/index.php": "<?php echo 'a forum, and all its code';\n"}
    )
    hands.write(_live(site), {"public/forum/lib/User.php": "<?php class User {}\n", "public/forum/note.txt": "ours\n"})
    run(deploying(2, at=_NEW_YEAR + 300)(site, sources))
    hands.write(site / "shared/public/uploads", {"script.php": "<?php // came as an upload\n"})


def _deciding(verb: str, path: str) -> Callable[[Path, Path], Request]:
    return asking("review", intent=verb, words=(path,))


_LATER = then_deploy(3)
_LATE = frozenset(
    {f"public/{name}" for name in ("late.txt", "late-0.txt", "late-1.txt", "photos-0/a.jpg", "photos-1/a.jpg")}
    | {"notes-0/n.txt", "notes-1/n.txt"}
)
_DATABASES = frozenset({"club.sqlite", "books/books.db"})
_ONE_SET: dict[str, Any] = {
    "databases": frozenset({"club.sqlite"}),
    "either": frozenset(f"club.sqlite{suffix}" for suffix in ("", "-wal", "-shm")),
    "gap": True,
}
_SHIPPED_SEEDS = frozenset({"public/avatars/updated.svg", "public/avatars/kept.svg"})
_PLAIN: dict[str, Any] = {"view": "", "ends": "", "left": True, "either": frozenset({"notes.txt"})}
_UNDO = asking("leave", words=("undo",))
_SEED_OF_NEXT = frozenset({"public/avatars/seed2.svg"})

SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("deploy-first", _with_shared_only, deploying(1), then_deploy(2)),
        Scenario("deploy-later", _used, deploying(2), _LATER),
        Scenario("rollback", _used_after_two, asking("rollback"), _LATER, either=_LATE),
        Scenario("prune", _ready_to_prune, asking("prune", keep=0), _LATER, either=_LATE),
        Scenario("link-fresh", _scripted, _linking(2), _linked_again(2)),
        Scenario("link-live", _scripted, _linking(1), _linked_again(1), more=_SEED_OF_NEXT),
        Scenario("adopt-plain", _plain, asking("adopt"), _adopt_then_deploy, view=""),
        Scenario("adopt-was", _plain, _told("adopt"), _adopt_then_deploy, view="", either=_SHIPPED_SEEDS),
        Scenario("baseline", _taken_along, _told("baseline"), _LATER),
        Scenario("adopt-layout", _scripted, asking("adopt"), _adopt_then_deploy),
        Scenario("recover", _used_after_two, asking("recover"), _LATER, either=_LATE),
        Scenario("recover-stateless", _stateless, asking("recover"), _recover_then_deploy),
        Scenario("sweep", _left_behind, asking("sweep"), _LATER, either=_LATE),
        Scenario("old-root", _adopted, deploying(2), _LATER, either=frozenset({"notes.txt"})),
        Scenario("sets", _with_databases, deploying(2), _LATER, databases=_DATABASES),
        Scenario("restore-set", _with_database_in_the_attic, asking("restore", path="club.sqlite"), _LATER, **_ONE_SET),
        Scenario(WITHOUT_EXCHANGE, _used, deploying(2), _LATER, gap=True),
        Scenario(
            "review-drop",
            _with_code_to_review,
            _deciding("drop", "public/forum"),
            _LATER,
            either=frozenset(f"public/forum/{name}" for name in ("index.php", "lib/User.php", "note.txt")),
        ),
        Scenario(
            "review-drop-data",
            _with_code_to_review,
            _deciding("drop", "public/uploads/script.php"),
            _LATER,
            either=frozenset({"public/uploads/script.php"}),
        ),
        Scenario("review-share", _with_code_to_review, _deciding("share", "public/forum"), _LATER),
        Scenario("restore", _with_attic, asking("restore", path=".env"), _LATER, either=frozenset({".env"})),
        Scenario("undo-plain", _adopted_alone, _UNDO, _leave_again, **_PLAIN),
        Scenario("undo-layout", _layout_adopted, _UNDO, _leave_again, more=_SEED_OF_NEXT, left=True),
        Scenario("leave-plain", _adopted_and_deployed, asking("leave"), _leave_again, **_PLAIN),
        Scenario("leave-layout", _used_after_two, asking("leave"), _leave_again, either=_LATE, left=True),
    )
}
