"""A power cut by the model: one recorded run of each command, every state that a disk may be in then, one judge.

A case is `model/MODEL/STORY/POINT/SUBSET`: the power went after the POINTth change of what STORY
made, and of what no sync had promised SUBSET is on the disk. Stories: `once`, the command
alone; `kill@FAILPOINT`, the command killed there and `recover` after it, without a power cut
between them, so that `recover` reads what is not on disk yet; `cut@POINT@SUBSET`, a first power
cut there, and `recover` on the disk that it left.
"""

from __future__ import annotations

from functools import partial
from itertools import cycle
from pathlib import Path
from zlib import crc32

from crash.arena import Arena, recovering, remove
from crash.model import MODELS, Recording, state, subsets, tree_of
from crash.recorder import record
from holdfast_engine.fs.root import Root
from holdfast_engine.journal import log
from holdfast_engine.model.problem import Problem
from lib.oracle import served

PREFIX = "model/"
ONCE = "once"
_recordings: dict[tuple[str, str, str], Recording] = {}


def recording_of(arena: Arena, model: str, story: str = ONCE) -> Recording:
    """What STORY changed in a site of ARENA, as MODEL counts it; recorded once in a run of the tests."""
    key = (str(arena.top), model, story)
    if key not in _recordings:
        name = f"recording-{story}" + f"-{model}" * story.startswith("cut")
        _recordings[key] = arena.once(name, lambda: _told(arena, model, story)).under(model)
    return _recordings[key]


def _told(arena: Arena, model: str, story: str) -> Recording:
    """What the site held before STORY is on disk."""
    how, _, where = story.partition("@")
    site, changes = arena.copy() if how != "cut" else _after_a_cut(arena, model, where), arena.fresh()
    before = tree_of(site)
    if how == "kill":
        record(arena.act(site), site, changes, kill=where)
    found = record(arena.act(site) if story == ONCE else recovering(site), site, changes)
    remove(site)
    changes.unlink()
    return Recording(before, tuple(found))


def _after_a_cut(arena: Arena, model: str, where: str) -> Path:
    point, _, subset = where.partition("@")
    return build(arena, model, ONCE, int(point), subset)


def build(arena: Arena, model: str, story: str, point: int, subset: str) -> Path:
    """A site as the power cut left it."""
    recording, site = recording_of(arena, model, story), arena.fresh()
    recording.tree(state(recording, model, point, subset)).build(site)
    return site


def cases(
    arena: Arena, model: str, story: str = ONCE, *, single: bool = False, random: int = 0, part: int = 0, of: int = 1
) -> list[str]:
    """A case for each different state that MODEL allows, as far as single changes and RANDOM subsets go.

    Of the points one PART of so many as OF says, side by side.
    """
    recording = recording_of(arena, model, story)
    seen, found, end = set[object](), [], len(recording.changes)
    for point in range((end + 1) * part // of, (end + 1) * (part + 1) // of):
        for subset in subsets(recording, point, single=single, random=random):
            key = recording.tree(state(recording, model, point, subset)).fingerprint(), point == end
            if key not in seen:
                seen.add(key)
                found.append(f"{PREFIX}{model}/{story}/{point}/{subset}")
    return found


def sample(arena: Arena, model: str, number: int) -> list[str]:
    """NUMBER cases, or some more, from the first change to the last, and what a cut after the end may leave.

    Each model begins at another change; some of what is loose there, nothing and all of it is on the disk by turns.
    """
    end, shift = len(recording_of(arena, model).changes), MODELS.index(model)
    points = range(shift, end, max(end // number, 1))
    cases = [f"{point}/{subset}" for point, subset in zip(points, cycle(("random:0", "none", "all")), strict=False)]
    return [f"{PREFIX}{model}/{ONCE}/{case}" for case in (*cases, f"{end}/none", f"{end}/random:0")]


def last(arena: Arena, story: str, number: int, *, random: int) -> list[str]:
    """The last NUMBER of all cases of STORY, in any order of its changes."""
    return cases(arena, "weak", story, random=random, part=7, of=8)[-number:]


def cut(arena: Arena, case: str, *, every: int = 1) -> list[str]:
    """The power goes: nothing is lost, the live site is whole, what was acknowledged is there, the next command works.

    What comes after the instant of the crash is tried in every EVERYth case, in a third of them with `recover` first.
    """
    model, story, point, subset = case.removeprefix(PREFIX).split("/")
    site, chance = build(arena, model, story, int(point), subset), crc32(case.encode())
    wrong = arena.at_the_crash(site)
    if int(point) == len(recording_of(arena, model, story).changes):
        wrong += unfinished(site) + (unkept(arena, site) if story == ONCE else [])
    if chance % every == 0:
        wrong += arena.afterwards(site, recover_first=chance // every % 3 == 0)
    remove(site)
    return wrong


cut_and_look = partial(cut, every=8)


def unkept(arena: Arena, site: Path) -> list[str]:
    """What the command's end acknowledged and the disk does not serve."""
    return [f"acknowledged and {line}" for line in served(site / arena.account.top, arena.account.after)]


def unfinished(site: Path) -> list[str]:
    """A command that ended left nothing to be finished."""
    try:
        with Root(str(site)) as root:
            operation = log.unfinished(root)
    except Problem as problem:
        return [f"acknowledged and damaged: {problem.message}"]
    return [f"acknowledged and unfinished: {operation}"] if operation else []
