"""Where the application lies in a release, and from where it is served."""

from __future__ import annotations

import posixpath
from typing import Optional

from holdfast_engine.checks.check_input import Placement
from holdfast_engine.data.baseline import Baseline
from holdfast_engine.model.listing import DIR, FILE, Listing
from holdfast_engine.persistence.shared_paths import Rules, detected, settings_of
from holdfast_engine.persistence.shipped import as_shipped, outline_of
from holdfast_engine.rules.detect import MANIFESTS, Detection
from holdfast_engine.rules.detect_packages import at
from holdfast_engine.rules.presets import FALLBACK_TIER, load
from holdfast_engine.site.handle import Site

_FRONTS = (
    *("index.php", "index.html", "index.htm", "default.php", "default.html", "default.htm", "index.phtml", "index.cgi"),
    *("app.php", "index.shtml", "index.asp", "index.aspx", "default.aspx", "Default.aspx", "index.jsp"),
)
"""What a web server, or the rule that a framework gives to it, looks for at the top of what it serves."""
_ENTRIES = (*MANIFESTS, "artisan", "manage.py", "config.ru", "wp-load.php", "bin/console", "index.php", "index.html")


def placed(rules: Rules) -> Placement:
    """Where the application lies in the release that RULES are of."""
    return _placement(rules.listing, rules.detection)


def placed_live(site: Site, baseline: Optional[Baseline]) -> Optional[Placement]:
    """Where it lies in what is live, by its BASELINE, else by what lies there; None where nothing is."""
    live = site.survey.current
    if live is None or site.root.kind(live) != DIR:
        return None
    shipped = as_shipped(site, live, baseline) if baseline is not None else outline_of(site, live)
    framework = settings_of(site.survey.active, site.request.settings).framework
    return _placement(shipped, detected(shipped, framework))


def _placement(listing: Listing, found: Detection) -> Placement:
    top = posixpath.normpath(at(found.app_root, found.web_root or "."))
    fronts = tuple(at(top, name) for name in _FRONTS)
    marks = tuple(path for path in (at(found.app_root, name) for name in _ENTRIES) if listing.has(path))
    pages = tuple(path for path in fronts if listing.kind(path) == FILE)
    known = load(found.framework).tier < FALLBACK_TIER
    return Placement(found.framework, known, found.app_root, top, pages, fronts, marks)
