"""What an incoming release holds, written down before somebody may work in it."""

from __future__ import annotations

from holdfast_engine.data import baseline as baselines
from holdfast_engine.data.baseline import Baseline
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.manifest import Entry
from holdfast_engine.steps.work import Work


def note_what_is_shipped(work: Work) -> Baseline:
    """A hook runs for minutes, and may switch by itself or be killed, as a deploy may be after its build: what the
    release holds now tells what came to it from what was shipped, whatever becomes of this deploy (G11).
    """
    entries = entries_of(work)
    baselines.write(work.site.root, work.record.id, entries, taken_ns=baselines.now_ns())
    return Baseline({entry.path: entry for entry in entries}, baselines.now_ns())


def entries_of(work: Work) -> list[Entry]:
    """What the release shipped, for its baseline: all that it holds but caches and what is carried into it; where the
    server's own version stands in the place of a shipped file, that file. A directory that came on the server, and into
    which it ships something, is the release's: else what it ships there were taken for the server's, and never went.
    """
    is_cache, made = work.rules.classifier.is_cache, dict(work.rules.links)
    carried = work.base.keys() - shipped_into(work)
    entries = baselines.take(
        work.site.links,
        work.path,
        digests=work.digests,
        skip=lambda path: path in carried or is_cache(path),
        made=made,
    )
    return [*entries, *(entry for path, entry in work.shipped_too.items() if path in carried)]


def shipped_into(work: Work) -> frozenset[str]:
    """The directories that came on the server and into which this release ships something."""
    came = {path for path, one in work.base.items() if one.kind == DIR}
    above: set[str] = set()
    for path in work.digests if came else ():
        here = path.rpartition("/")[0]
        while here and here not in above:
            above.add(here)
            here = here.rpartition("/")[0]
    return frozenset(came & above)
