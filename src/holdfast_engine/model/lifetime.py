"""How long something is kept, in the words of the configuration: `90 days`, `for ever`."""

from __future__ import annotations

from typing import Optional

from holdfast_engine.model.expressions import expression

FOR_EVER = "for ever"
_HOUR = 3600
_UNITS = {"hour": _HOUR, "day": 24 * _HOUR, "week": 7 * 24 * _HOUR, "month": 30 * 24 * _HOUR, "year": 365 * 24 * _HOUR}
WANTED = f'a number with hours, days, weeks, months or years is needed, as "90 days", or "{FOR_EVER}"'
_TEXT = expression(r"([1-9][0-9]{0,4}) (" + "|".join(_UNITS) + r")s?")


def is_lifetime(text: str) -> bool:
    """True for what `seconds_of` understands; none is so short that nobody has time for it."""
    return text == FOR_EVER or _TEXT.fullmatch(text) is not None


def seconds_of(text: str) -> Optional[int]:
    """How long TEXT says; None for ever. What is not understood, as from a newer version, keeps for ever (G7)."""
    found = _TEXT.fullmatch(text)
    return int(found[1]) * _UNITS[found[2]] if found else None
