"""Real file systems that lose power: ext4, XFS and btrfs on images that the machine's own kernel mounts.

A case is `disk/FS/WRITE/SUBSET`: the command ran on a file system under a block log, and the power
went after its WRITEth write; everything before the last flush is on the disk, of the later
writes SUBSET (`none`, `all`, `random:N`, some of them cut at a sector). Or it is
`shutdown/FS/POINT`: the process was killed there, and the file system lost what it had
not committed (FS_IOC_SHUTDOWN).
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import struct
import subprocess
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from zlib import crc32

from crash import blocklog, powercut, victim
from crash.arena import Arena, replay_line
from crash.blocklog import FLUSH, MARK, WRITE, Logged
from lib import patience

SECTOR = 512
_SHUTDOWN, _NO_FLUSH = 0x8004587D, 2


@dataclass(frozen=True)
class FileSystem:
    """How one is made and mounted."""

    kind: str
    size: int
    make: tuple[str, ...]
    options: str = ""
    whole: tuple[int, ...] = ()
    """Where a write is never cut: btrfs cannot be mounted after half of its superblock, whatever lies on it."""


_EXT4 = ("mkfs.ext4", "-q", "-F", "-b", "4096", "-J", "size=4")
FILE_SYSTEMS = {
    "ext4": FileSystem("ext4", 24 << 20, _EXT4),
    "ext4-naive": FileSystem("ext4", 24 << 20, _EXT4, "noauto_da_alloc"),
    "ext4-writeback": FileSystem("ext4", 24 << 20, _EXT4, "data=writeback"),
    "ext4-data": FileSystem("ext4", 24 << 20, _EXT4, "data=journal"),
    "xfs": FileSystem("xfs", 320 << 20, ("mkfs.xfs", "-q", "-f"), "nouuid"),
    "btrfs": FileSystem("btrfs", 128 << 20, ("mkfs.btrfs", "-q", "-f", "--mixed"), whole=(64 << 10, 64 << 20)),
}


def objection(name: str) -> str:
    """Why no file system of that NAME can lose power here; empty when it can."""
    if os.geteuid() != 0:
        return "mounting needs root"
    if not os.access("/dev/fuse", os.R_OK | os.W_OK) or not os.path.exists("/dev/loop-control"):
        return "there is no /dev/fuse, or no loop device"
    program = FILE_SYSTEMS[name].make[0]
    missing = [one for one in (program, "mount", "losetup") if shutil.which(one) is None]
    packages = "e2fsprogs, xfsprogs, btrfs-progs"
    return f"{', '.join(missing)} is not installed (optional: {packages})" if missing else _forbidden()


def _forbidden() -> str:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            blocklog.private_mounts()
            code = 0
        finally:
            os._exit(code)
    return "a mount namespace of our own is not permitted" if os.waitpid(child, 0)[1] else ""


def told_by(arena: Arena, name: str, cases: Sequence[str] | int, *, every: int = 1) -> tuple[int, list[str]]:
    """What the judge said of CASES (or of so many that are chosen), each with the line that replays it.

    All of it happens in a child with mounts of its own; whatever becomes of it, they go with it.
    """
    assert arena.account is not None
    out, child = arena.fresh(), os.fork()
    if child == 0:
        code = 1
        try:
            blocklog.private_mounts()
            out.write_text(json.dumps(_Bench(arena, name, every=every).run(cases)))
            code = 0
        except BaseException:  # noqa: BLE001 - told here, for nobody else is there to tell it
            traceback.print_exc()
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0, "the bench itself failed"
    tried, told = json.loads(out.read_text())
    out.unlink()
    return tried, told


@dataclass
class _Bench:
    """One file system with a site of ARENA on it."""

    arena: Arena
    name: str
    every: int = 1
    log: list[Logged] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.fs = FILE_SYSTEMS[self.name]
        self.top = self.arena.fresh()
        self.top.mkdir()
        self.image, self.mount = self.top / "image", self.top / "mount"
        self.mount.mkdir()
        self.site = self.mount / "site"

    def run(self, cases: Sequence[str] | int) -> tuple[int, list[str]]:
        self._make()
        chosen = self._chosen(cases) if isinstance(cases, int) else list(cases)
        told, tried = [], 0
        for case in patience.while_it_lasts(patience.ordered(chosen, together="\n")):
            tried += 1
            self.log = self.log or ([] if case.startswith("shutdown/") else self._record())
            told += [replay_line(self.arena, case, line) for line in self._try(case)]
        shutil.rmtree(self.top, ignore_errors=True)
        return tried, told

    def _make(self) -> None:
        """The image with the site as it is before the command, all of it on disk."""
        with self.image.open("wb") as image:
            image.truncate(self.fs.size)
        _run(*self.fs.make, str(self.image))
        with self._mounted(self.image):
            _run("cp", "-a", str(self.arena.base), str(self.site))

    @contextmanager
    def _mounted(self, image: Path) -> Iterator[None]:
        options = ",".join(filter(None, ("loop", self.fs.options)))
        _run("mount", "-t", self.fs.kind, "-o", options, str(image), str(self.mount))
        try:
            yield
        finally:
            _run("umount", str(self.mount))

    def _copy(self) -> Path:
        copy = self.top / "copy"
        _run("cp", "--sparse=always", str(self.image), str(copy))
        return copy

    def _record(self) -> list[Logged]:
        """What the command wrote to the disk, from the mark `start` on; `ack` stands where it had answered."""
        log, directory = self.top / "log", self.top / "fuse"
        with blocklog.block_log(directory, self._copy(), log) as disk, self._mounted(disk):
            blocklog.mark(disk, "start")
            ended = victim.perform(self.arena.act(self.site))
            blocklog.mark(disk, "ack")
        assert ended.how == "done", ended
        directory.rmdir()
        return blocklog.read_log(log)

    def _chosen(self, number: int) -> list[str]:
        """NUMBER cases or few more, spread over all writes since the start; each different state once."""
        self.log = self._record()
        start = next(i for i, one in enumerate(self.log) if one.kind == MARK)
        points = [i + 1 for i in range(start, len(self.log)) if self.log[i].kind == WRITE]
        each = max(number // len(points), 2)
        wanted = [f"disk/{self.name}/{p}/{s}" for p in points for s in ("none", "all", *_randoms(each))]
        seen, found = set[object](), []
        for case in wanted[:: max(len(wanted) // number, 1)]:
            key = tuple(self._kept(case)), self._acknowledged(case)
            found += [case] * (key not in seen)
            seen.add(key)
        return found

    def _kept(self, case: str) -> list[tuple[int, int]]:
        """The writes that are on the disk, by number, and how many bytes of each."""
        _, _, point, subset = case.split("/")
        before = self.log[: int(point)]
        flushed = max((i for i, one in enumerate(before) if one.kind == FLUSH), default=-1)
        writes = [i for i, one in enumerate(before) if one.kind == WRITE]
        sure, loose = [i for i in writes if i < flushed], [i for i in writes if i > flushed]
        random, how = Random(case), subset.partition(":")[0]
        likely = {"none": 0.0, "all": 1.0}.get(how, random.choice((0.2, 0.5, 0.8)))
        kept = [i for i in loose if random.random() < likely]
        torn = {i for i in kept if how == "random" and random.random() < 0.1}
        return [(i, self._torn(i, random) if i in torn else len(self.log[i].data)) for i in sure + kept]

    def _torn(self, number: int, random: Random) -> int:
        size = len(self.log[number].data)
        return size if self.log[number].offset in self.fs.whole else random.randrange(0, size + 1, SECTOR)

    def _acknowledged(self, case: str) -> bool:
        marks = [i for i, one in enumerate(self.log) if one.kind == MARK]
        return int(case.split("/")[2]) > marks[1]

    def _try(self, case: str) -> list[str]:
        copy = self._copy()
        if case.startswith("shutdown/"):
            self._killed(copy, case.split("/", 2)[2])
            acknowledged = False
        else:
            self._replay(copy, case)
            acknowledged = self._acknowledged(case)
        try:
            with self._mounted(copy):
                return self._judged(case, acknowledged=acknowledged)
        except subprocess.CalledProcessError as error:
            return [f"cannot be mounted: {error.stderr}"]

    def _replay(self, copy: Path, case: str) -> None:
        descriptor = os.open(copy, os.O_RDWR)
        for number, size in self._kept(case):
            os.pwrite(descriptor, self.log[number].data[:size], self.log[number].offset)
        os.close(descriptor)

    def _killed(self, copy: Path, point: str) -> None:
        """The command is killed at POINT, and what the file system has not committed is gone."""
        with self._mounted(copy):
            victim.perform(self.arena.act(self.site), victim.fate(point))
            descriptor = os.open(self.mount, os.O_RDONLY)
            fcntl.ioctl(descriptor, _SHUTDOWN, struct.pack("<I", _NO_FLUSH))
            os.close(descriptor)

    def _judged(self, case: str, *, acknowledged: bool) -> list[str]:
        chance = crc32(case.encode())
        wrong = self.arena.at_the_crash(self.site)
        if acknowledged:
            wrong += powercut.unfinished(self.site) + powercut.unkept(self.arena, self.site)
        if chance % self.every == 0:
            wrong += self.arena.afterwards(self.site, recover_first=chance // self.every % 3 == 0)
        return wrong


def lose_power(arena: Arena, case: str) -> list[str]:
    """One case again; the block log is recorded anew, so that a write's number may mean its neighbour."""
    return told_by(arena, case.split("/")[1], [case])[1]


def _randoms(number: int) -> list[str]:
    return [f"random:{one}" for one in range(number)]


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True, text=True)
