"""What a disk may hold after a power cut: every state that a model of file systems allows, built from one recorded run.

What each sync promises: fsync of a file its bytes, size and mode; fsync of a directory its own
mode and the names in it, not its own name; syncfs everything before it. Nothing else is
promised, and so anything else may or may not be there:

`ordered`  names, modes and links reach the disk in the order in which they were made, as with a
           journal; bytes come whenever they like, whole, half, as zeros, or never
`weak`     every change by itself, in any order; a rename is one change
`split`    a rename between two directories is two changes, one in each, as on ext2
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from random import Random

from crash.recorder import DATA, ENTRY, MODE, SIZE, SYNC, SYNC_ALL, Change, name_of, nodes_below

MODELS = ("ordered", "weak", "split")
WHOLE, HALF, ZEROS = "whole", "half", "zeros"
_NOTHING_IN_IT = ".holdfast/reserve/"
Kept = dict[int, str]
"""The changes that reached the disk, by number, and how much of each; only bytes come in less than whole."""


@dataclass
class Node:
    """KIND is `dir`, `file` or `link:TEXT`."""

    kind: str
    mode: int
    data: bytes = b""
    mtime: int = 0


@dataclass(frozen=True)
class Tree:
    """A whole site: its own node TOP, what there is, and under which names. Nodes without a name are nowhere."""

    top: str
    nodes: dict[str, Node]
    names: dict[tuple[str, str], str]

    @cached_property
    def below(self) -> dict[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = {}
        for (directory, name), node in sorted(self.names.items()):
            found.setdefault(directory, []).append((name, node))
        return found

    def walk(self, top: str = "", path: str = "", seen: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
        """Path and node of everything that can be reached; a directory under two names is met under each."""
        for name, node in self.below.get(top or self.top, ()):
            if node in seen or node not in self.nodes:
                continue
            here = f"{path}/{name}" if path else name
            yield here, node
            if self.nodes[node].kind == "dir":
                yield from self.walk(node, here, seen | {node})

    def fingerprint(self) -> bytes:
        """One for each site that a judge could tell from others; the reserve's files hold nothing."""
        proof = blake2b(digest_size=16)
        for path, name in self.walk():
            if path.startswith(_NOTHING_IN_IT):
                continue
            node = self.nodes[name]
            proof.update(repr((path, node.kind, node.mode, hash(node.data))).encode())
        return proof.digest()

    def build(self, site: Path) -> None:
        """SITE stands on a disk as this tree says; what has no time of its own was written in one instant, the last."""
        site.mkdir()
        made: dict[str, str] = {}
        modes = [(os.fspath(site), self.nodes[self.top].mode)]
        for path, name in self.walk():
            where, node = f"{site}/{path}", self.nodes[name]
            if node.kind != "dir" and name in made:
                os.link(made[name], where, follow_symlinks=False)
                continue
            made[name] = where
            _build(where, node)
            modes += [(where, node.mode)] if node.kind == "dir" else []
        last = time.time_ns()
        for name, where in made.items():
            if self.nodes[name].kind == "file":
                os.utime(where, ns=(self.nodes[name].mtime or last,) * 2)
        for where, mode in reversed(modes):
            os.chmod(where, mode)


