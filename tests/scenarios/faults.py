"""A scenario played undisturbed, then again with a fault at one call of one of its commands."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import cycle
from pathlib import Path

import pytest

from crash import victim
from crash.arena import remove
from crash.shim import SYNCS, Shim
from crash.shimmed import ENDINGS, UNDONE, telling
from lib import patience, tally
from scenarios.play import Play, Story

KINDS = ("kill", "killed", "ENOSPC", "kill", "EIO+", "killed", "EACCES", "kill", "ENOSPC+", "killed", "EIO", "EDQUOT+")
"""Before the call, after it, and errors, once or from there on, by turns: half of all are kills."""
_KILLS = ("kill", "killed")


@dataclass
class Stage:
    """STORY, played once undisturbed; a copy of its site as it was before each command."""

    story: Story
    top: Path
    fault: type[Shim] = Shim
    before: list[Play] = field(default_factory=list)
    calls: list[tuple[int, int]] = field(default_factory=list)
    switches: list[tuple[int, int]] = field(default_factory=list)

    def undisturbed(self) -> list[str]:
        """What is wrong in a play without faults: nothing is lost and all is served after each command."""
        wrong, play = [], Play(self.story, self.top)
        for number in range(len(self.story.steps)):
            play.prepare(number)
            self.before.append(play.copy())
            ended, made = play.heard(number)
            self.calls += [(number, call) for call in telling(made)]
            self.switches += [(number, at) for at, one in enumerate(made, 1) if one.place == str(play.live)]
            wrong += [f"step {number}: {line}" for line in ended + play.lost() + play.unserved()]
        return wrong + self.story.rule(play)

    def faulted(self, number: int, call: int, kind: str) -> list[str]:
        """The step NUMBER meets the fault KIND at its CALLth call; what is wrong then, and when all is played."""
        play = self.before[number].copy()
        was = play.version
        ended = victim.perform(play.request(number), self.fault(str(play.site), call, kind))
        play.hear_of_writers()
        wrong = self._told(play, number, ended, kind) + play.lost() + play.unserved()
        wrong += self._again(play, number, was, recover_first=bool((number + call) % 2))
        for later in range(number + 1, len(self.story.steps)):
            play.prepare(later)
            wrong += play.step(later)
        wrong += play.lost() + play.unserved() + self.story.rule(play)
        remove(play.site)
        return [f"{self.story.name}: step {number} {kind} at {call}: {line}" for line in wrong]

    def _told(self, play: Play, number: int, ended: victim.Ended, kind: str) -> list[str]:
        """The command ended as it should, and what it said of the live release is true."""
        if kind in _KILLS:
            return [] if ended.how == victim.KILLED else [f"not killed but {ended.how}: {ended.what}"]
        step = self.story.steps[number]
        if ended.how == "problem" and ended.what[0] == step.refused:
            return []
        if ended.how not in ("done", "problem") or (ended.how == "problem" and ended.what[1] not in ENDINGS):
            return [f"ended as {ended.how}: {ended.what}"]
        if ended.how == "done" and ended.struck.partition(" ")[0] in SYNCS:
            return [f"acknowledged after {ended.struck} failed"]
        went = bool(step.version) and play.version == step.version
        if step.what == "deploy" and self.before[number].version != step.version:
            if ended.how == "done" and not went:
                return ["acknowledged, and the release is not live"]
            if ended.how == "problem" and ended.what[1] in UNDONE and went:
                return [f"told as undone, and the release is live: {ended.what}"]
        return []

    def _again(self, play: Play, number: int, was: int, *, recover_first: bool) -> list[str]:
        """A person goes on: `recover` or the same command. What would go one step further when it is typed again, after
        `recover` finished it, is not: a second rollback, a restore of what the first one replaced.
        """
        step, request = self.story.steps[number], play.request(number)
        once, wrong = step.what in ("rollback", "restore"), list[str]()
        if (recover_first or once) and (play.site / ".holdfast/site.json").exists():
            wrong += play.ended(replace(request, command="recover", source=None, now=request.now + 1)) + play.lost()
        if once and (play.version != was or not _same(play, self.before[number], step.more.get("path", "VERSION"))):
            return wrong
        return wrong + play.ended(replace(request, now=request.now + 2), step.refused)


def _same(one: Play, other: Play, path: str) -> bool:
    return (one.live / path).read_bytes() == (other.live / path).read_bytes()


def play_through(story: Story, top: Path, share: tuple[int, int], *, fault: type[Shim] = Shim) -> list[str]:
    """What is wrong with STORY: undisturbed, and with a SHARE (how many, which turn) of all faults at all calls.

    Kills at the switch itself are always among them: one call, and the one that must not have a gap.
    """
    stage = Stage(story, top, fault)
    wrong = stage.undisturbed()
    at_a_switch = zip(stage.switches[::-1], cycle(("kill", "killed")), strict=False)
    turns = int(story.name[1:]) % len(KINDS)
    spread = chosen(stage.calls, *share, kinds=story.kinds or KINDS[turns:] + KINDS[:turns])
    faults = [*spread, *list(at_a_switch)[: max(share[0] // 5, 1)]]
    for (number, call), kind in patience.while_it_lasts(faults):
        told = stage.faulted(number, call, kind)
        case = f"shim/{call}/{kind.replace('killed', 'kill')}".removesuffix("/kill")
        tally.add(f"scenario {story.name}", tally.fault_of(case), 1, told)
        wrong += told
    return wrong


def chosen(
    calls: list[tuple[int, int]], many: int, turn: int, *, kinds: tuple[str, ...] = KINDS
) -> list[tuple[tuple[int, int], str]]:
    """MANY of CALLS, evenly from first to last, each with a kind; each TURN chooses others."""
    stride = max(len(calls) / many, 1.0)
    picked = [calls[int(stride * (number + (turn + 0.5) / TURNS))] for number in range(min(many, len(calls)))]
    return list(zip(picked, cycle(kinds[turn:] + kinds[:turn]), strict=False))


TURNS = 8
shares = pytest.mark.parametrize(
    "share",
    [
        pytest.param((4, 0), id="few"),
        *(pytest.param((50, turn), id=f"many-{turn}", marks=pytest.mark.soak(share=8)) for turn in range(TURNS)),
    ],
)
"""Few faults in every run of the tests; many in the long ones."""
