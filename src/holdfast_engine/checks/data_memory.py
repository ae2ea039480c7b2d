"""Check `data-memory`: the users' files that were counted are still there (data.md, memory)."""

from __future__ import annotations

import time
from collections.abc import Sequence

from holdfast_engine.checks.check_input import CheckInput, accepting
from holdfast_engine.model.memory import DATA_MEMORY, Missing, may_be_empty
from holdfast_engine.model.plan import PASS, REFUSE, WARN, Check
from holdfast_engine.model.words import count

_NAMED = 8


def data_memory(subject: CheckInput) -> Check:
    """Data that is gone is refused until it is back or a person accepts it, for once or for good; what is fewer by half
    is told of, as is a single file of the application's that is gone.
    """
    refused = [one for one in subject.missing if one.verdict == REFUSE]
    if refused:
        others = [one for one in subject.missing if one.verdict != REFUSE]
        why = f"users' files are missing: {_list([*refused, *others])}"
        return Check(DATA_MEMORY, REFUSE, why, _mend(refused))
    if subject.missing:
        mend = f"put back what should still be there; {accepting(DATA_MEMORY)} says that the rest may be gone"
        if DATA_MEMORY in subject.accept:
            mend = "this deploy remembers what is there now"
        return Check(DATA_MEMORY, WARN, f"there are fewer users' files than before: {_list(subject.missing)}", mend)
    empty = [*map(str, subject.site.options.get("may_be_empty", ())), *may_be_empty(subject.accept)]
    noted = f"; these may be empty: {', '.join(dict.fromkeys(empty))}" if empty else ""
    return Check(DATA_MEMORY, PASS, f"most of the files that were counted are there, in each place{noted}")


def as_warning(found: tuple[Missing, ...]) -> tuple[Check, ...]:
    """What is missing, for a way back: it is told, and stops nobody."""
    if not found:
        return ()
    return (Check(DATA_MEMORY, WARN, f"users' files are missing: {_list(found)}", _mend(found)),)


def words(one: Missing) -> str:
    """`shared/storage/app held 40 files on 2026-01-02 at 03:04 UTC, and holds 3 now`."""
    now = f"holds {one.files_now:,} now" if one.files_now else "is empty now"
    return f"{one.name} held {count(one.files_then, 'file')} {_when(one.since)}, and {now}"


def lost(one: Missing) -> str:
    """`shared/storage/app: 37 files are missing; 40 were counted on 2026-01-02 at 03:04 UTC`."""
    files = one.files_then - one.files_now
    verb = "is" if files == 1 else "are"
    return f"{one.name}: {count(files, 'file')} {verb} missing; {one.files_then:,} were counted {_when(one.since)}"


def _when(moment: float) -> str:
    return time.strftime("on %Y-%m-%d at %H:%M UTC", time.gmtime(moment)) if moment else "at the last deploy"


def _list(found: Sequence[Missing]) -> str:
    more = f"; and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return "; ".join(words(one) for one in found[:_NAMED]) + more


def _mend(found: Sequence[Missing]) -> str:
    """How it comes back, and what to type where it is meant to be gone."""
    looks = "mount it, put it back, or restore it from a backup; `recover` looks for copies"
    good = f"`--accept {DATA_MEMORY}={found[0].path}` if it may stay empty" if found[0].path else ""
    return "; ".join(part for part in (looks, accepting(DATA_MEMORY), good) if part)
