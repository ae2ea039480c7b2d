"""Which releases may go, over random sites: a pure decision from counters and states (I37 to I41, G6)."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from holdfast_engine.model.layout import Layout
from holdfast_engine.pruning.retention import beyond
from holdfast_engine.site.format import SiteFile
from holdfast_engine.site.records import ACTIVE, BAD, INCOMING, RETIRED, SEALED, ReleaseRecord
from holdfast_engine.site.survey import Survey

FAILED = (BAD, INCOMING, SEALED)
KEEP = st.integers(-1, 8)


@st.composite
def releases(draw) -> list[ReleaseRecord]:
    """Up to twelve releases, oldest first as records are read: names and times of creation tell nothing of order."""
    counters = sorted(draw(st.lists(st.integers(1, 99), unique=True, max_size=12)))
    names = draw(st.permutations([f"2025{number:02d}" for number in range(len(counters))]))
    return [_release(draw, name, counter) for name, counter in zip(names, counters)]  # noqa: B905 - Python 3.9


def _release(draw, name: str, counter: int) -> ReleaseRecord:
    return ReleaseRecord(
        id=name,
        path=Layout.releases / name,
        counter=counter,
        state=draw(st.sampled_from((RETIRED, RETIRED, RETIRED, ACTIVE, *FAILED))),
        created=draw(st.floats(0, 2e9)),
        activated=draw(st.sampled_from((True, True, False))),
        pinned=draw(st.sampled_from(("", "", "", "adopted; nothing proves what it shipped"))),
    )


@st.composite
def sites(draw) -> Survey:
    """A site with random releases, one of them live, or none, or a `current` that names no release at all."""
    found = draw(releases())
    paths = [record.path for record in found]
    current = draw(st.sampled_from([None, Layout.releases / "elsewhere", *paths]))
    return Survey(site=SiteFile(), managed=True, current=current, releases=tuple(found), unfinished=None)


def _good(site: Survey) -> list[ReleaseRecord]:
    return [one for one in site.releases if one.good and not one.pinned and one.path != site.current]


@given(sites(), KEEP, st.booleans())
def test_what_is_live_is_never_a_victim(site, keep, coming):
    """I38, I39, I40: whatever is kept and however many deploys failed, what `current` names stays."""
    assert site.current not in [one.path for one in beyond(site, keep=keep, coming=coming)]


@given(sites(), KEEP, st.booleans())
def test_what_is_pinned_is_never_a_victim(site, keep, coming):
    """G6: a release that nothing proves, as an adopted one, is never removed."""
    assert [one.id for one in beyond(site, keep=keep, coming=coming) if one.pinned] == []


def _retired(number: int) -> Survey:
    """A site with NUMBER good releases, the last of them live."""
    paths = [Layout.releases / str(counter) for counter in range(number)]
    found = [
        ReleaseRecord(path.name, path, counter, state=RETIRED, activated=True) for counter, path in enumerate(paths)
    ]
    return Survey(site=SiteFile(), managed=True, current=paths[-1], releases=tuple(found), unfinished=None)


@given(sites(), st.integers(0, 8))
@example(_retired(4), 5)
@example(_retired(2), 5)
def test_exactly_the_newest_good_releases_are_kept(site, keep):
    """I37: failed releases take no place of a good one, and the live one is not counted."""
    good = _good(site)
    victims = [one.id for one in beyond(site, keep=keep)]

    assert [one.id for one in good if one.id not in victims] == [one.id for one in good[max(len(good) - keep, 0) :]]


@given(sites(), st.integers(1, 8))
def test_a_rollback_target_is_left_wherever_there_was_one(site, keep):
    """I37, I46: after pruning, the newest good release that is not live is still there."""
    good = _good(site)

    assert not good or good[-1].id not in [one.id for one in beyond(site, keep=keep)]


@given(sites(), KEEP)
def test_every_failed_release_goes_unless_it_is_live_or_pinned(site, keep):
    """I37: what failed is removed by its own rule, not by the number of those to keep."""
    failed = {one.id for one in site.releases if one.state in FAILED and not one.pinned and one.path != site.current}

    assert failed <= {one.id for one in beyond(site, keep=keep)}


@given(sites(), KEEP, st.randoms())
def test_names_and_times_decide_nothing(site, keep, random):
    """I41: the same counters with other names and other times of creation give the same victims."""
    names = [f"n{number}" for number in range(len(site.releases))]
    random.shuffle(names)
    renamed = dict(zip((one.id for one in site.releases), names))  # noqa: B905 - Python 3.9
    other = Survey(
        site=site.site,
        managed=True,
        current=next((Layout.releases / renamed[o.id] for o in site.releases if o.path == site.current), site.current),
        releases=tuple(
            replace(one, id=renamed[one.id], path=Layout.releases / renamed[one.id], created=random.uniform(0, 2e9))
            for one in site.releases
        ),
        unfinished=None,
    )

    assert [one.counter for one in beyond(site, keep=keep)] == [one.counter for one in beyond(other, keep=keep)]


@given(sites(), KEEP)
def test_victims_come_oldest_first_and_once(site, keep):
    """I49: one list, in one order, each release in it once."""
    counters = [one.counter for one in beyond(site, keep=keep)]

    assert counters == sorted(set(counters))


@given(sites(), st.integers(0, 7))
def test_keeping_more_never_removes_more(site, keep):
    """I40: there is no number at which a larger `keep` loses what a smaller one kept."""
    more = {one.id for one in beyond(site, keep=keep + 1)}

    assert more <= {one.id for one in beyond(site, keep=keep)}


@given(sites(), st.integers(1, 8))
def test_a_plan_for_a_coming_release_is_what_pruning_does_once_it_is_live(site, keep):
    """G8: with `coming`, the live release counts among those that retire; what is left afterwards is the same."""
    live = next((one for one in site.releases if one.path == site.current and one.good and not one.pinned), None)
    counter = max((one.counter for one in site.releases), default=0) + 1
    new = ReleaseRecord("new", Layout.releases / "new", counter, state=ACTIVE, activated=True)
    after = Survey(site=site.site, managed=True, current=new.path, releases=(*site.releases, new), unfinished=None)
    planned = {one.id for one in beyond(site, keep=keep, coming=True)}
    done = {one.id for one in beyond(after, keep=keep)}

    assert planned - done == set()
    assert done - planned <= ({live.id} if live else {one.id for one in site.releases if one.path == site.current})
