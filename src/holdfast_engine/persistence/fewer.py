"""What is a little less than it was when it was counted: nothing that alarms anybody, and nothing to keep silent of."""

from __future__ import annotations

from collections.abc import Collection
from typing import Optional

from holdfast_engine.model.memory import Missing
from holdfast_engine.model.plan import PASS
from holdfast_engine.persistence import census
from holdfast_engine.persistence.missing import Rows, empty_by_name, figures, remembered
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.site.handle import Site


def fewer(site: Site, rules: Rules, counted: Optional[Rows] = None, *, but: Collection[str] = ()) -> list[Missing]:
    """Each path of `shared/` BUT those that holds fewer files than when it was counted, in order: applications delete
    files every day, and whoever looks for one of them is told that it was there. COUNTED is how `shared/` stands;
    looked up where it is not given.
    """
    file = site.survey.site
    wanted = {path: kept for path, kept in remembered(rules, file).items() if path not in but}
    rows = census.count(site) if counted is None else counted
    now = figures(site, rules, rows, wanted, empty=empty_by_name(file))
    return [
        Missing(path, kept.files, now[path][kept.every], kept.since, PASS)
        for path, kept in sorted(wanted.items())
        if now[path][kept.every] < kept.files
    ]
