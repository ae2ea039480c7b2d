"""Other sites beside a place that is to become one."""

from __future__ import annotations

import os

from holdfast_engine.model.layout import Layout

_ALIKE = 0.75
"""From here on `difflib` calls two names alike: one letter in four or five may differ."""


def look_alike(site: str) -> str:
    """The site beside SITE whose name is nearly the same, in case SITE was mistyped; empty where there is none."""
    above, own = os.path.split(site.rstrip("/"))
    try:
        names = sorted(name for name in os.listdir(above or "/") if name != own)
    except OSError:
        return ""
    sites = [name for name in names if os.path.isfile(os.path.join(above, name, Layout.site_file))]
    if not sites:
        return ""
    from difflib import get_close_matches

    return "".join(os.path.join(above, name) for name in get_close_matches(own, sites, n=1, cutoff=_ALIKE))
