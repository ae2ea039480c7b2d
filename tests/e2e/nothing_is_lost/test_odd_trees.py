"""Odd things among the users' data, through whole commands: no byte is lost, and every word is clear."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast_engine.model.problem import Problem
from lib import tally
from lib.by_turns import by_turns
from lib.everything import kept, things, users
from lib.once import workshop
from lib.refusals import outcome
from lib.world import PLAIN, World

SHARED, STRAY = "public/uploads/odd", "public/odd"
PLACES = (SHARED, STRAY)
OUT, MENDED = Counter([("link", "../../../../..")]), ("link", "../../../..")
"""A link that leads out of the site, and its text one directory higher: it leads where it led (G2)."""
ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not ROOT, reason="needs root")


@pytest.fixture
def top():
    """A directory on which an fsync costs nothing."""
    made = workshop()
    yield made
    subprocess.run(["rm", "-rf", made], check=True)


def live(top: Path) -> World:
    world = World(top, PLAIN, env=None)
    world.ship()
    return world


def as_it_led(found: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """FOUND, in which a link that was mended counts as it was planted."""
    return found | OUT if MENDED in found else found


def run_all(world: World, *, bytes_of: Counter[tuple[str, str]]) -> list[Problem]:
    """Deploy twice, back, prune, recover; after each all of BYTES_OF is there. The problems that were met."""
    met = []
    prune = lambda: world.perform("prune", keep=0)  # noqa: E731
    for act in (
        world.ship,
        world.ship,
        world.rollback,
        prune,
        lambda: world.perform("recover"),
        world.ship,
        prune,
        prune,
    ):
        problem = outcome(act)
        met += [problem] if problem else []
        lost = users(bytes_of) - as_it_led(users(kept(world.site)))
        assert not lost, f"lost: {lost}"
    return met


def content(number: int) -> bytes:
    return b"odd number %d\n" % number * 3


def write(folder: int, name: bytes, number: int) -> None:
    with os.fdopen(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644, dir_fd=folder), "wb") as stream:
        stream.write(content(number))


def names(where: Path) -> None:
    """Names that shells, terminals, encodings and programs trip over."""
    odd = [
        b"-rf", b"--help", b"-", b"a\nb", b"\r", b"\t", b"\x1b[2J", b"\xff\xfe.jpg", b"caf\xe9", b"\xed\xa0\x80", b" ",
        b"a b ", b"'", b'"', b"`id`", b"$(id)", b"$HOME", b"*", b"?", b"[a]", b"{a,b}", b"~", b"\\", b"a\\nb", b";",
        b"|", b"&", b"#", b"!", b"%s", b"%00", b"con", b"...", b".htaccess", b".git", b".gitignore", b".holdfast",
        b"x" * 255,
        "\u00e9".encode(), "e\u0301".encode(), "\u202eexe.jpg".encode(), "\U0001f600".encode(),
        b"a" * 250 + b"\xff" * 5,
    ]  # fmt: skip
    folder = os.open(where, os.O_RDONLY)
    for number, name in enumerate(odd):
        write(folder, name, number)
        os.mkdir(name[:200] + b".d", dir_fd=folder)
        inside = os.open(name[:200] + b".d", os.O_RDONLY, dir_fd=folder)
        write(inside, name, 1000 + number)
        os.close(inside)
    os.close(folder)


def deep(where: Path, levels: int, name: bytes) -> None:
    folder = os.open(where, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir(name, dir_fd=folder)
        below = os.open(name, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    write(folder, b"at the end", levels)
    os.close(folder)


def long_path(where: Path) -> None:
    """Twenty directories of 250 bytes: 5,020 bytes, more than the kernel takes in one path."""
    deep(where, 20, b"l" * 250)


def a_thousand_levels(where: Path) -> None:
    deep(where, 1000, b"d")


def special(where: Path) -> None:
    """FIFOs and sockets, beside files."""
    os.mkfifo(where / "fifo")
    with socket.socket(socket.AF_UNIX) as one:
        here = os.getcwd()
        os.chdir(where)
        one.bind("socket")
        os.chdir(here)
    (where / "file").write_bytes(content(1))


def devices(where: Path) -> None:
    """Devices as root makes them in a chroot below the web root."""
    os.mknod(where / "null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    os.mknod(where / "disk", stat.S_IFBLK | 0o600, os.makedev(7, 250))
    (where / "file").write_bytes(content(1))


def set_ids(where: Path) -> None:
    """Files whose mode has set-id and sticky bits, and files that nobody may read."""
    for number, mode in enumerate((0o4755, 0o2755, 0o6755, 0o1644, 0o000, 0o200, 0o7777)):
        (where / f"{mode:o}").write_bytes(content(number))
        (where / f"{mode:o}").chmod(mode)


def sparse(where: Path) -> None:
    """A file of one gibibyte that holds a few bytes."""
    with open(where / "image", "wb") as stream:
        stream.truncate(1 << 30)
        stream.seek(1 << 29)
        stream.write(content(1))


def links(where: Path) -> None:
    """Links to everywhere and nowhere, to themselves and in circles."""
    for number, text in enumerate(("/", "/etc/passwd", "..", ".", "self", "nowhere", "../../../../..", "x" * 4000)):
        (where / f"link{number}").symlink_to(text)
    (where / "self").symlink_to("self")
    (where / "one").symlink_to("two")
    (where / "two").symlink_to("one")
    (where / "file").write_bytes(content(1))
    os.link(where / "file", where / "second name")


ODDITIES = [names, long_path, a_thousand_levels, special, set_ids, sparse, links]
if ROOT:
    ODDITIES.append(devices)
ODD = {
    f"{oddity.__name__}-{place}": (oddity, place)
    for number, oddity in enumerate(ODDITIES)
    for place in PLACES[:: (1, -1)[number % 2]]
}
"""The places take turns, so that each second one is every oddity once."""


def plant(world: World, place: str, oddity: Callable[[Path], None]) -> Counter[tuple[str, str]]:
    """ODDITY stands at PLACE as the application sees it; returns what it is."""
    where = world.live.resolve() / place
    where.mkdir(parents=True)
    oddity(where)
    return things(where)


@pytest.mark.parametrize("odd", by_turns(ODD, every=2, share=1))
def test_odd_things_lose_no_byte_and_stop_no_command_without_words(top, odd):
    """G1, G2, G4: in what is shared and as strays: deploy twice, roll back, prune, recover, and all once more."""
    (oddity, place), world = odd, live(top)
    found = plant(world, place, oddity)
    with_bytes = Counter({thing: count for thing, count in found.items() if thing[0] in ("file", "link")})
    assert run_all(world, bytes_of=with_bytes) == []
    served = things(world.live.resolve() / place) if place == STRAY else things(world.site / "shared" / place)
    assert not users(with_bytes) - as_it_led(users(served)), "kept and not served"


def many(top: Path, count: int, place: str) -> None:
    world = live(top)

    def fill(where: Path) -> None:
        folder = os.open(where, os.O_RDONLY)
        for number in range(count):
            write(folder, b"%06d.jpg" % number, number)
        os.close(folder)

    assert run_all(world, bytes_of=plant(world, place, fill)) == []


def test_a_directory_of_five_thousand_entries_is_brought_home(top):
    """G2: one directory, one exchange."""
    many(top, 5_000, STRAY)


@pytest.mark.soak(share=1)
@pytest.mark.parametrize("place", PLACES)
def test_a_directory_of_a_hundred_thousand_entries_is_brought_home(top, place):
    """G2, per release."""
    many(top, 100_000, place)
    tally.add("adopt and link", "100,000 entries in a directory", 1)
