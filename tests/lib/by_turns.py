"""Parameters of which every run tries some, evenly, and the long run all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest


def by_turns(values: Iterable[Any], *, every: int, share: int, first: int = 0) -> list[Any]:
    """VALUES, from the FIRST each EVERYth of them for every run, the others for the long one, with a SHARE of its time;
    those of a mapping are called by their keys.
    """
    named = values.items() if isinstance(values, Mapping) else ((str(value), value) for value in values)
    later = pytest.mark.soak(share=share)
    return [
        pytest.param(value, id=name, marks=[later] if number % every != first else [])
        for number, (name, value) in enumerate(named)
    ]
