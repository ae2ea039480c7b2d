"""Journals: what is written, what a crash leaves, and the verdict."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast_engine.fs.root import Root
from holdfast_engine.journal import log
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import BEGIN, COMMIT, END, INTEND, Record
from holdfast_engine.journal.verdict import BACK, FORWARD, NOTHING, judge
from holdfast_engine.model.problem import Problem
from holdfast_engine.site import format as site_format


@pytest.fixture
def root(tmp_path):
    with Root(str(tmp_path)) as opened:
        site_format.prepare(opened)
        yield opened


def journal(root, operation):
    return os.path.join(root.path, ".holdfast/journal", f"{operation}.jsonl")


facts = st.dictionaries(st.text(max_size=5), st.one_of(st.text(max_size=9), st.integers(), st.none()), max_size=3)


@given(st.integers(0, 10**6), facts)
def test_a_record_reads_back_as_it_was_written(sequence, some):
    """What is on disk is what was meant."""
    record = Record(sequence, INTEND, some)
    assert Record.from_line(record.to_line()) == record


@given(facts, st.integers(0, 200))
def test_a_record_with_a_changed_letter_is_not_believed(some, position):
    """A checksum over each line."""
    line = bytearray(Record(3, INTEND, some).to_line())
    position %= len(line) - 1
    line[position] ^= 1
    assert Record.from_line(bytes(line)) is None


def test_a_torn_last_line_counts_as_not_written_and_is_cut_on_resuming(root):
    """G4: the act behind a torn record did not begin."""
    operation = Operation.begin(root, "deploy", at=1.0, facts={"release": "r1"})
    operation.note(what="x")
    operation.close()
    with open(journal(root, operation.name), "ab") as stream:
        stream.write(b"0000")
    assert [record.kind for record in log.read(root, operation.name)] == [BEGIN, "note"]
    resumed = Operation.resume(root, operation.name, at=2.0)
    resumed.end("undone")
    assert [record.sequence for record in log.read(root, operation.name)] == [0, 1, 2]


def test_damage_before_the_last_line_stops_and_keeps_everything(root):
    """G7: then nobody can tell what was done."""
    operation = Operation.begin(root, "deploy", at=1.0, facts={"release": "r1"})
    operation.note(what="x")
    operation.end("deployed")
    with open(journal(root, operation.name), "r+b") as stream:
        stream.seek(12)
        stream.write(b"#")
    with pytest.raises(Problem) as caught:
        log.read(root, operation.name)
    assert (caught.value.code, caught.value.exit_code) == ("journal-unreadable", 61)
    assert caught.value.whereabouts


def test_operations_are_numbered_after_everything_there_is(root):
    """Order by counter, never by clock (I41, I95)."""
    first = Operation.begin(root, "deploy", at=9e9, facts={})
    first.end("deployed")
    os.makedirs(os.path.join(root.path, ".holdfast/attic/000007-link"))
    second = Operation.begin(root, "rollback", at=0.0, facts={})
    second.close()
    assert (first.name, second.name) == ("000001-deploy", "000008-rollback")
    assert log.unfinished(root) == "000008-rollback"


def records(command, *kinds, release="r2"):
    return [Record(0, BEGIN, {"command": command, "release": release}), *(Record(1, kind) for kind in kinds)]


@pytest.mark.parametrize(
    ("history", "current", "verdict"),
    [
        (records("deploy", INTEND), "r1", BACK),
        (records("deploy", INTEND), "r2", FORWARD),
        (records("deploy", INTEND, COMMIT), "r1", BACK),
        (records("deploy", INTEND, COMMIT), "r2", FORWARD),
        (records("deploy", INTEND, COMMIT, END), "r2", NOTHING),
        (records("rollback", INTEND, COMMIT), "r2", FORWARD),
        (records("rollback", INTEND), "r1", BACK),
        (records("rollback", INTEND), "r2", FORWARD),
        (records("prune", INTEND), "r2", FORWARD),
        (records("link"), None, FORWARD),
        ([], "r1", NOTHING),
    ],
)
def test_what_is_observed_decides_between_forward_and_back(history, current, verdict):
    """G3, G4, G11: the switch is one rename, so `current` tells whether it happened, whoever has made it."""
    assert judge(history, current=current) == verdict
