"""The release is complete: read-only, measured and on disk."""

from __future__ import annotations

import os
from dataclasses import replace

from holdfast_engine.activation.seal import seal
from holdfast_engine.data import baseline as baselines
from holdfast_engine.fs import acl, durable
from holdfast_engine.persistence.shipped import kept_texts
from holdfast_engine.persistence.web_user import web_user
from holdfast_engine.site import records, shipping
from holdfast_engine.steps.access import give_what_hooks_made, let_application_in
from holdfast_engine.steps.shipped import entries_of, shipped_into
from holdfast_engine.steps.step import Step
from holdfast_engine.steps.work import Outlook, Work


class Seal(Step[Outlook, Work]):
    name = "seal"

    def sentence(self, planned: Outlook) -> str:  # noqa: ARG002
        return "note what was shipped, and make the release read-only"

    def run(self, work: Work) -> Work:
        """From here the release is complete: sealed, its baseline and its record written, all of it on disk."""
        root, taken = work.site.root, baselines.now_ns()
        _let_web_user_in(work)
        spared = work.base.keys() - shipped_into(work)  # what lies in those is shipped as well
        seal(root, work.path, writable=work.rules.writable, spared=spared)
        let_application_in(work, spared=spared)
        give_what_hooks_made(work)
        entries = entries_of(work)
        as_fetched = not work.outlook.runs_commands
        baselines.write(root, work.record.id, entries, taken_ns=taken if as_fetched else baselines.now_ns())
        record = replace(
            work.record,
            state=records.SEALED,
            framework=work.rules.detection.framework,
            web_root=work.rules.web_root,
            shared=work.rules.shared,
            hooks_due=bool(work.outlook.hooks_after or work.outlook.start),
            read=kept_texts(work.rules.listing),
        )
        record = record.with_seeds(work.seeded.digests, work.record.seeds)
        records.write(root, record)
        shipping.forget(root, work.record.id)
        durable.sync_file_system(root, work.path)
        return replace(work, record=record)


def _let_web_user_in(work: Work) -> None:
    """Directories of the release that the application writes to although they hold no data, as `bootstrap/cache`."""
    user, root = web_user(work.site, work.rules), work.site.root
    for path in work.rules.classifier.writable():
        if user is not None and user != os.geteuid() and root.kind(work.path / path) == "dir":
            acl.let_in(root, work.path / path, web_user=user)
