"""The whole source lies in the release's directory."""

from __future__ import annotations

from dataclasses import replace

from holdfast_engine.fs import durable
from holdfast_engine.fs.extract import TreeWriter
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR, Listing
from holdfast_engine.model.manifest import Entry
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.words import count
from holdfast_engine.persistence.memory import count_first
from holdfast_engine.site import records, shipping
from holdfast_engine.site.live import count_release
from holdfast_engine.site.records import ReleaseRecord
from holdfast_engine.sources import TreeSource
from holdfast_engine.steps.step import Step
from holdfast_engine.steps.work import Outlook, Work


class Fetch(Step[Outlook, Work]):
    name = "fetch"

    def sentence(self, planned: Outlook) -> str:
        return f"fetch the source into `{planned.record.path}`: {_measure(planned.rules.listing)}"

    def run(self, work: Work) -> Work:
        """The whole source lies in the release's directory, which is 0700 until it is complete. Before a user's command
        runs it is known how much data there is.
        """
        source = work.outlook.source
        assert source is not None
        work = _with_outgoing_known(work)
        records.write(work.site.root, work.record)
        shipping.announce(work.site.root, work.record.id, work.rules.listing, dict(work.rules.links))
        count_release(work.site, work.record.counter)
        work = replace(work, digests=_extracted(work, source), record=replace(work.record, tree=source.tree_id))
        if work.outlook.runs_commands:
            count_first(work.site, work.rules, work.outlook.counted)
        return work


def _extracted(work: Work, source: TreeSource) -> dict[str, Entry]:
    """The digests of what was written; sealed as it is written where nobody but us writes before it is sealed."""
    root, shared = work.site.root, work.rules.shared_paths
    durable.make_directories(root, Layout.releases)
    durable.make_directories(root, work.path, mode=0o700)

    def stays_data(path: str) -> bool:
        return any(RelPath(path).is_within(one) for one in shared)

    with root.directory(work.path) as top:
        writer = TreeWriter(top, sealed=not work.outlook.runs_commands, keep_writable=stays_data)
        try:
            source.extract(writer)
        finally:
            writer.close()
    return writer.entries


def _with_outgoing_known(work: Work) -> Work:
    """A live release that somebody made by hand has a record, so that what is written to it is looked for (G2)."""
    outgoing, root = work.outgoing, work.site.root
    if work.previous is not None or outgoing is None or records.read(root, outgoing.name) is not None:
        return work
    previous = ReleaseRecord(
        id=outgoing.name,
        path=outgoing,
        counter=work.record.counter,
        state=records.ACTIVE,
        created=work.site.request.now,
        activated=True,
        pinned="made by hand; nothing proves what it shipped",
    )
    records.write(root, previous)
    return replace(work, previous=previous, record=replace(work.record, counter=work.record.counter + 1))


def _measure(listing: Listing) -> str:
    files = [entry.size for entry in listing.entries.values() if entry.kind != DIR]
    return f"{count(len(files), 'file')}, {count(sum(files), 'byte')}"
