"""What a map names and what it counts: sums are whole, the large has a place, memory does not grow with the tree."""

from __future__ import annotations

import json
import random
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from holdfast_engine.model.extents import Extent, Extents
from holdfast_engine.persistence.changes import changes

NAMES = some.sampled_from(["a", "b", "uploads", "é", "<b>", "x\udcff", "long" * 60])
TREES = some.dictionaries(some.lists(NAMES, min_size=1, max_size=5).map("/".join), some.integers(0, 10**9), max_size=60)


def walked(sizes: dict[str, int]):
    """Directory by directory, each before those below it, as a walk comes by."""
    files = [path for path in sizes if not any(other.startswith(f"{path}/") for other in sizes)]
    rows = [path.rpartition("/")[::2] for path in files]
    return sorted(((above, name, sizes[f"{above}/{name}".lstrip("/")]) for above, name in rows), key=_by_directory)


def _by_directory(row):
    return [f"{part}/" for part in row[0].split("/") if part], row[1]


def measured(rows, room: int = 100_000) -> Extent:
    found = Extents()
    for row in rows:
        found.add(*row)
    return found.whole(room)


def every(top: Extent):
    yield top
    for one in top.parts:
        yield from every(one)


@given(TREES)
def test_every_file_and_every_byte_is_counted_once(sizes):
    """What has no place of its own is counted where it lies."""
    rows = walked(sizes)
    top = measured(rows)
    assert (top.files, top.bytes) == (len(rows), sum(size for *_, size in rows))
    for one in every(top):
        assert sum(inner.files for inner in one.parts) <= one.files
        assert sum(inner.bytes for inner in one.parts) <= one.bytes


@settings(max_examples=500)
@given(TREES, some.integers(0, 2000))
def test_an_answer_is_no_longer_than_its_room(sizes, room):
    """Names of any length and any letters: the largest are named, the rest is counted."""
    top = measured(walked(sizes), room)
    assert len(json.dumps([one.to_json() for one in top.parts])) <= room + 2
    assert top.files == len(walked(sizes))


@given(TREES, some.randoms(use_true_random=False))
def test_the_order_of_names_makes_no_difference(sizes, chance):
    """A directory says its names in any order; what is let go of on the way is small in the end as well."""
    rows = walked(sizes)
    by_directory: dict[str, list] = {}
    for row in rows:
        by_directory.setdefault(row[0], []).append(row)
    mixed = [row for rows in by_directory.values() for row in chance.sample(rows, len(rows))]
    assert measured(mixed).to_json() == measured(rows).to_json()


def test_the_largest_are_named_and_the_rest_is_counted():
    """Ten large ones among a hundred thousand small ones, in the order in which they come."""
    large = random.Random(4).sample(range(100_000), 10)
    sizes = {number: 40_000_000 if number in large else 300 for number in range(100_000)}
    top = measured(("uploads", f"{number}.jpg", size) for number, size in sizes.items())
    (uploads,) = top.parts
    assert {one.name for one in uploads.parts} == {f"{number}.jpg" for number in large}
    assert uploads.files == 100_000


def test_a_directory_of_many_small_files_is_named_beside_one_of_large_ones():
    """By bytes it is nothing, by names it is nearly all."""
    rows = [("films", "a.mp4", 10**12), *(("sessions", f"{number}", 10) for number in range(5000))]
    assert [one.name for one in measured(rows).parts] == ["films/", "sessions/"]


def test_directories_that_hold_one_directory_are_one_extent():
    """Nobody opens three of them one after the other."""
    top = measured([("storage/app/public", "a", 5), ("storage/app/public", "b", 5)])
    assert [one.name for one in top.parts] == ["storage/app/public/"]


def test_a_tree_may_be_deeper_than_anybody_looks():
    """A thousand directories, one in the other, with a file in each."""
    top = measured(("/".join(["d"] * depth), "f", 10) for depth in range(1, 1000))
    assert (top.files, json.loads(json.dumps(top.to_json()))["files"]) == (999, 999)


@pytest.mark.parametrize(
    "place",
    [
        lambda n: ("flat", f"{n}.jpg"),
        lambda n: (f"uploads/{n // 1000:04}", f"{n % 1000}.jpg"),
        lambda n: (f"a/{n // 10:06}", f"{n % 10}"),
    ],
    ids=["one directory", "two hundred", "twenty thousand"],
)
def test_many_files_are_added_up_in_little_memory(place):
    """Only what is large is kept while the tree is walked."""
    found = Extents()
    for number in range(190_000):
        found.add(*place(number), number * 7919 % 100_000)
    tracemalloc.start()
    for number in range(190_000, 200_000):
        found.add(*place(number), number * 7919 % 100_000)
    kept = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert kept < 2_000_000
    assert found.whole(100_000).files == 200_000


def test_a_release_is_compared_with_the_one_before():
    """Added, changed, removed: by what both shipped."""
    found = changes({"a": "1", "b": "1", "c": "1"}, {"a": "1", "b": "2", "d": "1"})
    assert (found.added, found.changed, found.removed) == (["d"], ["b"], ["c"])
