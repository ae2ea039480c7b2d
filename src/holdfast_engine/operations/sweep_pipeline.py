"""The steps of a sweep, which an unchanged deploy is as well: it need not read those that make a release."""

from __future__ import annotations

from holdfast_engine.steps.old_document_root import CloseDown
from holdfast_engine.steps.public_html import KeepInStep
from holdfast_engine.steps.step import Steps
from holdfast_engine.steps.sweep import Sweep
from holdfast_engine.steps.work import Outlook, Work

SWEEP: Steps[Outlook, Work] = (Sweep(), KeepInStep(), CloseDown())