def _build(where: str, node: Node) -> None:
    if node.kind == "dir":
        os.mkdir(where)
    elif node.kind == "file":
        descriptor = os.open(where, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        os.write(descriptor, node.data)
        os.fchmod(descriptor, node.mode)
        os.close(descriptor)
    else:
        os.symlink(node.kind.removeprefix("link:"), where)


def tree_of(site: Path) -> Tree:
    """SITE as it stands, with the names for nodes that the recorder gives them too."""
    top, nodes, names = os.fspath(site), {}, {}
    for path, status in nodes_below(top):
        nodes[name_of(status)] = _met(path, status)
        if path != top:
            names[name_of(os.lstat(os.path.dirname(path))), os.path.basename(path)] = name_of(status)
    return Tree(name_of(os.lstat(top)), nodes, names)


def _met(path: str, status: os.stat_result) -> Node:
    mode = stat.S_IMODE(status.st_mode)
    if stat.S_ISLNK(status.st_mode):
        return Node(f"link:{os.readlink(path)}", mode)
    if stat.S_ISDIR(status.st_mode):
        return Node("dir", mode)
    return Node("file", mode, Path(path).read_bytes(), status.st_mtime_ns)


@dataclass(frozen=True)
class Recording:
    """BEFORE, which is all on disk, and the CHANGES of one command after it."""

    before: Tree
    changes: tuple[Change, ...]

    def under(self, model: str) -> Recording:
        """The changes as MODEL counts them."""
        if model != "split":
            return self
        return replace(self, changes=tuple(half for change in self.changes for half in _halves(change)))

    def durable(self, point: int) -> frozenset[int]:
        """The changes before POINT that a later sync before POINT promised."""
        promised, everything, found = set[str](), False, set()
        for number in range(point - 1, -1, -1):
            change = self.changes[number]
            if change.kind == SYNC_ALL:
                everything = True
            elif change.kind == SYNC:
                promised.add(change.node)
            elif everything or not promised.isdisjoint(_owners(change)):
                found.add(number)
        return frozenset(found)

    def pending(self, point: int) -> list[int]:
        """The changes before POINT that nothing promised yet."""
        sure = self.durable(point)
        return [n for n in range(point) if n not in sure and self.changes[n].kind in (ENTRY, DATA, SIZE, MODE)]

    def tree(self, kept: Kept) -> Tree:
        """The site with the changes that were KEPT, made in their order."""
        nodes, names = dict(self.before.nodes), dict(self.before.names)
        for change in self.changes:
            if change.new[0]:
                nodes[change.new[0]] = Node(change.new[1], change.mode)
        for number in sorted(kept):
            _apply(self.changes[number], kept[number], nodes, names)
        return Tree(self.before.top, nodes, names)


def _owners(change: Change) -> set[str]:
    """Whose sync promises CHANGE."""
    return {directory for directory, _, _ in change.entries} if change.kind == ENTRY else {change.node}


def _halves(change: Change) -> list[Change]:
    """What CHANGE does in each directory by itself."""
    directories = dict.fromkeys(directory for directory, _, _ in change.entries)
    if len(directories) < 2:
        return [change]
    return [replace(change, entries=tuple(one for one in change.entries if one[0] == where)) for where in directories]


def _apply(change: Change, how: str, nodes: dict[str, Node], names: dict[tuple[str, str], str]) -> None:
    if change.kind == ENTRY:
        for directory, name, node in change.entries:
            names.pop((directory, name), None)
            if node is not None:
                names[directory, name] = node
    elif change.kind in (DATA, SIZE, MODE):
        nodes[change.node] = _changed(nodes[change.node], change, how)


def _changed(node: Node, change: Change, how: str) -> Node:
    if change.kind == MODE:
        return replace(node, mode=change.mode)
    if change.kind == SIZE:
        return replace(node, data=node.data[: change.offset].ljust(change.offset, b"\0"), mtime=0)
    data = change.data
    if how == HALF:
        data = data[: len(data) // 2]
    elif how == ZEROS:
        data = bytes(len(data))
    before = node.data.ljust(change.offset, b"\0")
    return replace(node, data=before[: change.offset] + data + before[change.offset + len(data) :], mtime=0)


def state(recording: Recording, model: str, point: int, subset: str) -> Kept:
    """What MODEL keeps of RECORDING at POINT. SUBSET is `none`, `all`, `drop:N`, `keep:N` (the Nth that nothing
    promised) or `random:N`.
    """
    sure, loose = recording.durable(point), recording.pending(point)
    chosen = _chosen(recording, loose, f"{point}/{subset}")
    if model == "ordered":
        chosen = _in_order(recording, sure, loose, chosen)
    return dict.fromkeys(sure, WHOLE) | chosen


def _chosen(recording: Recording, loose: list[int], seed: str) -> Kept:
    how, _, number = seed.partition("/")[2].partition(":")
    if how == "none":
        return {}
    if how == "all":
        return dict.fromkeys(loose, WHOLE)
    if how in ("drop", "keep"):
        one = loose[int(number)]
        return dict.fromkeys([n for n in loose if (n == one) == (how == "keep")], WHOLE)
    random = Random(seed)
    likely = random.choice((0.1, 0.5, 0.5, 0.9))
    return {n: _share(recording.changes[n], random) for n in loose if random.random() < likely}


def _share(change: Change, random: Random) -> str:
    return random.choice((WHOLE, WHOLE, HALF, ZEROS)) if change.kind == DATA else WHOLE


def _in_order(recording: Recording, sure: frozenset[int], loose: list[int], chosen: Kept) -> Kept:
    """Names, modes and sizes up to the last that is kept or promised, none after it; bytes as they were chosen."""
    kept = {n: how for n, how in chosen.items() if recording.changes[n].kind == DATA}
    ordered = [n for n in loose if recording.changes[n].kind != DATA]
    last = max([n for n in sure if recording.changes[n].kind != DATA], default=-1)
    wanted = len([n for n in chosen if n not in kept])
    reached = max([last, *ordered[:wanted]])
    return kept | {n: WHOLE for n in ordered if n <= reached}


def subsets(recording: Recording, point: int, *, single: bool, random: int) -> list[str]:
    """Which subsets to try at POINT: all or nothing, with SINGLE each change missing or alone, and RANDOM ones."""
    loose = len(recording.pending(point))
    found = ["none"] + ["all"] * (loose > 0)
    found += [f"{how}:{n}" for n in range(loose) for how in ("drop", "keep")] if single and loose > 1 else []
    return found + [f"random:{n}" for n in range(random if loose else 0)]
